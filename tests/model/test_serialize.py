"""JSON of estates and plans: what goes out comes back, and what is not ours is refused by name."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.model import (
    Account,
    Action,
    Change,
    Difference,
    Estate,
    Gap,
    Organization,
    OrganizationPolicy,
    Origin,
    Plan,
    PolicyDocument,
    Position,
    Resource,
    ResourceKey,
    Statement,
    Unit,
    Unknown,
)
from bastide.model.serialize import UNKNOWN_KEY, parse_json, render_json

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
LEAF = (
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
LEAF |= st.builds(Unknown, TEXT)
NAMES = TEXT.filter(lambda name: name != UNKNOWN_KEY)
VALUES = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
PROPERTIES = st.dictionaries(NAMES, VALUES, max_size=4)
KEYS = st.builds(ResourceKey, TEXT, TEXT, TEXT, TEXT)
RESOURCES = st.builds(
    Resource,
    type=TEXT,
    account=TEXT,
    region=TEXT,
    id=TEXT,
    properties=PROPERTIES,
    arn=TEXT,
    origin=st.builds(Origin, file=TEXT, line=st.integers(0, 9999), detail=TEXT),
    depends_on=st.lists(KEYS, max_size=2).map(tuple),
)
CHANGES = st.builds(
    Change,
    action=st.sampled_from(Action),
    key=KEYS,
    before=st.none() | PROPERTIES,
    after=st.none() | PROPERTIES,
    differences=st.lists(st.builds(Difference, TEXT, VALUES, VALUES), max_size=2).map(tuple),
    depends_on=st.lists(KEYS, max_size=2).map(tuple),
    data_bearing=st.booleans(),
)
STATEMENT = Statement(
    "Deny", principal={"*": ("*",)}, action=("s3:*",), condition={"Bool": {"aws:SecureTransport": ("false",)}}
)
ORGANIZATION = Organization(
    "o-1",
    "r-1",
    "1" * 12,
    (Account("2" * 12, "shop", "shop@example.com", "ou-1"),),
    (Unit("ou-1", "prod", "r-1", "prod"),),
    (
        OrganizationPolicy("p-1", "perimeter", "RESOURCE_CONTROL_POLICY", PolicyDocument((STATEMENT,)), ("ou-1",)),
        OrganizationPolicy("p-2", "hidden", "SERVICE_CONTROL_POLICY", None, ("r-1",), "AccessDenied"),
    ),
)

DEEP = b'{"schema":"bastide.estate/1","body":{"resources":[{"properties":{"A":'


@given(st.lists(RESOURCES, max_size=4).map(tuple))
def test_an_estate_comes_back_as_it_went_with_unknowns_at_any_depth(resources: tuple[Resource, ...]) -> None:
    gap = Gap("T", "1", "us-east-1", "denied", "a:List")
    estate = Estate(resources, ORGANIZATION, (gap,), ("us-east-1",), "live", "2026-01-01T00:00:00Z")
    assert parse_json(render_json(estate), Estate) == estate


@given(st.lists(CHANGES, max_size=3).map(tuple), st.lists(st.tuples(KEYS, TEXT, st.builds(Unknown, TEXT))).map(tuple))
def test_a_plan_comes_back_as_it_went(changes: tuple[Change, ...], uncertain: Any) -> None:
    plan = Plan(changes, {"0000": "1111"}, "digest", "aws", uncertain)
    assert parse_json(render_json(plan), Plan) == plan


@given(st.lists(RESOURCES, max_size=4).map(tuple))
def test_rendering_twice_gives_the_same_bytes(resources: tuple[Resource, ...]) -> None:
    once = render_json(Estate(resources))
    assert render_json(parse_json(once, Estate)) == once


def test_a_policy_s_source_position_survives() -> None:
    document = PolicyDocument((Statement("Allow", position=Position("a.yaml", 3, 5, "/Statement/0")),))
    organization = Organization("o", "r", "1", policies=(OrganizationPolicy("p", "n", "t", document),))
    back = parse_json(render_json(Estate(organization=organization)), Estate).organization
    assert back and back.policies[0].document
    assert str(back.policies[0].document.statements[0].position) == "a.yaml:3:5"


def test_a_property_that_looks_like_an_unknown_becomes_one_and_never_the_other_way() -> None:
    forged = Estate((Resource("T", "1", "r", "x", {"A": {UNKNOWN_KEY: "made up"}}),))
    (resource,) = parse_json(render_json(forged), Estate).resources
    assert resource.get("A") == Unknown("made up")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a bastide.estate/1 document"),
        (b"{", "not a bastide.estate/1 document"),
        (b"\xff\xfe", "not a bastide.estate/1 document"),
        (b"null", "not a bastide.estate/1 document: Expected `object`, got `null`"),
        (b"[1]", "not a bastide.estate/1 document: Expected `object`, got `array`"),
        (b"{}", "of no known schema, not bastide.estate/1"),
        (b'{"schema":["bastide.estate/1"]}', "['bastide.estate/1'], not bastide.estate/1"),
        (b'{"schema":"bastide.estate/2","body":{}}', "this file is bastide.estate/2, not bastide.estate/1"),
        (b'{"schema":"bastide.plan/1","body":{"changes":[]}}', "this file is bastide.plan/1, not bastide.estate/1"),
        (b'{"schema":"bastide.estate/1"}', "Expected `object`, got `null`"),
        (b'{"schema":"bastide.estate/1","body":{"resources":3}}', "Expected `array`, got `int` - at `$.resources`"),
        (b'{"schema":"bastide.estate/1","body":{"resources":[{"type":"T"}]}}', "missing required field `account`"),
        (b"[" * 100_000, "not a bastide.estate/1 document"),
        (DEEP + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_estate_is_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(InputError) as error:
        parse_json(data, Estate, "estate.json")
    assert words in error.value.problems[0].what
    assert error.value.problems[0].where == "estate.json"


def test_a_plan_without_fingerprints_is_written_as_before_there_were_any() -> None:
    bare = msgspec.json.decode(render_json(Plan(())))
    assert list(bare["body"]) == ["changes", "bindings", "observed_digest", "target", "uncertain"]
    assert parse_json(render_json(Plan((), observed=("12",))), Plan).observed == ("12",)
