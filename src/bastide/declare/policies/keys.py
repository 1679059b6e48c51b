"""Key policies in which administrators cannot use the key, and users cannot administer it.

The usual first statement of a key policy, ``kms:*`` for the account's root, hands every use of the key to whoever has
enough IAM in that account. Here the account gets a list of administrative actions only. Three of them would lead to use
by a detour and are not in it: CreateGrant (a grant is use), ReplicateKey (a replica has a policy of its own) and
PutKeyPolicy, which is left to the pipeline, and to the account's root user so that the key stays manageable when the
pipeline is gone. Because KMS lets IAM decide only what the key policy hands to the account, nothing else can add use.

Source: AWS KMS Developer Guide, "Key policies in AWS KMS", default key policy; "Key administrators".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bastide.declare.policies.buckets import trail_arn
from bastide.declare.policies.statements import Policy, Statement, allow, policy, service
from bastide.model.platform import DEPLOYER, MEMBER_ROLE, role_path

# Who may rewrite a key's policy: the role that applies plans, and the one that AWS makes with an account. Not all
# of the platform's roles: one of them reads logs, and who administers a key must not be able to use it.
KEEPERS = (f"arn:*:iam::*:role/{role_path(DEPLOYER)}", f"arn:*:iam::*:role/{MEMBER_ROLE}")

ADMINISTRATION = (
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
    "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
    "kms:ListAliases", "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListKeyRotations", "kms:ListResourceTags",
    "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
    "kms:UpdateAlias", "kms:UpdateKeyDescription",
)  # fmt: skip
USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def trail_key_policy(
    account: str, org_id: str, management_account: str, home_region: str, trail_name: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = KEEPERS, partition: str = "aws",
) -> Policy:  # fmt: skip
    """The policy of the key that encrypts the organization trail; ``account`` owns the key (the log archive).

    Only CloudTrail encrypts, for this trail. ``reader_roles`` (ARN patterns, of any account of the organization) may
    decrypt what CloudTrail encrypted and nothing else.

    Source: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail".
    """
    trail = {"aws:SourceArn": trail_arn(management_account, home_region, trail_name, partition=partition)}
    context = "kms:EncryptionContext:aws:cloudtrail:arn"
    any_trail = {context: f"arn:{partition}:cloudtrail:*:{management_account}:trail/*"}
    encrypt = {"StringEquals": trail, "StringLike": any_trail}
    return policy(
        *administered(account, pipeline_roles, partition),
        allow("TrailEncrypt", service("cloudtrail"), "kms:GenerateDataKey*", "*", encrypt),
        # Decrypt: S3 asks for it in the service's name when the bucket has a bucket key.
        allow("TrailDescribe", service("cloudtrail"), ["kms:Decrypt", "kms:DescribeKey"], "*", {"StringEquals": trail}),
        *_read(org_id, reader_roles, {"Null": {context: "false"}}),
    )


def config_key_policy(
    account: str, org_id: str, region: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = KEEPERS, partition: str = "aws",
) -> Policy:  # fmt: skip
    """The policy of the key that encrypts what AWS Config delivers; the channel names the key in ``S3KmsKeyArn``.

    Source: AWS Config Developer Guide, "Permissions for the KMS Key for the AWS Config Delivery Channel".
    """
    ours = {"StringEquals": {"aws:SourceOrgID": org_id}}
    return policy(
        *administered(account, pipeline_roles, partition),
        allow("ConfigEncrypt", service("config"), ["kms:Decrypt", "kms:GenerateDataKey"], "*", ours),
        *_read(org_id, reader_roles, _through(region, "s3")),
    )


def flow_logs_key_policy(
    account: str, org_id: str, region: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = KEEPERS, partition: str = "aws",
) -> Policy:  # fmt: skip
    """The policy of the key of the flow-log bucket.

    Source: Amazon VPC User Guide, "Required key policy for use with SSE-KMS".
    """
    ours = {"StringEquals": {"aws:SourceOrgID": org_id}}
    return policy(
        *administered(account, pipeline_roles, partition),
        allow("FlowEncrypt", service("delivery.logs"), USE, "*", ours),
        *_read(org_id, reader_roles, _through(region, "s3")),
    )


def data_key_policy(
    account: str, region: str, services: Sequence[str] = ("ec2",),
    *, administrators: Sequence[str] = KEEPERS, partition: str = "aws",
) -> Policy:  # fmt: skip
    """The policy of a key for data of one account: everybody in it uses the key through ``services``, nobody directly.

    ``administrators`` (ARN patterns) administer and cannot use. Users are all other principals of the account that the
    service lets in, as with the keys that AWS manages; naming ``*`` with the caller's account, not the account's root,
    lets service-linked roles (Auto Scaling) in as well, which have no IAM policy to say so.

    Source: AWS KMS Developer Guide, "AWS managed keys" (policy of aws/ebs); Amazon EC2 Auto Scaling User Guide,
    "Required AWS KMS key policy for use with encrypted volumes".
    """
    through = [f"{name}.{region}.amazonaws.com" for name in services]
    users: dict[str, Any] = {
        "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": through},
        "ArnNotLike": {"aws:PrincipalArn": list(administrators)},
    }
    for_resource = {**users, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    return policy(
        *administered(account, administrators, partition),
        allow("UseThroughServices", {"AWS": "*"}, USE, "*", users),
        allow("GrantToServices", {"AWS": "*"}, "kms:CreateGrant", "*", for_resource),
    )


def administered(account: str, pipeline_roles: Sequence[str], partition: str) -> list[Statement]:
    """Administration by the account's IAM without any use; the key policy itself only by pipeline and root user."""
    root = f"arn:{partition}:iam::{account}:root"
    keepers = {"ArnLike": {"aws:PrincipalArn": [*pipeline_roles, root]}}
    return [
        allow("Administration", {"AWS": root}, ADMINISTRATION, "*"),
        allow("KeyPolicy", {"AWS": root}, "kms:PutKeyPolicy", "*", keepers),
    ]


def _read(org_id: str, reader_roles: Sequence[str], only: dict[str, Any]) -> list[Statement]:
    if not reader_roles:
        return []
    readers = {"aws:PrincipalArn": list(reader_roles)}
    condition = {**only, "ArnLike": readers}
    condition["StringEquals"] = {**only.get("StringEquals", {}), "aws:PrincipalOrgID": org_id}
    return [allow("ReadersDecrypt", {"AWS": "*"}, "kms:Decrypt", "*", condition)]


def _through(region: str, name: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"{name}.{region}.amazonaws.com"}}
