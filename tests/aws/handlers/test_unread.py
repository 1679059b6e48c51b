"""A denied read of S3, KMS, IAM, CloudTrail, Config or EC2: Unknown at one property, an error for a whole list."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handler import Handler
from bastide.aws.handlers.cloudtrail import Trail
from bastide.aws.handlers.config import ConfigurationRecorder
from bastide.aws.handlers.ec2_security import SecurityGroup
from bastide.aws.handlers.ec2_settings import EbsEncryptionByDefault
from bastide.aws.handlers.ec2_volumes import Snapshot
from bastide.aws.handlers.ec2_vpcs import VPC
from bastide.aws.handlers.iam_account import AccountPasswordPolicy, AccountSummary, CredentialReport
from bastide.aws.handlers.iam_policies import ManagedPolicy
from bastide.aws.handlers.iam_providers import OIDCProvider
from bastide.aws.handlers.iam_roles import Role
from bastide.aws.handlers.iam_users import User
from bastide.aws.handlers.kms import UNREAD, Key
from bastide.aws.handlers.s3 import AccountPublicAccessBlock, Bucket, BucketPolicy
from bastide.model import GLOBAL, Unknown
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.test_cloudtrail import trail
from tests.aws.handlers.test_config import recorder_beside_a_channel
from tests.aws.handlers.test_denials import denying
from tests.aws.handlers.test_ec2_compute import snapshot
from tests.aws.handlers.test_iam import POLICY, URL
from tests.aws.handlers.test_kms import key
from tests.aws.handlers.test_s3 import bucket, policy

Declare = Callable[[Any], dict[str, Any]]


def nothing(at: Any) -> dict[str, Any]:
    return {}


# Handler, what is created first, the operation that is denied, the properties that are then Unknown.
PARTS: list[tuple[type[Handler], Declare, str, set[str]]] = [
    (Bucket, bucket, "GetBucketEncryption", {"BucketEncryption"}),
    (Bucket, bucket, "GetBucketVersioning", {"VersioningConfiguration"}),
    (Bucket, bucket, "GetPublicAccessBlock", {"PublicAccessBlockConfiguration"}),
    (Bucket, bucket, "GetObjectLockConfiguration", {"ObjectLockEnabled", "ObjectLockConfiguration"}),
    (Bucket, bucket, "GetBucketOwnershipControls", {"OwnershipControls"}),
    (Bucket, bucket, "GetBucketLifecycleConfiguration", {"LifecycleConfiguration"}),
    (Bucket, bucket, "GetBucketLogging", {"LoggingConfiguration"}),
    (Bucket, bucket, "GetBucketTagging", {"Tags"}),
    (BucketPolicy, policy, "GetBucketPolicy", {"PolicyDocument"}),
    (
        AccountPublicAccessBlock,
        nothing,
        "GetPublicAccessBlock",
        {
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        },
    ),
    (Key, key, "GetKeyPolicy", {"KeyPolicy"}),
    (Key, key, "GetKeyRotationStatus", {"EnableKeyRotation", "RotationPeriodInDays"}),
    (Key, key, "ListResourceTags", {"Tags"}),
    (Key, key, "DescribeKey", set(UNREAD)),
    (Trail, trail, "GetTrailStatus", {"IsLogging"}),
    (Trail, trail, "GetEventSelectors", {"EventSelectors", "AdvancedEventSelectors"}),
    (Trail, trail, "GetInsightSelectors", {"InsightSelectors"}),
    (ConfigurationRecorder, recorder_beside_a_channel, "DescribeConfigurationRecorderStatus", {"Recording"}),
    (User, lambda at: {"UserName": "ana"}, "GetLoginProfile", {"LoginProfile"}),
    (User, lambda at: {"UserName": "ana"}, "ListMFADevices", {"MFADevices"}),
    (User, lambda at: {"UserName": "ana"}, "ListAccessKeys", {"AccessKeys"}),
    (ManagedPolicy, lambda at: POLICY, "GetPolicy", {"Description", "Tags"}),
    (
        OIDCProvider,
        lambda at: {"Url": URL, "ThumbprintList": ["a" * 40]},
        "GetOpenIDConnectProvider",
        {
            "ClientIdList",
            "ThumbprintList",
            "Tags",
        },
    ),
    (
        AccountSummary,
        nothing,
        "GetAccountSummary",
        {
            "AccountMFAEnabled",
            "AccountAccessKeysPresent",
            "AccountPasswordPresent",
        },
    ),
    (CredentialReport, nothing, "GetCredentialReport", {"Users"}),
    (EbsEncryptionByDefault, nothing, "GetEbsEncryptionByDefault", {"Enabled"}),
]
LISTS: list[tuple[type[Handler], str]] = [
    (Bucket, "ListBuckets"),
    (Key, "ListKeys"),
    (Trail, "DescribeTrails"),
    (Role, "ListRoles"),
    (ConfigurationRecorder, "DescribeConfigurationRecorders"),
    (VPC, "DescribeVpcs"),
    (SecurityGroup, "DescribeSecurityGroups"),
    (Snapshot, "DescribeSnapshots"),
]


def place(handler: type[Handler]) -> str:
    return GLOBAL if handler.scope == "account" else "eu-west-1"


@pytest.mark.parametrize(("handler", "declared", "operation", "unread"), PARTS)
def test_what_may_not_be_read_is_unknown_and_the_rest_is_there(
    handler: type[Handler], declared: Declare, operation: str, unread: set[str], connection: Connect
) -> None:
    at = connection(region=place(handler))
    properties = declared(at)
    if properties:
        handler().create(at, properties)
    whole = {found.id: set(found.properties) for found in handler().list(at)}
    at.sandbox.front.authorize = denying(operation)
    (found,) = handler().list(at)
    unknown = {name: value for name, value in found.properties.items() if isinstance(value, Unknown)}
    assert set(unknown) == unread
    assert set(found.properties) >= whole[found.id] - unread
    assert all(operation in value.reason for value in unknown.values())


@pytest.mark.parametrize(("handler", "operation"), LISTS)
def test_a_list_that_may_not_be_read_is_an_error_and_never_empty(
    handler: type[Handler], operation: str, connection: Connect
) -> None:
    at = connection(region=place(handler))
    at.sandbox.front.authorize = denying(operation)
    with pytest.raises(ClientError, match=operation):
        list(handler().list(at))


def test_a_password_policy_that_may_not_be_read_is_not_taken_for_the_default(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    at.sandbox.front.authorize = denying("GetAccountPasswordPolicy")
    (found,) = AccountPasswordPolicy().list(at)
    assert all(isinstance(value, Unknown) for value in found.properties.values())


def test_who_may_restore_a_snapshot_is_unknown_rather_than_nobody(connection: Connect) -> None:
    at = connection()
    Snapshot().create(at, snapshot(at))

    def authorize(call: Any) -> None:
        if call.params.get("RestorableByUserIds"):
            denying("DescribeSnapshots")(call)

    at.sandbox.front.authorize = authorize
    (found,) = Snapshot().list(at)
    assert isinstance(found.properties["PublicRestore"], Unknown)


def test_a_denied_deletion_is_an_error(connection: Connect) -> None:
    at = connection()
    made = Key().create(at, key(at))
    at.sandbox.front.authorize = denying("ScheduleKeyDeletion")
    with pytest.raises(ClientError, match="ScheduleKeyDeletion"):
        Key().delete(at, made, {})
