"""Whatever part of a resource is Unknown: no control breaks, and none lets pass what failed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bastide.controls import Control, all_controls
from bastide.model import Status, Unknown, Verdict
from tests.controls.test_cases import cases_of, estate_of

GAP = Unknown("not read")


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a value, depth first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from spots(item, (*path, key))


def with_gap(value: Any, path: tuple[Any, ...], gap: Any) -> Any:
    """A copy with ``gap`` at the path."""
    if not path:
        return gap
    if isinstance(value, dict):
        return {key: with_gap(item, path[1:], gap) if key == path[0] else item for key, item in value.items()}
    return [with_gap(item, path[1:], gap) if index == path[0] else item for index, item in enumerate(value)]


def variants(control: Control) -> Iterator[tuple[Verdict, Verdict, Any]]:
    """What is said of each case, what is said with one part of one resource unread, and which part that was."""
    for case in cases_of(control):
        subject, estate = estate_of(control, case)
        said = control.verdict(subject, estate)
        for resource in dict.fromkeys((subject.key, *(one.key for one in estate.resources))):
            whole = subject if resource == subject.key else estate.by_key[resource]
            for path in spots(dict(whole.properties)):
                changed = replace(whole, properties=with_gap(dict(whole.properties), path, GAP))
                others = tuple(changed if one.key == resource else one for one in estate.resources)
                judged = changed if resource == subject.key else subject
                yield said, control.verdict(judged, replace(estate, resources=others)), (case["name"], resource, path)


@pytest.mark.parametrize("control", all_controls(), ids=lambda control: control.id)
def test_what_failed_does_not_pass_when_a_part_of_it_is_unknown(control: Control) -> None:
    for before, after, where in variants(control):
        assert after.status in Status
        if before.status is Status.FAIL:
            assert after.status in (Status.FAIL, Status.UNKNOWN), (where, after)
