"""Limits and grammar of Organizations, as AWS documents them.

Source: Organizations User Guide, "SCP syntax", "RCP syntax", "Quotas and service limits"; Organizations API Reference,
CloseAccount, CreateAccountStatus.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bastide.sandbox.shims import organizations as shims

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_number = iter(range(10_000))


def make(world: Any, kind: str, **elements: Any) -> Any:
    """The id of a policy of one statement; an element given as None is left out."""
    row = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", **elements}
    row = {key: value for key, value in row.items() if value is not None}
    text = json.dumps({"Version": "2012-10-17", "Statement": [row]})
    made = world.client("organizations").create_policy(
        Name=f"policy-{next(_number)}", Description="", Type=kind, Content=text
    )
    return made["Policy"]["PolicySummary"]["Id"]


@pytest.mark.parametrize(
    "elements",
    [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::x", "Condition": {"Bool": {"a:b": "true"}}},
        {"Action": None, "NotAction": ["iam:*"]},
        {"Resource": None, "NotResource": "arn:aws:s3:::x"},
        {"Action": "ec2:*Instance*"},
    ],
)
def test_service_control_policies_know_all_of_iams_language(world: Any, elements: Any) -> None:
    assert make(world, SCP, **elements)


@pytest.mark.parametrize(
    "elements",
    [
        {"Principal": "*"},
        {"NotPrincipal": {"AWS": "*"}},
        {"Resource": None},
        {"Action": None},
        {"Action": ["s3:*"], "NotAction": ["iam:*"]},
        {"Action": 7},
        {"Effect": "Maybe"},
        {"Sid": "with spaces"},
        {"Conditions": {}},
        {"Condition": []},
    ],
)
def test_what_is_no_service_control_policy_is_refused(world: Any, refused: Any, elements: Any) -> None:
    refused("MalformedPolicyDocumentException", make, world=world, kind=SCP, **elements)


def test_resource_control_policies_deny_everybody_some_actions(world: Any, refused: Any) -> None:
    assert make(world, RCP, Principal="*", Action=["s3:*", "sts:AssumeRole"])
    for wrong in (
        {"Principal": "*", "Effect": "Allow"},
        {"Principal": {"AWS": "111122223333"}},
        {"NotPrincipal": "*"},
        {},
        {"Principal": "*", "Action": "*"},
        {"Principal": "*", "Action": None, "NotAction": "s3:*"},
    ):
        refused("MalformedPolicyDocumentException", make, world=world, kind=RCP, **wrong)


def test_five_resource_control_policies_fit_on_a_node_and_awss_own_stays(fresh: Any, refused: Any) -> None:
    organizations, work = fresh.client("organizations"), fresh.accounts["work"]
    organizations.enable_policy_type(RootId=fresh.root, PolicyType=RCP)
    refused("ConstraintViolationException", organizations.detach_policy, PolicyId="p-RCPFullAWSAccess", TargetId=work)
    ids = [make(fresh, RCP, Principal="*") for _ in range(5)]
    for policy_id in ids[:4]:
        organizations.attach_policy(PolicyId=policy_id, TargetId=work)
    response = refused("ConstraintViolationException", organizations.attach_policy, PolicyId=ids[4], TargetId=work)
    assert response["Reason"] == "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"


def test_a_name_is_taken_once_among_policies_of_a_type(world: Any, refused: Any) -> None:
    create = world.client("organizations").create_policy
    content = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    create(Name="twice", Description="", Type=SCP, Content=content)
    refused("DuplicatePolicyException", create, Name="twice", Description="", Type=SCP, Content=content)


def test_units_have_a_quota(fresh: Any, refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shims, "MAX_UNITS", 2)
    create = fresh.client("organizations").create_organizational_unit
    for name in ("a", "b"):
        create(ParentId=fresh.root, Name=name)
    response = refused("ConstraintViolationException", create, ParentId=fresh.root, Name="c")
    assert response["Reason"] == "OU_NUMBER_LIMIT_EXCEEDED"


def test_an_account_too_many_fails_in_its_status_not_in_the_call(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shims, "MAX_ACCOUNTS", 4)
    organizations = fresh.client("organizations")
    made = organizations.create_account(Email="one@acme.example", AccountName="one")["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    assert (status["State"], status["FailureReason"]) == ("FAILED", "ACCOUNT_LIMIT_EXCEEDED")
    listed = organizations.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]
    assert [row["Id"] for row in listed] == [made["Id"]]
    assert len(organizations.list_create_account_status(States=["SUCCEEDED"])["CreateAccountStatuses"]) == 3


def test_accounts_are_closed_once_and_ten_in_a_month(fresh: Any, refused: Any) -> None:
    close = fresh.client("organizations").close_account
    ids = [fresh.create_account(f"to-close-{number}") for number in range(11)]
    for account in ids[:10]:
        close(AccountId=account)
    refused("AccountAlreadyClosedException", close, AccountId=ids[0])
    response = refused("ConstraintViolationException", close, AccountId=ids[10])
    assert response["Reason"] == "CLOSE_ACCOUNT_QUOTA_EXCEEDED"
    fresh.sandbox.front.clock.advance(timedelta(days=31))
    close(AccountId=ids[10])
