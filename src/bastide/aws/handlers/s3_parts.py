"""The parts of a bucket (versioning, encryption, …), each an API of its own.

One idea: a table says for each property which call tells of it, another how it is put and how it is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import NOT_ASKED, ask, error_code, tag_list
from bastide.aws.handlers import s3_events, s3_shapes, s3_web
from bastide.aws.shape import member, present
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Unknown, Value

Wanted = frozenset[str] | None
Put = Callable[[Any, str, Value], None]


def read_bucket(s3: Any, name: str, wanted: Wanted = None) -> dict[str, Value]:
    """The wanted properties of one bucket: one call for each sub-resource that it can have.

    No call for the ACL where ACLs are disabled, nor for what needs versions where there never were any.
    """
    found: dict[str, Value] = {"BucketName": name}
    for names, read in SUB_RESOURCES.items():
        if wanted is not None and wanted.isdisjoint(names):
            found |= dict.fromkeys(names, NOT_ASKED)
        elif names in WITHOUT_VERSIONS and found.get("VersioningConfiguration") is None:
            found |= WITHOUT_VERSIONS[names]
        else:
            found |= read(s3, name)
    return present(**found)


def _read_versioning(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_versioning, Bucket=name)
    if isinstance(answer, Unknown):
        return {"VersioningConfiguration": answer}
    told = present(Status=answer.get("Status"), MfaDelete=answer.get("MFADelete"))
    return {"VersioningConfiguration": told or None}


def _read_lock(s3: Any, name: str) -> dict[str, Value]:
    absent = ("ObjectLockConfigurationNotFoundError",)
    lock = member(ask(s3.get_object_lock_configuration, absent=absent, Bucket=name), "ObjectLockConfiguration")
    on = lock if isinstance(lock, Unknown) else member(lock, "ObjectLockEnabled") == "Enabled"
    return {"ObjectLockEnabled": on, "ObjectLockConfiguration": s3_shapes.object_lock(lock)}


def _read_ownership(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_ownership_controls, absent=("OwnershipControlsNotFoundError",), Bucket=name)
    ownership = member(answer, "OwnershipControls")
    return {"OwnershipControls": ownership, **s3_shapes.access_control(_grants(s3, name, ownership))}


def _read_block(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_public_access_block, absent=("NoSuchPublicAccessBlockConfiguration",), Bucket=name)
    return {"PublicAccessBlockConfiguration": member(answer, "PublicAccessBlockConfiguration")}


def _read_encryption(s3: Any, name: str) -> dict[str, Value]:
    absent = ("ServerSideEncryptionConfigurationNotFoundError",)
    answer = member(ask(s3.get_bucket_encryption, absent=absent, Bucket=name), "ServerSideEncryptionConfiguration")
    return {"BucketEncryption": s3_shapes.encryption(answer)}


def _read_lifecycle(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_lifecycle_configuration, absent=("NoSuchLifecycleConfiguration",), Bucket=name)
    return {"LifecycleConfiguration": s3_shapes.lifecycle(member(answer, "Rules"))}


def _read_logging(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_logging, Bucket=name)
    return {"LoggingConfiguration": s3_shapes.logging(member(answer, "LoggingEnabled"))}


def _read_notification(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_notification_configuration, Bucket=name)
    return {"NotificationConfiguration": s3_events.notification(answer)}


def _read_replication(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_replication, absent=("ReplicationConfigurationNotFoundError",), Bucket=name)
    return {"ReplicationConfiguration": s3_events.replication(member(answer, "ReplicationConfiguration"))}


def _read_cors(s3: Any, name: str) -> dict[str, Value]:
    rules = member(ask(s3.get_bucket_cors, absent=("NoSuchCORSConfiguration",), Bucket=name), "CORSRules")
    return {"CorsConfiguration": s3_web.cors(rules)}


def _read_website(s3: Any, name: str) -> dict[str, Value]:
    answer = ask(s3.get_bucket_website, absent=("NoSuchWebsiteConfiguration",), Bucket=name)
    return {"WebsiteConfiguration": s3_web.website(answer)}


def _read_tags(s3: Any, name: str) -> dict[str, Value]:
    tags = member(ask(s3.get_bucket_tagging, absent=("NoSuchTagSet",), Bucket=name), "TagSet")
    return {"Tags": tags if isinstance(tags, Unknown) else tag_list(tags)}


LOCK, REPLICATION = ("ObjectLockEnabled", "ObjectLockConfiguration"), ("ReplicationConfiguration",)

# What a call tells of; each is made where somebody reads one of these properties. Versioning first: two others need it.
SUB_RESOURCES: Mapping[tuple[str, ...], Callable[[Any, str], dict[str, Value]]] = {
    ("VersioningConfiguration",): _read_versioning,
    ("BucketEncryption",): _read_encryption,
    ("PublicAccessBlockConfiguration",): _read_block,
    ("OwnershipControls", "AccessControl", "Grants"): _read_ownership,
    LOCK: _read_lock,
    ("LifecycleConfiguration",): _read_lifecycle,
    ("LoggingConfiguration",): _read_logging,
    ("NotificationConfiguration",): _read_notification,
    REPLICATION: _read_replication,
    ("CorsConfiguration",): _read_cors,
    ("WebsiteConfiguration",): _read_website,
    ("Tags",): _read_tags,
}

# Of a bucket whose versioning was never enabled. Source: Amazon S3 User Guide, "Locking objects with Object Lock"
# (works only with versioning, which cannot be suspended then) and "Requirements and considerations for replication".
WITHOUT_VERSIONS: Mapping[tuple[str, ...], dict[str, Value]] = {
    LOCK: {"ObjectLockEnabled": False, "ObjectLockConfiguration": None},
    REPLICATION: {"ReplicationConfiguration": None},
}


def _grants(s3: Any, name: str, ownership: Value) -> Value:
    rules = [] if isinstance(ownership, Unknown) else (ownership or {}).get("Rules", [])
    if any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules):
        return []
    return s3_shapes.grants(ask(s3.get_bucket_acl, Bucket=name))


def _whole(put: str, argument: str, delete: str, render: Callable[[Any], Value] = dict) -> Put:
    """How a part is put that S3 replaces as a whole, under the name of its ``argument``, and deletes by a call."""

    def replace_or_delete(s3: Any, name: str, value: Value) -> None:
        if value is None:
            getattr(s3, delete)(Bucket=name)
        else:
            getattr(s3, put)(Bucket=name, **{argument: render(value)})

    return replace_or_delete


def _put_versioning(s3: Any, name: str, value: Value) -> None:
    status = (value or {}).get("Status", "Suspended")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})


def _put_lock(s3: Any, name: str, value: Value) -> None:
    # Without a rule the default retention goes; Object Lock itself stays for ever.
    configuration = dict(value or {"ObjectLockEnabled": "Enabled"})
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)


def _put_logging(s3: Any, name: str, value: Value) -> None:
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=s3_shapes.logging_request(value, name))


def _put_notification(s3: Any, name: str, value: Value) -> None:
    request = s3_events.notification_request(value)
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=request)


def _put_acl(s3: Any, name: str, value: Value) -> None:
    canned = s3_shapes.CANNED_NAMES.get(value or "Private")
    if canned is None:
        known = ", ".join(s3_shapes.CANNED_NAMES)
        raise TargetError(f"{value!r} is no canned ACL of S3", f"AccessControl of bucket {name}", f"one of {known}")
    try:
        s3.put_bucket_acl(Bucket=name, ACL=canned)
    except ClientError as error:
        # With ACLs disabled S3 refuses to write one; what "private" asks for holds already.
        if canned != "private" or error_code(error) != "AccessControlListNotSupported":
            raise


def _put_tags(s3: Any, name: str, value: Value) -> None:
    # S3 replaces the whole set, and refuses to lose AWS's own tags: they are sent along.
    answer = quietly(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=name)
    kept = [tag for tag in member(answer, "TagSet", otherwise=()) if tag["Key"].startswith("aws:")]
    tags = kept + [dict(tag) for tag in value or ()]
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    else:
        s3.delete_bucket_tagging(Bucket=name)


# In an order that S3 accepts: versions before the lock, ownership before the ACL.
PARTS: Mapping[str, Put] = {
    "PublicAccessBlockConfiguration": _whole(
        "put_public_access_block", "PublicAccessBlockConfiguration", "delete_public_access_block"
    ),
    "OwnershipControls": _whole(
        "put_bucket_ownership_controls", "OwnershipControls", "delete_bucket_ownership_controls"
    ),
    # Deleted it is back to SSE-S3: a bucket cannot be without encryption.
    "BucketEncryption": _whole(
        "put_bucket_encryption",
        "ServerSideEncryptionConfiguration",
        "delete_bucket_encryption",
        s3_shapes.encryption_request,
    ),
    "VersioningConfiguration": _put_versioning,
    "ObjectLockConfiguration": _put_lock,
    "AccessControl": _put_acl,
    "LifecycleConfiguration": _whole(
        "put_bucket_lifecycle_configuration",
        "LifecycleConfiguration",
        "delete_bucket_lifecycle",
        s3_shapes.lifecycle_request,
    ),
    "LoggingConfiguration": _put_logging,
    "NotificationConfiguration": _put_notification,
    "ReplicationConfiguration": _whole(
        "put_bucket_replication", "ReplicationConfiguration", "delete_bucket_replication", s3_events.replication_request
    ),
    "CorsConfiguration": _whole("put_bucket_cors", "CORSConfiguration", "delete_bucket_cors", s3_web.cors_request),
    "WebsiteConfiguration": _whole(
        "put_bucket_website", "WebsiteConfiguration", "delete_bucket_website", s3_web.website_request
    ),
    "Tags": _put_tags,
}
