"""Identity Center handlers on the sandbox."""

import json
from typing import Any

import pytest

from bastide.aws.handlers.identitystore import Group, GroupMembership
from bastide.aws.handlers.sso import Assignment, Instance, PermissionSet
from bastide.errors import TargetError
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, assert_holds, change_to, keeps_its_contract
from tests.aws.handlers.test_organizations import member, root

READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
INLINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}
BOUNDARY = {"CustomerManagedPolicyReference": {"Name": "boundary", "Path": "/bastide/"}}


def instance(at: Any) -> dict[str, Any]:
    root(at)
    Instance().create(at, {})
    return dict(next(iter(Instance().list(at))).properties)


def permission_set(at: Any) -> dict[str, Any]:
    return {
        "InstanceArn": instance(at)["InstanceArn"],
        "Name": "Auditor",
        "Description": "Looks at everything",
        "SessionDuration": "PT2H",
        "ManagedPolicies": [READ, AUDIT],
        "InlinePolicy": INLINE,
        "CustomerManagedPolicyReferences": [{"Name": "more", "Path": "/"}],
        "PermissionsBoundary": BOUNDARY,
        "Tags": [{"Key": "bastide:name", "Value": "auditor"}],
    }


def group(at: Any) -> dict[str, Any]:
    return {"IdentityStoreId": instance(at)["IdentityStoreId"], "DisplayName": "auditors", "Description": "they look"}


def membership(at: Any) -> dict[str, Any]:
    declared = group(at)
    store = declared["IdentityStoreId"]
    user = at.client("identitystore").create_user(
        IdentityStoreId=store, UserName="ann", DisplayName="Ann", Name={"GivenName": "Ann", "FamilyName": "A"}
    )
    member = {"UserId": user["UserId"]}
    return {"IdentityStoreId": store, "GroupId": Group().create(at, declared).split("|")[0], "MemberId": member}


def assignment(at: Any) -> dict[str, Any]:
    account = member(at)
    iam = at.sandbox.session(account).client("iam")
    for name, path in (("more", "/"), ("boundary", "/bastide/")):
        iam.create_policy(PolicyName=name, Path=path, PolicyDocument=json.dumps(INLINE))
    made = PermissionSet().create(at, permission_set(at))
    return {
        "InstanceArn": made.split("|")[0],
        "PermissionSetArn": made.split("|")[1],
        "PrincipalType": "GROUP",
        "PrincipalId": Group().create(at, group(at)).split("|")[0],
        "TargetType": "AWS_ACCOUNT",
        "TargetId": account,
    }


CASES = [
    Case(
        PermissionSet,
        permission_set,
        {
            "Description": "Looks",
            "SessionDuration": "PT1H",
            "ManagedPolicies": [READ],
            "InlinePolicy": INLINE | {"Id": "2"},
            "CustomerManagedPolicyReferences": [],
            "PermissionsBoundary": None,
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    ),
    Case(Assignment, assignment),
    Case(Group, group, {"DisplayName": "audit", "Description": "all of them"}),
    Case(GroupMembership, membership),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection(region=GLOBAL))


def test_a_permission_set_has_an_arn_below_its_instance(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    instance_arn, arn = PermissionSet().create(at, permission_set(at)).split("|")
    assert arn.startswith(instance_arn.replace(":instance/", ":permissionSet/") + "/ps-")


def test_an_instance_that_is_there_is_adopted(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    arn = instance(at)["InstanceArn"]
    assert Instance().create(at, {}) == arn
    assert [found.id for found in Instance().list(at)] == [arn]


def test_a_changed_permission_set_is_provisioned_to_the_accounts_that_have_it(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    declared = assignment(at)
    Assignment().create(at, declared)
    id = f"{declared['InstanceArn']}|{declared['PermissionSetArn']}"
    before = PermissionSet().read(at, id)
    assert before
    at.calls.clear()
    PermissionSet().update(at, id, change_to(PermissionSet(), at, id, before.properties, {"InlinePolicy": None}))
    assert "sso-admin:ProvisionPermissionSet" in at.calls
    now = PermissionSet().read(at, id)
    assert now and "InlinePolicy" not in now.properties


def test_a_permission_set_of_that_name_is_adopted_with_what_is_declared(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    declared = permission_set(at)
    bare = {name: declared[name] for name in ("InstanceArn", "Name")}
    id = PermissionSet().create(at, bare)
    assert PermissionSet().create(at, declared) == id
    assert_holds(PermissionSet().read(at, id), declared)


def test_an_unknown_instance_is_refused_in_words(connection: Connect) -> None:
    with pytest.raises(TargetError, match="there is no IAM Identity Center instance") as refused:
        PermissionSet().create(
            connection(region=GLOBAL), {"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "Name": "x"}
        )
    assert "enable it once by hand" in str(refused.value)
