"""Guardrails as they are often written, which most readers believe in, and the request that gets past each.

Every one is asked as "can this still be done?"; the example is confirmed by the definition in ``iam``.
"""

from __future__ import annotations

from typing import Any

from bastide.iam.parse import parse_policy
from bastide.prove.proof import COUNTEREXAMPLE, PROVED, Proof, nobody_can
from bastide.prove.symbolic import Actions, Question, Test, absent, pinned, rules, within
from bastide.prove.symbolic.callers import identities
from bastide.prove.symbolic.constraint import RESOURCE

ACCOUNT = "111122223333"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def nobody(action: str, *denies: dict[str, Any], given: tuple[Test, ...] = (), exempt: tuple[str, ...] = ()) -> Proof:
    """Whether the denies leave nobody of an account who can do it."""
    document = parse_policy(
        {"Version": "2012-10-17", "Statement": [ALLOW_ALL, *({"Effect": "Deny", **one} for one in denies)]}
    )
    callers = identities(ACCOUNT, organization="o-acme000000", exempt=exempt)
    layer = rules(document, "Allow")
    return nobody_can(Question((layer,), rules(document, "Deny"), (*callers.tests, *given), Actions((action,))))


def test_a_deny_by_bool_does_not_ask_long_lived_keys_for_a_second_factor() -> None:
    # A request signed with a long-lived key carries no aws:MultiFactorAuthPresent at all: "false" does not match it.
    believed = {
        "Action": "ec2:TerminateInstances",
        "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    }
    proof = nobody("ec2:TerminateInstances", believed, given=(absent("aws:multifactorauthpresent"),))
    assert proof.status == COUNTEREXAMPLE
    assert "aws:multifactorauthpresent" not in proof.examples[0].keys
    sound = {**believed, "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
    assert nobody("ec2:TerminateInstances", sound, given=(absent("aws:multifactorauthpresent"),)).status == PROVED


def test_requiring_imdsv2_at_launch_does_not_keep_it_required() -> None:
    # The launch is closed; the instance that was launched right is opened again by another action.
    believed = {
        "Action": "ec2:RunInstances",
        "Resource": "arn:aws:ec2:*:*:instance/*",
        "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
    }
    launch = (within(RESOURCE, "arn:aws:ec2:*:*:instance/*"), pinned("ec2:metadatahttptokens", "optional"))
    assert nobody("ec2:RunInstances", believed, given=launch).status == PROVED
    weaken = (pinned("ec2:attribute/httptokens", "optional"),)
    proof = nobody("ec2:ModifyInstanceMetadataOptions", believed, given=weaken)
    assert proof.status == COUNTEREXAMPLE
    assert proof.examples[0].action == "ec2:ModifyInstanceMetadataOptions"


def test_an_exemption_by_a_role_name_with_a_star_in_front_exempts_whoever_may_name_a_role() -> None:
    # "*" crosses "/": a path or a prefix of one's own choice makes any role the exempt one.
    believed = {
        "Action": "cloudtrail:StopLogging",
        "Resource": "*",
        "Condition": {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*SecurityAdmin"}},
    }
    meant = ("arn:aws:iam::*:role/SecurityAdmin",)
    proof = nobody("cloudtrail:StopLogging", believed, exempt=meant)
    assert proof.status == COUNTEREXAMPLE
    (arn,) = proof.examples[0].keys["aws:principalarn"]
    assert arn.endswith("SecurityAdmin") and not arn.endswith(":role/SecurityAdmin")
    sound = {**believed, "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/SecurityAdmin"}}}
    assert nobody("cloudtrail:StopLogging", sound, exempt=meant).status == PROVED


def test_a_list_of_allowed_tag_keys_by_for_all_values_lets_untagged_requests_pass() -> None:
    # ForAllValues is true of no values at all.
    believed = {
        "Action": "ec2:CreateVolume",
        "Resource": "*",
        "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["project", "owner"]}},
    }
    proof = nobody("ec2:CreateVolume", believed, given=(absent("aws:tagkeys"),))
    assert proof.status == COUNTEREXAMPLE
