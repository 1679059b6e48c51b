"""Whatever is given, the lint ends in bounded time with issues, and never with a traceback."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.iam.lint import KINDS, lint_policy

SECONDS = 20  # generous: several times of what a loaded machine with two cores takes


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", **elements}


def many_statements() -> str:
    found = [
        deny(Sid=f"S{number}", Action=[f"s3:Get*{number % 7}", "ec2:Run*"], Resource=f"arn:aws:s3:::b{number}/*")
        for number in range(10_000)
    ]
    return policy(*found)


LARGE = {
    "10,000 statements": many_statements,
    "10,000 equal statements": lambda: policy(*[deny()] * 10_000),
    "100,000 actions in one list": lambda: policy(deny(Action=[f"s3:Get*{number}" for number in range(100_000)])),
    "5,000 resources in one list": lambda: policy(
        deny(Action=["s3:*", "ec2:*"], Resource=[f"arn:aws:s3:::b{number}*/*x" for number in range(5_000)])
    ),
    "a pattern of hundreds of stars": lambda: policy(
        deny(Action="s3:" + "*a" * 400, Resource=["arn:aws:s3:::" + "*a" * 800, "arn:aws:s3:::" + "a*" * 800])
    ),
    "a value of 9 MB": lambda: policy(deny(Resource="arn:aws:s3:::" + "a*" * 4_500_000)),
    "9 MB of white space": lambda: " " * 9_000_000 + policy(deny(Action="s3:GetObjekt")),
    "more than is read": lambda: policy(deny(Resource="x" * 11_000_000)),
    "deep nesting": lambda: "[" * 200_000,
    "deep nesting within a policy": lambda: '{"Statement": ' + '{"Condition": ' * 50_000 + "1" + "}" * 50_001,
    "5,000 condition values": lambda: policy(
        deny(Condition={"StringLike": {"s3:prefix": [f"a{number}*b" for number in range(5_000)]}})
    ),
    "2,000 ranges of addresses": lambda: policy(
        deny(Condition={"IpAddress": {"aws:SourceIp": [f"54.{n % 200}.{n // 200}.0/24" for n in range(2_000)]}})
    ),
    "a patterned prefix in every action": lambda: policy(deny(Action=[f"*{n}:*" for n in range(2_000)])),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_input_is_judged_in_bounded_time(name: str) -> None:
    text = LARGE[name]()
    start = time.process_time()
    report = lint_policy(text, kind="identity")
    assert time.process_time() - start < SECONDS
    assert report.issues


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\xff\xfe", "null", "[]", "7", '"text"', "{", '{"Statement": null}', '{"Statement": [null, 7, [], {}]}',
        '{"Version": 2012, "Statement": {"Effect": ["Allow"], "Action": {"a": 1}, "Resource": null}}',
        '{"Statement": {"Effect": "Allow", "Principal": {"AWS": 7}, "Action": "sts:AssumeRole"}}',
        '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": [1]}}',
        '{"Statement": {"Effect": "Allow", "Action": "é:*", "Resource": "arn:aws:s3:::\\u00e9/*", "Sid": "\\u0000"}}',
        '{"Statement": {"Effect": "Allow", "Action": ":", "Resource": ":", "Condition": {"Null": {"": ""}}}}',
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:sqs:${${a}${"}}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["auto", "trust"])
def test_what_is_no_policy_gives_an_error_and_no_traceback(text: str | bytes, kind: str) -> None:
    report = lint_policy(text, kind=kind)
    assert any(issue.severity == "error" for issue in report.issues)


def test_a_statement_that_does_not_parse_hides_no_other() -> None:
    report = lint_policy(policy({"Effect": "allow", "Action": "*", "Resource": "*"}, deny(Action="s3:GetObjekt")))
    found = {issue.rule: issue.position.pointer for issue in report.issues}
    assert found["invalid-effect"] == "/Statement/0/Effect"
    assert found["unknown-action"] == "/Statement/1/Action"


WORDS = st.sampled_from(
    ["*", "s3:GetObject", "s3:Get*", "iam:PassRole", "arn:aws:s3:::b/*", "arn:aws:iam::111122223333:role/x", "", "a",
     "${aws:username}", "true", "10.0.0.0/8", "2026-01-01", "7", "StringEquals", "Null", "ForAllValues:StringLike",
     "aws:SourceIp", "aws:TagKeys", "s3:prefix", "Allow", "Deny", "AWS", "Service", "2012-10-17"]
)  # fmt: skip
VALUES = st.recursive(
    WORDS | st.booleans() | st.integers(-1, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ELEMENTS = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(ELEMENTS), VALUES), max_size=3), st.sampled_from(["auto", *KINDS]))
def test_any_statements_of_any_kind_are_judged(statements: list[dict[str, Any]], kind: str) -> None:
    value = {"Version": "2012-10-17", "Statement": statements}
    by_text = lint_policy(json.dumps(value), kind=kind)
    by_value = lint_policy(value, kind=kind)
    assert by_text.kind in KINDS
    assert by_value.rules == by_text.rules
