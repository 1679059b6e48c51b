"""Policies of the log buckets: who delivers what for whom, and what nobody may do.

Three denies stand on every log bucket: no transport but TLS, nobody outside the organization, no tampering except by
the pipeline. All of them leave AWS services alone, for these carry no organization id: without that, delivery stops.
A bucket policy binds the management account, too, which no service control policy does. The root user of the bucket's
account can always replace the policy, whatever it says: that is how a lock-out is repaired.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bastide.declare.policies.statements import PIPELINE, Policy, Statement, allow, deny, policy, service

OWNER_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}
TAMPERING = (
    "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:PutBucketAcl", "s3:PutBucketLogging",
    "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration", "s3:PutObject", "s3:PutObjectAcl", "s3:PutReplicationConfiguration",
)  # fmt: skip
LOSING = ("s3:BypassGovernanceRetention", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold", "s3:PutObjectRetention")
IS_NO_SERVICE = {"aws:PrincipalIsAWSService": "false"}


def trail_arn(management_account: str, home_region: str, trail_name: str, *, partition: str = "aws") -> str:
    """The ARN of an organization trail, known before the trail exists.

    It carries the management account even where a delegated administrator makes the trail.
    """
    return f"arn:{partition}:cloudtrail:{home_region}:{management_account}:trail/{trail_name}"


def trail_bucket_policy(
    bucket: str, org_id: str, management_account: str, home_region: str, trail_name: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = PIPELINE, partition: str = "aws",
    prefix: str = "",
) -> Policy:  # fmt: skip
    """The policy of the bucket that the organization trail delivers to; ``prefix`` ends with ``/`` or is empty.

    Logs of the management account and of the organization have different paths: without the second, CreateTrail
    answers InsufficientS3BucketPolicyException.

    Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", organization trails.
    """
    arn = _arn(partition, bucket)
    trail = {"aws:SourceArn": trail_arn(management_account, home_region, trail_name, partition=partition)}
    cloudtrail = service("cloudtrail")
    write = {"StringEquals": {**trail, **OWNER_CONTROL}}
    return policy(
        allow("TrailAcl", cloudtrail, "s3:GetBucketAcl", arn, {"StringEquals": trail}),
        allow(
            "TrailWriteManagement", cloudtrail, "s3:PutObject", f"{arn}/{prefix}AWSLogs/{management_account}/*", write
        ),
        allow("TrailWriteOrganization", cloudtrail, "s3:PutObject", f"{arn}/{prefix}AWSLogs/{org_id}/*", write),
        *_read(arn, reader_roles),
        *closed(arn, org_id, pipeline_roles),
        deny("NoVersionIsLost", LOSING, f"{arn}/*"),
    )


def config_bucket_policy(
    bucket: str, org_id: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = PIPELINE, partition: str = "aws",
    prefix: str = "",
) -> Policy:  # fmt: skip
    """The policy of the bucket that AWS Config of every account delivers to; it must have no Object Lock.

    Source: AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel";
    CloudFormation, AWS::Config::DeliveryChannel (no delivery to buckets with Object Lock).
    """
    arn = _arn(partition, bucket)
    ours = {"aws:SourceOrgID": org_id}
    config = service("config")
    write = {"StringEquals": {**ours, **OWNER_CONTROL}}
    return policy(
        allow("ConfigLook", config, ["s3:GetBucketAcl", "s3:ListBucket"], arn, {"StringEquals": ours}),
        allow("ConfigWrite", config, "s3:PutObject", f"{arn}/{prefix}AWSLogs/*/Config/*", write),
        *_read(arn, reader_roles),
        *closed(arn, org_id, pipeline_roles),
    )


def flow_logs_bucket_policy(
    bucket: str, org_id: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = PIPELINE, partition: str = "aws",
    prefix: str = "",
) -> Policy:  # fmt: skip
    """The policy of the bucket for VPC flow logs, resolver query logs and web ACL logs of every account.

    Declared whole: AWS edits a policy that it may edit, which would be drift.

    Source: Amazon VPC User Guide, "Amazon S3 bucket permissions for flow logs"; CloudWatch Logs User Guide, "Logging
    that requires additional permissions", logs sent to Amazon S3.
    """
    arn = _arn(partition, bucket)
    acts_for = {
        "StringEquals": {"aws:SourceOrgID": org_id},
        "ArnLike": {"aws:SourceArn": f"arn:{partition}:logs:*:*:*"},
    }
    delivery = service("delivery.logs")
    write = {**acts_for, "StringEquals": {**acts_for["StringEquals"], **OWNER_CONTROL}}
    return policy(
        allow("FlowLook", delivery, ["s3:GetBucketAcl", "s3:ListBucket"], arn, acts_for),
        allow("FlowWrite", delivery, "s3:PutObject", f"{arn}/{prefix}AWSLogs/*", write),
        *_read(arn, reader_roles),
        *closed(arn, org_id, pipeline_roles),
    )


def access_logs_bucket_policy(
    bucket: str, org_id: str, account: str,
    *, reader_roles: Sequence[str] = (), pipeline_roles: Sequence[str] = PIPELINE, partition: str = "aws",
) -> Policy:  # fmt: skip
    """The policy of the bucket for S3 server access logs of ``account``; S3 delivers only to SSE-S3.

    Source: Amazon S3 User Guide, "Enabling Amazon S3 server access logging", permissions for log delivery.
    """
    arn = _arn(partition, bucket)
    acts_for = {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": f"arn:{partition}:s3:::*"}}
    return policy(
        allow("AccessLogWrite", service("logging.s3"), "s3:PutObject", f"{arn}/*", acts_for),
        *_read(arn, reader_roles),
        *closed(arn, org_id, pipeline_roles),
    )


def closed(arn: str, org_id: str, pipeline_roles: Iterable[str]) -> list[Statement]:
    """The denies of every log bucket."""
    whole = [arn, f"{arn}/*"]
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": org_id}, "BoolIfExists": IS_NO_SERVICE}
    people = {"ArnNotLikeIfExists": {"aws:PrincipalArn": list(pipeline_roles)}, "BoolIfExists": IS_NO_SERVICE}
    return [
        deny("TlsOnly", "s3:*", whole, {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OrganizationOnly", "s3:*", whole, outside),
        deny("NoTampering", TAMPERING, whole, people),
    ]


def _read(arn: str, reader_roles: Sequence[str]) -> list[Statement]:
    """Statements for readers (ARNs of roles): their accounts are let in, as these roles only.

    Not the roles by name: AWS refuses a principal that does not exist yet, and remembers a deleted one by its number.
    """
    if not reader_roles:
        return []
    roots = sorted({":".join((*role.split(":")[:5], "root")) for role in reader_roles})
    only = {"ArnLike": {"aws:PrincipalArn": list(reader_roles)}}
    return [
        allow("ReadersList", {"AWS": roots}, ["s3:GetBucketLocation", "s3:ListBucket"], arn, only),
        allow("ReadersRead", {"AWS": roots}, ["s3:GetObject", "s3:GetObjectVersion"], f"{arn}/*", only),
    ]


def _arn(partition: str, bucket: str) -> str:
    return f"arn:{partition}:s3:::{bucket}"
