"""The vocabulary of controls of data: what each word means, and that no answer claims more than is known."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.controls.check import Scene
from bastide.controls.compile import compile_condition
from bastide.controls.condition import Condition
from bastide.controls.related import relate
from bastide.model import Estate, Gap, Origin, Resource, Status, Unknown, Verdict

GAP = Unknown("denied")


def judge(
    condition: dict[str, Any], properties: dict[str, Any], estate: Estate | None = None, **values: Any
) -> Verdict:
    resource = Resource("AWS::A::A", "1" * 12, "eu-west-1", "one", properties, "arn:one")
    scene = Scene(resource, estate or Estate((resource,)))
    return compile_condition(Condition.model_validate(condition), values, relate)(properties, "", scene)


RULES = [{"Name": "a", "On": True}, {"Name": "b", "On": "false"}]


@pytest.mark.parametrize(
    ("condition", "properties", "status", "path"),
    [
        ({"property": "A", "is": True}, {"A": True}, "PASS", ""),
        ({"property": "A", "is": True}, {"A": "True"}, "PASS", ""),
        ({"property": "A", "is": True}, {"A": "false"}, "FAIL", "A"),
        ({"property": "A", "is": True}, {}, "FAIL", "A"),
        ({"property": "A", "is": True}, {"A": GAP}, "UNKNOWN", "A"),
        ({"property": "A", "present": True}, {"A": GAP}, "UNKNOWN", "A"),
        ({"property": "A", "present": True}, {"A": Unknown("a resource's", filled=True)}, "PASS", ""),
        ({"property": "A", "present": False}, {"A": Unknown("a resource's", filled=True)}, "FAIL", "A"),
        ({"property": "A", "is": "x"}, {"A": Unknown("a resource's", filled=True)}, "UNKNOWN", "A"),
        ({"property": "A", "is": True}, {"A": "yes"}, "UNKNOWN", "A"),
        ({"property": "A", "is": True}, {"A": [True]}, "UNKNOWN", "A"),
        ({"property": "A", "is": False, "default": False}, {}, "PASS", ""),
        ({"property": "A", "is": True, "default": {"unknown": "the image says it"}}, {}, "UNKNOWN", "A"),
        ({"property": "A", "is": 7}, {"A": "7"}, "PASS", ""),
        ({"property": "A", "is": 7}, {"A": "seven"}, "UNKNOWN", "A"),
        ({"property": "A", "is": "x"}, {"A": {"B": 1}}, "UNKNOWN", "A"),
        ({"property": "A.B", "is": "x"}, {"A": "text"}, "UNKNOWN", "A.B"),
        ({"property": "A.B", "is": "x"}, {"A": {"B": "x"}}, "PASS", ""),
        ({"property": "A", "one_of": ["x", 7]}, {"A": 7}, "PASS", ""),
        ({"property": "A", "one_of": ["x", "y"]}, {"A": "z"}, "FAIL", "A"),
        ({"property": "A", "none_of": ["x"]}, {}, "PASS", ""),
        ({"property": "A", "none_of": ["x"]}, {"A": "x"}, "FAIL", "A"),
        ({"property": "A", "at_least": 7, "at_most": 9}, {"A": "8"}, "PASS", ""),
        ({"property": "A", "at_least": 7, "at_most": 9}, {"A": 10}, "FAIL", "A"),
        ({"property": "A", "at_least": 7}, {"A": True}, "UNKNOWN", "A"),
        ({"property": "A", "matches": "x+"}, {"A": "xxy"}, "FAIL", "A"),
        ({"property": "A", "shaped": "x+"}, {"A": "xx"}, "PASS", ""),
        ({"property": "A", "shaped": "x+"}, {"A": 123}, "FAIL", "A"),
        ({"property": "A", "shaped": "x+"}, {}, "FAIL", "A"),
        ({"property": "A", "shaped": "x+"}, {"A": ["xx"]}, "UNKNOWN", "A"),
        ({"property": "A", "shaped": "x+"}, {"A": Unknown("made at deployment", filled=True)}, "PASS", ""),
        ({"property": "A", "shaped": "x+"}, {"A": GAP}, "UNKNOWN", "A"),
        ({"property": "A", "present": True}, {"A": []}, "FAIL", "A"),
        ({"property": "A", "present": False}, {"A": ""}, "PASS", ""),
        ({"property": "A", "present": True}, {"A": {"B": GAP}}, "PASS", ""),
        ({"property": "R[Name=b].On", "is": True}, {"R": RULES}, "FAIL", "R.1.On"),
        ({"property": "R[Name=c].On", "is": False, "default": False}, {"R": RULES}, "PASS", ""),
        ({"property": "R[Name=c].On", "is": True}, {"R": [*RULES, GAP]}, "UNKNOWN", "R"),
        ({"property": "R[Name=a].On", "is": True}, {"R": [GAP, *RULES]}, "PASS", ""),
        ({"property": "R[Name=a].On", "is": True}, {"R": "none"}, "UNKNOWN", "R"),
        ({"property": "R", "any": {"property": "On", "is": True}}, {"R": RULES}, "PASS", ""),
        ({"property": "R", "every": {"property": "On", "is": True}}, {"R": RULES}, "FAIL", "R.1.On"),
        ({"property": "R", "every": {"property": "On", "is": True}}, {"R": [GAP, RULES[0]]}, "UNKNOWN", "R.0.On"),
        ({"property": "R", "every": {"property": "On", "is": True}}, {}, "PASS", ""),
        ({"property": "R", "none": {"property": "Name", "is": "b"}}, {"R": RULES}, "FAIL", "R.1"),
        ({"property": "R", "any": {"is": "x"}}, {"R": {"x": 1}}, "UNKNOWN", "R"),
        ({"property": "L", "includes": ["x", "y"]}, {"L": ["y", GAP, "x"]}, "PASS", ""),
        ({"property": "L", "includes": ["x", "y"]}, {"L": ["y", GAP]}, "UNKNOWN", "L"),
        ({"property": "L", "includes": ["x", "y"]}, {"L": ["y"]}, "FAIL", "L"),
        ({"property": "L", "count_at_least": 2}, {"L": [GAP, 1]}, "PASS", ""),
        ({"property": "P", "plain_text": False}, {}, "PASS", ""),
        ({"property": "P", "plain_text": False}, {"P": "hunter2"}, "FAIL", "P"),
        ({"property": "P", "plain_text": False}, {"P": 12345678}, "FAIL", "P"),
        ({"property": "P", "plain_text": False}, {"P": Unknown("a parameter", unwritten=True)}, "PASS", ""),
        ({"property": "P", "plain_text": False}, {"P": GAP}, "UNKNOWN", "P"),
        ({"any_of": [{"property": "A", "is": 1}, {"property": "B", "is": 1}]}, {"A": GAP, "B": 1}, "PASS", ""),
        ({"any_of": [{"property": "A", "is": 1}, {"property": "B", "is": 1}]}, {"A": GAP, "B": 2}, "UNKNOWN", "A"),
        ({"all_of": [{"property": "A", "is": 1}, {"property": "B", "is": 1}]}, {"A": GAP, "B": 2}, "FAIL", "B"),
        ({"not": {"property": "A", "is": "x"}}, {"A": "x"}, "FAIL", "A"),
        ({"not": {"property": "A", "is": "x"}}, {"A": GAP}, "UNKNOWN", "A"),
        ({"property": "A", "any_of": [{"property": "B", "is": 1}, {"property": "C", "is": 1}]}, {"A": {"C": 1}}, "PASS",
         ""),
    ],
)  # fmt: skip
def test_a_word_means_what_the_page_says(
    condition: dict[str, Any], properties: dict[str, Any], status: str, path: str
) -> None:
    verdict = judge(condition, properties)
    assert (verdict.status.value, verdict.path) == (status, path), verdict
    assert verdict.reason or verdict.status is Status.PASS


def test_a_parameter_that_is_not_set_asks_nothing() -> None:
    condition = {"property": "Key", "one_of": {"parameter": "keys"}}
    assert judge(condition, {"Key": "a"}, keys=None).status is Status.PASS
    assert judge(condition, {"Key": "a"}, keys=["b"]).status is Status.FAIL


def test_what_is_absent_in_an_observed_resource_was_not_read_where_the_condition_says_so() -> None:
    condition = Condition.model_validate({"property": "A", "unread": "nobody asked", "default": False, "is": False})
    check = compile_condition(condition, {}, relate)
    for source, status in (
        ("observed", "UNKNOWN"),
        ("recorded", "UNKNOWN"),
        ("template", "PASS"),
        ("declared", "PASS"),
    ):
        resource = Resource("AWS::A::A", "1" * 12, "eu-west-1", "one", {}, origin=Origin(source))
        assert check({}, "", Scene(resource)).status == status


def test_a_condition_of_an_unset_parameter_drops_out_wherever_it_stands() -> None:
    unset = {"property": "B", "is": {"parameter": "b"}}
    rule = {"property": "L", "any": {"all_of": [{"property": "A", "is": 1}, {"property": "C", "any": unset}]}}
    assert judge(rule, {"L": [{"A": 1}]}, b=None).status is Status.PASS
    assert judge(rule, {"L": [{"A": 1}]}, b=2).status is Status.FAIL
    either = {"any_of": [{"property": "A", "is": 1}, unset]}
    assert judge(either, {}, b=None).status is Status.FAIL


def other(**properties: Any) -> Resource:
    return Resource("AWS::B::B", "1" * 12, "eu-west-1", "two", properties, "arn:two")


@pytest.mark.parametrize(
    ("others", "gaps", "status"),
    [
        ([other(To="one", On=True)], (), "PASS"),
        ([other(To="arn:one", On=True)], (), "PASS"),
        ([other(To="one", On=False)], (), "FAIL"),
        ([other(To="one", On=GAP)], (), "UNKNOWN"),
        ([other(To=GAP, On=True)], (), "UNKNOWN"),
        ([other(To="else", On=True)], (), "FAIL"),
        ([], (), "FAIL"),
        ([], (Gap("AWS::B::B", "1" * 12, "eu-west-1", "AccessDenied"),), "UNKNOWN"),
    ],
)
def test_a_related_resource_is_found_by_what_it_refers_to(
    others: list[Resource], gaps: tuple[Gap, ...], status: str
) -> None:
    where = {"property": "On", "is": True}
    condition = {"related": {"type": "AWS::B::B", "property": "To", "refers_to": ["$id", "$arn"], "where": where}}
    assert judge(condition, {}, Estate(tuple(others), gaps=gaps)).status.value == status


def test_a_related_resource_may_be_the_one_that_is_referred_to_or_lie_in_the_same_place() -> None:
    estate = Estate((other(On=True),), regions=("eu-west-1",))
    where = {"property": "On", "is": True}
    referred = {"related": {"type": "AWS::B::B", "property": "$id", "refers_to": ["Bucket"], "where": where}}
    assert judge(referred, {"Bucket": "two"}, estate).status is Status.PASS
    assert judge(referred, {"Bucket": "three"}, estate).status is Status.FAIL
    lost = {"related": {**referred["related"], "missing": "unknown", "within": "organization"}}
    assert judge(lost, {"Bucket": "three"}, estate).status is Status.UNKNOWN
    assert judge(lost, {"Bucket": "two"}, estate).status is Status.PASS
    for within in ("region", "account"):
        assert judge({"related": {"type": "AWS::B::B", "within": within, "where": where}}, {}, estate).status == "PASS"


leaves = st.one_of(
    st.builds(lambda value: {"is": value}, st.sampled_from([True, 1, "a"])),
    st.builds(lambda value: {"none_of": value}, st.sampled_from([["a"], [1, "b"]])),
    st.just({"at_least": 1}),
    st.just({"present": True}),
    st.just({"includes": ["a"]}),
    st.just({"count_at_least": 1}),
)
names = st.sampled_from(["A", "B", "A.B", "L[A=a].B"])


def joined(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    many = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda kind, one: {kind: one}, st.sampled_from(["all_of", "any_of"]), many),
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda kind, one: {"property": "L", kind: one}, st.sampled_from(["any", "every", "none"]), inner),
    )


condition_texts = st.recursive(
    st.builds(lambda name, leaf: {"property": name, **leaf}, names, leaves), joined, max_leaves=5
)
scalars = st.sampled_from([True, False, 0, 1, "a", "b", "true", None])
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.dictionaries(st.sampled_from("AB"), inner), st.lists(inner, max_size=2)),
    max_leaves=4,
)
objects = st.fixed_dictionaries({}, optional={"A": values, "B": values, "L": st.lists(values, max_size=3) | values})


def hidden(value: Any, data: st.DataObject) -> Any:
    """The value with some of its parts unread."""
    if data.draw(st.booleans()) and data.draw(st.booleans()):
        return GAP
    if isinstance(value, dict):
        return {key: hidden(item, data) for key, item in value.items()}
    return [hidden(item, data) for item in value] if isinstance(value, list) else value


@settings(max_examples=400, deadline=None)
@given(condition_texts, objects, st.data())
def test_what_is_said_of_a_part_holds_of_the_whole(
    condition: dict[str, Any], whole: dict[str, Any], data: st.DataObject
) -> None:
    part = {key: hidden(value, data) for key, value in whole.items()}
    said, truly = judge(condition, part).status, judge(condition, whole).status
    # What is of a wrong kind is UNKNOWN; that it was hidden may only have kept the answer from being known.
    assert said is truly or said is Status.UNKNOWN or truly is Status.UNKNOWN, (part, whole)
