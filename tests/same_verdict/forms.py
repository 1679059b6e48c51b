"""One world in its three forms: as it is declared, as a template of it is read, as it runs after handlers made it.

One idea: the same controls judge each form; a verdict is known by the control and the resource as the declared world
names it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from bastide.aws.handler import Lister
from bastide.aws.readers import readers
from bastide.aws.registry import handlers
from bastide.aws.session import Target
from bastide.collect import collect
from bastide.controls import Control
from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import parse_template
from bastide.errors import BastideError
from bastide.model import Estate, Resource, ResourceKey, Status, Verdict
from bastide.sandbox import Sandbox
from bastide.show.stacks import stacks
from tests.same_verdict.world import ACCOUNT, HOME, World, substituted

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LISTERS: Mapping[str, Lister] = {**readers(), **handlers()}
Verdicts = Mapping[str, Status]


class Refused(NamedTuple):
    """Why the sandbox did not make the subject: what AWS would say."""

    reason: str


def verdicts(controls: Iterable[Control], subject: Resource, estate: Estate) -> dict[str, Verdict]:
    """What the controls of the subject's type say, by control."""
    return {one.id: one.verdict(subject, estate) for one in controls}


def declared(world: World) -> tuple[Resource, Estate]:
    """The world as an architecture declares it."""
    return world.subject, Estate(world.resources, None, (), (HOME,), "model")


def rendered(world: World) -> tuple[Resource, Estate]:
    """The world as it is read from the template that is rendered of it."""
    [stack] = stacks(Estate(world.resources, None, (), (HOME,), "model"), HOME)
    file = f"{ACCOUNT}-{HOME}.json"
    tree = parse_template(json.dumps(stack.template).encode(), file)
    reading = estate_of({file: tree}, Settings({"AWS::AccountId": ACCOUNT, "AWS::Region": HOME}))
    logical = {key: name for name, key in stack.logical.items()}[world.subject.key]
    return next(one for one in reading.estate.resources if one.origin.detail == logical), reading.estate


def live(
    sandbox: Sandbox, target: Target, world: World, controls: Sequence[Control]
) -> tuple[Resource, Estate] | Refused:
    """The world as it is collected after handlers made it in an empty organization (``target`` is ``sandbox``'s)."""
    sandbox.reset()
    made = _made(target, world)
    if isinstance(made, Refused):
        return made
    types = {one.type for one in world.resources} | {name for one in controls for name in one.reads}
    listers = {name: LISTERS[name] for name in types if name in LISTERS}
    estate = collect(target, None, listers, (HOME,), read_at=NOW)
    subject = world.subject
    assert not estate.gaps, estate.gaps
    return estate.by_key[ResourceKey(subject.type, ACCOUNT, subject.region, made[subject.key])], estate


def _made(target: Target, world: World) -> dict[ResourceKey, str] | Refused:
    """The identifiers that the resources got; what has to stand on others comes when those are there."""
    ids: dict[ResourceKey, str] = {}
    waiting = list(reversed(world.resources))
    while waiting:
        reasons, left = [], []
        for one in waiting:
            renamed = {key.id: id for key, id in ids.items()}
            at = target.connection(one.account, one.region)
            try:
                ids[one.key] = handlers()[one.type].create(at, substituted(one.properties, renamed))
            except (ClientError, BotoCoreError, BastideError) as error:
                left.append(one)
                reasons.append(f"{one.type}: {error}")
        if len(left) == len(waiting):
            return Refused("; ".join(reasons))
        waiting = left
    return ids
