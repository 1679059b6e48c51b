"""Anybody on demand: boto3 credentials of a role, user or root user in any account, made by AWS itself.

One idea: to try what some principal could do, that principal has to be there, whatever the guardrails say of making
one. It gets AdministratorAccess, so that only what binds it regardless can refuse. For a sandbox that lives in memory:
what is made here is not journaled.
"""

from __future__ import annotations

import json
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config

from bastide.sandbox.organization import Sandbox
from bastide.sandbox.principal import Principal
from bastide.sandbox.wire import AwsError

EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
KEY_LENGTH = 20


def credentials_of(sandbox: Sandbox, arn: str, boundary: str = "") -> dict[str, str]:
    """Keys, under boto3's names, of the principal with this ARN, which is made unless it exists.

    ``boundary``: ARN of the permissions boundary that it gets.

    Raises:
        AwsError: AWS would not make such a principal.
    """
    account, rest = arn.split(":")[4], arn.split(":", 5)[5]
    if rest == "root":
        return _root(sandbox, account)
    kind, _, name = rest.partition("/")
    if kind not in ("role", "user"):
        raise AwsError("ValidationError", f"{arn} is neither a role, a user nor a root user")
    path, _, name = f"/{name}".rpartition("/")
    make = _role if kind == "role" else _user
    return make(sandbox, account, f"{path}/", name, {"PermissionsBoundary": boundary} if boundary else {})


def client_of(sandbox: Sandbox, service: str, region: str, keys: dict[str, str]) -> Any:
    """A boto3 client that signs with these keys; without keys, one that does not sign."""
    if keys:
        return sandbox.session_with(keys, region).client(service)
    nobody = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return sandbox.session_with(nobody, region).client(service, config=Config(signature_version=UNSIGNED))


def _made(sandbox: Sandbox, account: str, operation: str, params: dict[str, Any]) -> None:
    try:
        sandbox.perform("iam", operation, params, account)
    except AwsError as there:
        if there.code != "EntityAlreadyExists":
            raise


def _role(sandbox: Sandbox, account: str, path: str, name: str, bound: dict[str, str]) -> dict[str, str]:
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    _make_room(sandbox, account, path, name)
    _made(
        sandbox, account, "CreateRole", {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": document, **bound}
    )
    everything = {"RoleName": name, "PolicyName": "everything", "PolicyDocument": EVERYTHING}
    sandbox.perform("iam", "PutRolePolicy", everything, account)
    arn = f"arn:aws:iam::{account}:role{path}{name}"
    made = sandbox.perform("sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "replay"}, account)["Credentials"]
    return _for_boto3(made)


def _make_room(sandbox: Sandbox, account: str, path: str, name: str) -> None:
    """Take away a role of this name under another path: names are unique in an account whatever their paths."""
    of = {"RoleName": name}
    try:
        found = sandbox.perform("iam", "GetRole", of, account)["Role"]
        if found["Path"] == path:
            return
        for policy in sandbox.perform("iam", "ListAttachedRolePolicies", of, account)["AttachedPolicies"]:
            sandbox.perform("iam", "DetachRolePolicy", {**of, "PolicyArn": policy["PolicyArn"]}, account)
        for inline in sandbox.perform("iam", "ListRolePolicies", of, account)["PolicyNames"]:
            sandbox.perform("iam", "DeleteRolePolicy", {**of, "PolicyName": inline}, account)
        sandbox.perform("iam", "DeleteRole", of, account)
    except AwsError as missing:
        if missing.code != "NoSuchEntity":
            raise


def _user(sandbox: Sandbox, account: str, path: str, name: str, bound: dict[str, str]) -> dict[str, str]:
    _made(sandbox, account, "CreateUser", {"UserName": name, "Path": path, **bound})
    everything = {"UserName": name, "PolicyName": "everything", "PolicyDocument": EVERYTHING}
    sandbox.perform("iam", "PutUserPolicy", everything, account)
    return _for_boto3(sandbox.perform("iam", "CreateAccessKey", {"UserName": name}, account)["AccessKey"])


def _root(sandbox: Sandbox, account: str) -> dict[str, str]:
    key = f"AKIAROOT{account}"[:KEY_LENGTH]
    sandbox.front.sessions.add(Principal(account, f"arn:aws:iam::{account}:root", account, key, "Root"), "x", "")
    return {"aws_access_key_id": key, "aws_secret_access_key": "x"}


def _for_boto3(made: dict[str, Any]) -> dict[str, str]:
    keys = {"aws_access_key_id": str(made["AccessKeyId"]), "aws_secret_access_key": str(made["SecretAccessKey"])}
    return keys | ({"aws_session_token": str(made["SessionToken"])} if made.get("SessionToken") else {})
