"""IAM handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.iam_account import AccountPasswordPolicy, AccountSummary, CredentialReport
from bastide.aws.handlers.iam_aws_policies import AwsManagedPolicies
from bastide.aws.handlers.iam_policies import ManagedPolicy
from bastide.aws.handlers.iam_providers import OIDCProvider, SAMLProvider
from bastide.aws.handlers.iam_roles import Role, ServiceLinkedRole
from bastide.aws.handlers.iam_users import Group, User
from bastide.errors import TargetError
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, change_to, keeps_its_contract

ACCOUNT = "111122223333"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
VIEW = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
TAGS = [{"Key": "bastide:name", "Value": "it"}]
OTHER_TAGS = [{"Key": "owner", "Value": "security"}]


def allow(*actions: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def trust(service: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


INLINE = [
    {"PolicyName": "a", "PolicyDocument": allow("s3:GetObject")},
    {"PolicyName": "b", "PolicyDocument": allow("ec2:Describe*")},
]
POLICY = {
    "ManagedPolicyName": "boundary",
    "Path": "/bastide/",
    "Description": "what builders may do",
    "PolicyDocument": allow("s3:*"),
    "Tags": TAGS,
}
ROLE = {
    "RoleName": "deployer",
    "Path": "/bastide/",
    "AssumeRolePolicyDocument": trust("ec2.amazonaws.com"),
    "Description": "deploys",
    "MaxSessionDuration": 7200,
    "ManagedPolicyArns": [AUDIT],
    "Policies": INLINE,
    "Tags": TAGS,
}
URL = "https://token.actions.githubusercontent.com"
SAML = "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>"
PASSWORDS = {
    "Configured": True,
    "MinimumPasswordLength": 14,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
}


def role(at: Any) -> dict[str, Any]:
    return ROLE | {"PermissionsBoundary": ManagedPolicy().create(at, POLICY)}


def user(at: Any) -> dict[str, Any]:
    for name in ("builders", "readers"):
        at.client("iam").create_group(GroupName=name)
    return {
        "UserName": "ana",
        "Path": "/people/",
        "Groups": ["builders"],
        "ManagedPolicyArns": [AUDIT],
        "Policies": INLINE,
        "PermissionsBoundary": ManagedPolicy().create(at, POLICY),
        "Tags": TAGS,
    }


CASES = [
    Case(
        Role,
        role,
        {
            "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
            "Description": "other",
            "MaxSessionDuration": 3600,
            "ManagedPolicyArns": [VIEW],
            "Policies": INLINE[1:],
            "PermissionsBoundary": None,
            "Tags": OTHER_TAGS,
        },
    ),
    Case(ManagedPolicy, lambda at: POLICY, {"PolicyDocument": allow("s3:GetObject"), "Tags": OTHER_TAGS}),
    Case(
        User,
        user,
        {
            "Path": "/",
            "Groups": ["readers"],
            "ManagedPolicyArns": [],
            "Policies": INLINE[:1],
            "PermissionsBoundary": None,
            "Tags": OTHER_TAGS,
        },
    ),
    Case(
        Group,
        lambda at: {"GroupName": "builders", "Path": "/", "ManagedPolicyArns": [AUDIT], "Policies": INLINE},
        {"ManagedPolicyArns": [VIEW], "Policies": []},
    ),
    Case(
        OIDCProvider,
        lambda at: {"Url": URL, "ClientIdList": ["sts.amazonaws.com"], "ThumbprintList": ["a" * 40], "Tags": TAGS},
        {"ClientIdList": ["other", "third"], "ThumbprintList": ["b" * 40], "Tags": OTHER_TAGS},
    ),
    Case(
        SAMLProvider,
        lambda at: {"Name": "okta", "SamlMetadataDocument": SAML, "Tags": TAGS},
        {"SamlMetadataDocument": SAML + "<!-- 2 -->", "Tags": OTHER_TAGS},
    ),
    Case(ServiceLinkedRole, lambda at: {"AWSServiceName": "config.amazonaws.com"}),
    Case(
        AccountPasswordPolicy,
        lambda at: PASSWORDS,
        {"MinimumPasswordLength": 20, "MaxPasswordAge": None},
        after_delete={"Configured": False, "MinimumPasswordLength": 8, "RequireSymbols": False},
    ),
]


@pytest.fixture
def at(connection: Connect) -> Any:
    return connection(region=GLOBAL)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, at: Any) -> None:
    keeps_its_contract(case, at)


def test_all_principals_are_listed_from_one_bulk_answer(connection: Connect) -> None:
    Role().create(connection(region=GLOBAL), role(connection(region=GLOBAL)))
    at = connection(region=GLOBAL, kept=True)
    for handler in (Role(), ServiceLinkedRole(), User(), Group(), ManagedPolicy()):
        list(handler.list(at))
    assert sorted(set(at.calls)) == ["iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:ListRoles"]
    assert at.calls.count("iam:GetAccountAuthorizationDetails") == 1
    assert at.calls.count("iam:ListRoles") == 1


def test_a_longer_session_leaves_a_role_s_description_alone(at: Any) -> None:
    Role().create(at, ROLE)
    change = change_to(Role(), at, "deployer", {"MaxSessionDuration": 7200}, {"MaxSessionDuration": 3600})
    Role().update(at, "deployer", change)
    found = Role().read(at, "deployer")
    assert found and (found.properties["Description"], found.properties["MaxSessionDuration"]) == ("deploys", 3600)


def test_service_linked_roles_are_not_listed_as_roles(at: Any) -> None:
    made = ServiceLinkedRole().create(at, {"AWSServiceName": "guardduty.amazonaws.com"})
    assert made not in [found.id for found in Role().list(at)]


def test_the_sixth_version_of_a_policy_takes_the_place_of_the_oldest(at: Any) -> None:
    arn = ManagedPolicy().create(at, POLICY)
    for number in range(6):
        document = {"PolicyDocument": allow(f"s3:Get{number}")}
        ManagedPolicy().update(at, arn, change_to(ManagedPolicy(), at, arn, POLICY, document))
    versions = at.client("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    assert len(versions) == 5
    found = ManagedPolicy().read(at, arn)
    assert found and found.properties["PolicyDocument"] == allow("s3:Get5")


def test_a_user_tells_how_it_signs_in_without_a_secret(at: Any) -> None:
    iam = at.client("iam")
    User().create(at, {"UserName": "ana", "LoginProfile": {"Password": "Correct-horse-9!"}})
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="ana")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="ana", SerialNumber=serial, **codes)
    found = User().read(at, "ana")
    assert found
    assert found.properties["LoginProfile"] == {}
    assert found.properties["MFADevices"] == [serial]
    (told,) = found.properties["AccessKeys"]
    assert (told["AccessKeyId"][-4:], told["Status"]) == (key["AccessKeyId"][-4:], "Active")
    assert key["AccessKeyId"] not in repr(found)
    User().delete(at, "ana", found.properties)
    assert User().read(at, "ana") is None


def test_an_access_key_is_made_inactive_and_active_again_but_a_deleted_one_does_not_come_back(at: Any) -> None:
    User().create(at, {"UserName": "ana"})
    at.client("iam").create_access_key(UserName="ana")

    def keys() -> Any:
        found = User().read(at, "ana")
        assert found
        return found.properties["AccessKeys"]

    (active,) = keys()
    User().update(
        at,
        "ana",
        change_to(
            User(),
            at,
            "ana",
            {"AccessKeys": [active]},
            {
                "AccessKeys": [active | {"Status": "Inactive"}],
            },
        ),
    )
    assert keys()[0]["Status"] == "Inactive"
    User().update(at, "ana", change_to(User(), at, "ana", {"AccessKeys": keys()}, {"AccessKeys": []}))
    assert keys() == []
    with pytest.raises(TargetError, match="a deleted access key of ana cannot be brought back"):
        User().update(at, "ana", change_to(User(), at, "ana", {"AccessKeys": []}, {"AccessKeys": [active]}))


def test_a_console_password_that_is_gone_cannot_be_brought_back(at: Any) -> None:
    User().create(at, {"UserName": "ana"})
    with pytest.raises(TargetError, match="the console password of ana cannot be brought back"):
        User().update(at, "ana", change_to(User(), at, "ana", {}, {"LoginProfile": {}}))


def test_the_root_user_is_told_of_in_booleans_and_nothing_can_change_that(at: Any) -> None:
    (found,) = AccountSummary().list(at)
    assert found.id == ACCOUNT
    assert isinstance(found.properties["AccountMFAEnabled"], bool)
    assert isinstance(found.properties["AccountAccessKeysPresent"], bool)
    with pytest.raises(TargetError, match="Bastide::IAM::AccountSummary is only observed"):
        AccountSummary().create(at, {})


def test_the_credential_report_has_a_row_for_every_user(at: Any) -> None:
    User().create(at, {"UserName": "ana", "LoginProfile": {"Password": "Correct-horse-9!"}})
    (found,) = CredentialReport().list(at)
    rows = {row["user"]: row for row in found.properties["Users"]}
    assert rows["ana"]["password_enabled"] == "true"
    assert rows["ana"]["mfa_active"] == "false"


def test_aws_own_policies_are_read_where_somebody_is_under_them(at: Any) -> None:
    assert list(AwsManagedPolicies().list(at)) == []
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    Group().create(at, {"GroupName": "auditors", "ManagedPolicyArns": [AUDIT]})
    User().create(at, {"UserName": "ana", "PermissionsBoundary": boundary})
    (found,) = AwsManagedPolicies().list(at)
    told = {policy["PolicyArn"]: policy for policy in found.properties["Policies"]}
    assert (found.id, sorted(told)) == (ACCOUNT, [boundary, AUDIT])
    assert told[AUDIT]["VersionId"].startswith("v")
    assert told[AUDIT]["PolicyDocument"]["Statement"]
