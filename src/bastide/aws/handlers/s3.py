"""Amazon S3: buckets, bucket policies, and the account's block of public access.

One idea: each part of a bucket (versioning, encryption, …) is an API of its own, so a table says for each property how
it is put and how it is taken away. Objects are never read, written or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import NOT_ASKED, Connection, Found, Handler, Lister, ask, error_code, pages, tag_list
from bastide.aws.handlers import s3_events, s3_shapes, s3_web
from bastide.aws.shape import (
    actions,
    arn_of,
    before_and_after,
    member,
    parse_document,
    present,
    render_document,
    touched,
)
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope, Unknown, Value

READ = (
    "s3:GetBucketVersioning",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetBucketTagging",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetReplicationConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketWebsite",
    "s3:GetBucketAcl",
    "tag:GetResources",
)
Wanted = frozenset[str] | None
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def buckets(at: Connection) -> list[str]:
    """Names of this account's buckets in this region, asked once for all S3 types.

    Source: Amazon S3 API Reference, ListBuckets: BucketRegion must be the region that is asked.
    """
    return at.once(
        "s3:ListBuckets",
        lambda: [
            bucket["Name"] for bucket in pages(at.client("s3"), "list_buckets", "Buckets", BucketRegion=at.region)
        ],
    )


class Bucket(Handler):
    """AWS::S3::Bucket. Create-only: BucketName. Tags and lifecycle rules are replaced as a whole.

    Ours: ``VersioningConfiguration.MfaDelete`` (observed), and ``Grants`` where no canned ACL describes the ACL (then
    AccessControl is Unknown). With ACLs disabled (BucketOwnerEnforced) AccessControl is Private, without a call.
    Versioning can be suspended, never unset; Object Lock can be switched on later, never off.
    Source: Amazon S3 User Guide, "Locking objects with Object Lock".
    """

    type = "AWS::S3::Bucket"
    service = "s3"
    identified_by = ("BucketName",)
    data_bearing = True
    actions = actions(
        list=("s3:ListAllMyBuckets", *READ),
        read=("s3:ListBucket", *READ),
        write=(
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketOwnershipControls",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketVersioning",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketAcl",
            "s3:PutLifecycleConfiguration",
            "s3:PutBucketLogging",
            "s3:PutBucketNotification",
            "s3:PutReplicationConfiguration",
            "s3:PutBucketCORS",
            "s3:PutBucketWebsite",
            "s3:DeleteBucketWebsite",
            "iam:PassRole",
            "s3:PutBucketTagging",
        ),
        delete=("s3:DeleteBucket",),
    )

    def __init__(self, wanted: Wanted = None) -> None:
        """``wanted``: top-level properties that somebody reads; None for all."""
        self._wanted = wanted

    def narrowed(self, properties: Collection[str] | None) -> Lister:
        return self if properties is None else Bucket(frozenset(path.split(".", 1)[0] for path in properties))

    def list(self, at: Connection) -> Iterable[Found]:
        # A plan needs the tags of this moment; an assessment takes those of the index, which lags, for fewer calls.
        tags = _tags_of_all(at) if self._wanted is not None and "Tags" in self._wanted else None
        return at.each(lambda name: self._found(at, name, tags), buckets(at))

    def read(self, at: Connection, id: str) -> Found | None:
        try:
            at.client("s3").head_bucket(Bucket=id)
        except ClientError as error:
            if error_code(error) in ("404", "NoSuchBucket", "301"):
                return None
            raise
        return self._found(at, id)

    def _found(self, at: Connection, name: str, tags: Mapping[str, Value] | None = None) -> Found:
        wanted = self._wanted if self._wanted is None or tags is None else self._wanted - {"Tags"}
        properties = read_bucket(at.client("s3"), name, wanted)
        if tags is not None:
            properties["Tags"] = tags.get(name, [])
        return Found(name, properties, arn_of(at, "s3", name, region="", account=""))

    def create(self, at: Connection, properties: Properties) -> str:
        s3, name = at.client("s3"), properties["BucketName"]
        place = {} if at.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": at.region}}
        lock = {"ObjectLockEnabledForBucket": True} if properties.get("ObjectLockEnabled") is True else {}
        try:
            s3.create_bucket(Bucket=name, **place, **lock)
        except ClientError as error:
            if error_code(error) != "BucketAlreadyOwnedByYou":
                raise
        for part, put in PARTS.items():
            if properties.get(part) is not None:
                put(s3, name, properties[part])
        return str(name)

    def update(self, at: Connection, id: str, change: Change) -> None:
        names = touched(change)
        for part, put in PARTS.items():
            if part in names:
                before, after = before_and_after(change, part)
                if part == "PublicAccessBlockConfiguration" and after is not None:
                    after = {**(before or {}), **after}  # S3 takes what is not named for off
                put(at.client("s3"), id, after)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        try:
            at.client("s3").delete_bucket(Bucket=id)
        except ClientError as error:
            if error_code(error) == "NoSuchBucket":
                return
            if error_code(error) == "BucketNotEmpty":
                where = f"{at.account}/{at.region}"
                fix = "empty it first (every version of every object); Bastide never deletes objects"
                raise TargetError(f"bucket {id} still holds objects, so S3 does not delete it", where, fix) from error
            raise


def _tags_of_all(at: Connection) -> dict[str, Value] | None:
    """Tags by bucket of the region, a hundred buckets a call; None where that is refused.

    Source: Resource Groups Tagging API Reference, GetResources: resources without tags are not told.
    """
    try:
        told = pages(
            at.client("resourcegroupstaggingapi"),
            "get_resources",
            "ResourceTagMappingList",
            ResourceTypeFilters=["s3:bucket"],
        )
        return {one["ResourceARN"].rpartition(":")[2]: tag_list(one["Tags"]) for one in told}
    except ClientError:
        return None


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


def _put_encryption(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_bucket_encryption(Bucket=name)  # back to SSE-S3: a bucket cannot be without encryption
    else:
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=s3_shapes.encryption_request(value))


def _put_versioning(s3: Any, name: str, value: Value) -> None:
    status = (value or {}).get("Status", "Suspended")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})


def _put_block(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_public_access_block(Bucket=name)
    else:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict(value))


def _put_ownership(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_bucket_ownership_controls(Bucket=name)
    else:
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=dict(value))


def _put_lock(s3: Any, name: str, value: Value) -> None:
    # Without a rule the default retention goes; Object Lock itself stays for ever.
    configuration = dict(value or {"ObjectLockEnabled": "Enabled"})
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)


def _put_lifecycle(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_bucket_lifecycle(Bucket=name)
    else:
        request = s3_shapes.lifecycle_request(value)
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=request)


def _put_logging(s3: Any, name: str, value: Value) -> None:
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=s3_shapes.logging_request(value, name))


def _put_notification(s3: Any, name: str, value: Value) -> None:
    request = s3_events.notification_request(value)
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=request)


def _put_replication(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_bucket_replication(Bucket=name)
    else:
        request = s3_events.replication_request(value)
        s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=request)


def _put_cors(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_bucket_cors(Bucket=name)
    else:
        s3.put_bucket_cors(Bucket=name, CORSConfiguration=s3_web.cors_request(value))


def _put_website(s3: Any, name: str, value: Value) -> None:
    if value is None:
        s3.delete_bucket_website(Bucket=name)
    else:
        s3.put_bucket_website(Bucket=name, WebsiteConfiguration=s3_web.website_request(value))


def _put_acl(s3: Any, name: str, value: Value) -> None:
    canned = s3_shapes.CANNED_NAMES[value or "Private"]
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
PARTS: Mapping[str, Callable[[Any, str, Value], None]] = {
    "PublicAccessBlockConfiguration": _put_block,
    "OwnershipControls": _put_ownership,
    "BucketEncryption": _put_encryption,
    "VersioningConfiguration": _put_versioning,
    "ObjectLockConfiguration": _put_lock,
    "AccessControl": _put_acl,
    "LifecycleConfiguration": _put_lifecycle,
    "LoggingConfiguration": _put_logging,
    "NotificationConfiguration": _put_notification,
    "ReplicationConfiguration": _put_replication,
    "CorsConfiguration": _put_cors,
    "WebsiteConfiguration": _put_website,
    "Tags": _put_tags,
}


class BucketPolicy(Handler):
    """AWS::S3::BucketPolicy. Create-only: Bucket. One a bucket, identified by the bucket's name.

    A bucket whose policy may not be read is listed with PolicyDocument Unknown: it may have one.
    """

    type = "AWS::S3::BucketPolicy"
    service = "s3"
    identified_by = ("Bucket",)
    actions = actions(
        read=("s3:GetBucketPolicy",),
        list=("s3:ListAllMyBuckets", "s3:GetBucketPolicy"),
        write=("s3:PutBucketPolicy",),
        delete=("s3:DeleteBucketPolicy",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        found = at.each(lambda name: self.read(at, name), buckets(at))
        return [policy for policy in found if policy]

    def read(self, at: Connection, id: str) -> Found | None:
        answer = ask(at.client("s3").get_bucket_policy, absent=("NoSuchBucketPolicy", "NoSuchBucket"), Bucket=id)
        document = parse_document(member(answer, "Policy"))
        return None if document is None else Found(id, {"Bucket": id, "PolicyDocument": document})

    def create(self, at: Connection, properties: Properties) -> str:
        name = str(properties["Bucket"])
        at.client("s3").put_bucket_policy(Bucket=name, Policy=render_document(properties["PolicyDocument"]))
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        self.create(at, {"Bucket": id, "PolicyDocument": (change.after or {})["PolicyDocument"]})

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("s3").delete_bucket_policy, "NoSuchBucket", "NoSuchBucketPolicy", Bucket=id)


class AccountPublicAccessBlock(Handler):
    """Bastide::S3::AccountPublicAccessBlock: four booleans for all of the account's buckets, identified by the account.

    AWS's default is none of the four, which is what a missing configuration means.
    Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage".
    """

    type = "Bastide::S3::AccountPublicAccessBlock"
    service = "s3control"
    scope = Scope.ACCOUNT
    identified_by = ()
    actions = actions(read=("s3:GetAccountPublicAccessBlock",), write=("s3:PutAccountPublicAccessBlock",))

    def list(self, at: Connection) -> Iterable[Found]:
        control = at.client("s3control")
        absent = ("NoSuchPublicAccessBlockConfiguration",)
        answer = ask(control.get_public_access_block, absent=absent, AccountId=at.account)
        block = member(answer, "PublicAccessBlockConfiguration")
        if isinstance(block, Unknown):
            return [Found(at.account, dict.fromkeys(BLOCKS, block))]
        return [Found(at.account, {name: bool((block or {}).get(name)) for name in BLOCKS})]

    def create(self, at: Connection, properties: Properties) -> str:
        block = {name: bool(properties.get(name)) for name in BLOCKS}
        at.client("s3control").put_public_access_block(AccountId=at.account, PublicAccessBlockConfiguration=block)
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        self.create(at, {**(change.before or {}), **(change.after or {})})

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        at.client("s3control").delete_public_access_block(AccountId=at.account)
