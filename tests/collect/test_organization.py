"""The organization as it is read from the sandbox."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.session import Target
from bastide.collect import read_organization
from bastide.collect.organization import _document
from bastide.model import GLOBAL
from bastide.sandbox import Sandbox
from bastide.sandbox.faults import parse_rules

LEAVE = "organizations:LeaveOrganization"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": LEAVE, "Resource": "*"}]}


@pytest.fixture
def target() -> Any:
    sandbox = Sandbox()
    yield Target.sandbox(sandbox)
    sandbox.close()


def test_there_is_none_before_it_is_made(target: Target) -> None:
    assert read_organization(target) is None


def test_the_tree_its_accounts_and_policies_with_their_targets(target: Target) -> None:
    client = target.connection(target.management_account, GLOBAL).client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    top = client.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    unit = client.create_organizational_unit(ParentId=top, Name="prod")["OrganizationalUnit"]["Id"]
    client.create_account(AccountName="shop", Email="shop@bastide.example")
    shop = next(one["Id"] for one in client.list_accounts()["Accounts"] if one["Name"] == "shop")
    client.move_account(AccountId=shop, SourceParentId=root, DestinationParentId=unit)
    made = client.create_policy(
        Content=json.dumps(DENY), Name="deny-leave", Description="", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=made, TargetId=unit)

    found = read_organization(target)
    assert found is not None
    assert found.management_account == target.management_account
    assert found.path(shop) == (root, top, unit, shop)
    assert found.unit_path(shop) == "workloads/prod"
    assert found.accounts_by_id[shop].status == "ACTIVE"
    (policy,) = (policy for policy in found.policies_by_target[unit] if policy.id == made)
    assert (policy.name, policy.targets) == ("deny-leave", (unit,))
    assert policy.document is not None
    assert policy.document.statements[0].action == (LEAVE,)
    # Resource control policies are not enabled here, so those that AWS lists have no effect and are left out.
    assert {policy.type for policy in found.policies} == {"SERVICE_CONTROL_POLICY"}


def test_a_policy_that_cannot_be_read_says_why() -> None:
    class Denied:
        def describe_policy(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "DescribePolicy")

    class Broken:
        def describe_policy(self, **_: str) -> dict[str, Any]:
            return {"Policy": {"Content": "{"}}

    assert _document(Denied(), {"Id": "p-1"}) == (None, "DescribePolicy: AccessDeniedException")
    document, why = _document(Broken(), {"Id": "p-1"})
    assert document is None
    assert why


@pytest.mark.parametrize(
    ("operation", "fault", "name"),
    [
        ("ListPolicies", "deny", "any SERVICE_CONTROL_POLICY"),
        ("ListTargetsForPolicy", "deny", "FullAWSAccess"),
        ("DescribePolicy", "deny", "FullAWSAccess"),
        ("ListPolicies", "throttle", "any SERVICE_CONTROL_POLICY"),
    ],
)
def test_policies_that_are_refused_are_there_unread_and_the_tree_is_known(
    operation: str, fault: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)  # botocore's, between attempts
    sandbox = Sandbox()
    target = Target.sandbox(sandbox)
    client = target.connection(target.management_account, GLOBAL).client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    client.create_account(AccountName="shop", Email="shop@bastide.example")
    sandbox.faults.set(parse_rules({"rules": [{"fault": fault, "match": {"operation": operation}}]}))
    found = read_organization(target)
    sandbox.close()
    assert found is not None
    assert {one.name for one in found.accounts} >= {"shop"}
    (policy,) = found.policies
    assert (policy.name, policy.document) == (name, None)
    assert root in policy.targets
    assert policy.unreadable.startswith(f"{operation}: ")
