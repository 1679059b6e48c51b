"""Ways into resources from outside, in words."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from bastide.iam.decide import matches
from bastide.iam.parse import parse_policy
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource, Unknown
from bastide.prove.access import Access
from bastide.prove.external_access import external_access
from bastide.prove.invariants_estate import SHAPES
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


PRINCIPALS: tuple[Any, ...] = (
    "*", {"AWS": "*"}, {"AWS": OTHER}, {"AWS": f"arn:aws:iam::{OTHER}:role/r"}, {"AWS": [OWN, OTHER]}, {"AWS": OWN},
    {"AWS": f"arn:aws:sts::{OTHER}:assumed-role/r/s"},
)  # fmt: skip
TESTS: tuple[dict[str, Any], ...] = (
    {}, {}, {"StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}, {"StringEquals": {"aws:PrincipalOrgID": "o-far"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abc1234567"}}, {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}, {"StringNotEquals": {"aws:PrincipalAccount": OTHER}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/*"}}, {"Null": {"aws:PrincipalArn": "true"}},
    {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
)  # fmt: skip
CALLERS = (
    ANONYMOUS, Principal(f"arn:aws:iam::{OTHER}:user/u", organization="o-far"),
    Principal(f"arn:aws:iam::{OTHER}:role/q"),
    Principal(f"arn:aws:iam::{OTHER}:role/r", f"arn:aws:sts::{OTHER}:assumed-role/r/s"),
    Principal("arn:aws:iam::777777777777:role/z", organization="o-far"),
)  # fmt: skip
CONTEXTS: tuple[dict[str, str], ...] = (
    {"aws:SecureTransport": "true"}, {"aws:SecureTransport": "true", "aws:SourceIp": "192.0.2.7"},
    {"aws:SecureTransport": "false", "aws:SourceVpc": "vpc-1"},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_request_from_outside_can_do_is_listed(seed: int) -> None:
    """Random policies against every request of a small domain, decided by the definition."""
    chance = random.Random(seed)

    def statement(effect: str) -> dict[str, Any]:
        one = {
            "Effect": effect, "Principal": chance.choice(PRINCIPALS if effect == "Allow" else PRINCIPALS[:3]),
            "Action": chance.choice(("s3:GetObject", "s3:*", "s3:Put*")),
            "Resource": chance.choice(("*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/a*")),
        }  # fmt: skip
        condition = chance.choice(TESTS)
        return one | ({"Condition": condition} if condition else {})

    for _ in range(25):
        listed = [
            statement("Allow"),
            *(statement(chance.choice(("Allow", "Deny"))) for _ in range(chance.randint(0, 2))),
        ]
        rules_ = parse_policy(policy(*listed)).statements
        requests = (
            Request(caller, action, f"arn:aws:s3:::b/{key}", {**context, "aws:ResourceAccount": OWN})
            for caller in CALLERS for action in ("s3:GetObject", "s3:PutObject") for key in "ax" for context in CONTEXTS
        )  # fmt: skip
        through = [
            request
            for request in requests
            if any(one.effect == "Allow" and matches(one, request) for one in rules_)
            and not any(one.effect == "Deny" and matches(one, request) for one in rules_)
        ]
        rows = found(bucket(*listed))
        assert rows or not through, (listed, through[0])
        if any(request.principal.arn == "" for request in through):
            assert {row.kind for row in rows} & {"public", "limited"}, listed


@pytest.mark.parametrize("type_", sorted(SHAPES))
def test_every_type_with_a_policy_of_its_own_is_looked_at(type_: str) -> None:
    """Another account in the policy of one resource of each type; the resource is named by its ARN where it has one."""
    shape = SHAPES[type_]
    action = "sts:AssumeRole" if shape.kind == "role" else shape.actions[0]
    allow = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": action, "Resource": "*"}
    allow = {key: value for key, value in allow.items() if shape.kind != "role" or key != "Resource"}
    value: Any = allow if shape.kind == "event bus" else policy(allow)
    *above, last = shape.policy.split(".")
    properties: dict[str, Any] = (
        {last: value} if shape.policy else {"Principal": OTHER, "Action": "lambda:InvokeFunction"}
    )
    properties = {above[0]: properties} if above else properties
    arn = f"arn:aws:x:eu-west-1:{OWN}:thing"
    properties |= {shape.target: [arn] if shape.target.endswith("s") else arn} if shape.target else {}
    (access,) = found(Resource(type_, OWN, "eu-west-1", "thing", properties, "" if shape.target else arn))
    assert (access.kind, access.resource, access.type) == ("account", arn, type_)


def test_accounts_that_a_policy_names_by_some_digits_are_outside_as_well() -> None:
    by_digits = {**READ, "Principal": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::5555*:role/*"}}}
    assert {kind for kind, _ in kinds(by_digits)} <= {"account", "limited"} and kinds(by_digits)


@pytest.mark.parametrize(
    "wrong",
    [5, "x", [], {"Statement": 5}, {"Statement": [5]}, {"Statement": [{"Effect": "Allow", "Resource": 5}]},
     {"Statement": [{**READ, "Principal": {"AWS": [{}]}}]}, {"Statement": [{**READ, "Principal": 7}]}],
)  # fmt: skip
def test_a_policy_that_is_none_is_unknown(wrong: Any) -> None:
    held = Resource("AWS::S3::BucketPolicy", OWN, "eu-west-1", "b", {"Bucket": "b", "PolicyDocument": wrong})
    assert [one.kind for one in found(held)] == ["unknown"]
