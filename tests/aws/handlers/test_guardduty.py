"""GuardDuty handlers on the sandbox."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.guardduty import (
    Detector,
    Members,
    OrganizationAdmin,
    OrganizationConfiguration,
    PublishingDestination,
    parse_features,
)
from bastide.aws.handlers.organizations import ServiceAccess
from bastide.errors import TargetError
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect, SandboxConnection
from tests.aws.handlers.contract import Case, assert_holds, change_to, keeps_its_contract, published
from tests.aws.handlers.membership import LAWS
from tests.aws.handlers.test_organizations import member, root

PRINCIPAL = "guardduty.amazonaws.com"
BUCKET = {"DestinationArn": "arn:aws:s3:::findings", "KmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}


def on(*names: str) -> list[dict[str, Any]]:
    return [{"Name": name, "Status": "ENABLED"} for name in sorted(names)]


def auto(**features: str) -> list[dict[str, Any]]:
    return [{"Name": name, "AutoEnable": value} for name, value in sorted(features.items())]


def administrator(connection: Connect) -> SandboxConnection:
    """The audit account, once it administers GuardDuty."""
    top = connection(region=GLOBAL)
    audit = member(top, "audit")
    ServiceAccess().create(top, {"ServicePrincipal": PRINCIPAL})
    OrganizationAdmin().create(connection(), {"AdminAccountId": audit})
    return connection(audit)


def detector(at: Any) -> dict[str, Any]:
    return {
        "Enable": True,
        "FindingPublishingFrequency": "FIFTEEN_MINUTES",
        "Features": on("S3_DATA_EVENTS", "RUNTIME_MONITORING"),
        "Tags": [{"Key": "bastide:name", "Value": "x"}],
    }


def destination(at: Any) -> dict[str, Any]:
    return {
        "DetectorId": Detector().create(at, {"Enable": True}),
        "DestinationType": "S3",
        "DestinationProperties": BUCKET,
    }


CASES = [
    Case(
        Detector,
        detector,
        {
            "Enable": False,
            "FindingPublishingFrequency": "SIX_HOURS",
            "Features": on("LAMBDA_NETWORK_LOGS"),
            "Tags": [],
        },
    ),
    Case(
        PublishingDestination,
        destination,
        {
            "DestinationProperties": BUCKET | {"DestinationArn": "arn:aws:s3:::findings/here"},
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_the_administrator_keeps_its_contract(connection: Connect) -> None:
    top = connection(region=GLOBAL)
    audit = member(top, "audit")
    ServiceAccess().create(top, {"ServicePrincipal": PRINCIPAL})
    keeps_its_contract(Case(OrganizationAdmin, lambda at: {"AdminAccountId": audit}), connection())


def test_a_second_administrator_is_refused_with_the_name_of_the_first(connection: Connect) -> None:
    at = administrator(connection)
    other = member(connection(region=GLOBAL), "other")
    with pytest.raises(TargetError, match=f"another delegated administrator: {at.account}"):
        OrganizationAdmin().create(connection(), {"AdminAccountId": other})


def test_only_the_management_account_is_asked_for_the_administrator(connection: Connect) -> None:
    at = administrator(connection)
    at.calls.clear()
    assert list(OrganizationAdmin().list(at)) == []
    assert at.calls == []


def test_without_an_organization_there_is_no_administrator(connection: Connect) -> None:
    assert list(OrganizationAdmin().list(connection())) == []


def test_the_configuration_for_members_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)

    def declared(place: Any) -> dict[str, Any]:
        return {
            "DetectorId": Detector().create(place, {"Enable": True}),
            "AutoEnableOrganizationMembers": "ALL",
            "Features": auto(S3_DATA_EVENTS="ALL", EKS_AUDIT_LOGS="NEW"),
        }

    changed = {"AutoEnableOrganizationMembers": "NEW", "Features": auto(RDS_LOGIN_EVENTS="ALL")}
    gone = {"AutoEnableOrganizationMembers": "NONE", "Features": []}
    keeps_its_contract(Case(OrganizationConfiguration, declared, changed, after_delete=gone), at)


def test_accounts_that_do_not_administer_have_no_configuration_for_members(connection: Connect) -> None:
    top = connection()
    root(top)
    Detector().create(top, {"Enable": True})
    assert list(OrganizationConfiguration().list(top)) == []


def test_a_detector_is_listed_with_two_calls_for_all_types_together(connection: Connect) -> None:
    at = connection(kept=True)
    Detector().create(at, {"Enable": True})
    at.calls.clear()
    assert len(list(Detector().list(at))) == 1
    assert list(PublishingDestination().list(at)) == []
    assert at.calls == ["guardduty:ListDetectors", "guardduty:GetDetector", "guardduty:ListPublishingDestinations"]


def test_a_detector_that_the_organization_made_is_adopted_and_features_not_declared_are_turned_off(
    connection: Connect,
) -> None:
    at = connection()
    made = at.client("guardduty").create_detector(Enable=True, Features=on("EBS_MALWARE_PROTECTION"))["DetectorId"]
    declared = {"Enable": True, "Features": on("S3_DATA_EVENTS")}
    assert Detector().create(at, declared) == made
    assert_holds(Detector().read(at, made), declared)


def test_a_change_of_one_setting_leaves_the_features_alone(connection: Connect) -> None:
    at = connection()
    id = Detector().create(at, {"Enable": True, "Features": on("S3_DATA_EVENTS")})
    before = Detector().read(at, id)
    assert before
    Detector().update(at, id, change_to(Detector(), at, id, before.properties, {"Enable": False}))
    assert_holds(Detector().read(at, id), {"Enable": False, "Features": on("S3_DATA_EVENTS")})


def test_foundational_features_and_those_that_are_off_are_no_properties() -> None:
    features = [
        {"Name": "CLOUD_TRAIL", "Status": "ENABLED"},
        {"Name": "S3_DATA_EVENTS", "Status": "DISABLED"},
        {
            "Name": "RUNTIME_MONITORING",
            "Status": "ENABLED",
            "UpdatedAt": 1,
            "AdditionalConfiguration": [
                {"Name": "EKS_ADDON_MANAGEMENT", "Status": "ENABLED", "UpdatedAt": 1},
                {"Name": "EC2_AGENT_MANAGEMENT", "Status": "DISABLED"},
            ],
        },
    ]
    assert parse_features(features, "Status", "DISABLED") == [
        {
            "Name": "RUNTIME_MONITORING",
            "Status": "ENABLED",
            "AdditionalConfiguration": [{"Name": "EKS_ADDON_MANAGEMENT", "Status": "ENABLED"}],
        }
    ]


def turned_on(at: Any) -> str:
    return Detector().create(at, {"Enable": True, "Features": on("S3_DATA_EVENTS")})


@pytest.mark.parametrize("law", LAWS)
def test_members(law: Any, connection: Connect) -> None:
    law(Members, administrator, turned_on, connection)


def with_member(connection: Connect) -> tuple[SandboxConnection, SandboxConnection, str]:
    """The administrator, a member and the member's detector."""
    admin = administrator(connection)
    work = connection(member(connection(region=GLOBAL), "work"))
    id = turned_on(work)
    Members().create(admin, {"Members": {work.account: True}})
    return admin, work, id


def test_a_members_detector_is_its_administrators_to_change_and_changes_through_it(connection: Connect) -> None:
    admin, work, id = with_member(connection)
    with pytest.raises(ClientError, match="member account cannot change"):
        work.client("guardduty").update_detector(DetectorId=id, Enable=False)
    with pytest.raises(ClientError, match="member account cannot change"):
        Detector().delete(work, id, {})
    changed = {"Enable": False, "Features": on("RDS_LOGIN_EVENTS"), "Tags": [{"Key": "a", "Value": "b"}]}
    before = Detector().read(work, id)
    assert before
    with published(Detector(), work, "update"):
        Detector().update(work, id, change_to(Detector(), work, id, before.properties, changed))
    assert_holds(Detector().read(work, id), changed)
    with published(Detector(), work, "create"):
        assert Detector().create(work, {"Enable": True, "Features": on("S3_DATA_EVENTS")}) == id
    assert_holds(Detector().read(work, id), {"Enable": True, "Features": on("S3_DATA_EVENTS")})
    assert [found.properties["Members"] for found in Members().list(admin)] == [{work.account: True}]


def test_a_suspended_member_is_a_member_still(connection: Connect) -> None:
    admin, work, id = with_member(connection)
    detector = Detector().create(admin, {"Enable": True})
    admin.client("guardduty").stop_monitoring_members(DetectorId=detector, AccountIds=[work.account])
    assert [found.properties["Members"] for found in Members().list(admin)] == [{work.account: True}]
    assert_holds(Detector().read(work, id), {"Enable": False})


def test_members_publish_as_often_as_their_administrator(connection: Connect) -> None:
    admin, work, id = with_member(connection)
    detector = Detector().create(admin, {"FindingPublishingFrequency": "ONE_HOUR"})
    assert detector
    before = Detector().read(work, id)
    assert before and before.properties["FindingPublishingFrequency"] == "ONE_HOUR"
    wanted = change_to(Detector(), work, id, before.properties, {"FindingPublishingFrequency": "SIX_HOURS"})
    with pytest.raises(TargetError, match=f"as often as those of its administrator {admin.account}"):
        Detector().update(work, id, wanted)


def test_while_all_are_enrolled_none_is_let_go_or_stopped(connection: Connect) -> None:
    admin, work, _ = with_member(connection)
    detector = Detector().create(admin, {"Enable": True})
    declared = {"DetectorId": detector, "AutoEnableOrganizationMembers": "ALL", "Features": []}
    OrganizationConfiguration().create(admin, declared)
    for operation in ("stop_monitoring_members", "disassociate_members"):
        with pytest.raises(ClientError, match="set to ALL"):
            getattr(admin.client("guardduty"), operation)(DetectorId=detector, AccountIds=[work.account])


def test_the_management_account_without_a_detector_is_refused_as_a_member(connection: Connect) -> None:
    admin = administrator(connection)
    with pytest.raises(ClientError, match="organization master must first enable GuardDuty"):
        Members().create(admin, {"Members": {admin.management_account: True}})
