"""One statement and one layer against one request: a row for each rule of the language."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.iam.decide import decide_policy, decide_rcp, decide_scp, matches
from bastide.iam.parse import parse_policy
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.iam.wildcards import like
from bastide.model import PolicyDocument

ROLE = Principal(
    "arn:aws:iam::111122223333:role/x/dev", "arn:aws:sts::111122223333:assumed-role/dev/me", organization="o-a"
)
SERVICE = Principal(service="cloudtrail.amazonaws.com")
LINKED = Principal("arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")


def policy(*statements: dict[str, Any]) -> PolicyDocument:
    base = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return parse_policy({"Version": "2012-10-17", "Statement": [{**base, **one} for one in statements]})


def speaks(statement: dict[str, Any], request: Request, version: str = "2012-10-17") -> bool:
    if "NotResource" in statement:
        statement = {**statement, "Resource": None}
    kept = {"Effect": "Allow", "Resource": "*", **({} if "NotAction" in statement else {"Action": "*"}), **statement}
    document = {"Version": version, "Statement": {key: value for key, value in kept.items() if value is not None}}
    return matches(parse_policy(document).statements[0], request, version=version)


@pytest.mark.parametrize(
    ("statement", "action", "resource", "expected"),
    [
        ({"Action": "s3:getobject"}, "s3:GetObject", "*", True),
        ({"Action": "s3:Get*"}, "s3:GetObjectAcl", "*", True),
        ({"Action": "s3:GetObjec?"}, "s3:GetObject", "*", True),
        ({"Action": "s3:GetObjec?"}, "s3:GetObjec", "*", False),
        ({"Action": ["iam:*", "ec2:*"]}, "s3:GetObject", "*", False),
        ({"NotAction": "s3:*"}, "s3:GetObject", "*", False),
        ({"NotAction": "s3:*"}, "iam:CreateUser", "*", True),
        ({"Resource": "arn:aws:s3:::b/*"}, "s3:GetObject", "arn:aws:s3:::b/a/c", True),
        ({"Resource": "arn:aws:s3:::b"}, "s3:GetObject", "arn:aws:s3:::B", False),
        ({"Resource": "arn:aws:s3:::a.b"}, "s3:GetObject", "arn:aws:s3:::axb", False),
        ({"Resource": "arn:aws:s3:::[ab]"}, "s3:GetObject", "arn:aws:s3:::a", False),
        ({"Resource": "arn:aws:sqs:*"}, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", True),
        ({"NotResource": "arn:aws:s3:::b/*"}, "s3:GetObject", "arn:aws:s3:::b/a", False),
        ({"NotResource": "arn:aws:s3:::b/*"}, "s3:GetObject", "arn:aws:s3:::c/a", True),
    ],
)
def test_actions_and_resources(statement: dict[str, Any], action: str, resource: str, expected: bool) -> None:
    assert speaks(statement, Request(ROLE, action, resource)) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "expected"),
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", "a*", ["ab"], False),
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEqualsIgnoreCase", "A", ["a"], True),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", ["a", "b"], ["c"], True),
        ("StringLike", "A?", ["Ab"], True),
        ("StringLike", "A*", ["ab"], False),
        ("StringNotLike", "a*", ["ab"], False),
        ("NumericLessThan", "2.0", ["1.0"], True),
        ("NumericLessThan", "2", ["2"], False),
        ("NumericGreaterThanEquals", "2", ["2.0"], True),
        ("NumericEquals", "2", ["two"], False),
        ("NumericNotEquals", "2", ["two"], True),
        ("DateLessThan", "2026-01-01T00:00:00Z", ["2025-12-31T23:59:59Z"], True),
        ("DateGreaterThan", "0", ["2025-12-31T23:59:59Z"], True),
        ("Bool", "true", ["True"], True),
        ("BinaryEquals", "QQ==", ["QQ=="], True),
        ("IpAddress", "10.0.0.0/8", ["10.1.2.3"], True),
        ("IpAddress", "10.0.0.1", ["10.0.0.2"], False),
        ("IpAddress", "10.0.0.0/8", ["::1"], False),
        ("NotIpAddress", "10.0.0.0/8", ["11.1.2.3"], True),
        ("ArnLike", "arn:aws:iam::*:role/x/*", ["arn:aws:iam::111122223333:role/x/y/z"], True),
        ("ArnEquals", "arn:aws:iam::*:role/x", ["arn:aws:iam::1:role/x"], True),
        ("ArnLike", "arn:aws:sns:*", ["arn:aws:sns:eu-west-1:111122223333:t"], False),
        ("StringLike", "arn:aws:sns:*", ["arn:aws:sns:eu-west-1:111122223333:t"], True),
        ("Null", "true", [], True),
        ("Null", "false", [], False),
        ("Null", "false", ["a"], True),
        # an absent key
        ("StringEquals", "a", [], False),
        ("StringNotEquals", "a", [], True),
        ("StringEqualsIfExists", "a", [], True),
        ("StringNotEqualsIfExists", "a", [], True),
        ("Bool", "false", [], False),
        ("BoolIfExists", "false", [], True),
        ("NumericLessThan", "2", [], False),
        ("ArnNotLike", "arn:aws:iam::*:role/x", [], True),
        # many values
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a"], [], True),
        ("ForAnyValue:StringEquals", ["a"], ["a", "c"], True),
        ("ForAnyValue:StringEquals", ["a"], [], False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a"], [], False),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], True),
        ("StringNotEquals", ["a"], ["a", "c"], False),
        ("StringEquals", ["a"], ["a", "c"], True),
    ],
)
def test_condition_operators(operator: str, wanted: Any, found: list[str], expected: bool) -> None:
    request = Request(ROLE, "s3:GetObject", context={"Test:Key": found} if found else {})
    assert speaks({"Condition": {operator: {"test:KEY": wanted}}}, request) is expected
    assert speaks({"Condition": {operator.lower(): {"test:key": wanted}}}, request) is expected


def test_operators_and_keys_all_have_to_hold() -> None:
    both = {"Condition": {"StringEquals": {"a:x": "1", "a:y": "2"}, "Bool": {"a:z": "true"}}}
    assert speaks(both, Request(ROLE, "s3:A", context={"a:x": "1", "a:y": "2", "a:z": "true"}))
    assert not speaks(both, Request(ROLE, "s3:A", context={"a:x": "1", "a:y": "3", "a:z": "true"}))
    assert not speaks(both, Request(ROLE, "s3:A", context={"a:x": "1", "a:y": "2", "a:z": "false"}))


@pytest.mark.parametrize(
    ("statement", "context", "resource", "expected"),
    [
        ({"Resource": "arn:aws:s3:::b/${a:name}/*"}, {"a:name": "bob"}, "arn:aws:s3:::b/bob/x", True),
        ({"Resource": "arn:aws:s3:::b/${a:name}/*"}, {}, "arn:aws:s3:::b/bob/x", False),
        ({"Resource": "arn:aws:s3:::b/${a:name}"}, {"a:name": "*"}, "arn:aws:s3:::b/bob", False),
        ({"Resource": "arn:aws:s3:::b/${a:name}"}, {"a:name": "*"}, "arn:aws:s3:::b/*", True),
        ({"Resource": "arn:aws:s3:::b/${a:name, 'all'}"}, {}, "arn:aws:s3:::b/all", True),
        ({"Resource": "arn:aws:s3:::b/${*}"}, {}, "arn:aws:s3:::b/x", False),
        ({"Resource": "arn:aws:s3:::b/${*}"}, {}, "arn:aws:s3:::b/*", True),
        ({"Condition": {"StringEquals": {"a:x": "${a:y}"}}}, {"a:x": "1", "a:y": "1"}, "*", True),
        ({"Condition": {"StringEquals": {"a:x": "${a:y}"}}}, {"a:x": "1"}, "*", False),
        ({"Condition": {"StringNotEquals": {"a:x": "${a:y}"}}}, {"a:x": "1"}, "*", True),
        ({"Condition": {"NumericEquals": {"a:x": "${a:y}"}}}, {"a:x": "1", "a:y": "1"}, "*", False),
    ],
)
def test_variables(statement: dict[str, Any], context: dict[str, str], resource: str, expected: bool) -> None:
    assert speaks(statement, Request(ROLE, "s3:GetObject", resource, context)) is expected


def test_variables_are_literal_text_before_2012() -> None:
    request = Request(ROLE, "s3:GetObject", "arn:aws:s3:::b/bob", {"a:name": "bob"})
    assert not speaks({"Resource": "arn:aws:s3:::b/${a:name}"}, request, version="2008-10-17")
    assert speaks({"Resource": "arn:aws:s3:::b/${a:name}"}, request)


@pytest.mark.parametrize(
    ("principal", "caller", "expected"),
    [
        ("*", ROLE, True),
        ("*", ANONYMOUS, True),
        ("*", SERVICE, True),
        ({"AWS": "*"}, ANONYMOUS, True),
        ({"AWS": "111122223333"}, ROLE, True),
        ({"AWS": "arn:aws:iam::111122223333:root"}, ROLE, True),
        ({"AWS": "444455556666"}, ROLE, False),
        ({"AWS": ROLE.arn}, ROLE, True),
        ({"AWS": ROLE.session}, ROLE, True),
        ({"AWS": "arn:aws:iam::111122223333:role/*"}, ROLE, False),
        ({"AWS": "111122223333"}, ANONYMOUS, False),
        ({"Service": "cloudtrail.amazonaws.com"}, SERVICE, True),
        ({"Service": "config.amazonaws.com"}, SERVICE, False),
        ({"AWS": "111122223333", "Service": "cloudtrail.amazonaws.com"}, SERVICE, True),
    ],
)
def test_principals(principal: Any, caller: Principal, expected: bool) -> None:
    assert speaks({"Principal": principal}, Request(caller, "s3:GetObject")) is expected
    assert speaks({"NotPrincipal": principal}, Request(caller, "s3:GetObject")) is not expected


def test_a_deny_wins_over_an_allow_and_silence_denies() -> None:
    request = Request(ROLE, "s3:GetObject")
    assert decide_policy([policy({})], request).allowed
    assert (
        decide_policy([policy({}), policy({"Effect": "Deny", "Action": "s3:*"})], request).reason == "an explicit deny"
    )
    assert decide_policy([policy({"Action": "iam:*"})], request).reason == "nothing allows it"


ALL = policy({})
DENY_S3 = policy({"Effect": "Deny", "Action": "s3:*"})


def test_every_level_has_to_allow() -> None:
    request = Request(ROLE, "s3:GetObject")
    assert decide_scp([[ALL], [ALL], [ALL]], request).allowed
    assert not decide_scp([[ALL], [policy({"Action": "ec2:*"})], [ALL]], request).allowed
    assert (
        decide_scp([[ALL], [], [ALL]], request).reason
        == "no service control policy allows it at level 1 below the root"
    )
    denied = decide_scp([[ALL], [ALL, DENY_S3], [ALL]], request)
    assert denied.statement == DENY_S3.statements[0]


@pytest.mark.parametrize(
    ("caller", "bound"),
    [
        (ROLE, True),
        (Principal("arn:aws:iam::111122223333:root"), True),
        (LINKED, False),
        (SERVICE, False),
        (ANONYMOUS, False),
        (Principal("arn:aws:iam::999999999999:role/admin"), False),
    ],
)
def test_whom_a_service_control_policy_binds(caller: Principal, bound: bool) -> None:
    decision = decide_scp([[ALL, DENY_S3]], Request(caller, "s3:GetObject"), management_account="999999999999")
    assert decision.allowed is not bound


def test_what_a_resource_control_policy_binds() -> None:
    deny = policy({"Effect": "Deny", "Principal": "*"})
    levels = [[ALL, deny]]
    assert not decide_rcp(levels, Request(ANONYMOUS, "s3:GetObject", "arn:aws:s3:::b/k")).allowed
    assert not decide_rcp(levels, Request(SERVICE, "s3:PutObject", "arn:aws:s3:::b/k")).allowed
    assert decide_rcp(levels, Request(LINKED, "s3:GetObject", "arn:aws:s3:::b/k")).allowed
    assert decide_rcp(levels, Request(ROLE, "ec2:RunInstances")).allowed
    managed = Request(ROLE, "kms:Decrypt", "arn:aws:kms:eu-west-1:999999999999:key/1")
    assert decide_rcp(levels, managed, management_account="999999999999").allowed
    bucket = Request(ROLE, "s3:GetObject", "arn:aws:s3:::b/k")
    assert decide_rcp(levels, bucket, management_account="999999999999", owner="999999999999").allowed


def naive(pattern: str, text: str) -> bool:
    """The pattern language by its definition, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naive(pattern[1:], text) or (bool(text) and naive(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and naive(pattern[1:], text[1:])


@given(st.text("ab*?.[", max_size=7), st.text("ab.[\n", max_size=7))
def test_patterns_match_as_their_definition_says(pattern: str, text: str) -> None:
    assert like(pattern, text) == naive(pattern, text)
