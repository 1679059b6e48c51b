"""Who may take the platform's roles, and the most that a delegated administrator's roles may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bastide.declare.policies.statements import Policy, policy
from bastide.errors import InputError
from bastide.model.platform import DELEGATED, MEMBER_ROLE, PATH

ROLE_CHANGES = (
    "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PassRole", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole", "sts:AssumeRole",
)  # fmt: skip
POLICY_CHANGES = (
    "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)  # fmt: skip

# What IAM can tie to the boundary of the role or user that is changed.
BOUNDED_CHANGES = (
    "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateRole", "iam:CreateUser", "iam:DeleteRolePolicy",
    "iam:DeleteUserPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy", "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy",
)  # fmt: skip

# Everything that changes the account's or the organization's standing; reading them stays possible.
STANDING_CHANGES = (
    *(f"account:{verb}*" for verb in ("Accept", "Close", "Delete", "Disable", "Enable", "Put", "Start")),
    *(f"organizations:{verb}*" for verb in ("Accept", "Attach", "Close", "Create", "Delete", "Deregister", "Detach",
      "Disable", "Enable", "Invite", "Leave", "Move", "Put", "Register", "Remove", "Update")),
)  # fmt: skip


def platform_role_trust_policy(
    management_account: str, external_id: str, org_id: str, *, callers: Sequence[str] = (), partition: str = "aws"
) -> Policy:
    """The trust policy of the deployer or reader role: the management account, with the external id.

    ``callers``: ARN patterns of the principals that may take it; empty: whoever that account's IAM allows to. A
    condition and not the principal, because AWS refuses a principal that does not exist yet.

    Source: IAM User Guide, "Access to AWS accounts owned by third parties", external ID.
    """
    condition: dict[str, Any] = {"StringEquals": {"sts:ExternalId": external_id, "aws:PrincipalOrgID": org_id}}
    if callers:
        condition["ArnLike"] = {"aws:PrincipalArn": list(callers)}
    return _trust({"AWS": f"arn:{partition}:iam::{management_account}:root"}, condition)


def log_reader_trust_policy(account: str, org_id: str, callers: Sequence[str], *, partition: str = "aws") -> Policy:
    """The trust policy of the role that reads logs: ``callers`` (ARN patterns) of ``account``, of this organization."""
    condition = {"StringEquals": {"aws:PrincipalOrgID": org_id}, "ArnLike": {"aws:PrincipalArn": sorted(callers)}}
    return _trust({"AWS": f"arn:{partition}:iam::{account}:root"}, condition)


def log_reader_policy(buckets: Sequence[str], key_arns: Sequence[str], *, partition: str = "aws") -> Policy:
    """What the role that reads logs needs: the objects of ``buckets`` and decryption with the keys, nothing else."""
    arns = [f"arn:{partition}:s3:::{bucket}" for bucket in buckets]
    return policy(
        _own("List", "Allow", ["s3:GetBucketLocation", "s3:ListBucket"], arns),
        _own("Read", "Allow", ["s3:GetObject", "s3:GetObjectVersion"], [f"{arn}/*" for arn in arns]),
        _own("Decrypt", "Allow", "kms:Decrypt", list(key_arns)),
    )


def break_glass_trust_policy(principals: Sequence[str], *, hours: int = 1) -> Policy:
    """The trust policy of the break-glass role: principals named one by one, with a second factor that is fresh.

    ``principals``: ARNs of users or roles, never an account; ``hours``: age that the second factor may have. Sessions
    of Identity Center carry no MFA keys: break-glass is for the day on which Identity Center does not work.

    Raises:
        InputError: no principals, or one that is a whole account.
    """
    if not principals or any(one.endswith(":root") or not one.startswith("arn:") for one in principals):
        raise InputError(
            "break-glass principals are named one by one", fix="name ARNs of users or roles, not of an account"
        )
    fresh = {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": str(hours * 3600)},
    }
    return _trust({"AWS": sorted(principals)}, fresh)


def service_trust_policy(service: str, account: str) -> Policy:
    """The trust policy of a role that a service takes for its own account, such as ``config`` for its recorder.

    Source: IAM User Guide, "The confused deputy problem", aws:SourceAccount.
    """
    return _trust({"Service": f"{service}.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": account}})


def config_delivery_policy(
    bucket: str, key_arn: str, account: str, *, partition: str = "aws", prefix: str = ""
) -> Policy:
    """What the recorder's role needs to deliver where it is no service-linked role; beside AWS_ConfigRole.

    Source: AWS Config Developer Guide, "Permissions for the IAM role assigned to AWS Config".
    """
    arn = f"arn:{partition}:s3:::{bucket}"
    write = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    return policy(
        _own("Deliver", "Allow", "s3:PutObject", f"{arn}/{prefix}AWSLogs/{account}/*", write),
        _own("Look", "Allow", "s3:GetBucketAcl", arn),
        _own("Encrypt", "Allow", ["kms:Decrypt", "kms:GenerateDataKey"], key_arn),
    )


def permission_boundary_policy(boundary_arn: str, *, partition: str = "aws") -> Policy:
    """The boundary of roles that delegated administrators make: everything but ways out of the boundary.

    A role with it makes no principal without it and gives or takes no policy of one, takes no boundary away, changes
    neither the boundary nor the platform's roles nor takes them, makes no long-lived keys and does not touch account
    or organization. Trust policies, versions of managed policies and roles passed to a service have no key that names
    the boundary: of these only what lies below ``/delegated/`` may be touched. Nothing unbounded may be put there, and
    no policy from there attached to an unbounded role: that no policy of IAM can ask for.

    Source: IAM User Guide, "Permissions boundaries for IAM entities", delegating responsibility to others; Service
    Authorization Reference, AWS Identity and Access Management, iam:PermissionsBoundary.
    """
    iam = f"arn:{partition}:iam::*"
    roles = [f"{iam}:role{PATH}*", f"{iam}:role/{MEMBER_ROLE}"]
    bounded = {"StringNotEquals": {"iam:PermissionsBoundary": boundary_arn}}
    removing = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"]
    keys = ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential"]
    own_roles, own_policies = f"{iam}:role{DELEGATED}*", f"{iam}:policy{DELEGATED}*"
    # What a service makes for itself no other service can take.
    passed = [own_roles, f"{iam}:role/aws-service-role/*"]
    return policy(
        _own("Everything", "Allow", "*", "*"),
        _own("OnlyBoundedPrincipals", "Deny", list(BOUNDED_CHANGES), "*", bounded),
        _own("BoundariesStay", "Deny", removing, "*"),
        _elsewhere("TrustOfDelegated", "iam:UpdateAssumeRolePolicy", [own_roles]),
        _elsewhere("PassDelegated", "iam:PassRole", passed),
        _elsewhere("VersionsOfDelegated", ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"], [own_policies]),
        _own("PlatformRolesStay", "Deny", list(ROLE_CHANGES), roles),
        _own("PlatformPoliciesStay", "Deny", list(POLICY_CHANGES), [boundary_arn, f"{iam}:policy{PATH}*"]),
        _own("NoLongLivedKeys", "Deny", keys, "*"),
        _own("NeitherAccountNorOrganization", "Deny", list(STANDING_CHANGES), "*"),
    )


def _trust(principal: dict[str, Any], condition: dict[str, Any]) -> Policy:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})


def _own(sid: str, effect: str, action: str | list[str], resource: Any, condition: Any = None) -> dict[str, Any]:
    """A statement of an identity policy, which names no principal."""
    found = {"Sid": sid, "Effect": effect, "Action": action, "Resource": resource}
    return found | ({"Condition": condition} if condition else {})


def _elsewhere(sid: str, action: str | list[str], resource: list[str]) -> dict[str, Any]:
    """A Deny on all but some resources."""
    return {"Sid": sid, "Effect": "Deny", "Action": action, "NotResource": resource}
