"""A second look reads only what has changed, and sees the same as one that reads everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest

from bastide.aws.readers import readers
from bastide.aws.registry import handlers
from bastide.aws.session import PlaceConnection, Target
from bastide.collect.changes import Event, Events, always_read, changes_type, look_up, table
from bastide.collect.refresh import _declared, _relevant
from bastide.controls import Control, all_controls
from bastide.model import GLOBAL, Organization, Unknown
from bastide.sandbox import Sandbox
from bastide.show.looking import Found, find_accounts, restricted, take_look
from bastide.store import Store
from bastide.store.history import Look

REGIONS = ("us-east-1",)


class Counting:
    """A target of a sandbox that counts the calls made."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.calls: list[str] = []
        self.target = Target.sandbox(sandbox)
        self.target._clients.clear()  # those made before would not count
        self.target.clock = sandbox.clock.now  # type: ignore[method-assign]
        self.target._session.events.register_first("before-call.*.*", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)

    def look(self, controls: tuple[Control, ...], before: Look | None = None, **more: Any) -> tuple[Look, str, int]:
        self.calls.clear()
        found: Found = find_accounts(self.target)
        look, note = take_look(self.target, found, controls, REGIONS, before=before, **more)
        return look, note, len(self.calls)


@pytest.fixture
def world() -> Iterator[Counting]:
    sandbox = Sandbox()
    session = sandbox.session()
    s3, iam, ec2 = (session.client(name, region_name="us-east-1") for name in ("s3", "iam", "ec2"))
    for number in range(40):
        s3.create_bucket(Bucket=f"held-{number}")
        iam.create_user(UserName=f"user-{number}")
    ec2.create_security_group(GroupName="web", Description="seed", VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"])
    sandbox.clock.advance("1h")
    yield Counting(sandbox)


@pytest.fixture(scope="module")
def controls() -> tuple[Control, ...]:
    return restricted(all_controls(), ("s3,iam,ec2",), ())


def shown(look: Look) -> list[Any]:
    return [(one.key, one.arn, one.properties) for one in look.estate.resources]


def test_a_second_look_at_what_has_not_changed_costs_a_twentieth(
    world: Counting, controls: tuple[Control, ...]
) -> None:
    first, note, all_calls = world.look(controls)
    assert not note
    world.sandbox.clock.advance("1h")
    second, note, calls = world.look(controls, first)
    assert shown(second) == shown(first)
    assert calls <= all_calls / 20, note
    ages = {one.type: one.origin.read_at for one in second.estate.resources}
    assert ages["AWS::S3::Bucket"] == first.estate.read_at < second.estate.read_at


def test_what_was_written_is_read_again_and_what_is_gone_is_gone(
    world: Counting, controls: tuple[Control, ...]
) -> None:
    first, _, _ = world.look(controls)
    world.sandbox.clock.advance("1h")
    session = world.sandbox.session()
    s3, iam = (session.client(name, region_name="us-east-1") for name in ("s3", "iam"))
    s3.put_bucket_versioning(Bucket="held-3", VersioningConfiguration={"Status": "Enabled"})
    s3.delete_bucket(Bucket="held-4")
    s3.create_bucket(Bucket="born")
    iam.delete_user(UserName="user-9")
    session.client("ec2", region_name="us-east-1").create_security_group(GroupName="new", Description="x")
    second, note, calls = world.look(controls, first)
    full, _, all_calls = world.look(controls)
    assert shown(second) == shown(full), note
    assert calls < all_calls / 3
    keys = {one.id for one in second.estate.of_type("AWS::S3::Bucket")}
    assert "born" in keys and "held-4" not in keys


def test_a_look_outlives_the_store_and_another_one_starts_from_it(
    world: Counting, controls: tuple[Control, ...], tmp_path: Any
) -> None:
    first, _, _ = world.look(controls)
    store = Store.open(tmp_path / "state.db")
    assert store.keep_look("t", first) == len(first.estate.resources)
    kept = store.look("t")
    assert kept is not None and shown(kept) == shown(first)
    assert (kept.read, kept.asked, kept.estate.gaps) == (first.read, first.asked, first.estate.gaps)
    world.sandbox.clock.advance("1h")
    second, _, calls = world.look(controls, kept)
    assert calls < 30
    assert store.keep_look("t", second) == 0
    store.forget("t", "gone")
    assert store.look("t") is None


def test_the_history_that_is_refused_makes_everything_read_again(
    world: Counting, controls: tuple[Control, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _, all_calls = world.look(controls)
    iam = world.sandbox.session().client("iam")
    deny = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "cloudtrail:LookupEvents", "Resource": "*"}]}  # fmt: skip
    iam.create_user(UserName="auditor")
    iam.put_user_policy(UserName="auditor", PolicyName="p", PolicyDocument=json.dumps(deny))
    key = iam.create_access_key(UserName="auditor")["AccessKey"]
    at = world.target.connection(world.target.home_account, "us-east-1")
    keys = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"], "SessionToken": None}
    client = world.target.client_of("cloudtrail", "us-east-1", keys)
    real = PlaceConnection.client

    def refused(self: PlaceConnection, service: str, region: str = "") -> Any:
        return client if service == "cloudtrail" else real(self, service, region)

    monkeypatch.setattr(PlaceConnection, "client", refused)
    assert "AccessDenied" in look_up(at, "us-east-1", datetime(2020, 1, 1, tzinfo=UTC)).refused
    _, note, calls = world.look(controls, first)
    assert "without event history" in note
    assert calls > all_calls * 0.8


def test_what_is_older_than_allowed_masked_or_asked_more_of_is_read_again(
    world: Counting, controls: tuple[Control, ...]
) -> None:
    first, _, all_calls = world.look(controls)
    world.sandbox.clock.advance("2h")
    _, note, calls = world.look(controls, first, max_age=timedelta(hours=1))
    assert "older than allowed" in note and calls > all_calls * 0.8
    narrow = replace(first, asked={**first.asked, "AWS::S3::Bucket": ("BucketName",)})
    _, note, _ = world.look(controls, narrow)
    assert "of which more is asked now" in note
    unread = [
        one.with_properties({"PolicyDocument": Unknown("GetX: AccessDenied")}) if one.type == "AWS::IAM::User" else one
        for one in first.estate.resources
    ]
    _, note, _ = world.look(controls, replace(first, estate=replace(first.estate, resources=tuple(unread))))
    assert "with values that could not be read" in note


@pytest.mark.parametrize(
    ("source", "name", "kind", "changed"),
    [
        ("ec2", "AuthorizeSecurityGroupIngress", "AWS::EC2::SecurityGroup", True),
        ("ec2", "AuthorizeSecurityGroupIngress", "AWS::EC2::Volume", False),
        ("ec2", "SomethingNewOfNextYear", "AWS::EC2::Volume", True),
        ("rds", "ModifyDBCluster", "AWS::Neptune::DBCluster", True),
        ("elasticloadbalancing", "CreateListener", "AWS::ElasticLoadBalancingV2::Listener", True),
        ("monitoring", "PutMetricAlarm", "AWS::CloudWatch::Alarm", True),
        ("redshift-serverless", "CreateWorkgroup", "AWS::RedshiftServerless::Workgroup", True),
        ("lambda", "UpdateFunctionConfiguration20150331v2", "AWS::Lambda::Function", True),
        ("lambda", "UpdateFunctionConfiguration20150331v2", "AWS::S3::Bucket", False),
        ("bedrock", "CreateGuardrail", "AWS::S3::Bucket", False),
        ("tagging", "TagResources", "AWS::S3::Bucket", True),
        ("wafv2", "DisassociateWebACL", "AWS::ApiGateway::Stage", True),  # which tells its web ACL
        ("wafv2", "DisassociateWebACL", "AWS::AppSync::GraphQLApi", True),
        ("waf-regional", "DisassociateWebACL", "AWS::ApiGateway::Stage", True),
        ("autoscaling", "DeregisterScalableTarget", "AWS::ApplicationAutoScaling::ScalableTarget", True),
        ("organizations", "DetachPolicy", "Bastide::EC2::SerialConsoleAccess", True),
        ("organizations", "DetachPolicy", "AWS::EC2::VPC", False),
        ("nobody-knows-this", "Write", "AWS::S3::Bucket", True),
    ],
)
def test_a_write_changes_the_types_of_its_service_and_an_unknown_one_everything(
    source: str, name: str, kind: str, changed: bool
) -> None:
    event = Event(source, name, datetime(2026, 1, 1, tzinfo=UTC), "us-east-1")
    assert changes_type(event, kind) is changed


def test_what_changes_by_itself_is_read_again_only_where_there_is_any(
    world: Counting, controls: tuple[Control, ...]
) -> None:
    first, _, _ = world.look(controls)
    world.sandbox.clock.advance("1h")
    empty, _, _ = world.look(controls, first)
    assert "DescribeInstances" not in world.calls
    client = world.sandbox.session().client("ec2", region_name="us-east-1")
    client.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    held, _, _ = world.look(controls, empty)
    assert len(held.estate.of_type("AWS::EC2::Instance")) == 1
    world.sandbox.clock.advance("1h")
    world.look(controls, held)
    assert "DescribeInstances" in world.calls


@pytest.mark.parametrize(
    ("kind", "held", "again"),
    [
        ("AWS::RDS::DBSnapshot", (), False),
        ("AWS::RDS::DBSnapshot", ("AWS::RDS::DBInstance",), True),  # an automated one may have come
        ("AWS::RDS::DBSnapshot", ("AWS::RDS::DBSnapshot",), True),  # or gone, though the instance is gone, too
        ("Bastide::RDS::DBClusterSnapshot", ("AWS::Neptune::DBCluster",), True),
        ("Bastide::SSM::ResourceCompliance", ("Bastide::SSM::ManagedInstances",), False),  # which is there, if empty
        ("AWS::Config::DeliveryChannel", ("AWS::Config::ConfigurationRecorder",), False),
        ("AWS::GuardDuty::Detector", (), True),  # another account turns it on
        ("AWS::EC2::VPC", ("AWS::EC2::VPC",), False),
        ("AWS::RDS::DBInstance", ("AWS::RDS::DBInstance",), True),  # changed in its maintenance window
        ("AWS::EC2::VPNConnection", ("AWS::EC2::VPNConnection",), True),  # a tunnel goes down
    ],
)
def test_what_appears_by_itself_is_looked_for_beside_what_it_comes_from(
    kind: str, held: tuple[str, ...], again: bool
) -> None:
    assert always_read(kind, held) is again


def test_what_comes_from_what_is_new_is_read_with_it(world: Counting) -> None:
    # The agent of an instance that was not there before tells of itself without an event.
    controls = restricted(all_controls(), ("ssm,ec2",), ())
    first, _, _ = world.look(controls)
    world.sandbox.clock.advance("1h")
    _, _, _ = world.look(controls, first)
    assert "DescribeInstanceInformation" not in world.calls
    client = world.sandbox.session().client("ec2", region_name="us-east-1")
    client.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    _, note, _ = world.look(controls, first)
    assert "DescribeInstanceInformation" in world.calls, note


def test_what_another_account_shares_is_read_again(world: Counting, controls: tuple[Control, ...]) -> None:
    first, _, _ = world.look(controls)
    world.sandbox.clock.advance("1h")
    shared = [
        replace(one, arn=one.arn.replace(one.account, "999999999999")) if one.type == "AWS::EC2::VPC" else one
        for one in first.estate.resources
    ]
    assert any(one.arn.split(":")[4:5] == ["999999999999"] for one in shared)
    _, note, _ = world.look(controls, replace(first, estate=replace(first.estate, resources=tuple(shared))))
    assert "1 that another account changes" in note


def test_what_a_policy_of_the_organization_declares_is_read_again_after_a_write_to_it() -> None:
    sandbox = Sandbox()
    client = sandbox.session().client("organizations")
    client.create_organization(FeatureSet="ALL")
    client.create_account(Email="a@x.example", AccountName="a")
    sandbox.clock.advance("1h")
    member = next(one["Id"] for one in client.list_accounts()["Accounts"] if one["Name"] == "a")
    world = Counting(sandbox)
    controls = restricted(all_controls(), ("ec2",), ())
    first, _, _ = world.look(controls)
    place = ("AWS::EC2::SnapshotBlockPublicAccess", member, "us-east-1")
    sandbox.clock.advance("10m")
    second, _, _ = world.look(controls, first)
    assert second.read[place] == first.read[place]
    client.create_organizational_unit(ParentId=client.list_roots()["Roots"][0]["Id"], Name="x")
    third, _, _ = world.look(controls, second)
    assert third.read[place] == third.estate.read_at > second.read[place]


def test_the_table_of_changes_speaks_of_types_that_there_are() -> None:
    known = {*handlers(), *readers()}
    said = [
        *table().always,
        *table().declared,
        *table().beside,
        *(kind for kinds in table().beside.values() for kind in kinds),
    ]
    assert [one for one in said if not any(fnmatchcase(kind, one) for kind in known)] == []


def test_a_write_to_the_organization_counts_whichever_account_made_it() -> None:
    write = Event("organizations", "AttachPolicy", datetime(2026, 1, 1, tzinfo=UTC), "us-east-1")
    management, delegated = "111122223333", "222233334444"
    histories = {management: {"us-east-1": Events()}, delegated: {"us-east-1": Events((write,))}}
    target = Target.sandbox(Sandbox())
    organization = Organization("o-1", "r-1", management)
    declared = _declared(target, organization, histories)
    assert declared == Events((write,))
    for kind, seen in [("AWS::Organizations::Policy", (write,)), ("AWS::IAM::Role", ())]:
        assert _relevant(target, (kind, management, GLOBAL), histories, declared).events == seen
    hidden = _declared(target, organization, {delegated: histories[delegated]})
    place = ("Bastide::EC2::SerialConsoleAccess", delegated, "us-east-1")
    assert _relevant(target, place, histories, hidden).refused
