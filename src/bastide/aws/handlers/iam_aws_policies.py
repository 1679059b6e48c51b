"""AWS's own managed policies, as far as somebody in the account is under one.

One idea: AWS rewrites its policies, so the text that counts is the one in force when the account is read. Only those
in use are asked for: attached to a user, group or role, or its permissions boundary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bastide.aws.handler import Connection, Found, ask
from bastide.aws.handlers.iam_principals import details
from bastide.aws.shape import Observed, actions, member, parse_document
from bastide.model import Scope, Unknown, Value

OWNED_BY_AWS = ":iam::aws:policy/"
PRINCIPALS = ("UserDetailList", "GroupDetailList", "RoleDetailList")


class AwsManagedPolicies(Observed):
    """Bastide::IAM::AwsManagedPolicies {Policies: [{PolicyArn, VersionId, PolicyDocument}]}, sorted by ARN.

    Identified by the account. A text that could not be read is Unknown, and its policy is listed all the same.
    Source: AWS IAM API Reference, GetPolicyVersion; AWS IAM User Guide, "AWS managed policies".
    """

    type = "Bastide::IAM::AwsManagedPolicies"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ()
    actions = actions(read=("iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion"))

    def list(self, at: Connection) -> Iterable[Found]:
        in_use = sorted(set(_in_use(details(at))))
        iam = at.client("iam")
        return [Found(at.account, {"Policies": [_read(iam, arn) for arn in in_use]})] if in_use else []


def _in_use(told: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for kind in PRINCIPALS:
        for detail in told[kind]:
            arns = [policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", ())]
            arns.append(detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))
            yield from (arn for arn in arns if OWNED_BY_AWS in arn)


def _read(iam: Any, arn: str) -> dict[str, Value]:
    version = member(ask(iam.get_policy, PolicyArn=arn), "Policy", "DefaultVersionId")
    if isinstance(version, Unknown):
        return {"PolicyArn": arn, "VersionId": version, "PolicyDocument": version}
    document = member(ask(iam.get_policy_version, PolicyArn=arn, VersionId=version), "PolicyVersion", "Document")
    return {"PolicyArn": arn, "VersionId": version, "PolicyDocument": parse_document(document)}
