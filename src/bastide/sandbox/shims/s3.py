"""S3: today's defaults at creation, and the policies that block public access refuses."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.policies import as_list, is_public, parse_statements
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError, HttpResponse

BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
DIRECTORY = "--x-s3"  # how the name of a directory bucket, and of no other, ends
SSE_S3 = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


def read_bucket(name: str) -> Any:
    """moto's bucket, whoever owns it. Raises NoSuchBucket."""
    found = moto.backend_dict("s3").bucket_accounts.get(name)
    if found is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    partition, account = found
    return moto.backend("s3", account, partition).buckets[name]


@shim("s3", "CreateBucket")
def create_bucket(call: Call) -> Answer:
    """Encrypted with S3's keys, no public access, no ACLs.

    Source: S3 User Guide, "Default settings for new S3 buckets FAQ" (April 2023) and "Default encryption FAQ".
    """
    name = call.params["Bucket"]
    if name.endswith(DIRECTORY):
        raise call.not_implemented()
    owner = moto.backend_dict("s3").bucket_accounts.get(name, ("", ""))[1]
    if owner == call.account and call.region != "us-east-1":
        text = "Your previous request to create the named bucket succeeded and you already own it."
        raise AwsError("BucketAlreadyOwnedByYou", text, 409, BucketName=name)
    response = call.forward()
    if owner != call.account:  # in us-east-1 a second creation answers 200 and changes nothing
        bucket = read_bucket(name)
        bucket.encryption = SSE_S3
        bucket.ownership_rule = call.params.get("ObjectOwnership") or "BucketOwnerEnforced"
        moto.backend("s3", call.account, "aws").put_public_access_block(name, dict.fromkeys(BLOCKED, "true"))
    return response


@shim("s3", "DeleteBucketEncryption")
def delete_bucket_encryption(call: Call) -> HttpResponse:
    """Back to S3's own keys: a bucket is never unencrypted."""
    response = call.forward()
    read_bucket(call.params["Bucket"]).encryption = SSE_S3
    return response


@shim("s3", "PutBucketPolicy")
def put_bucket_policy(call: Call) -> Answer:
    """Well-formed, about this bucket, and not public while that is blocked. moto: stores anything."""
    name, text = call.params["Bucket"], call.params["Policy"]
    bucket = read_bucket(name)
    statements = parse_statements(text)
    own = (f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/")
    for row in statements:
        resources = [str(found) for found in as_list(row.get("Resource", row.get("NotResource", [])))]
        if not resources or not all(found == own[0] or found.startswith(own[1]) for found in resources):
            raise AwsError("MalformedPolicy", "Policy has invalid resource")
        if "Principal" not in row and "NotPrincipal" not in row:
            raise AwsError("MalformedPolicy", "Missing required field Principal")
    if blocks_public_policy(bucket) and is_public(statements):
        reason = "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        text = f"User: {call.principal.arn} is not authorized to perform: s3:PutBucketPolicy on resource: {own[0]!r}"
        raise AwsError("AccessDenied", f"{text} {reason}", 403)
    return call.forward()


def blocks_public_policy(bucket: Any) -> bool:
    """Whether the bucket's or its account's block covers policies."""
    return _blocks(bucket, "block_public_policy")


def _blocks(bucket: Any, setting: str) -> bool:
    account = moto.backend("s3control", bucket.account_id, "aws").public_access_block
    blocks = (bucket.public_access_block, account)
    return any(block is not None and str(getattr(block, setting)).lower() == "true" for block in blocks)


@shim("s3", "PutBucketAcl", "PutObjectAcl")
def put_acl(call: Call) -> Answer:
    """Not while ACLs are off, and not public while that is blocked."""
    check_acl(call)
    return call.forward()


_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_PUBLIC_GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")


def check_acl(call: Call) -> None:
    """Raises S3's error when the request sets an ACL that the bucket does not take. moto: takes any.

    Source: S3 User Guide, "Controlling ownership of objects and disabling ACLs", "Blocking public access".
    """
    canned = call.request.header("x-amz-acl")
    grants = [value for key, value in call.request.headers if key.lower().startswith("x-amz-grant-")]
    putting = call.operation in ("PutBucketAcl", "PutObjectAcl")
    if not (canned or grants or putting):
        return
    bucket = read_bucket(call.params["Bucket"])
    if bucket.ownership_rule == "BucketOwnerEnforced":
        # The owner's full control is what it has anyway.
        if canned == "bucket-owner-full-control" or (canned == "private" and not putting):
            return
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    body = call.request.body.decode("utf-8", "replace") if putting else ""
    public = canned in _PUBLIC_ACLS or any(group in text for group in _PUBLIC_GROUPS for text in (*grants, body))
    if public and _blocks(bucket, "block_public_acls"):
        reason = "because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access"
        text = f"User: {call.principal.arn} is not authorized to perform: s3:{call.operation} {reason} setting."
        raise AwsError("AccessDenied", text, 403)


@shim("s3", "GetBucketAcl")
def read_acl(call: Call) -> Answer:
    """A grant for each permission of a grantee. moto: tells of the first only, and a canned ACL may give two."""
    answer = call.forwarded()
    grants = [
        {"Grantee": _grantee(grant.grantees[0]), "Permission": permission}
        for grant in read_bucket(call.params["Bucket"]).acl.grants
        for permission in grant.permissions
    ]
    return answer | {"Grants": grants}


def _grantee(found: Any) -> dict[str, str]:
    said = {"Type": found.type, "URI": found.uri, "ID": found.id, "DisplayName": found.display_name}
    return {name: str(value) for name, value in said.items() if value}


@shim("s3", "GetBucketNotificationConfiguration")
def read_notification(call: Call) -> Answer:
    """Whom the bucket tells, EventBridge too. moto: keeps that one to itself."""
    answer = call.forwarded()
    told = read_bucket(call.params["Bucket"]).notification_configuration
    if told is not None and told.event_bridge is not None:
        answer["EventBridgeConfiguration"] = {}
    return answer


@shim("s3", "PutBucketVersioning")
def put_bucket_versioning(call: Call) -> Answer:
    """MFA delete takes the root user's MFA code, which nobody has here. moto: accepts and forgets it."""
    configuration = call.params.get("VersioningConfiguration", {})
    if configuration.get("MFADelete") == "Enabled":
        raise AwsError("AccessDenied", "Mfa Authentication must be used for this request", 403)
    bucket = read_bucket(call.params["Bucket"])
    if bucket.object_lock_enabled and configuration.get("Status") == "Suspended":
        text = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", text, 409)
    if getattr(bucket, "replication", None) and configuration.get("Status") == "Suspended":
        text = "A replication configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", text, 409)
    return call.forward()


@shim("s3", "PutBucketReplication")
def put_bucket_replication(call: Call) -> Answer:
    """Only versions are replicated. moto: takes it for any bucket."""
    _require_versioning(call, "InvalidRequest", "a replication configuration", 400)
    return call.forward()


@shim("s3", "PutObjectLockConfiguration")
def put_object_lock_configuration(call: Call) -> Answer:
    """Only versions are locked. moto: takes it for any bucket."""
    _require_versioning(call, "InvalidBucketState", "a Object Lock configuration", 409)
    return call.forward()


def _require_versioning(call: Call, code: str, what: str, status: int) -> None:
    if read_bucket(call.params["Bucket"]).versioning_status != "Enabled":
        raise AwsError(code, f"Versioning must be 'Enabled' on the bucket to apply {what}", status)


@shim("s3", "GetObjectRetention")
def get_object_retention(call: Call) -> Answer:
    """The object's lock. moto: answers with the object itself."""
    params = call.params
    bucket = read_bucket(params["Bucket"])
    store = moto.backend("s3", bucket.account_id, "aws")
    found = store.get_object(params["Bucket"], params["Key"], version_id=params.get("VersionId"))
    if found is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=params["Key"])
    if not found.lock_mode:
        text = "The specified object does not have a ObjectLock configuration"
        raise AwsError("NoSuchObjectLockConfiguration", text, 404)
    return {"Retention": {"Mode": found.lock_mode, "RetainUntilDate": found.lock_until}}


@shim("s3", "GetObjectLockConfiguration")
def get_object_lock_configuration(call: Call) -> Answer:
    """Days or years, never both. moto: answers the other one as 0."""
    configuration: dict[str, Any] = call.forwarded()["ObjectLockConfiguration"]
    retention = configuration.get("Rule", {}).get("DefaultRetention", {})
    for unit in ("Days", "Years"):
        if not retention.get(unit):
            retention.pop(unit, None)
    return {"ObjectLockConfiguration": configuration}
