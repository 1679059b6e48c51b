"""S3's defaults of today, and the policies that it refuses. Source: S3 User Guide."""

from __future__ import annotations

import json
from typing import Any

import pytest

HERE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
ALL = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def statement(bucket: str, **changes: Any) -> str:
    row = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [row | changes]})


@pytest.fixture
def s3(world: Any) -> Any:
    return world.client("s3", "work")


def test_a_new_bucket_is_encrypted_private_and_without_acls(s3: Any, refused: Any) -> None:
    s3.create_bucket(Bucket="plain", **HERE)
    rule = s3.get_bucket_encryption(Bucket="plain")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule == {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    assert s3.get_public_access_block(Bucket="plain")["PublicAccessBlockConfiguration"] == ALL
    owner = s3.get_bucket_ownership_controls(Bucket="plain")["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    refused("AccessControlListNotSupported", s3.put_bucket_acl, Bucket="plain", ACL="public-read")


def test_deleting_a_buckets_encryption_leaves_s3s_own(s3: Any) -> None:
    s3.create_bucket(Bucket="reset-sse", **HERE)
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket="reset-sse", ServerSideEncryptionConfiguration={"Rules": [kms]})
    s3.delete_bucket_encryption(Bucket="reset-sse")
    rule = s3.get_bucket_encryption(Bucket="reset-sse")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["111122223333", "*"]}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}},
    ],
)
def test_a_public_policy_is_refused_while_it_is_blocked(s3: Any, refused: Any, changes: Any) -> None:
    _create_once(s3, "blocked")
    refused("AccessDenied", s3.put_bucket_policy, Bucket="blocked", Policy=statement("blocked", **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"AWS": "111122223333"}},
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {"Effect": "Deny"},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    ],
)
def test_a_policy_for_known_callers_is_accepted(s3: Any, changes: Any) -> None:
    _create_once(s3, "allowed")
    s3.put_bucket_policy(Bucket="allowed", Policy=statement("allowed", **changes))


def _create_once(s3: Any, name: str) -> None:
    if name not in {row["Name"] for row in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, **HERE)


def test_the_accounts_block_covers_buckets_without_their_own(world: Any, refused: Any) -> None:
    s3, control, account = world.client("s3", "log"), world.client("s3control", "log"), world.accounts["log"]
    s3.create_bucket(Bucket="open-bucket", **HERE)
    s3.delete_public_access_block(Bucket="open-bucket")
    refused("NoSuchPublicAccessBlockConfiguration", control.get_public_access_block, AccountId=account)
    control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=ALL)
    assert control.get_public_access_block(AccountId=account)["PublicAccessBlockConfiguration"] == ALL
    refused("AccessDenied", s3.put_bucket_policy, Bucket="open-bucket", Policy=statement("open-bucket"))
    control.delete_public_access_block(AccountId=account)
    s3.put_bucket_policy(Bucket="open-bucket", Policy=statement("open-bucket"))
    assert s3.get_bucket_policy_status(Bucket="open-bucket")["PolicyStatus"]["IsPublic"] is True


@pytest.mark.parametrize("policy", ["{", "[]", '{"Statement": []}x', statement("another-bucket")])
def test_a_malformed_bucket_policy_is_refused(s3: Any, refused: Any, policy: str) -> None:
    _create_once(s3, "malformed")
    refused("MalformedPolicy", s3.put_bucket_policy, Bucket="malformed", Policy=policy)


def test_object_lock_is_read_back_and_holds(s3: Any, refused: Any) -> None:
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True, **HERE)
    retention = {"Mode": "COMPLIANCE", "Days": 7}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=lock)
    assert s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"] == lock
    assert s3.get_bucket_versioning(Bucket="locked")["Status"] == "Enabled"
    version = s3.put_object(Bucket="locked", Key="k", Body=b"x")["VersionId"]
    assert s3.get_object_retention(Bucket="locked", Key="k")["Retention"]["Mode"] == "COMPLIANCE"
    refused("AccessDenied", s3.delete_object, Bucket="locked", Key="k", VersionId=version)
    suspend = {"Bucket": "locked", "VersioningConfiguration": {"Status": "Suspended"}}
    refused("InvalidBucketState", s3.put_bucket_versioning, **suspend)


def test_only_versions_are_replicated_and_locked(s3: Any, refused: Any) -> None:
    s3.create_bucket(Bucket="unversioned", **HERE)
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {}, "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::unversioned"}}  # fmt: skip
    replication = {"Role": "arn:aws:iam::111122223333:role/copier", "Rules": [rule]}
    lock = {"ObjectLockEnabled": "Enabled"}
    asked = {"Bucket": "unversioned", "ReplicationConfiguration": replication}
    refused("InvalidRequest", s3.put_bucket_replication, **asked)
    refused("InvalidBucketState", s3.put_object_lock_configuration, Bucket="unversioned", ObjectLockConfiguration=lock)
    s3.put_bucket_versioning(Bucket="unversioned", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(**asked)
    suspend = {"Bucket": "unversioned", "VersioningConfiguration": {"Status": "Suspended"}}
    refused("InvalidBucketState", s3.put_bucket_versioning, **suspend)


def test_mfa_delete_takes_the_root_users_code(s3: Any, refused: Any) -> None:
    s3.create_bucket(Bucket="mfa-delete", **HERE)
    versioning = {"Status": "Enabled", "MFADelete": "Enabled"}
    refused("AccessDenied", s3.put_bucket_versioning, Bucket="mfa-delete", VersioningConfiguration=versioning)


def test_a_bucket_name_is_taken_once_in_all_accounts(world: Any, s3: Any, refused: Any) -> None:
    s3.create_bucket(Bucket="global-name", **HERE)
    refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket="global-name", **HERE)
    refused("BucketAlreadyExists", world.client("s3", "audit").create_bucket, Bucket="global-name", **HERE)
