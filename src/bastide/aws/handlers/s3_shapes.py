"""S3's own shapes against the registry's: encryption, access logging, lifecycle rules and ACLs.

The registry flattens what S3's API nests (a rule's filter, its expiration). Pure translations; no calls.
Source: Amazon S3 API Reference, PutBucketLifecycleConfiguration; AWS::S3::Bucket in the CloudFormation registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bastide.aws.shape import member, pick, present
from bastide.model import Unknown, Value

GROUP = "http://acs.amazonaws.com/groups/"
EVERYONE = GROUP + "global/AllUsers"
ANY_ACCOUNT = GROUP + "global/AuthenticatedUsers"
LOG_DELIVERY = GROUP + "s3/LogDelivery"
# Grants beside the owner's FULL_CONTROL. Source: Amazon S3 User Guide, ACL overview, "Canned ACL"
CANNED: dict[frozenset[tuple[str, str]], str] = {
    frozenset(): "Private",
    frozenset({(EVERYONE, "READ")}): "PublicRead",
    frozenset({(EVERYONE, "READ"), (EVERYONE, "WRITE")}): "PublicReadWrite",
    frozenset({(ANY_ACCOUNT, "READ")}): "AuthenticatedRead",
    frozenset({(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")}): "LogDeliveryWrite",
}
CANNED_NAMES = {
    "Private": "private",
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "LogDeliveryWrite": "log-delivery-write",
    "AwsExecRead": "aws-exec-read",
    "BucketOwnerRead": "bucket-owner-read",
    "BucketOwnerFullControl": "bucket-owner-full-control",
}


def encryption(answer: Value) -> Value:
    """BucketEncryption from GetBucketEncryption's rules; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    rules = [
        present(ServerSideEncryptionByDefault=rule.get("ApplyServerSideEncryptionByDefault"))
        | pick(rule, "BucketKeyEnabled", "BlockedEncryptionTypes")
        for rule in answer["Rules"]
    ]
    return {"ServerSideEncryptionConfiguration": rules}


def encryption_request(value: Mapping[str, Any]) -> dict[str, Any]:
    """The ServerSideEncryptionConfiguration that PutBucketEncryption takes."""
    rules = [
        present(ApplyServerSideEncryptionByDefault=rule.get("ServerSideEncryptionByDefault"))
        | pick(rule, "BucketKeyEnabled", "BlockedEncryptionTypes")
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": rules}


def logging(answer: Value) -> Value:
    """LoggingConfiguration from GetBucketLogging's LoggingEnabled; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    key_format = answer.get("TargetObjectKeyFormat") or None
    prefix = answer.get("TargetPrefix") or None
    return present(DestinationBucketName=answer["TargetBucket"], LogFilePrefix=prefix, TargetObjectKeyFormat=key_format)


def logging_request(value: Mapping[str, Any] | None, bucket: str) -> dict[str, Any]:
    """The BucketLoggingStatus that PutBucketLogging takes; empty turns logging off.

    Without a destination the bucket keeps its own logs. Source: CloudFormation, AWS::S3::Bucket LoggingConfiguration.
    """
    if not value:
        return {}
    destination = value.get("DestinationBucketName") or bucket
    target = {"TargetBucket": destination, "TargetPrefix": value.get("LogFilePrefix", "")}
    return {"LoggingEnabled": target | pick(value, "TargetObjectKeyFormat")}


def lifecycle(answer: Value) -> Value:
    """LifecycleConfiguration from GetBucketLifecycleConfiguration's rules, sorted by id; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    rules = sorted((_rule(rule) for rule in answer), key=lambda rule: str(rule.get("Id", "")))
    return {"Rules": rules}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    expiration = rule.get("Expiration", {})
    return present(
        Id=rule.get("ID"),
        Status=rule["Status"],
        ExpirationInDays=expiration.get("Days"),
        ExpirationDate=_text(expiration.get("Date")),
        ExpiredObjectDeleteMarker=expiration.get("ExpiredObjectDeleteMarker") or None,
        NoncurrentVersionExpiration=rule.get("NoncurrentVersionExpiration"),
        NoncurrentVersionTransitions=[
            present(TransitionInDays=item.get("NoncurrentDays")) | pick(item, "StorageClass", "NewerNoncurrentVersions")
            for item in rule.get("NoncurrentVersionTransitions", ())
        ]
        or None,
        Transitions=[
            present(TransitionInDays=item.get("Days"), TransitionDate=_text(item.get("Date")))
            | pick(item, "StorageClass")
            for item in rule.get("Transitions", ())
        ]
        or None,
        AbortIncompleteMultipartUpload=rule.get("AbortIncompleteMultipartUpload"),
    ) | _filter(rule)


def _filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    found = rule.get("Filter", {})
    found = found.get("And") or found
    tags = found.get("Tags") or ([found["Tag"]] if found.get("Tag") else None)
    greater, less = found.get("ObjectSizeGreaterThan"), found.get("ObjectSizeLessThan")
    return present(
        Prefix=found.get("Prefix") or rule.get("Prefix") or None,
        TagFilters=tags,
        # The registry has these two numbers as strings.
        ObjectSizeGreaterThan=None if greater is None else str(greater),
        ObjectSizeLessThan=None if less is None else str(less),
    )


def lifecycle_request(value: Mapping[str, Any]) -> dict[str, Any]:
    """The LifecycleConfiguration that PutBucketLifecycleConfiguration takes."""
    return {"Rules": [_rule_request(rule) for rule in value["Rules"]]}


def _rule_request(rule: Mapping[str, Any]) -> dict[str, Any]:
    expiration = present(
        Days=rule.get("ExpirationInDays"),
        Date=rule.get("ExpirationDate"),
        ExpiredObjectDeleteMarker=rule.get("ExpiredObjectDeleteMarker"),
    )
    return present(
        ID=rule.get("Id"),
        Status=rule["Status"],
        Filter=_filter_request(rule),
        Expiration=expiration or None,
        NoncurrentVersionExpiration=rule.get("NoncurrentVersionExpiration"),
        NoncurrentVersionTransitions=[
            present(NoncurrentDays=item.get("TransitionInDays")) | pick(item, "StorageClass", "NewerNoncurrentVersions")
            for item in rule.get("NoncurrentVersionTransitions", ())
        ]
        or None,
        Transitions=[
            present(Days=item.get("TransitionInDays"), Date=item.get("TransitionDate")) | pick(item, "StorageClass")
            for item in rule.get("Transitions", ())
        ]
        or None,
        AbortIncompleteMultipartUpload=rule.get("AbortIncompleteMultipartUpload"),
    )


def _filter_request(rule: Mapping[str, Any]) -> dict[str, Any]:
    """S3 takes one condition bare and several only under And."""
    tags = [dict(tag) for tag in rule.get("TagFilters", ())]
    sizes = {name: int(rule[name]) for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan") if name in rule}
    conditions = pick(rule, "Prefix") | sizes
    if len(conditions) + len(tags) > 1:
        return {"And": conditions | present(Tags=tags or None)}
    if tags:
        return {"Tag": tags[0]}
    return conditions or {"Prefix": ""}


def object_lock(answer: Value) -> Value:
    """ObjectLockConfiguration as it is, without a rule that says nothing; None and Unknown stay."""
    retention = member(answer, "Rule", "DefaultRetention")
    if retention is None or isinstance(retention, Unknown):
        return answer
    said = {name: value for name, value in retention.items() if value}  # moto: Years 0 beside Days
    return present(ObjectLockEnabled=answer["ObjectLockEnabled"], Rule={"DefaultRetention": said} if said else None)


def grants(answer: Value) -> Value:
    """GetBucketAcl's grants beside the owner's full control, as (grantee, permission) pairs; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    owner = answer["Owner"]["ID"]
    pairs = (
        (
            grant["Grantee"].get("URI") or grant["Grantee"].get("ID") or grant["Grantee"].get("EmailAddress", ""),
            grant["Permission"],
        )
        for grant in answer["Grants"]
    )
    return sorted(pair for pair in pairs if pair != (owner, "FULL_CONTROL"))


def access_control(found: Value) -> dict[str, Value]:
    """AccessControl as the canned ACL of the same grants; else Unknown, with the ``Grants`` themselves beside it."""
    if found is None:
        return {}
    if isinstance(found, Unknown):
        return {"AccessControl": found}
    canned = CANNED.get(frozenset(found))
    if canned:
        return {"AccessControl": canned}
    listed = [{"Grantee": grantee, "Permission": permission} for grantee, permission in found]
    return {"AccessControl": Unknown("no canned ACL has these grants; see Grants"), "Grants": listed}


def _text(when: Value) -> str | None:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(when, datetime) else when
