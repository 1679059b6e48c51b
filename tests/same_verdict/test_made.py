"""The same verdict from what is declared and from what the sandbox tells of it, for types that only readers list.

The resource is made by the service's own create call; the reader collects it by the calls that it makes on AWS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from bastide.aws.readers import readers
from bastide.aws.session import Target
from bastide.model import Estate, Resource, Scope, Status
from bastide.sandbox import Sandbox
from tests.same_verdict.cases import controls_of
from tests.same_verdict.differences import ANSWERED, MOTO
from tests.same_verdict.forms import verdicts
from tests.same_verdict.made import MADE
from tests.same_verdict.test_answers import NEW, Said, said

EVERY = 6  # one case in so many is tried by the quick test
PLAIN_TEXT = "-not-plain-text"  # secrets are written and never told


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Sandbox, Target]]:
    sandbox = Sandbox()
    yield sandbox, Target.sandbox(sandbox)
    sandbox.close()


def compared(type: str, one: Said, place: tuple[Sandbox, Target]) -> list[str] | None:
    """What differs between a case and what the sandbox tells once it is made; None when it cannot be made."""
    sandbox, target = place
    sandbox.reset()
    reader, made = readers()[type], MADE[type]
    at = target.connection(sandbox.management_account, "eu-west-1" if reader.scope is Scope.REGION else "global")
    parameters, taken = made.parameters(one.subject.properties)
    try:
        getattr(at.client(made.service), made.call)(**parameters)
    except (ClientError, BotoCoreError):
        return None
    found = list(reader.list(at))
    if len(found) != 1:  # a name that is another type's: clusters of DocumentDB
        return None
    declared = replace(one.subject, properties=taken)
    live = replace(one.subject, properties=found[0].properties)
    wanted, seen = (verdicts(controls_of()[type], each, _with(one.estate, each)) for each in (declared, live))
    return [
        f"{one.name}: {name}: {wanted[name]} is {verdict}"
        for name, verdict in seen.items()
        if not _holds(name, wanted[name].status, verdict.status, wanted[name].reason)
    ]


def _with(estate: Estate, subject: Resource) -> Estate:
    return replace(estate, resources=tuple(subject if one.key == subject.key else one for one in estate.resources))


def _holds(control: str, wanted: Status, seen: Status, reason: str) -> bool:
    if control in MOTO or control in ANSWERED or control.endswith(PLAIN_TEXT) or NEW in reason:
        return True
    return wanted in (seen, Status.UNKNOWN) or seen is Status.UNKNOWN


def test_a_sample_of_what_is_made_by_api_gets_the_verdict_of_what_is_declared(place: tuple[Sandbox, Target]) -> None:
    found = [compared(type, one, place) for type in MADE for one in said(type)[::EVERY]]
    assert [each for one in found if one for each in one] == []
    assert len([one for one in found if one is not None]) > len(found) / 2


@pytest.mark.slow
@pytest.mark.parametrize("type", MADE)
def test_what_is_made_by_api_gets_the_verdict_of_what_is_declared(type: str, place: tuple[Sandbox, Target]) -> None:
    found = [compared(type, one, place) for one in said(type)]
    assert [each for one in found if one for each in one] == []
    assert any(one is not None for one in found)
