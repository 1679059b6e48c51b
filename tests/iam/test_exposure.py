"""Who counts as the public, against the evaluation of single requests."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.iam.conditions import holds
from bastide.iam.exposure import (
    covers,
    covers_actions,
    is_all_actions,
    is_all_resources,
    is_public,
    limits_caller,
    limits_to_account,
    overlaps,
    public,
)
from bastide.iam.parse import parse_policy
from bastide.iam.wildcards import action_like
from bastide.model import Statement

# Callers that no policy of ours can mean: an anonymous one, and one of an account and organization that nobody named.
ANONYMOUS = {"aws:sourceip": ("198.51.100.77",), "aws:securetransport": ("true",)}
OUTSIDER = {
    **ANONYMOUS,
    "aws:principalaccount": ("999999999999",),
    "aws:principalorgid": ("o-evil",),
    "aws:principalorgpaths": ("o-evil/r-evil/ou-evil/",),
    "aws:principalarn": ("arn:aws:iam::999999999999:role/evil",),
    "aws:userid": ("AROAEVILEVILEVILEVIL1:x",),
    "aws:sourcevpc": ("vpc-evil",),
    "aws:sourcevpce": ("vpce-evil",),
    "aws:sourceaccount": ("999999999999",),
    "aws:sourcearn": ("arn:aws:sns:eu-west-1:999999999999:evil",),
    "kms:calleraccount": ("999999999999",),
    "aws:viaawsservice": ("false",),
}
VALUES = {
    "aws:PrincipalOrgID": ["o-acme", "o-*", "*", "${aws:PrincipalOrgID}"],
    "aws:PrincipalAccount": ["111122223333", "*", "1111222233??"],
    "aws:PrincipalOrgPaths": ["o-acme/*", "o-acme/r-1/ou-2/", "*", "o-*/r-1/"],
    "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:role/*", "*"],
    "aws:userid": ["AROAACMEACMEACMEACME1:*", "*", "AROA*"],
    "aws:SourceVpc": ["vpc-1", "vpc-*"],
    "aws:SourceAccount": ["111122223333", "*"],
    "aws:SourceArn": ["arn:aws:sns:*:111122223333:*", "arn:aws:sns:*:*:*", "arn:aws:s3:::acme-logs", "arn:aws:s3:::*"],
    "kms:CallerAccount": ["111122223333", "*"],
    "aws:SecureTransport": ["true"],
    "kms:ViaService": ["s3.eu-west-1.amazonaws.com"],
}
OPERATORS = [
    "StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "ArnLike", "ArnNotLike", "StringEqualsIgnoreCase",
    "StringEqualsIfExists", "StringLikeIfExists", "ForAllValues:StringLike", "ForAnyValue:StringLike",
]  # fmt: skip
RANGES = ["203.0.113.0/24", "10.0.0.0/8", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "2001:db8::/32", "::/0"]


NEGATED = ["StringNotEquals", "StringNotEqualsIfExists", "StringNotLike", "ArnNotLike", "ForAllValues:StringNotEquals"]


@st.composite
def conditions(draw: st.DrawFn, operators: tuple[str, ...] = tuple(OPERATORS)) -> dict[str, dict[str, tuple[str, ...]]]:
    """Condition blocks of one to three tests over the keys that say who calls."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            key = draw(st.sampled_from(sorted(VALUES)))
            values = draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=2, unique=True))
            found.setdefault(draw(st.sampled_from(operators)), {})[key] = tuple(values)
        else:
            values = draw(st.lists(st.sampled_from(RANGES), min_size=1, max_size=2, unique=True))
            name = draw(st.sampled_from(["IpAddress", "NotIpAddress", "IpAddressIfExists"]))
            found.setdefault(name, {})["aws:SourceIp"] = tuple(values)
    return found


@given(conditions())
def test_a_condition_that_limits_the_caller_keeps_outsiders_out(condition: dict[str, Any]) -> None:
    if limits_caller(condition):
        assert not holds(condition, ANONYMOUS)
        assert not holds(condition, OUTSIDER)


@given(conditions(), conditions())
def test_one_more_test_never_makes_a_statement_public(left: dict[str, Any], right: dict[str, Any]) -> None:
    # Another key or operator is joined by AND; the same key of the same operator would be replaced, so it is left out.
    both = {name: {**right.get(name, {}), **left.get(name, {})} for name in {**left, **right}}
    allow = Statement("Allow", principal={"*": ("*",)}, action=("s3:GetObject",), resource=("*",), condition=left)
    more = Statement("Allow", principal={"*": ("*",)}, action=("s3:GetObject",), resource=("*",), condition=both)
    assert is_public(allow) or not is_public(more)


@given(conditions(operators=(*NEGATED, "StringLike", "ForAnyValue:StringNotLike")))
def test_a_deny_that_shields_denies_outsiders(condition: dict[str, Any]) -> None:
    everybody: dict[str, Any] = {"principal": {"*": ("*",)}, "action": ("s3:*",), "resource": ("*",)}
    allow, deny = Statement("Allow", **everybody), Statement("Deny", **everybody, condition=condition)
    if public([allow, deny]) == []:
        assert holds(condition, ANONYMOUS)
        assert holds(condition, OUTSIDER)


PIECES = st.text(alphabet="ab*?", max_size=5)


@given(PIECES, PIECES)
def test_a_pattern_that_covers_another_matches_all_that_it_matches(wide: str, narrow: str) -> None:
    wider = covers(f"s3:{wide}", f"s3:{narrow}", fold=True)
    for text in ("", "a", "b", "ab", "ba", "aab", "bbaa", "ababa"):
        if wider and action_like(f"s3:{narrow}", f"s3:{text}"):
            assert action_like(f"s3:{wide}", f"s3:{text}")


@given(PIECES, PIECES, st.text(alphabet="abAB", max_size=6))
def test_patterns_that_match_one_action_overlap(left: str, right: str, text: str) -> None:
    if action_like(f"s3:{left}", f"s3:{text}") and action_like(f"s3:{right}", f"s3:{text}"):
        assert overlaps(f"s3:{left}", f"s3:{right}")
        assert overlaps(f"s3:{right}", f"s3:{left}")


@pytest.mark.parametrize(
    ("left", "right", "meet"),
    [("s3:Get*", "s3:*Object", True), ("s3:Get*", "s3:Put*", False), ("*", "s3:x", True), ("s?:a", "S3:A", True)],
)
def test_overlap(left: str, right: str, meet: bool) -> None:
    assert overlaps(left, right) is meet


@pytest.mark.parametrize(
    ("text", "every"), [("*", True), ("*:*", True), ("**", True), ("s3:*", False), ("*:Get*", False)]
)
def test_all_actions(text: str, every: bool) -> None:
    assert is_all_actions(text) is every


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("*", True),
        ("arn:aws:*:*:*:*", True),
        ("arn:*:*:*:*:*", True),
        ("arn:aws:*", True),
        ("arn:aws-cn:*:*:*:*", True),
        ("arn:aws:s3:::*", False),
        ("arn:aws:*:eu-west-1:*:*", False),
        ("arn:aws:*:*:111122223333:*", False),
    ],
)
def test_all_resources(text: str, every: bool) -> None:
    assert is_all_resources(text) is every


def statement(**elements: Any) -> Statement:
    """One parsed statement."""
    base = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    return parse_policy({"Statement": [{**base, **elements}]}).statements[0]


def test_not_action_covers_what_it_does_not_name() -> None:
    deny = parse_policy({"Statement": [{"Effect": "Deny", "Principal": "*", "NotAction": "iam:*", "Resource": "*"}]})
    assert covers_actions(deny.statements[0], statement())
    assert not covers_actions(deny.statements[0], statement(Action=["s3:*", "iam:Get*"]))


@pytest.mark.parametrize(
    ("principal", "own"),
    [
        ({"AWS": "111122223333"}, True),
        ({"AWS": "arn:aws:iam::111122223333:role/a"}, True),
        ({"AWS": ["111122223333", "444455556666"]}, False),
        ({"AWS": "*"}, False),
        ({"Service": "s3.amazonaws.com"}, True),
        ({"CanonicalUser": "abc"}, False),
        ({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}, True),
        ({"AWS": "AIDAACKCEVSQ6C2EXAMPLE"}, True),
    ],
)
def test_principals_of_one_account(principal: dict[str, Any], own: bool) -> None:
    assert limits_to_account(statement(Principal=principal), "111122223333") is own
