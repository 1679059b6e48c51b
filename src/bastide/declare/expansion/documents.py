"""Policy documents of what the expansion makes: buckets' and keys'.

Every Allow for a service names the organization or the one resource that it acts for, against the confused deputy.
Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Configure AWS KMS key policies for CloudTrail";
AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket"; VPC User Guide, "Amazon S3 bucket permissions for flow logs".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Document = dict[str, Any]
Statement = dict[str, Any]
OWNER_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}
KEY_ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:Create*",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:Revoke*",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
]


def document(statements: Sequence[Statement]) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def service_writes(
    bucket: str, service: str, condition: Statement, paths: Sequence[str], reads: Sequence[str]
) -> list[Statement]:
    """Statements by which a service looks at a bucket and writes below ``paths`` of it."""
    arn = f"arn:aws:s3:::{bucket}"
    principal = {"Service": service}
    written = {**condition, "StringEquals": {**condition.get("StringEquals", {}), **OWNER_CONTROL}}
    return [
        {"Effect": "Allow", "Principal": principal, "Action": list(reads), "Resource": arn, "Condition": condition},
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": [f"{arn}/{path}" for path in paths],
            "Condition": written,
        },
    ]


def closed(bucket: str, organization: str) -> list[Statement]:
    """Statements that every bucket has: TLS only, and nobody outside the organization but AWS services acting for it."""
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources}
    return [
        {**deny, "Sid": "TlsOnly", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {
            **deny,
            "Sid": "OrganizationOnly",
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
    ]


def key_administered(account_root: str) -> Statement:
    """The account administers a key, and cannot use it by that."""
    return {
        "Sid": "Administration",
        "Effect": "Allow",
        "Principal": {"AWS": account_root},
        "Action": KEY_ADMINISTRATION,
        "Resource": "*",
    }


def key_used(service: str, actions: Sequence[str], condition: Statement) -> Statement:
    """A service uses a key under a condition."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(actions),
        "Resource": "*",
        "Condition": condition,
    }
