"""Laws and examples of ``diff``: what is matched, what differs, and in which order things are done."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import ContractError, InputError, StalePlanError
from bastide.model import (
    GLOBAL,
    Action,
    Estate,
    Gap,
    Origin,
    Plan,
    Resource,
    ResourceKey,
    ResourceType,
    Scope,
    Unknown,
    provisional,
)
from bastide.plan import diff, observed_digest, parse_plan, plan_digest, render_plan
from bastide.plan.binding import bind, learn
from bastide.plan.compare import canonical_value, covers
from bastide.plan.diff import HEALED

ACCOUNT = "111122223333"
REGION = "eu-west-1"
VPC_ID = provisional.short_id("vpc", "shop", REGION)
KINDS = {
    "AWS::EC2::VPC": ResourceType(
        "AWS::EC2::VPC", Scope.REGION, ("Tags.Name",), frozenset({"CidrBlock"}), frozenset({"VpcId"})
    ),
    "AWS::EC2::Subnet": ResourceType(
        "AWS::EC2::Subnet", Scope.REGION, ("VpcId", "CidrBlock"), frozenset({"VpcId", "CidrBlock"})
    ),
    "AWS::S3::Bucket": ResourceType(
        "AWS::S3::Bucket", Scope.REGION, ("BucketName",), frozenset({"BucketName"}), data_bearing=True
    ),
    "AWS::S3::BucketPolicy": ResourceType("AWS::S3::BucketPolicy", Scope.REGION, ("Bucket",), frozenset({"Bucket"})),
    "AWS::KMS::Key": ResourceType("AWS::KMS::Key", Scope.REGION, ("Tags.bastide:name",)),
    "AWS::CloudTrail::Trail": ResourceType("AWS::CloudTrail::Trail", Scope.REGION, ("TrailName",)),
    "AWS::Organizations::Account": ResourceType("AWS::Organizations::Account", Scope.ORGANIZATION, ("Email",)),
}


def made(
    kind: str, id: str, account: str = ACCOUNT, region: str = REGION, arn: str = "", **properties: Any
) -> Resource:
    return Resource(kind, account, region, id, properties, arn)


def estate(*resources: Resource, **more: Any) -> Estate:
    return Estate(tuple(resources), **more)


def vpc(id: str = VPC_ID, cidr: str = "10.0.0.0/20") -> Resource:
    return made("AWS::EC2::VPC", id, CidrBlock=cidr, Tags=[{"Key": "Name", "Value": "shop"}])


def subnet(id: str, vpc_id: str, cidr: str = "10.0.1.0/24", **more: Any) -> Resource:
    return made("AWS::EC2::Subnet", id, VpcId=vpc_id, CidrBlock=cidr, **more)


def test_what_is_missing_is_created_after_what_it_builds_on() -> None:
    declared_subnet = subnet(provisional.short_id("subnet", "a"), VPC_ID)
    plan = diff(estate(declared_subnet, vpc()), estate(), KINDS)
    assert [change.action for change in plan.changes] == [Action.CREATE, Action.CREATE]
    assert [change.key.type for change in plan.changes] == ["AWS::EC2::VPC", "AWS::EC2::Subnet"]
    assert plan.changes[1].depends_on == (plan.changes[0].key,)


def test_a_provisional_identifier_is_bound_by_identity_and_its_children_are_found_under_the_real_one() -> None:
    desired = estate(vpc(), subnet(provisional.short_id("subnet", "a"), VPC_ID, MapPublicIpOnLaunch=False))
    observed = estate(vpc("vpc-1"), subnet("subnet-1", "vpc-1", MapPublicIpOnLaunch=True))
    plan = diff(desired, observed, KINDS)
    assert plan.bindings[VPC_ID] == "vpc-1"
    (change,) = plan.changes
    assert (change.action, change.key.id, change.reason) == (Action.UPDATE, "subnet-1", "drift")
    assert [difference.path for difference in change.differences] == ["MapPublicIpOnLaunch"]


def test_a_create_only_property_asks_for_a_replacement() -> None:
    (change,) = diff(estate(vpc(cidr="10.1.0.0/20")), estate(vpc("vpc-1")), KINDS).changes
    assert change.action is Action.REPLACE


def test_a_resource_in_an_account_that_does_not_exist_yet_waits_for_the_account() -> None:
    new = provisional.account_id("shop")
    account = made("AWS::Organizations::Account", new, region=GLOBAL, Email="shop@acme.example")
    bucket = made("AWS::S3::Bucket", "logs", account=new, BucketName="logs")
    plan = diff(estate(bucket, account), estate(), KINDS)
    assert [change.key.type for change in plan.changes] == ["AWS::Organizations::Account", "AWS::S3::Bucket"]
    assert plan.changes[1].depends_on == (plan.changes[0].key,)


def test_a_key_and_a_trail_that_name_each_other_in_a_policy_do_not_wait_in_a_circle() -> None:
    trail_arn, key_id = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/t", provisional.uuid("trail-key")
    key_arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id}"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "kms:GenerateDataKey*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
            }
        ],
    }
    key = made("AWS::KMS::Key", key_id, arn=key_arn, KeyPolicy=policy, Tags=[{"Key": "bastide:name", "Value": "trail"}])
    trail = made("AWS::CloudTrail::Trail", "t", arn=trail_arn, TrailName="t", KMSKeyId=key_arn)
    plan = diff(estate(trail, key), estate(), KINDS)
    assert [change.key.type for change in plan.changes] == ["AWS::KMS::Key", "AWS::CloudTrail::Trail"]


def test_resources_that_build_on_each_other_in_a_circle_are_refused_by_name() -> None:
    first = made("AWS::S3::Bucket", "one", BucketName="one")
    second = made("AWS::S3::BucketPolicy", "one", Bucket="one")
    loop = Resource(first.type, first.account, first.region, first.id, first.properties, depends_on=(second.key,))
    with pytest.raises(ContractError, match="build on each other"):
        diff(estate(loop, second), estate(), KINDS)


def test_only_what_bastide_created_is_deleted_and_users_go_before_what_they_use() -> None:
    observed = estate(vpc("vpc-1"), subnet("subnet-1", "vpc-1"), made("AWS::S3::Bucket", "theirs", BucketName="theirs"))
    owned = frozenset(resource.key for resource in observed.resources[:2])
    plan = diff(estate(), observed, KINDS, owned=owned)
    assert [(change.action, change.key.id) for change in plan.changes] == [
        (Action.DELETE, "subnet-1"),
        (Action.DELETE, "vpc-1"),
    ]
    assert plan.changes[1].depends_on == (plan.changes[0].key,)


def test_what_could_not_be_listed_is_neither_created_nor_taken_for_absent() -> None:
    observed = estate(gaps=(Gap("AWS::EC2::VPC", ACCOUNT, REGION, "DescribeVpcs: UnauthorizedOperation"),))
    plan = diff(estate(vpc()), observed, KINDS)
    assert not plan.changes
    assert not plan.empty
    assert plan.uncertain[0][2].reason == "DescribeVpcs: UnauthorizedOperation"


def test_nothing_is_made_or_changed_that_would_name_what_could_not_be_read() -> None:
    key = provisional.uuid("trail")
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
    name = [{"Key": "bastide:name", "Value": "trail"}]
    declared = estate(
        made("AWS::KMS::Key", key, arn=arn + key, Tags=name),
        made("AWS::CloudTrail::Trail", "audit", TrailName="audit", KMSKeyId=arn + key, IsLogging=True),
        made("AWS::CloudTrail::Trail", "second", TrailName="second", KMSKeyId=arn + key),
        made("AWS::S3::Bucket", "logs", BucketName="logs", Key=arn + "theirs"),
    )
    gap = Gap("AWS::KMS::Key", ACCOUNT, REGION, "DescribeKey: AccessDenied")
    trail = made("AWS::CloudTrail::Trail", "audit", TrailName="audit", KMSKeyId=arn + "1", IsLogging=False)
    plan = diff(declared, estate(trail, gaps=(gap,)), KINDS)
    assert [change.key.id for change in plan.changes] == ["logs"]
    why = "it builds on trail, which could not be read: DescribeKey: AccessDenied"
    assert {(one.id, path, said.reason) for one, path, said in plan.uncertain} == {
        (key, "", "DescribeKey: AccessDenied"),
        ("audit", "KMSKeyId", why),
        ("audit", "IsLogging", why),
        ("second", "", why),
    }
    seen = diff(declared, estate(trail, made("AWS::KMS::Key", "1", arn=arn + "1", Tags=name)), KINDS)
    assert [(one.key.id, one.action) for one in seen.changes] == [
        ("audit", Action.UPDATE), ("second", Action.CREATE), ("logs", Action.CREATE)
    ]  # fmt: skip


def test_a_property_that_could_not_be_read_makes_the_plan_uncertain_and_changes_nothing() -> None:
    desired = made("AWS::S3::Bucket", "logs", BucketName="logs", VersioningConfiguration={"Status": "Enabled"})
    observed = made("AWS::S3::Bucket", "logs", BucketName="logs", VersioningConfiguration=Unknown("AccessDenied"))
    plan = diff(estate(desired), estate(observed), KINDS)
    assert not plan.changes
    assert [(path, reason.reason) for _, path, reason in plan.uncertain] == [
        ("VersioningConfiguration", "AccessDenied")
    ]


def test_what_a_control_asks_for_gives_way_to_what_is_declared() -> None:
    declared = made("AWS::S3::Bucket", "logs", BucketName="logs", A=1)
    healed = Resource(
        "AWS::S3::Bucket", ACCOUNT, REGION, "logs", {"BucketName": "logs", "A": 2}, origin=Origin(HEALED, detail="x")
    )
    (change,) = diff(estate(declared), estate(made("AWS::S3::Bucket", "logs", BucketName="logs", A=3)), KINDS).changes
    assert change.after is not None and change.after["A"] == 1
    (change,) = diff(estate(healed), estate(made("AWS::S3::Bucket", "logs", BucketName="logs", A=3)), KINDS).changes
    assert change.reason == "x"


def test_a_pin_finds_a_resource_whose_identifying_tag_was_removed() -> None:
    observed = made("AWS::EC2::VPC", "vpc-1", CidrBlock="10.0.0.0/20", Tags=[])
    (change,) = diff(estate(vpc()), estate(observed), KINDS, pins={VPC_ID: "vpc-1"}).changes
    assert [difference.path for difference in change.differences] == ["Tags"]


@pytest.mark.parametrize(
    ("observed", "declared", "same"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ([1, 2], [2, 1], True),
        ([1, 2, 2], [2, 1], False),
        ([{"a": 1, "x": 0}, {"a": 2}], [{"a": 2}, {"a": 1}], True),
        (None, [], True),
        (None, False, False),
        (1, True, False),
        (
            {"Statement": {"Effect": "Allow", "Action": "S3:GetObject", "Resource": ["*"]}},
            {"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}]},
            True,
        ),
        (
            '{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}',
            {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
            False,
        ),
    ],
)
def test_observed_values_cover_declared_ones_by_meaning(observed: Any, declared: Any, same: bool) -> None:
    assert covers(observed, declared) is same


def test_what_stands_for_a_token_is_learnt_from_the_whole_arn() -> None:
    declared = "arn:aws:kms:eu-west-1:000012345678:key/ba571de0-aaaa-4bbb-8ccc-121212121212"
    real = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    learnt = learn(declared, real)
    assert bind(declared, learnt) == real
    assert learn(declared, "arn:aws:s3:::x") == {}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_every_value_covers_itself_and_its_canonical_form_is_stable(value: Any) -> None:
    assert covers(value, value)
    assert canonical_value(canonical_value(value)) == canonical_value(value)


def test_a_tag_that_is_not_declared_is_kept_when_another_one_is_written() -> None:
    theirs = [{"Key": "Name", "Value": "shop"}, {"Key": "team", "Value": "blue"}]
    desired = made(
        "AWS::EC2::VPC", VPC_ID, CidrBlock="10.0.0.0/20", Tags=[*vpc().properties["Tags"], {"Key": "a", "Value": "1"}]
    )
    (change,) = diff(
        estate(desired), estate(made("AWS::EC2::VPC", "vpc-1", CidrBlock="10.0.0.0/20", Tags=theirs)), KINDS
    ).changes
    assert change.after is not None
    assert {tag["Key"] for tag in change.after["Tags"]} == {"Name", "team", "a"}


def test_a_plan_survives_its_file_and_an_edited_one_is_refused() -> None:
    plan = diff(estate(vpc()), estate(), KINDS)
    data = render_plan(plan)
    assert parse_plan(data) == plan
    assert plan_digest(parse_plan(data)) == plan_digest(plan)
    with pytest.raises(StalePlanError, match="edited"):
        parse_plan(data.replace(b"10.0.0.0/20", b"10.9.0.0/20"))
    with pytest.raises(InputError, match=r"not bastide\.plan/1"):
        parse_plan(b'{"schema": "other/1"}')


def test_the_observed_digest_moves_with_what_the_plan_touches_and_with_nothing_else() -> None:
    desired = made("AWS::S3::Bucket", "logs", BucketName="logs", A=1)
    before = estate(made("AWS::S3::Bucket", "logs", BucketName="logs", A=3, B=1))
    plan: Plan = diff(estate(desired), before, KINDS)
    same = estate(made("AWS::S3::Bucket", "logs", BucketName="logs", A=3, B=2))
    moved = estate(made("AWS::S3::Bucket", "logs", BucketName="logs", A=4, B=1))
    assert observed_digest(plan.changes, same, KINDS) == plan.observed_digest
    assert observed_digest(plan.changes, moved, KINDS) != plan.observed_digest
    created = diff(estate(vpc()), estate(), KINDS)
    assert observed_digest(created.changes, estate(vpc("vpc-9")), KINDS) != created.observed_digest


def test_keys_of_two_changes_never_meet() -> None:
    plan = diff(estate(vpc(), subnet(provisional.short_id("subnet", "a"), VPC_ID)), estate(), KINDS)
    keys: list[ResourceKey] = [change.key for change in plan.changes]
    assert len(keys) == len(set(keys))
