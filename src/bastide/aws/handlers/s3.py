"""Amazon S3: buckets, bucket policies, and the account's block of public access.

One idea: a bucket is the parts that ``s3_parts`` reads and puts, each an API of its own. Objects are never read,
written or deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, Lister, ask, error_code, pages, tag_list
from bastide.aws.handlers.s3_parts import PARTS, Wanted, read_bucket
from bastide.aws.shape import (
    actions,
    arn_of,
    before_and_after,
    member,
    parse_document,
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
