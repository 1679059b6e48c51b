"""What is said to be lacking is what has to be granted, all of it and nothing that does not help."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from bastide.aws.failure import refusal
from bastide.aws.handler import ask
from bastide.collect import missing_permissions, refused_in, unread_values
from bastide.collect.gaps import reads_of
from bastide.model import GLOBAL, Gap, Resource, Unknown

MEMBER = "222233334444"
BUCKET = Resource("AWS::S3::Bucket", MEMBER, "eu-west-1", "b", {})


def denied(message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "GetBucketPolicy")


def test_a_type_that_cannot_be_listed_needs_all_that_its_reads_call() -> None:
    (statement,) = missing_permissions([Gap("AWS::S3::Bucket", MEMBER, "eu-west-1", "…", "s3:ListAllMyBuckets")])
    assert set(statement["Action"]) == {*reads_of("AWS::S3::Bucket"), "s3:ListAllMyBuckets"}
    assert "s3:GetBucketLogging" in statement["Action"]


def test_a_type_with_a_table_of_calls_needs_all_of_them() -> None:
    (statement,) = missing_permissions(
        [Gap("AWS::RDS::DBSnapshot", MEMBER, "eu-west-1", "…", "rds:DescribeDBSnapshots")]
    )
    assert "rds:DescribeDBSnapshotAttributes" in statement["Action"]


def test_an_action_is_named_once_whatever_the_case_of_the_message() -> None:
    (statement,) = missing_permissions([Gap("AWS::SQS::Queue", MEMBER, "eu-west-1", "…", "sqs:listqueues")])
    assert "sqs:listqueues" not in statement["Action"]
    assert "sqs:ListQueues" in statement["Action"]


@pytest.mark.parametrize(
    ("type_", "reason", "action"),
    [
        ("AWS::S3::Bucket", "GetBucketEncryption: AccessDenied", "s3:GetEncryptionConfiguration"),
        ("AWS::KMS::Key", "GetKeyPolicy: AccessDeniedException", "kms:GetKeyPolicy"),
        ("AWS::S3::Bucket", "GetBucketPolicy: AccessDenied (denied by a service control policy)", ""),
        ("AWS::S3::Bucket", "GetBucketPolicy: SlowDown", ""),
    ],
)
def test_a_value_that_was_refused_needs_that_operation_only(type_: str, reason: str, action: str) -> None:
    resource = Resource(type_, MEMBER, "eu-west-1", "x", {"A": [{"B": Unknown(reason)}], "C": Unknown(reason)})
    (found,) = unread_values([resource])
    assert (found.reason, found.action) == (reason, action)
    assert [one["Action"] for one in missing_permissions([], [found])] == ([[action]] if action else [])
    assert refused_in([], [found]) == ((MEMBER,) if action else ())


def test_values_that_nobody_asked_for_or_that_no_grant_tells_are_not_counted() -> None:
    told = {
        "A": Unknown("not asked for: no control reads it"),
        "B": Unknown("no canned ACL has these grants; see Grants"),
    }
    assert list(unread_values([BUCKET.with_properties(told)])) == []


def test_an_account_that_cannot_be_entered_asks_for_its_role_and_for_no_reads() -> None:
    gaps = [Gap(kind, MEMBER, GLOBAL, "…", "sts:AssumeRole") for kind in ("AWS::S3::Bucket", "AWS::IAM::Role")]
    assert missing_permissions(gaps, role="audit/reader") == [
        {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [f"arn:aws:iam::{MEMBER}:role/audit/reader"]}
    ]
    assert refused_in(gaps) == ()


def test_an_explicit_deny_is_said_and_no_grant_is_asked_for() -> None:
    message = (
        "User: x is not authorized to perform: s3:GetBucketPolicy with an explicit deny in a service control policy"
    )
    assert refusal(denied(message), "s3") == (
        "GetBucketPolicy: AccessDenied (denied by a service control policy)", "", True,
    )  # fmt: skip

    def call() -> None:
        raise denied(message)

    assert ask(call) == Unknown("GetBucketPolicy: AccessDenied (denied by a service control policy)")
    assert refusal(denied(), "s3").action == "s3:GetBucketPolicy"
