"""Policy documents of what the expansion makes: buckets' and keys'.

Every Allow for a service names the organization or the one resource that it acts for, against the confused deputy.
Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Configure AWS KMS key policies for
CloudTrail"; AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket"; VPC User Guide, "Amazon S3 bucket
permissions for flow logs".
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
    """Statements that every bucket has: TLS only, and nobody outside the organization but AWS services."""
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


def trusts(principal: str, condition: Statement) -> Document:
    """A trust policy: ``principal`` may take the role under a condition."""
    allow = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", "Condition": condition}
    return document([allow])


def boundary(arn: str) -> Document:
    """A permission boundary: everything but roles and users without it."""
    without = {"StringNotEquals": {"iam:PermissionsBoundary": arn}}
    return document(
        [
            {"Sid": "Most", "Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Sid": "OnlyBoundedPrincipals",
                "Effect": "Deny",
                "Action": ["iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary"],
                "Resource": "*",
                "Condition": without,
            },
        ]
    )


def endpoint(organization: str) -> Document:
    """An endpoint's policy: the organization's principals, to the organization's resources."""
    ours = {"StringEquals": {"aws:PrincipalOrgID": organization, "aws:ResourceOrgID": organization}}
    return document([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": ours}])


def data_key(account_root: str, region: str) -> Document:
    """A key that the account administers, and that its principals use through services of the region."""
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    return document(
        [
            key_administered(account_root),
            {
                "Sid": "Use",
                "Effect": "Allow",
                "Principal": {"AWS": account_root},
                "Action": use,
                "Resource": "*",
                "Condition": {"StringLike": {"kms:ViaService": f"*.{region}.amazonaws.com"}},
            },
        ]
    )
