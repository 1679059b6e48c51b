"""Ways into resources from outside, in words."""

from __future__ import annotations

from typing import Any

from bastide.model import Account, Estate, Organization, Resource, Unknown
from bastide.prove.external_access import Access, external_access

MANAGEMENT, OWN, SISTER, OTHER = "100000000000", "100000000001", "100000000002", "555555555555"
ORGANIZATION = Organization(
    "o-abc1234567", "r-abcd", MANAGEMENT, tuple(Account(id, id, parent_id="r-abcd") for id in (MANAGEMENT, OWN, SISTER))
)
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def bucket(*statements: dict[str, Any]) -> Resource:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return Resource("AWS::S3::BucketPolicy", OWN, "eu-west-1", "b", {"Bucket": "b", "PolicyDocument": policy})


def found(*resources: Resource) -> list[Access]:
    return external_access(Estate(resources, ORGANIZATION))


def kinds(*statements: dict[str, Any]) -> list[tuple[str, str]]:
    return [(access.kind, access.who) for access in found(bucket(*statements))]


def test_everybody_without_conditions_is_public() -> None:
    assert kinds({**READ, "Principal": "*"}) == [("public", "anybody")]


def test_a_bucket_that_restricts_public_access_is_not_reached_by_a_public_policy() -> None:
    block = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}}
    shut = Resource("AWS::S3::Bucket", OWN, "eu-west-1", "b", block)
    assert found(bucket({**READ, "Principal": "*"}), shut) == []


def test_the_organization_and_its_accounts_are_not_outside() -> None:
    inside = {**READ, "Principal": {"AWS": [f"arn:aws:iam::{SISTER}:root", OWN]}}
    by_key = {**READ, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}}
    assert kinds(inside, by_key) == []


def test_another_account_is_named_with_what_it_may_and_when() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    (access,) = found(bucket({**READ, "Principal": {"AWS": OTHER}, "Condition": condition}))
    assert (access.kind, access.who) == ("account", f"a principal of the outside account {OTHER}")
    assert access.actions == ("s3:GetObject",)
    assert access.conditions == ("aws:SourceIp lies in 198.51.100.0/24",)
    assert access.example is not None and access.example.keys["aws:sourceip"] == ("198.51.100.0",)


def test_a_narrow_address_range_is_no_public_access_but_one_within_conditions() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    assert {kind for kind, _ in kinds({**READ, "Principal": "*", "Condition": condition})} == {"limited"}


def test_a_deny_that_takes_everything_back_leaves_nothing() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": "*",
            "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abc1234567"}}}  # fmt: skip
    assert kinds({**READ, "Principal": "*"}, deny) == []


def test_a_service_that_acts_for_anybody_is_named() -> None:
    service = {**READ, "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    limited = {**service, "Condition": {"StringEquals": {"aws:SourceAccount": OWN}}}
    assert kinds(service) == [("service", "cloudtrail.amazonaws.com, for whomever it acts")]
    assert kinds(limited) == []


def test_a_provider_without_a_subject_is_named() -> None:
    def role(condition: dict[str, Any]) -> Resource:
        provider = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
        trust = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
                 "Condition": condition}  # fmt: skip
        properties = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
        return Resource("AWS::IAM::Role", OWN, "global", "ci", properties, f"arn:aws:iam::{OWN}:role/ci")

    issuer = "token.actions.githubusercontent.com"
    audience = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}}
    subject = {**audience, "StringLike": {f"{issuer}:sub": "repo:acme/shop:*"}}
    assert [access.kind for access in found(role(audience))] == ["federated"]
    assert found(role(subject)) == []


def test_what_could_not_be_read_is_unknown_and_not_closed() -> None:
    unread = Resource(
        "AWS::S3::BucketPolicy", OWN, "eu-west-1", "b", {"Bucket": "b", "PolicyDocument": Unknown("denied")}
    )
    assert [(access.kind, access.why) for access in found(unread)] == [("unknown", "could not read b: denied")]
