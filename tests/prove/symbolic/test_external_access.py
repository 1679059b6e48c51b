"""Ways into resources from outside, in words."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import islice
from typing import Any

from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource, Unknown
from bastide.prove.access import Access
from bastide.prove.external_access import external_access
from benchmarks.iam_organization import organization as organization_of_the_benchmark
from benchmarks.iam_organization import resources

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


def test_a_provider_is_named_and_that_it_may_vouch_for_anybody() -> None:
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
    # Access Analyzer reports roles of federated principals whatever their conditions; ours says that it is limited.
    assert [access.kind for access in found(role(subject))] == ["limited"]


def test_what_could_not_be_read_is_unknown_and_not_closed() -> None:
    unread = Resource(
        "AWS::S3::BucketPolicy", OWN, "eu-west-1", "b", {"Bucket": "b", "PolicyDocument": Unknown("denied")}
    )
    assert [(access.kind, access.why) for access in found(unread)] == [("unknown", "could not read b: denied")]


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_a_restricted_bucket_with_a_public_policy_shuts_out_other_accounts_as_well() -> None:
    block = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}}
    shut = Resource("AWS::S3::Bucket", OWN, "eu-west-1", "b", block)
    partner = {**READ, "Principal": {"AWS": OTHER}}
    assert found(bucket({**READ, "Principal": "*"}, partner), shut) == []
    assert [one.kind for one in found(bucket(partner), shut)] == ["account"]


def test_a_block_that_could_not_be_read_makes_public_access_unknown() -> None:
    block = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": Unknown("AccessDenied")}}
    bare = Resource("AWS::S3::Bucket", OWN, "eu-west-1", "b", block)
    (access,) = found(bucket({**READ, "Principal": "*"}), bare)
    assert (access.kind, access.why) == ("unknown", "RestrictPublicBuckets could not be read: AccessDenied")


def test_a_public_access_control_list_counts_only_where_lists_are_on_and_not_ignored() -> None:
    def listed(**more: Any) -> list[str]:
        owner = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}
        held = {"AccessControl": "PublicRead", **owner, **more}
        return [one.kind for one in found(Resource("AWS::S3::Bucket", OWN, "eu-west-1", "b", held))]

    assert listed() == ["public"]
    assert listed(PublicAccessBlockConfiguration={"IgnorePublicAcls": True}) == []
    assert listed(OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}) == []


def test_the_default_policy_of_a_topic_lets_nobody_from_outside_in() -> None:
    arn = f"arn:aws:sns:eu-west-1:{OWN}:t"
    own = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["SNS:Publish", "SNS:Subscribe"], "Resource": arn}

    def topic(condition: dict[str, Any]) -> Resource:
        properties = {"Topics": [arn], "PolicyDocument": policy({**own, "Condition": condition})}
        return Resource("AWS::SNS::TopicPolicy", OWN, "eu-west-1", "t", properties)

    assert found(topic({"StringEquals": {"AWS:SourceOwner": OWN}})) == []
    (access,) = found(topic({"StringEquals": {"aws:SourceAccount": OTHER}}))
    assert (access.kind, access.who, access.resource) == ("service", f"an AWS service, for {OTHER}", arn)


def test_an_organization_that_is_not_ours_is_outside() -> None:
    by_key = {**READ, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-other00000"}}}
    path = {**READ, "Principal": "*", "Condition": {
        "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc1234567/r-abcd/*"}}}  # fmt: skip
    assert [kind for kind, _ in kinds(by_key)] == ["limited"]
    assert kinds(path) == []


def test_a_session_a_role_and_a_user_of_another_account_are_called_by_name() -> None:
    names = [f"arn:aws:sts::{OTHER}:assumed-role/r/s", f"arn:aws:iam::{OTHER}:user/u"]
    for name in names:
        (access,) = found(bucket({**READ, "Principal": {"AWS": name}}))
        assert (access.kind, access.who) == ("account", name)


def test_actions_that_something_denies_are_not_listed() -> None:
    allow = {**READ, "Action": ["s3:GetObject", "s3:PutObject"], "Principal": {"AWS": OTHER}}
    deny = {**READ, "Effect": "Deny", "Action": "s3:Put*", "Principal": "*", "Resource": "*"}
    plain = {**deny, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    (access,) = found(bucket(allow, deny, plain))
    assert access.actions == ("s3:GetObject",)
    assert access.conditions == ("unless aws:SecureTransport is false",)


def test_other_accounts_of_the_organization_are_outside_an_account() -> None:
    resources = (bucket({**READ, "Principal": {"AWS": SISTER}}),)
    assert external_access(Estate(resources, ORGANIZATION)) == []
    (access,) = external_access(Estate(resources, ORGANIZATION), "account")
    assert (access.kind, access.who) == ("account", f"a principal of account {SISTER}")


def test_a_canonical_user_is_unknown_and_not_passed_over() -> None:
    assert [kind for kind, _ in kinds({**READ, "Principal": {"CanonicalUser": "79a59df900b949e5"}})] == ["unknown"]


def test_a_resource_control_policy_that_could_not_be_read_may_shut_what_is_open() -> None:
    unread = OrganizationPolicy("p-1", "perimeter", "RESOURCE_CONTROL_POLICY", None, (OWN,), "denied")
    estate = Estate((bucket({**READ, "Principal": "*"}),), replace(ORGANIZATION, policies=(unread,)))
    (access,) = external_access(estate)
    assert (access.kind, access.why) == ("unknown", "perimeter could not be read: denied")


def test_what_is_remembered_of_one_policy_is_true_of_its_likes() -> None:
    """The same estate, asked resource by resource with nothing remembered."""
    organization = organization_of_the_benchmark()
    some = tuple(islice(resources(random.Random(11)), 700))
    together = external_access(Estate(some, organization))
    apart = [access for one in some for access in external_access(Estate((one,), organization))]
    assert len(together) > 30
    assert [replace(one, example=None) for one in together] == [replace(one, example=None) for one in apart]
    for mine, theirs in zip(together, apart, strict=True):
        assert mine.example and theirs.example and mine.example.keys == theirs.example.keys
        assert mine.example.resource == theirs.example.resource
