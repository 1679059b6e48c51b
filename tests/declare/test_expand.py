"""The expansion: the same file gives the same estate, complete, in registry shape, and in an order that works."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bastide.aws.registry import kinds
from bastide.declare.expand import Known, expand
from bastide.declare.expansion.addresses import networks_in
from bastide.declare.read import Declaration, read_architecture
from bastide.model import GLOBAL, Estate, Resource, Scope
from bastide.model.provisional import tokens_in
from bastide.plan import diff
from tests.declare.architectures import MANAGEMENT, expanded, objections, small

ACME = Path(__file__).parents[2] / "examples" / "acme.yaml"
# What the registry does not have and a handler documents as ours.
OURS = {
    "AWS::Config::ConfigurationRecorder": {"Recording"},
    "AWS::EC2::NetworkAcl": {"IsDefault", "Entries"},
}


@pytest.fixture(scope="module")
def declaration() -> Declaration:
    return read_architecture(ACME)


@pytest.fixture(scope="module")
def acme(declaration: Declaration) -> Estate:
    return expand(declaration.architecture, Known(MANAGEMENT), file="acme.yaml", places=declaration.place)


def of_account(estate: Estate, name: str) -> list[Resource]:
    assert estate.organization is not None
    account = next(one for one in estate.organization.accounts if one.name == name)
    return [replace(one, depends_on=()) for one in estate.by_account[account.id]]


def test_the_same_file_gives_the_same_estate_sorted_by_key(declaration: Declaration, acme: Estate) -> None:
    again = expand(declaration.architecture, Known(MANAGEMENT), file="acme.yaml", places=declaration.place)
    assert again.resources == acme.resources
    assert again.organization == acme.organization
    assert [one.key for one in acme.resources] == sorted(one.key for one in acme.resources)
    assert len(acme.by_key) == len(acme.resources)


def test_acme_expands_to_these_numbers_of_resources(acme: Estate) -> None:
    assert dict(Counter(one.type for one in acme.resources)) == {
        "AWS::AccessAnalyzer::Analyzer": 2,
        "AWS::CloudTrail::Trail": 1,
        "AWS::Config::ConfigurationAggregator": 1,
        "AWS::Config::ConfigurationRecorder": 18,
        "AWS::Config::DeliveryChannel": 18,
        "AWS::EC2::FlowLog": 3,
        "AWS::EC2::NetworkAcl": 3,
        "AWS::EC2::RouteTable": 3,
        "AWS::EC2::SecurityGroup": 6,
        "AWS::EC2::SnapshotBlockPublicAccess": 18,
        "AWS::EC2::Subnet": 6,
        "AWS::EC2::SubnetRouteTableAssociation": 6,
        "AWS::EC2::VPC": 3,
        "AWS::EC2::VPCEndpoint": 24,
        "AWS::GuardDuty::Detector": 18,
        "AWS::IAM::ManagedPolicy": 9,
        "AWS::IAM::Role": 29,
        "AWS::IAM::ServiceLinkedRole": 10,
        "AWS::IdentityStore::Group": 4,
        "AWS::KMS::Alias": 6,
        "AWS::KMS::Key": 6,
        "AWS::Macie::Session": 18,
        "AWS::Organizations::Account": 8,
        "AWS::Organizations::Organization": 1,
        "AWS::Organizations::OrganizationalUnit": 7,
        "AWS::Organizations::Policy": 6,
        "AWS::S3::Bucket": 4,
        "AWS::S3::BucketPolicy": 4,
        "AWS::SSO::Assignment": 27,
        "AWS::SSO::Instance": 1,
        "AWS::SSO::PermissionSet": 5,
        "AWS::SecurityHub::DelegatedAdmin": 2,
        "AWS::SecurityHub::FindingAggregator": 1,
        "AWS::SecurityHub::Hub": 18,
        "AWS::SecurityHub::OrganizationConfiguration": 2,
        "AWS::SecurityHub::Standard": 36,
        "Bastide::Account::AlternateContact": 9,
        "Bastide::EC2::DefaultVpc": 18,
        "Bastide::EC2::EbsEncryptionByDefault": 18,
        "Bastide::EC2::ImageBlockPublicAccess": 18,
        "Bastide::EC2::InstanceMetadataDefaults": 18,
        "Bastide::EC2::SerialConsoleAccess": 18,
        "Bastide::GuardDuty::Members": 2,
        "Bastide::GuardDuty::OrganizationAdmin": 2,
        "Bastide::GuardDuty::OrganizationConfiguration": 2,
        "Bastide::IAM::AccountPasswordPolicy": 9,
        "Bastide::IAM::OrganizationsFeatures": 1,
        "Bastide::Inspector2::AccountStatus": 18,
        "Bastide::Inspector2::DelegatedAdmin": 2,
        "Bastide::Inspector2::Members": 2,
        "Bastide::Inspector2::OrganizationConfiguration": 2,
        "Bastide::Macie::Members": 2,
        "Bastide::Macie::OrganizationAdmin": 2,
        "Bastide::Macie::OrganizationConfiguration": 2,
        "Bastide::Organizations::DelegatedAdministrator": 3,
        "Bastide::Organizations::PolicyType": 2,
        "Bastide::Organizations::ServiceAccess": 13,
        "Bastide::S3::AccountPublicAccessBlock": 9,
        "Bastide::SSM::ServiceSettings": 18,
        "Bastide::SecurityHub::Members": 2,
    }


def test_every_provisional_identifier_belongs_to_a_declared_resource(acme: Estate) -> None:
    # Read-only properties say what only AWS can: the root's id, the identity store's.
    said = [text for one in acme.resources for text in (one.id, one.arn, *_read_only(one))]
    owned = {token for text in said for token in tokens_in(text)}
    used = {token for one in acme.resources for token in tokens_in(json.dumps([one.account, dict(one.properties)]))}
    assert used - owned == set()


def _read_only(resource: Resource) -> list[str]:
    return [str(resource.properties.get(name, "")) for name in kinds()[resource.type].read_only]


def test_every_type_has_a_handler_and_lies_where_its_handler_looks(acme: Estate) -> None:
    known = kinds()
    for one in acme.resources:
        assert (one.region == GLOBAL) == (known[one.type].scope is not Scope.REGION), one.key


def test_the_properties_have_the_shape_of_the_registry(acme: Estate) -> None:
    pytest.importorskip("cfnlint")
    import cfnlint
    from cfnlint.jsonschema import StandardValidator

    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    index = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    validators: dict[str, Any] = {}
    for one in acme.resources:
        if not one.type.startswith("AWS::"):
            continue
        if one.type not in validators:
            text = (schemas / "resources" / f"{index[one.type]}.json").read_text()
            validators[one.type] = StandardValidator(json.loads(text))
        kept = {key: value for key, value in one.properties.items() if key not in OURS.get(one.type, ())}
        assert [error.message for error in validators[one.type].iter_errors(kept)] == [], one.key


def test_an_order_exists_and_protecting_policies_come_last_where_they_bind(acme: Estate) -> None:
    plan = diff(acme, Estate(), kinds())
    assert len(plan.changes) == len(acme.resources)
    at = {change.key: number for number, change in enumerate(plan.changes)}
    assert acme.organization is not None
    archive = next(one.id for one in acme.organization.accounts if one.name == "log-archive")
    policies = [key for key in at if key.type == "AWS::Organizations::Policy"]
    bound = next(key for key in policies if acme.by_key[key].properties["Name"] == "bastide-scp-all-1")
    assert all(at[key] < at[bound] for key in at if key.account == archive)


def test_each_service_is_set_up_in_the_order_that_it_asks_for(acme: Estate) -> None:
    at = {change.key: number for number, change in enumerate(diff(acme, Estate(), kinds()).changes)}

    def first(type: str) -> int:
        return min(number for key, number in at.items() if key.type == type)

    def last(type: str) -> int:
        return max(number for key, number in at.items() if key.type == type)

    assert first("AWS::CloudTrail::Trail") > first("AWS::S3::BucketPolicy")
    assert first("AWS::Config::DeliveryChannel") > first("AWS::Config::ConfigurationRecorder")
    assert first("Bastide::GuardDuty::OrganizationConfiguration") > first("Bastide::GuardDuty::OrganizationAdmin")
    assert first("AWS::SecurityHub::OrganizationConfiguration") > first("AWS::SecurityHub::DelegatedAdmin")
    assert first("AWS::SSO::Assignment") > first("AWS::SSO::PermissionSet") > first("AWS::SSO::Instance")
    assert first("AWS::AccessAnalyzer::Analyzer") > first("Bastide::Organizations::DelegatedAdministrator")
    assert last("AWS::Organizations::Policy") > last("Bastide::EC2::DefaultVpc")


def test_everything_says_which_line_or_default_made_it(acme: Estate) -> None:
    lines = ACME.read_text().splitlines()
    for one in acme.resources:
        assert one.origin.detail, one.key
    trail = acme.of_type("AWS::CloudTrail::Trail")[0].origin
    assert (trail.detail, lines[trail.line - 1].startswith("logs:")) == ("logs.events", True)
    shop = next(one for one in acme.of_type("AWS::Organizations::Account") if one.get("AccountName") == "shop-prod")
    assert shop.origin.detail == "ous.workloads.prod.accounts.shop-prod"
    assert "shop-prod" in lines[shop.origin.line - 1]


def test_the_declared_estate_passes_our_own_controls(acme: Estate) -> None:
    assert objections(acme) == []


def test_what_aws_has_given_out_is_used() -> None:
    estate = expanded(
        accounts={"aws+shop@acme.example": "111111111111", "audit": "222222222222"},
        organization_id="o-exampleorg1",
        root_id="r-abcd",
    )
    assert estate.organization is not None
    names = {one.name: one.id for one in estate.organization.accounts}
    assert (names["shop"], names["audit"]) == ("111111111111", "222222222222")
    policy = estate.of_type("AWS::S3::BucketPolicy")[0]
    assert "o-exampleorg1" in json.dumps(policy.get("PolicyDocument"))
    assert {one.get("ParentId") for one in estate.of_type("AWS::Organizations::OrganizationalUnit")} >= {"r-abcd"}


def test_an_id_in_the_file_goes_before_all() -> None:
    value = small()
    value["ous"]["workloads"]["prod"]["accounts"] = {"shop": {"id": "333333333333"}}
    assert "333333333333" in expanded(value, accounts={"shop": "111111111111"}).by_account


def without_members(resources: list[Resource]) -> list[Resource]:
    """All but the lists of accounts that the audit account administers, which a new account is added to."""
    return [one for one in resources if not one.type.endswith("::Members")]


def test_adding_an_account_changes_nothing_of_the_others() -> None:
    value = small(network={"cidr": "10.0.0.0/16", "prefix": 20})
    before = expanded(value)
    value["ous"]["workloads"]["prod"]["accounts"] = ["a-new-one", "another", "shop"]
    after = expanded(value, networks=networks_in(before))
    for name in ("log-archive", "audit", "shop", "shop-dev"):
        assert without_members(of_account(after, name)) == without_members(of_account(before, name))
    settled = [one for one in of_account(after, "management") if one in of_account(before, "management")]
    assert len(settled) == len(of_account(before, "management"))


def test_a_network_that_runs_keeps_its_range_and_the_newcomer_moves_aside() -> None:
    value = small(network={"cidr": "10.0.0.0/18", "prefix": 20})
    value["ous"]["workloads"] = {"network": True, "accounts": ["b"]}
    alone = networks_in(expanded(value))["b", "eu-west-1"]
    value["ous"]["workloads"]["accounts"] = ["a", "b", "c", "d"]
    kept = networks_in(expanded(value, networks={("d", "eu-west-1"): alone}))
    assert kept["d", "eu-west-1"] == alone
    assert len(set(kept.values())) == 4


def test_switching_a_service_off_leaves_nothing_of_it() -> None:
    off = {"guardduty": False, "securityhub": [], "macie": False, "inspector": [], "config": False}
    estate = expanded(small(detect={**off, "access-analyzer": False}, logs={"flow-logs": False}))
    services = {one.type.split("::")[1] for one in estate.resources}
    assert services.isdisjoint({"GuardDuty", "SecurityHub", "Macie", "Inspector2", "Config", "AccessAnalyzer"})
    assert not estate.of_type("AWS::EC2::FlowLog")


def test_the_trail_never_records_what_it_writes_itself() -> None:
    estate = expanded(small(logs={"events": ["management", "s3-write", "s3-read", "lambda"]}))
    trail = estate.of_type("AWS::CloudTrail::Trail")[0]
    selectors = {one["Name"]: one["FieldSelectors"] for one in trail.properties["AdvancedEventSelectors"]}
    assert sorted(selectors) == ["lambda", "management", "s3-read", "s3-write"]
    loop = {"Field": "resources.ARN", "NotStartsWith": [f"arn:aws:s3:::acme-trail-{MANAGEMENT}/"]}
    assert loop in selectors["s3-write"]
    assert loop in selectors["s3-read"]


def test_the_trails_bucket_is_locked_and_the_one_of_config_is_not() -> None:
    estate = expanded(small(logs={"retain": "90d", "lock": "compliance"}))
    buckets = {one.id.removesuffix(f"-{MANAGEMENT}"): one for one in estate.of_type("AWS::S3::Bucket")}
    rule = buckets["acme-trail"].get("ObjectLockConfiguration.Rule.DefaultRetention")
    assert rule == {"Mode": "COMPLIANCE", "Days": 90}
    assert buckets["acme-config"].get("ObjectLockEnabled") is None
    assert buckets["acme-trail"].get("BucketEncryption") != buckets["acme-config"].get("BucketEncryption")


def test_everywhere_does_not_mean_the_management_account() -> None:
    estate = expanded(small(access={"security": {"*": "SecurityAudit"}, "platform-admins": {"management": "ReadOnly"}}))
    given = Counter(one.get("TargetId") for one in estate.of_type("AWS::SSO::Assignment"))
    assert given[MANAGEMENT] == 1
    assert sum(given.values()) == 4 + 1


def test_a_unit_and_an_account_below_it_add_up() -> None:
    estate = expanded(small(access={"developers": {"workloads": "ReadOnly", "shop-dev": "PowerUser"}}))
    names = {one.arn: one.get("Name") for one in estate.of_type("AWS::SSO::PermissionSet")}
    given = sorted(
        (estate.account_name(str(one.get("TargetId"))), names[str(one.get("PermissionSetArn"))])
        for one in estate.of_type("AWS::SSO::Assignment")
    )
    assert given == [("shop", "ReadOnly"), ("shop-dev", "PowerUser"), ("shop-dev", "ReadOnly")]


def test_only_the_bounded_set_waits_for_the_boundary() -> None:
    estate = expanded(small(access={"developers": {"shop": "PowerUser"}}))
    assignment = estate.of_type("AWS::SSO::Assignment")[0]
    assert {key.type for key in assignment.depends_on} == {
        "AWS::IAM::ManagedPolicy",
        "AWS::IdentityStore::Group",
        "AWS::SSO::PermissionSet",
    }


NAMES = st.text("abcdefgh", min_size=1, max_size=6)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAMES.filter(lambda name: name != "audit"), min_size=1, max_size=8, unique=True))
    units: dict[str, Any] = {"security": {"accounts": ["log-archive", "audit"]}}
    for name in names:
        unit = draw(st.sampled_from(["prod", "dev", "prod/eu", "dev/test/deep"])).split("/")
        place = units
        for part in unit:
            place = place.setdefault(part, {})
        place.setdefault("accounts", []).append(name)
        place["network"] = draw(st.booleans())
    return small(ous=units, network={"cidr": "10.0.0.0/12"})


@given(trees())
@hypothesis_settings(max_examples=15)
def test_any_tree_expands_to_distinct_resources_in_an_order_that_works(value: dict[str, Any]) -> None:
    estate = expanded(value)
    assert len(estate.by_key) == len(estate.resources)
    assert len(diff(estate, Estate(), kinds()).changes) == len(estate.resources)
    ranges = list(networks_in(estate).values())
    assert len(ranges) == len(set(ranges))
