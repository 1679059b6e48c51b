"""``Fn::ForEach`` beyond all bounds: refused before it is written out, wholly, and nothing else is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bastide.declare.templates.json_text import parse_json
from bastide.declare.templates.loops import MAX_COPIED, MAX_WRITTEN, Loops
from bastide.model import Unknown, Value

MANY = [f"v{number}" for number in range(40)]
BUCKET = {"Type": "AWS::S3::Bucket"}


def listed(node: Any) -> Value:
    """A list that is written down; what depends on an outer item is not known until it is in place."""
    return Unknown("hangs on another loop") if "${" in str(node) else list(node) if isinstance(node, list) else node


def nested(depth: int, body: dict[str, Any], collection: Any = MANY) -> dict[str, Any]:
    """Loops over the collection, one in another, around a body."""
    for number in range(depth):
        body = {f"Fn::ForEach::L{number}": [f"I{number}", collection, body]}
    return body


def expanded(tree: dict[str, Any]) -> tuple[dict[str, Any], Loops]:
    loops = Loops(listed)
    return loops.expand(parse_json(json.dumps(tree), "t.json")), loops


@pytest.mark.parametrize("body", [{"B${I0}${I1}${I2}${I3}": BUCKET}, {}], ids=["buckets", "nothing"])
def test_loops_of_forty_to_the_fourth_are_refused_before_anything_is_copied(body: dict[str, Any]) -> None:
    found, loops = expanded({**nested(4, body), "Q": {"Type": "AWS::SQS::Queue"}})
    assert list(found) == ["Fn::ForEach::L3", "Q"]
    assert loops.made == 0
    assert [text for _, text in loops.doubts] == [
        f"Fn::ForEach::L3 cannot be written out: loops come to more than {MAX_WRITTEN:,} values"
    ]


def test_loops_that_cannot_be_counted_before_are_stopped_on_the_way() -> None:
    inner = nested(1, {"B": BUCKET}, [f"${{I1}}{number}" for number in range(40)])
    tree = {"Fn::ForEach::Outer": ["I1", [f"v{number}" for number in range(20_000)], inner]}
    found, loops = expanded({**tree, "Q": {"Type": "AWS::SQS::Queue"}})
    assert list(found) == ["Fn::ForEach::Outer", "Q"]
    assert loops.made <= MAX_COPIED + 1
    assert len(loops.doubts) == 1


def test_loops_within_bounds_are_written_out_beside_those_that_are_not() -> None:
    small = {"Fn::ForEach::Small": ["I", ["a", "b"], {"B${I}": BUCKET}]}
    found, loops = expanded({**nested(4, {"C": BUCKET}), **small})
    assert list(found) == ["Fn::ForEach::L3", "Ba", "Bb"]
    assert len(loops.doubts) == 1


def test_a_loop_over_nothing_comes_to_nothing() -> None:
    found, loops = expanded(nested(2, {"B${I0}": BUCKET}, []))
    assert not found and not loops.doubts
