"""S3 handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.s3 import AccountPublicAccessBlock, Bucket, BucketPolicy
from bastide.errors import TargetError
from bastide.model import GLOBAL, Unknown
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract

EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
NAME = "acme-logs-111122223333"
ALL = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
RULES = [
    {
        "Id": "archive",
        "Status": "Enabled",
        "Prefix": "AWSLogs/",
        "ExpirationInDays": 2557,
        "Transitions": [{"TransitionInDays": 90, "StorageClass": "GLACIER"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
    {
        "Id": "scratch",
        "Status": "Disabled",
        "Prefix": "tmp/",
        "ExpirationInDays": 1,
        "TagFilters": [{"Key": "kind", "Value": "scratch"}, {"Key": "owner", "Value": "us"}],
    },
]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}


def encrypted(algorithm: str, **key: str) -> dict[str, Any]:
    by_default = {"SSEAlgorithm": algorithm, **key}
    rule = {"ServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": algorithm != "AES256"}
    return {"ServerSideEncryptionConfiguration": [rule]}


def bucket(at: Any) -> dict[str, Any]:
    return {
        "BucketName": NAME,
        "BucketEncryption": encrypted("aws:kms", KMSMasterKeyID="arn:aws:kms:eu-west-1:111122223333:key/k"),
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": ALL,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}},
        },
        "LifecycleConfiguration": {"Rules": RULES},
        "Tags": [{"Key": "bastide:name", "Value": "logs"}],
    }


def policy(at: Any) -> dict[str, Any]:
    at.client("s3").create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": at.region})
    return {"Bucket": NAME, "PolicyDocument": POLICY}


CASES = [
    Case(
        Bucket,
        bucket,
        {
            "BucketEncryption": encrypted("AES256"),
            "PublicAccessBlockConfiguration": ALL | {"BlockPublicPolicy": False},
            "LifecycleConfiguration": {"Rules": RULES[:1]},
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    ),
    Case(BucketPolicy, policy, {"PolicyDocument": POLICY | {"Id": "v2"}}),
    Case(AccountPublicAccessBlock, lambda at: ALL, {"BlockPublicAcls": False}, after_delete=dict.fromkeys(ALL, False)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    region = GLOBAL if case.handler.scope == "account" else "eu-west-1"
    keeps_its_contract(case, connection(region=region))


def test_a_bucket_that_never_had_versions_is_not_asked_for_what_needs_them(connection: Connect) -> None:
    at = connection()
    at.client("s3").create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": at.region})
    needing = {"s3:GetObjectLockConfiguration", "s3:GetBucketReplication"}
    at.calls.clear()
    found = Bucket().read(at, NAME)
    assert found is not None and found.properties["ObjectLockEnabled"] is False
    assert needing.isdisjoint(at.calls)
    for status in ("Enabled", "Suspended"):
        at.client("s3").put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": status})
        at.calls.clear()
        Bucket().read(at, NAME)
        assert needing <= set(at.calls)


def test_a_canned_acl_that_s3_does_not_know_is_refused_in_words(connection: Connect) -> None:
    with pytest.raises(TargetError, match="'Nope' is no canned ACL of S3"):
        Bucket().create(connection(), {"BucketName": NAME, "AccessControl": "Nope"})


def test_a_bucket_is_listed_in_its_own_region_only(connection: Connect) -> None:
    Bucket().create(connection(region="eu-central-1"), {"BucketName": NAME})
    assert not list(Bucket().list(connection(region="eu-west-1")))
    assert [found.id for found in Bucket().list(connection(region="eu-central-1"))] == [NAME]


def test_buckets_and_their_policies_share_one_listing(connection: Connect) -> None:
    at = connection(kept=True)
    list(Bucket().list(at))
    list(BucketPolicy().list(at))
    assert at.calls.count("s3:ListBuckets") == 1


def test_a_bucket_with_objects_is_not_deleted_and_the_error_says_how_to_go_on(connection: Connect) -> None:
    at = connection()
    Bucket().create(at, {"BucketName": NAME})
    at.client("s3").put_object(Bucket=NAME, Key="a", Body=b"x")
    with pytest.raises(TargetError, match=f"bucket {NAME} still holds objects"):
        Bucket().delete(at, NAME, {})


def test_a_canned_acl_is_named_and_any_other_is_unknown_with_its_grants(connection: Connect) -> None:
    at = connection()
    Bucket().create(at, {"BucketName": NAME})
    s3 = at.client("s3")
    s3.delete_public_access_block(Bucket=NAME)
    s3.put_bucket_ownership_controls(Bucket=NAME, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(Bucket=NAME, ACL="public-read")
    found = Bucket().read(at, NAME)
    assert found and found.properties["AccessControl"] == "PublicRead"
    s3.put_bucket_acl(Bucket=NAME, GrantReadACP=f'uri="{EVERYONE}"')
    found = Bucket().read(at, NAME)
    assert found and isinstance(found.properties["AccessControl"], Unknown)
    assert {"Grantee": EVERYONE, "Permission": "READ_ACP"} in found.properties["Grants"]


def test_removing_versioning_suspends_it_and_removing_the_block_takes_it_away(connection: Connect) -> None:
    from tests.aws.handlers.contract import change_to

    at = connection()
    Bucket().create(
        at,
        {"BucketName": NAME, "VersioningConfiguration": {"Status": "Enabled"}, "PublicAccessBlockConfiguration": ALL},
    )
    before = Bucket().read(at, NAME)
    assert before
    gone = {"VersioningConfiguration": None, "PublicAccessBlockConfiguration": None}
    Bucket().update(at, NAME, change_to(Bucket(), at, NAME, before.properties, gone))
    found = Bucket().read(at, NAME)
    assert found and found.properties["VersioningConfiguration"] == {"Status": "Suspended"}
    assert "PublicAccessBlockConfiguration" not in found.properties


def test_a_block_that_names_one_setting_leaves_the_others_on(connection: Connect) -> None:
    from tests.aws.handlers.contract import change_to

    at = connection()
    Bucket().create(at, {"BucketName": NAME, "PublicAccessBlockConfiguration": ALL | {"BlockPublicPolicy": False}})
    before = Bucket().read(at, NAME)
    assert before
    wanted = {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}}
    Bucket().update(at, NAME, change_to(Bucket(), at, NAME, before.properties, wanted))
    found = Bucket().read(at, NAME)
    assert found and found.properties["PublicAccessBlockConfiguration"] == ALL
