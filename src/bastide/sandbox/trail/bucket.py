"""A trail's bucket as CloudTrail writes to it: may it, and the object that then is there.

One idea: the service's own writes skip the request path (they are many: a week of digests), yet keep what S3 does for
them: the bucket policy, encryption, versions, object lock, notifications.
Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Encrypting CloudTrail log files".
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bastide.errors import InputError
from bastide.iam import Principal, Request, decide_policy, parse_policy
from bastide.model import PolicyDocument
from bastide.sandbox import moto
from bastide.sandbox.trail.selectors import TrailView

SERVICE = "cloudtrail.amazonaws.com"


def folder(view: TrailView, account: str, kind: str, region: str, at: datetime) -> str:
    """Where objects of a kind (`CloudTrail`, `CloudTrail-Digest`) of an account and Region go on a day."""
    prefix = f"{view.prefix}/" if view.prefix else ""
    organization = f"{view.organization}/" if view.organization else ""
    return f"{prefix}AWSLogs/{organization}{account}/{kind}/{region}/{at.astimezone(UTC):%Y/%m/%d}"


def refusal(view: TrailView) -> str:
    """Why nothing at all can be delivered to the trail's bucket: an error code, or nothing."""
    if _bucket(view) is None:
        return "NoSuchBucket"
    if view.kms_key.startswith("arn:"):
        _, _, _, region, account, name = view.kms_key.split(":", 5)
        key = moto.backend("kms", account, region).keys.get(name.rpartition("/")[2])
        if name.startswith("key/") and (key is None or key.key_state != "Enabled"):
            return "KMS.NotFoundException" if key is None else "KMS.DisabledException"
    probe = folder(view, view.account, "CloudTrail", view.region, datetime.now(UTC))
    return "" if _may_put(view, f"{probe}/x") else "AccessDenied"


def put(view: TrailView, key: str, body: bytes, metadata: dict[str, str]) -> str:
    """Store an object as the service does; the error code, or nothing."""
    bucket = _bucket(view)
    if bucket is None:
        return "NoSuchBucket"
    if not _may_put(view, key):
        return "AccessDenied"
    backend = moto.backend("s3", bucket.account_id, "aws")
    locked = bucket.object_lock_enabled and bucket.has_default_lock
    made = backend.put_object(
        view.bucket,
        key,
        body,
        encryption="aws:kms" if view.kms_key else None,
        kms_key_id=view.kms_key or None,
        lock_mode=bucket.default_lock_mode if locked else None,
        lock_until=bucket.default_retention() if locked else None,
    )
    # Who decrypts a log file is asked about this. Source: CloudTrail User Guide, "Configure KMS key policies".
    made.encryption_context = {"aws:cloudtrail:arn": view.arn}
    headers = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
    made.set_metadata(headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    made.set_acl(bucket.acl)
    return ""


def _bucket(view: TrailView) -> Any:
    found = moto.backend_dict("s3").bucket_accounts.get(view.bucket)
    return None if found is None else moto.backend("s3", found[1], found[0]).buckets.get(view.bucket)


def _may_put(view: TrailView, key: str) -> bool:
    """Whether the bucket's policy lets CloudTrail write the object for this trail."""
    bucket = _bucket(view)
    if not bucket.policy:
        return False
    text = bucket.policy.decode() if isinstance(bucket.policy, bytes) else str(bucket.policy)
    try:
        document = _parsed(text)
    except InputError:
        return False
    return decide_policy((document,), _request(view, key, bucket.account_id)).allowed


@lru_cache(maxsize=64)
def _parsed(text: str) -> PolicyDocument:
    return parse_policy(text, positions=False)


def _request(view: TrailView, key: str, owner: str) -> Request:
    """The service's PutObject, with the condition keys that it is known to send."""
    context = {
        "aws:SourceArn": view.arn,
        "aws:SourceAccount": view.account,
        "aws:SecureTransport": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    if view.organization:
        context["aws:SourceOrgID"] = view.organization
    if view.kms_key:
        context["s3:x-amz-server-side-encryption"] = "aws:kms"
        context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = view.kms_key
    resource = f"arn:aws:s3:::{view.bucket}/{key}"
    return Request(Principal(service=SERVICE), "s3:PutObject", resource, context, owner)
