"""Policies that mean the same in obvious ways compare equal, and only those."""
# ruff: noqa: E501 (the rows of a table read better unbroken)

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.iam.canonical import canonical, render_policy
from bastide.iam.parse import parse_policy


def one(**elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", **elements}]}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (one(), {"Version": "2012-10-17", "Statement": one()["Statement"][0]}),
        (one(), {"Version": "2012-10-17", "Statement": one()["Statement"] * 2}),
        (one(Sid="A"), one(Sid="B")),
        (one(Action="s3:getobject"), one(Action=["s3:GetObject", "S3:GetObject"])),
        (one(Resource=["b", "a"]), one(Resource=["a", "b", "a"])),
        (one(Principal={"AWS": "123456789012"}), one(Principal={"AWS": ["arn:aws:iam::123456789012:root"]})),
        (one(Principal={"AWS": "*"}), one(Principal="*")),
        (one(Condition={"bool": {"aws:securetransport": False}}), one(Condition={"Bool": {"aws:SecureTransport": "False"}})),
        (one(Condition={"ArnLike": {"aws:PrincipalArn": "x"}}), one(Condition={"ArnEquals": {"aws:PrincipalARN": ["x"]}})),
        (one(Condition={"NumericEquals": {"a:b": 1}}), one(Condition={"NumericEquals": {"a:b": "1"}})),
        (one(Condition={}), one()),
    ],
)  # fmt: skip
def test_the_same_meaning_is_the_same_form(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert canonical(left) == canonical(right)
    assert canonical(json.dumps(left)) == canonical(parse_policy(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (one(), {**one(), "Version": "2008-10-17"}),
        (one(Resource="a"), one(Resource="A")),
        (one(Principal={"AWS": "123456789012"}), one(Principal={"AWS": "arn:aws:iam::123456789012:user/root"})),
        (one(Principal={"AWS": "*"}), one(Principal={"Federated": "*"})),
        (one(Condition={"StringEquals": {"a:b": "X"}}), one(Condition={"StringEquals": {"a:b": "x"}})),
        (one(Condition={"StringEquals": {"a:b": "x"}}), one(Condition={"StringEqualsIfExists": {"a:b": "x"}})),
        (one(Condition={"ArnLike": {"a:b": "x"}, "ArnEquals": {"a:b": "y"}}), one(Condition={"ArnLike": {"a:b": ["x", "y"]}})),
        (one(Resource=None, NotResource="*"), one()),
    ],
)  # fmt: skip
def test_different_meanings_are_different_forms(left: dict[str, Any], right: dict[str, Any]) -> None:
    for policy in (left, right):
        policy["Statement"] = [{key: value for key, value in policy["Statement"][0].items() if value is not None}]
    assert canonical(left) != canonical(right)


names = st.sampled_from(["s3:GetObject", "S3:getObject", "iam:*", "*"])
words = st.sampled_from(
    ["*", "arn:aws:s3:::b", "arn:aws:s3:::B/*", "123456789012", "arn:aws:iam::123456789012:root", "é"]
)
some = st.one_of(words, st.lists(words, max_size=3))
keys = st.sampled_from(["aws:PrincipalArn", "aws:SecureTransport", "s3:x-amz-acl"])
operators = st.sampled_from(
    ["StringEquals", "ArnLike", "ArnEquals", "ArnNotEqualsIfExists", "ForAnyValue:StringLike", "Bool", "Null"]
)
conditions = st.dictionaries(operators, st.dictionaries(keys, some, max_size=2), max_size=3)
principals = st.one_of(st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service"]), some, max_size=2))
statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.one_of(names, st.lists(names, max_size=3)),
        "Resource": some,
    },
    optional={"Principal": principals, "Condition": conditions, "Sid": st.just("S")},
)
policies = st.fixed_dictionaries(
    {
        "Version": st.sampled_from(["2012-10-17", "2008-10-17"]),
        "Statement": st.lists(statements, min_size=1, max_size=4),
    }
)


@given(policies)
def test_the_canonical_form_of_a_canonical_form_is_itself(policy: dict[str, Any]) -> None:
    form = canonical(policy)
    assert canonical(form) == form
    assert canonical(json.dumps(form)) == form


@given(policies)
def test_rendering_keeps_the_meaning_and_is_stable(policy: dict[str, Any]) -> None:
    text = render_policy(policy)
    assert canonical(text) == canonical(policy)
    assert render_policy(text) == text


@given(policies, st.randoms(use_true_random=False))
def test_the_order_of_statements_makes_no_difference(policy: dict[str, Any], chance: Any) -> None:
    shuffled = {**policy, "Statement": chance.sample(policy["Statement"], len(policy["Statement"]))}
    assert canonical(shuffled) == canonical(policy)


def test_rendering_is_minified_and_counts_characters_not_bytes() -> None:
    text = render_policy(one(Sid="É", Action=["s3:PutObject", "s3:GetObject"]))
    assert text == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"É","Effect":"Allow",'
        '"Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}]}'
    )


def test_what_is_no_policy_has_no_canonical_form() -> None:
    with pytest.raises(InputError, match="no Statement"):
        canonical("{}")
