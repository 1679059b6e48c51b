"""What binds a plan to its own text and to what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from bastide.errors import InputError, StalePlanError
from bastide.model import Action, Change, Estate, Plan, Resource, ResourceType
from bastide.model.serialize import parse_json, render_json, to_json_value
from bastide.plan.compare import canonical_value
from bastide.plan.match import Index


def plan_digest(plan: Plan) -> str:
    """SHA-256 (hex) over the whole plan."""
    return hashlib.sha256(render_json(plan)).hexdigest()


def render_plan(plan: Plan) -> bytes:
    """The plan as a file: its JSON with the digest, which ``parse_plan`` checks."""
    document = msgspec.json.decode(render_json(plan))
    return msgspec.json.format(msgspec.json.encode({"digest": plan_digest(plan), **document}), indent=1)


def parse_plan(data: bytes, where: str = "") -> Plan:
    """The plan in a file that ``render_plan`` made.

    Raises:
        InputError: not a plan, or of another schema.
        StalePlanError: the file was edited after it was made.
    """
    plan = parse_json(data, Plan, where)
    said = msgspec.json.decode(data).get("digest")
    if not isinstance(said, str):
        raise InputError("this plan has no digest", where, "make it with `bastide plan -o json=FILE`")
    if said != plan_digest(plan):
        raise StalePlanError(
            "this plan was edited after it was made: its digest does not fit", where, "run `bastide plan` again"
        )
    return plan


class Observation(NamedTuple):
    """What changes were made from: SHA-256 (hex) over all of it, and a fingerprint a change, in their order."""

    digest: str
    each: tuple[str, ...]


def observation(changes: Iterable[Change], observed: Estate, kinds: Mapping[str, ResourceType]) -> Observation:
    """What ``changes`` were made from: for each, the resource as observed, or its absence.

    Only the properties that a change touches count for an update; all of them for a replacement or a delete.
    """
    index = Index(observed, kinds)
    lines = [_line(change, index, observed) for change in changes]
    whole = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    return Observation(whole, tuple(hashlib.sha256(line.encode()).hexdigest()[:16] for line in lines))


def observed_digest(changes: Iterable[Change], observed: Estate, kinds: Mapping[str, ResourceType]) -> str:
    """SHA-256 (hex) over what ``changes`` were made from."""
    return observation(changes, observed, kinds).digest


def moved(plan: Plan, now: Observation) -> list[Change]:
    """The changes whose resource is not any more what it was; empty for a plan without fingerprints."""
    then = plan.observed
    if len(then) != len(now.each):
        return []
    return [change for change, before, after in zip(plan.changes, then, now.each, strict=True) if before != after]


def _line(change: Change, index: Index, observed: Estate) -> str:
    if change.action is Action.CREATE:
        wanted = Resource(change.key.type, change.key.account, change.key.region, change.key.id, change.after or {})
        found = index.find(wanted, {})
        return f"{change.key} {'there' if found else 'absent'}"
    current = observed.by_key.get(change.key)
    if current is None:
        return f"{change.key} absent"
    paths = (
        [difference.path for difference in change.differences]
        if change.action is Action.UPDATE
        else sorted(current.properties)
    )
    facts = {
        path: to_json_value(
            canonical_value(current.get(path) if change.action is Action.UPDATE else current.properties[path])
        )
        for path in paths
    }
    return f"{change.key} {json.dumps(facts, sort_keys=True, default=str)}"
