"""S3 under keys, and public access, as AWS documents them.

Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys", "Blocking public access to your Amazon
S3 storage"; Amazon S3 API Reference, "Error responses".
"""

from __future__ import annotations

from typing import Any

import pytest

_number = iter(range(1000))


@pytest.fixture
def s3(world: Any) -> Any:
    """S3 of the member work."""
    return world.client("s3", "work")


def make(s3: Any) -> str:
    """The name of a new bucket."""
    name = f"bastide-lies-{next(_number)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def encrypt_with(s3: Any, bucket: str, key: str) -> None:
    """Make the key the bucket's default."""
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_an_object_under_a_disabled_key_is_neither_read_nor_written(world: Any, s3: Any, refused: Any) -> None:
    kms, bucket = world.client("kms", "work"), make(s3)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    encrypt_with(s3, bucket, key)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    kms.disable_key(KeyId=key)
    refused("KMS.DisabledException", s3.get_object, Bucket=bucket, Key="a")
    refused("KMS.DisabledException", s3.put_object, Bucket=bucket, Key="b", Body=b"x")
    refused("KMS.DisabledException", s3.create_multipart_upload, Bucket=bucket, Key="b")
    s3.put_object(Bucket=bucket, Key="c", Body=b"x", ServerSideEncryption="AES256")
    assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == b"x"
    kms.enable_key(KeyId=key)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    refused("KMS.KMSInvalidStateException", s3.get_object, Bucket=bucket, Key="a")


def test_a_key_that_does_not_exist_takes_no_objects(world: Any, s3: Any, refused: Any) -> None:
    bucket = make(s3)
    named = f"arn:aws:kms:eu-west-1:{world.accounts['work']}:key/00000000-0000-0000-0000-000000000000"
    refused(
        "KMS.NotFoundException",
        s3.put_object,
        Bucket=bucket,
        Key="a",
        Body=b"x",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=named,
    )


def test_public_acls_are_refused_while_they_are_blocked(s3: Any, refused: Any) -> None:
    bucket = make(s3)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    refused("AccessDenied", s3.put_bucket_acl, Bucket=bucket, ACL="public-read")
    refused("AccessDenied", s3.put_object_acl, Bucket=bucket, Key="a", ACL="public-read")
    refused("AccessDenied", s3.put_object, Bucket=bucket, Key="b", Body=b"x", ACL="public-read-write")
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")


def test_an_object_acl_does_not_exist_while_the_owner_is_enforced(s3: Any, refused: Any) -> None:
    bucket = make(s3)
    refused("AccessControlListNotSupported", s3.put_object, Bucket=bucket, Key="a", Body=b"x", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", ACL="bucket-owner-full-control")
    refused("AccessControlListNotSupported", s3.put_object_acl, Bucket=bucket, Key="a", ACL="public-read")
