"""Whom CloudFormation acts as: the caller, a role that it is given, the roles of StackSets in a member account.

One idea: every step is an AssumeRole that the role's trust policy decides and that the role's account records.
Source: AWS CloudFormation User Guide, "CloudFormation service role", "Activate trusted access for StackSets with AWS
Organizations" (AWSServiceRoleForCloudFormationStackSetsOrgMember, `stacksets-exec-*`), "Grant self-managed
permissions".
"""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.principal import Principal
from bastide.sandbox.stacks.acting import SERVICE, Actor, acting, client
from bastide.sandbox.stacks.template import invalid
from bastide.sandbox.wire import AwsError

MEMBER_SERVICE = "member.org.stacksets.cloudformation.amazonaws.com"
LINKED = "AWSServiceRoleForCloudFormationStackSetsOrgMember"
ADMINISTRATION, EXECUTION = "AWSCloudFormationStackSetAdministrationRole", "AWSCloudFormationStackSetExecutionRole"
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def service(name: str, account: str) -> Principal:
    """An AWS service, where it acts on an account."""
    return Principal(account, name, name, "", "AWSService")


def assume(call: Call, role_arn: str, who: Principal, name: str, by: str = SERVICE) -> Principal:
    """The session of a role that `who` has assumed. Raises ClientError when the role does not let it in."""
    with acting(Actor(call, who, by)):
        answer = client("sts", call.region).assume_role(RoleArn=role_arn, RoleSessionName=name)
    found = call.front.sessions.read(answer["Credentials"]["AccessKeyId"])
    assert found is not None
    return found


def stack_actor(call: Call, role_arn: str) -> Actor:
    """Whom a stack acts for: the role that it was given, or the caller itself. Raises ValidationError."""
    if not role_arn:
        return Actor(call, call.principal, forwards=True)
    try:
        found = assume(call, role_arn, service(SERVICE, role_arn.split(":")[4]), "AWSCloudFormation")
    except (ClientError, IndexError) as refused:
        raise invalid(f"Role {role_arn} is invalid or cannot be assumed") from refused
    return Actor(call, found)


def member_actor(call: Call, account: str) -> Actor:
    """StackSets in a member account, by the roles that it makes there itself. Raises ClientError."""
    linked, execution = _member_roles(call, account)
    first = assume(call, linked, service(MEMBER_SERVICE, account), "StackSetsOrgMember", MEMBER_SERVICE)
    return Actor(call, assume(call, execution, first, "StackSetsOrgMember", MEMBER_SERVICE))


def _member_roles(call: Call, account: str) -> tuple[str, str]:
    linked = f"arn:aws:iam::{account}:role/aws-service-role/{MEMBER_SERVICE}/{LINKED}"
    roles = moto.backend("iam", account, "aws").roles.values()
    if all(role.arn != linked for role in roles):
        _iam(call, account, "CreateServiceLinkedRole", AWSServiceName=MEMBER_SERVICE)
        for role in roles:
            if role.path == f"/aws-service-role/{MEMBER_SERVICE}/":
                role.name = LINKED  # moto: makes the name up from the principal
    known = next((role for role in roles if str(role.name).startswith("stacksets-exec-")), None)
    if known is not None:
        return linked, str(known.arn)
    name = f"stacksets-exec-{moto.random_hex(32)}"
    statement = {"Effect": "Allow", "Principal": {"AWS": linked}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _iam(call, account, "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)
    _iam(call, account, "AttachRolePolicy", RoleName=name, PolicyArn=_ADMINISTRATOR)
    return linked, f"arn:aws:iam::{account}:role/{name}"


def _iam(call: Call, account: str, operation: str, **params: str) -> None:
    call.invoke(operation, params, service="iam", account=account, region="us-east-1")


def self_managed_actor(call: Call, account: str, administration: str, execution: str) -> Actor:
    """By the administrator's own roles: one here, which may assume one there. Raises ClientError, AwsError."""
    here = administration or f"arn:aws:iam::{call.account}:role/{ADMINISTRATION}"
    try:
        first = assume(call, here, service(SERVICE, call.account), "StackSets")
        there = assume(call, f"arn:aws:iam::{account}:role/{execution or EXECUTION}", first, "StackSets")
    except ClientError as refused:
        name = execution or EXECUTION
        text = (
            f"Account {account} should have '{name}' role with trust relationship to Role '{here.rpartition('/')[2]}'."
        )
        raise AwsError("ValidationError", text) from refused
    return Actor(call, there)
