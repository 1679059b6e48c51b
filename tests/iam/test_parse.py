"""Policies are parsed with every problem and its place."""
# ruff: noqa: E501 (the rows of a table read better unbroken)

import json
import time
from typing import Any

import pytest

from bastide.errors import InputError
from bastide.iam.parse import parse_policy
from bastide.model import Unknown

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def policy(**changes: Any) -> dict[str, Any]:
    """One good statement with changes; None takes an element away."""
    statement = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [statement]}


def problems(source: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_policy(source, where="p.json")
    return [f"{one.what} | {one.where} | {one.fix}" for one in caught.value.problems]


def test_scalars_lists_and_a_lone_statement_become_tuples() -> None:
    document = parse_policy({"Statement": {**GOOD, "Principal": "*", "Action": ["a:B", "c:*"]}})
    (statement,) = document.statements
    assert statement.action == ("a:B", "c:*")
    assert statement.resource == ("*",)
    assert statement.principal == {"*": ("*",)}
    assert statement.not_action is None


def test_a_policy_without_version_is_of_2008() -> None:
    assert parse_policy({"Statement": GOOD}).version == "2008-10-17"


def test_statements_know_line_and_column() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [GOOD, GOOD]}, indent=2)
    first, second = parse_policy(text, where="p.json").statements
    assert str(first.position) == "p.json:4:5"
    assert str(second.position) == "p.json:9:5"
    assert second.position.pointer == "/Statement/1"
    assert first == second


def test_a_mapping_knows_its_pointer() -> None:
    assert str(parse_policy(policy(), where="arn:aws:s3:::b ").statements[0].position) == "arn:aws:s3:::b /Statement/0"


def test_json_booleans_and_numbers_are_condition_values() -> None:
    text = '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":true},"NumericEquals":{"c:d":[1,2.50]}}}}'
    assert parse_policy(text).statements[0].condition == {
        "Bool": {"a:b": ("true",)},
        "NumericEquals": {"c:d": ("1", "2.50")},
    }
    from_mapping = parse_policy(policy(Condition={"Bool": {"a:b": False}, "NumericEquals": {"c:d": 3}}))
    assert from_mapping.statements[0].condition == {"Bool": {"a:b": ("false",)}, "NumericEquals": {"c:d": ("3",)}}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "not JSON: Expecting value | p.json:1:1 | the text is empty"),
        ('{"a": [1,\n2,}', "not JSON: Expecting value | p.json:2:3 | look for a missing comma, quote or bracket just before this place"),
        ("[]", "a policy is a JSON object, not a list | p.json:1:1 | "),
        ("[" * 200_000, "not a policy: JSON nested too deep | p.json | "),
        ('{"a": NaN}', "not JSON: NaN is no JSON value | p.json | "),
        (b'{"a": "\xff"}', "not UTF-8: byte 7 cannot be read | p.json:1:1 | "),
        ('{"Statement": "\\ud800"}', "a string holds half of a surrogate pair, which is no character | p.json | "),
        ('{"Version": "2012-10-17"}', "the policy has no Statement | p.json:1:1 | "),
        ({"Statement": []}, "the policy has no statement in it | p.json /Statement | a policy holds at least one statement"),
        ({"Version": "2012", "Statement": GOOD}, "no such policy version: '2012' | p.json /Version | write \"2012-10-17\""),
        (policy(Effect=None), 'the statement has no Effect | p.json /Statement/0 | add "Effect": "Allow" or "Deny"'),
        (policy(Effect="allow"), "no such effect: 'allow' | p.json /Statement/0/Effect | did you mean Allow?"),
        (policy(Action=None), 'the statement has no Action | p.json /Statement/0 | add "Action" or "NotAction"'),
        (policy(NotAction="*"), "a statement has Action or NotAction, not both | p.json /Statement/0 | split it in two statements"),
        (policy(Action=None, NotAction=[]), 'NotAction leaves out nothing, so the statement would mean everything | p.json /Statement/0/NotAction | list what it leaves out, or write "Action": "*"'),
        (policy(Resource=None, NotResource=""), 'NotResource leaves out nothing, so the statement would mean everything | p.json /Statement/0/NotResource | list what it leaves out, or write "Resource": "*"'),
        (policy(Resource=None), "the statement has neither Resource nor Principal | p.json /Statement/0 | add \"Resource\", in a trust policy \"Principal\""),
        (policy(Action="GetObject"), "not an action: 'GetObject' | p.json /Statement/0/Action | write service:Action, or * for all"),
        (policy(Action=["s3:GetObject", 5]), "this is a string, not a number | p.json /Statement/0/Action/1 | "),
        (policy(Resource=Unknown("AccessDenied")), "this is a string or a list of strings, not something that could not be read (AccessDenied) | p.json /Statement/0/Resource | "),
        (policy(Principal="123456789012"), 'Principal is "*" or an object, not \'123456789012\' | p.json /Statement/0/Principal | write {"AWS": …} or {"Service": …}'),
        (policy(Principal={"Aws": "*"}), 'no such type of principal: "Aws" | p.json /Statement/0/Principal/Aws | did you mean AWS?'),
        (policy(Resorce="*"), 'a statement has no element "Resorce" | p.json /Statement/0/Resorce | did you mean Resource?'),
        (policy(Condition={"StringEqual": {}}), 'no such condition operator: "StringEqual" | p.json /Statement/0/Condition/StringEqual | did you mean StringEquals?'),
        (policy(Condition={"NullIfExists": {}}), 'no such condition operator: "NullIfExists" | p.json /Statement/0/Condition/NullIfExists | '),
        (policy(Condition={"Bool": {"a/b": None}}), "a condition value is a string, number or boolean, not null | p.json /Statement/0/Condition/Bool/a~1b | "),
        (policy(Condition={"Bool": {"a:b": "true", "A:B": "true"}}), "one name in two spellings: a:b, A:B | p.json /Statement/0/Condition/Bool | merge the two or drop one"),
    ],
)  # fmt: skip
def test_what_iam_refuses_is_refused_with_its_place(source: Any, expected: str) -> None:
    (found,) = problems(source)
    assert found.startswith(expected)


def test_all_duplicate_keys_are_named_with_their_lines() -> None:
    text = '{"Version": "2012-10-17",\n "Version": "2012-10-17",\n "Statement": {"Effect": "Allow", "Effect": "Deny"}}'
    assert problems(text) == [
        '"Version" occurs twice in one object | p.json:2:2 /Version | merge the two or drop one',
        '"Effect" occurs twice in one object | p.json:3:35 /Statement/Effect | merge the two or drop one',
    ]


def test_all_problems_come_at_once() -> None:
    text = json.dumps({"Version": 1, "Statement": [{"Effect": "Allow"}, 3, policy()["Statement"][0]]}, indent=1)
    assert len(problems(text)) == 4


def test_ten_megabytes_are_refused_at_once() -> None:
    start = time.perf_counter()
    (found,) = problems(b" " * 10_000_001)
    assert found == "policy of 10,000,001 bytes: more than 10,000,000 are not read | p.json | "
    assert time.perf_counter() - start < 0.5


def test_places_are_words_when_there_is_no_file() -> None:
    with pytest.raises(InputError, match="line 1, column 1"):
        parse_policy("nonsense")
