"""Permissions that stand in no policy, as an estate knows them: lists of buckets, grants of keys."""

from __future__ import annotations

from typing import Any

import pytest

from bastide.iam.access import Court
from bastide.iam.caller_text import parse_principal
from bastide.iam.estate import Policies
from bastide.iam.request import Request
from bastide.model import Estate, Resource, Unknown

HOME = "111122223333"
BUCKET, KEY = "arn:aws:s3:::b", f"arn:aws:kms:eu-west-1:{HOME}:key/1"
APP = f"arn:aws:iam::{HOME}:role/app"
WRITER = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
TO_HOME = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Resource": "*"}
POLICY = {"Bucket": "b", "PolicyDocument": {"Statement": [{**TO_HOME, "Action": "s3:*"}]}}
BUCKET_POLICY = Resource("AWS::S3::BucketPolicy", HOME, "eu-west-1", "b", POLICY)


def bucket(**properties: Any) -> Resource:
    return Resource("AWS::S3::Bucket", HOME, "eu-west-1", "b", {"BucketName": "b", **properties}, BUCKET)


def key(**properties: Any) -> Resource:
    policy = {"Statement": [{**TO_HOME, "Action": "kms:Describe*"}]}
    return Resource("AWS::KMS::Key", HOME, "eu-west-1", "1", {"KeyPolicy": policy, **properties}, KEY)


def court(*resources: Resource, basis: str = "live") -> Court:
    return Court(Policies(Estate((BUCKET_POLICY, *resources), basis=basis)))


@pytest.mark.parametrize(
    ("properties", "basis", "action", "resource", "expected"),
    [
        ({"AccessControl": "PublicRead", "OwnershipControls": WRITER}, "live", "s3:ListBucket", BUCKET, "allowed"),
        ({"AccessControl": "PublicRead"}, "live", "s3:ListBucket", BUCKET, "allowed"),
        ({"AccessControl": "PublicRead"}, "model", "s3:ListBucket", BUCKET, "implicit_deny"),
        ({"AccessControl": "Private"}, "live", "s3:ListBucket", BUCKET, "implicit_deny"),
        ({"AccessControl": "PublicReadWrite"}, "live", "s3:PutObject", f"{BUCKET}/k", "allowed"),
        ({"AccessControl": "Private"}, "live", "s3:GetObject", f"{BUCKET}/k", "unknown"),
        ({"AccessControl": Unknown("AccessDenied")}, "live", "s3:ListBucket", BUCKET, "unknown"),
        ({"OwnershipControls": Unknown("AccessDenied")}, "live", "s3:ListBucket", BUCKET, "unknown"),
        ({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, "AccessControl": "PublicRead"},
         "live", "s3:ListBucket", BUCKET, "implicit_deny"),
        ({"AccessControl": "PublicRead", "PublicAccessBlockConfiguration": {"IgnorePublicAcls": True}},
         "live", "s3:ListBucket", BUCKET, "implicit_deny"),
    ],
)  # fmt: skip
def test_a_bucket_is_open_by_its_list_where_lists_count(
    properties: dict[str, Any], basis: str, action: str, resource: str, expected: str
) -> None:
    found = court(bucket(**properties), basis=basis)
    assert found.ruling(Request(parse_principal("anonymous"), action, resource)).outcome == expected


def test_grants_listed_with_a_canonical_user_are_not_known_to_be_anybody() -> None:
    listed = [{"Grantee": "79a59df900b949e5", "Permission": "READ"}]
    found = court(bucket(AccessControl=Unknown("no canned ACL has these grants; see Grants"), Grants=listed))
    ruling = found.ruling(Request(parse_principal("anonymous"), "s3:ListBucket", BUCKET))
    assert ruling.outcome == "unknown" and "canonical user" in str(ruling.unread[0])


def test_a_grant_of_a_key_lets_its_grantee_use_it() -> None:
    grants = [
        {"GranteePrincipal": APP, "Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": {"a": "b"}}}
    ]
    found, caller = court(key(Grants=grants)), parse_principal(APP)
    context = {"kms:EncryptionContext:a": "b"}
    assert found.ruling(Request(caller, "kms:Decrypt", KEY, context)).decision.allowed
    assert not found.ruling(Request(caller, "kms:Decrypt", KEY)).decision.allowed
    assert not found.ruling(Request(caller, "kms:Encrypt", KEY, context)).decision.allowed


def test_grants_that_were_not_read_leave_a_denial_open() -> None:
    caller = parse_principal("ec2.amazonaws.com")
    assert court(key(Grants=[])).ruling(Request(caller, "kms:Decrypt", KEY)).outcome == "implicit_deny"
    assert court(key()).ruling(Request(caller, "kms:Decrypt", KEY)).outcome == "unknown"
    assert court(key(), basis="model").ruling(Request(caller, "kms:Decrypt", KEY)).outcome == "implicit_deny"


def test_who_can_names_grantees_and_everybody_of_a_list() -> None:
    found = court(key(Grants=[{"GranteePrincipal": "rds.amazonaws.com", "Operations": ["Decrypt"]}]),
                  bucket(AccessControl="PublicRead"))  # fmt: skip
    assert [row.principal for row in found.who_can("kms:Decrypt", KEY) if row.outcome == "allowed"] == [
        "rds.amazonaws.com"
    ]
    assert "anonymous" in [row.principal for row in found.who_can("s3:ListBucket", BUCKET)]
