"""STS as documented: who gets a session of what, for how long, and what it carries.

Source: AWS STS API Reference; IAM User Guide, "Pass session tags in AWS STS", "Monitor and control actions taken with
assumed roles", "Role chaining"; each test names what it states.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_number = iter(range(10_000))


def attached(world: Any, credentials: Mapping[str, Any]) -> boto3.Session:
    """A session with credentials as STS or IAM give them."""
    session = boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken"),
        region_name="eu-west-1",
    )  # fmt: skip
    world.sandbox.attach(session._session)
    return session


def make_role(
    world: Any, principal: Any, *, actions: Any = "sts:AssumeRole", account: str = "work", **more: Any
) -> str:
    """The ARN of an administrator's role that trusts the principal; `Condition` goes into the trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    if "Condition" in more:
        statement["Condition"] = more.pop("Condition")
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam, name = world.client("iam", account), f"role-{next(_number)}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, **more)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=ADMIN)
    return str(arn)


def make_user(world: Any, *policies: str, account: str = "work") -> tuple[str, boto3.Session]:
    """(name, session) of a user with an access key."""
    iam, name = world.client("iam", account), f"user-{next(_number)}"
    iam.create_user(UserName=name)
    for arn in policies:
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    return name, attached(world, iam.create_access_key(UserName=name)["AccessKey"])


def principal_of(world: Any, session: boto3.Session) -> Any:
    """What the front knows of the session's key."""
    return world.sandbox.front.sessions.read(session.get_credentials().access_key)


def assume(session: boto3.Session, arn: str, **more: Any) -> dict[str, Any]:
    """AssumeRole's answer."""
    return dict(session.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe", **more))


def root_of(world: Any, account: str = "work") -> dict[str, str]:
    """The account as a principal."""
    return {"AWS": f"arn:aws:iam::{world.accounts[account]}:root"}


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_role_that_trusts_its_account_takes_only_those_whom_the_account_lets(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world))
    _, admin = make_user(world, ADMIN)
    _, plain = make_user(world)
    assert assume(admin, role)["AssumedRoleUser"]["Arn"].endswith("/probe")
    response = refused("AccessDenied", assume, session=plain, arn=role)
    assert "is not authorized to perform: sts:AssumeRole on resource: " + role in response["Error"]["Message"]


def test_a_role_that_trusts_a_user_of_its_account_needs_nothing_more(world: Any) -> None:
    name, plain = make_user(world)
    role = make_role(world, {"AWS": f"arn:aws:iam::{world.accounts['work']}:user/{name}"})
    assert assume(plain, role)["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_across_accounts_both_sides_have_to_allow(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world, "audit"))
    _, admin = make_user(world, ADMIN, account="audit")
    _, plain = make_user(world, account="audit")
    _, stranger = make_user(world, ADMIN, account="log")
    assume(admin, role)
    refused("AccessDenied", assume, session=plain, arn=role)
    refused("AccessDenied", assume, session=stranger, arn=role)


def test_an_administrator_of_the_account_is_refused_by_a_trust_policy_that_does_not_name_it(
    world: Any, refused: Any
) -> None:
    role = make_role(world, {"Service": "ec2.amazonaws.com"})
    _, admin = make_user(world, ADMIN)
    refused("AccessDenied", assume, session=admin, arn=role)


def test_an_external_id_must_be_the_one_that_the_role_asks_for(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), Condition={"StringEquals": {"sts:ExternalId": "ticket-1"}})
    _, admin = make_user(world, ADMIN)
    refused("AccessDenied", assume, session=admin, arn=role)
    refused("AccessDenied", assume, session=admin, arn=role, ExternalId="ticket-2")
    assume(admin, role, ExternalId="ticket-1")


def test_a_role_can_demand_mfa_which_takes_a_device_of_the_callers(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    name, admin = make_user(world, ADMIN)
    iam = world.client("iam", "work")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
    refused("AccessDenied", assume, session=admin, arn=role)
    refused("AccessDenied", assume, session=admin, arn=role, SerialNumber=serial, TokenCode="123456")
    iam.enable_mfa_device(
        UserName=name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    made = assume(admin, role, SerialNumber=serial, TokenCode="123456")
    assert principal_of(world, attached(world, made["Credentials"])).session.mfa


def test_role_session_names_are_checked_against_the_trust_policy(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), Condition={"StringLike": {"sts:RoleSessionName": "ada-*"}})
    _, admin = make_user(world, ADMIN)
    refused("AccessDenied", assume, session=admin, arn=role)
    admin.client("sts").assume_role(RoleArn=role, RoleSessionName="ada-1")


@pytest.mark.parametrize("arn", ["role/x", "arn:aws:iam::111122223333:user/x", "arn:aws:s3:::bucket-of-a-role-length"])
def test_an_arn_that_is_no_roles_is_refused(world: Any, refused: Any, arn: str) -> None:
    _, admin = make_user(world, ADMIN)
    response = refused("ValidationError", assume, session=admin, arn=arn.ljust(20, "x"))
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


# ── how long ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_lasts_no_longer_than_the_role_says(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), MaxSessionDuration=7200)
    _, admin = make_user(world, ADMIN)
    made = assume(admin, role, DurationSeconds=7200)
    session = principal_of(world, attached(world, made["Credentials"])).session
    assert session.expires_at - session.issued_at == timedelta(hours=2)
    response = refused("ValidationError", assume, session=admin, arn=role, DurationSeconds=7201)
    text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert response["Error"]["Message"] == text


def test_a_chained_session_lasts_an_hour_at_most_whatever_the_role_says(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), MaxSessionDuration=43200)
    _, admin = make_user(world, ADMIN)
    first = attached(world, assume(admin, role, DurationSeconds=43200)["Credentials"])
    response = refused("ValidationError", assume, session=first, arn=role, DurationSeconds=3601)
    text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    assert response["Error"]["Message"] == text
    second = attached(world, assume(first, role)["Credentials"])
    assert principal_of(world, second).session.chained
    assert not principal_of(world, first).session.chained


def test_an_expired_session_is_refused_in_the_words_of_each_protocol(fresh: Any, refused: Any) -> None:
    role = make_role(fresh, root_of(fresh))
    _, admin = make_user(fresh, ADMIN)
    session = attached(fresh, assume(admin, role, DurationSeconds=900)["Credentials"])
    session.client("iam").list_users()
    fresh.sandbox.front.clock.advance(timedelta(seconds=901))
    refused("ExpiredToken", session.client("iam").list_users)
    refused("ExpiredToken", session.client("s3").list_buckets)
    refused("ExpiredTokenException", session.client("kms").list_keys)
    refused("ExpiredTokenException", session.client("lambda").list_functions)
    refused("RequestExpired", session.client("ec2").describe_vpcs)
    admin.client("iam").list_users()  # a user's own key does not expire


def test_a_key_works_with_its_own_token_only(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world))
    _, admin = make_user(world, ADMIN)
    made = assume(admin, role)["Credentials"]
    other = assume(admin, role)["Credentials"]
    wrong = attached(world, {**made, "SessionToken": other["SessionToken"]})
    refused("InvalidClientTokenId", wrong.client("sts").get_caller_identity)
    refused("InvalidToken", wrong.client("s3").list_buckets)
    refused("UnrecognizedClientException", attached(world, {**made, "SessionToken": None}).client("kms").list_keys)


def test_an_inactive_key_is_nobodys_until_it_is_active_again(world: Any, refused: Any) -> None:
    name, user = make_user(world)
    iam, key = world.client("iam", "work"), user.get_credentials().access_key
    iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
    refused("InvalidClientTokenId", user.client("sts").get_caller_identity)
    iam.update_access_key(UserName=name, AccessKeyId=key, Status="Active")
    assert user.client("sts").get_caller_identity()["Arn"].endswith(name)


def test_a_renamed_user_is_called_by_its_new_name(world: Any) -> None:
    name, user = make_user(world)
    world.client("iam", "work").update_user(UserName=name, NewUserName=f"{name}-renamed")
    assert user.client("sts").get_caller_identity()["Arn"].endswith(f"user/{name}-renamed")


# ── what a session carries ──────────────────────────────────────────────────────────────────────────────────────────


TAGGING = ["sts:AssumeRole", "sts:TagSession"]


def test_transitive_tags_go_down_the_chain_and_others_do_not(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), actions=TAGGING)
    _, admin = make_user(world, ADMIN)
    tags = [{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "7"}]
    first = attached(world, assume(admin, role, Tags=tags, TransitiveTagKeys=["team"])["Credentials"])
    assert principal_of(world, first).session.tags == {"team": "red", "cost": "7"}
    second = attached(world, assume(first, role, Tags=[{"Key": "cost", "Value": "8"}])["Credentials"])
    assert principal_of(world, second).session.tags == {"team": "red", "cost": "8"}
    third = attached(world, assume(second, role)["Credentials"])
    assert principal_of(world, third).session.tags == {"team": "red"}
    clash = [{"Key": "Team", "Value": "blue"}]
    refused("InvalidParameterValue", assume, session=third, arn=role, Tags=clash)


def test_passing_tags_takes_sts_tag_session(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world))
    _, admin = make_user(world, ADMIN)
    response = refused("AccessDenied", assume, session=admin, arn=role, Tags=[{"Key": "a", "Value": "b"}])
    assert "sts:TagSession" in response["Error"]["Message"]


def test_a_trust_policy_can_ask_for_a_tag_of_the_session(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), actions=TAGGING, Condition={"StringEquals": {"aws:RequestTag/team": "red"}})
    _, admin = make_user(world, ADMIN)
    refused("AccessDenied", assume, session=admin, arn=role, Tags=[{"Key": "team", "Value": "blue"}])
    assume(admin, role, Tags=[{"Key": "team", "Value": "red"}])


def test_the_same_tag_in_another_case_is_a_duplicate(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world), actions=TAGGING)
    _, admin = make_user(world, ADMIN)
    tags = [{"Key": "team", "Value": "red"}, {"Key": "TEAM", "Value": "red"}]
    refused("InvalidParameterValue", assume, session=admin, arn=role, Tags=tags)


def test_a_source_identity_sticks_through_the_chain_and_takes_its_own_permission(world: Any, refused: Any) -> None:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    role, bare = make_role(world, root_of(world), actions=actions), make_role(world, root_of(world))
    _, admin = make_user(world, ADMIN)
    refused("AccessDenied", assume, session=admin, arn=bare, SourceIdentity="ada")
    made = assume(admin, role, SourceIdentity="ada")
    assert made["SourceIdentity"] == "ada"
    first = attached(world, made["Credentials"])
    assert principal_of(world, attached(world, assume(first, role)["Credentials"])).session.source_identity == "ada"
    refused("AccessDenied", assume, session=first, arn=bare)  # the identity goes along, and bare does not let it be set
    refused("AccessDenied", assume, session=first, arn=role, SourceIdentity="eve")


def test_a_session_policy_narrows_the_session(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world))
    _, admin = make_user(world, ADMIN)
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}
    made = assume(admin, role, Policy=json.dumps(policy))
    assert 0 < made["PackedPolicySize"] <= 100
    session = attached(world, made["Credentials"])
    session.client("iam").list_users()
    refused("AccessDenied", session.client("iam").list_roles)


def test_session_policies_have_a_size_and_a_grammar(world: Any, refused: Any) -> None:
    role = make_role(world, root_of(world))
    _, admin = make_user(world, ADMIN)
    long = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:" + "x" * 2048, "Resource": "*"}}
    refused("ValidationError", assume, session=admin, arn=role, Policy=json.dumps(long))
    refused("MalformedPolicyDocument", assume, session=admin, arn=role, Policy="{")
    named = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    }
    refused("MalformedPolicyDocument", assume, session=admin, arn=role, Policy=json.dumps(named))
    arns = [{"arn": ADMIN}] * 11
    refused("ValidationError", assume, session=admin, arn=role, PolicyArns=arns)


# ── the other operations ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_token_is_the_user_again_and_each_is_another(world: Any, refused: Any) -> None:
    name, user = make_user(world, ADMIN)
    made = [user.client("sts").get_session_token(DurationSeconds=900)["Credentials"] for _ in range(2)]
    assert made[0]["AccessKeyId"] != made[1]["AccessKeyId"]
    session = attached(world, made[0])
    assert session.client("sts").get_caller_identity()["Arn"].endswith(f":user/{name}")
    refused("AccessDenied", session.client("sts").get_session_token)


def test_a_federated_user_may_do_what_its_session_policy_and_its_maker_may(world: Any, refused: Any) -> None:
    _, user = make_user(world, ADMIN)
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    made = user.client("sts").get_federation_token(Name="guest", Policy=json.dumps(policy))
    assert made["FederatedUser"]["Arn"] == f"arn:aws:sts::{world.accounts['work']}:federated-user/guest"
    guest = attached(world, made["Credentials"])
    guest.client("s3").list_buckets()
    refused("UnauthorizedOperation", guest.client("ec2").describe_vpcs)


def test_the_account_of_a_key_is_told_to_anybody_who_may_ask(world: Any) -> None:
    _, user = make_user(world, account="log")
    sts = world.client("sts", "audit")
    assert sts.get_access_key_info(AccessKeyId=user.get_credentials().access_key)["Account"] == world.accounts["log"]


def test_a_members_root_user_does_one_task_once_central_root_sessions_are_on(fresh: Any, refused: Any) -> None:
    sts, work = fresh.client("sts"), fresh.accounts["work"]
    task = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}
    refused("AccessDenied", sts.assume_root, TargetPrincipal=work, TaskPolicyArn=task)
    fresh.trust("iam.amazonaws.com")
    fresh.client("iam").enable_organizations_root_sessions()
    wrong = {"arn": ADMIN}
    refused("ValidationError", sts.assume_root, TargetPrincipal=work, TaskPolicyArn=wrong)
    made = sts.assume_root(TargetPrincipal=work, TaskPolicyArn=task)
    root = attached(fresh, made["Credentials"])
    assert root.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{work}:root"
    refused("AccessDenied", root.client("iam").list_users)
    refused("AccessDenied", sts.assume_root, TargetPrincipal=fresh.sandbox.management_account, TaskPolicyArn=task)
