"""Detection services across an organization. Source: each service's API reference and "Managing accounts" guide."""

from __future__ import annotations

from typing import Any

import pytest

FSBP = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS3 = "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/3.0.0"


def detector(world: Any, account: str) -> str:
    return str(world.client("guardduty", account).list_detectors()["DetectorIds"][0])


@pytest.fixture
def guardduty(fresh: Any) -> Any:
    fresh.client("guardduty").enable_organization_admin_account(AdminAccountId=fresh.accounts["audit"])
    return fresh.client("guardduty", "audit")


def test_the_guardduty_administrator_gets_a_detector_and_the_delegation(fresh: Any, guardduty: Any) -> None:
    found = guardduty.get_detector(DetectorId=detector(fresh, "audit"))
    assert found["Status"] == "ENABLED"
    features = {row["Name"]: row["Status"] for row in found["Features"]}
    assert features["S3_DATA_EVENTS"] == "ENABLED" and features["RUNTIME_MONITORING"] == "DISABLED"
    services = fresh.client("organizations").list_delegated_services_for_account(AccountId=fresh.accounts["audit"])
    assert [row["ServicePrincipal"] for row in services["DelegatedServices"]] == ["guardduty.amazonaws.com"]


def test_auto_enable_all_reaches_members_of_today_and_those_that_join(fresh: Any, guardduty: Any) -> None:
    admin = detector(fresh, "audit")
    runtime = {
        "Name": "RUNTIME_MONITORING",
        "AutoEnable": "ALL",
        "AdditionalConfiguration": [{"Name": "EC2_AGENT_MANAGEMENT", "AutoEnable": "ALL"}],
    }
    guardduty.update_organization_configuration(
        DetectorId=admin, AutoEnableOrganizationMembers="ALL", Features=[runtime]
    )
    configuration = guardduty.describe_organization_configuration(DetectorId=admin)
    assert configuration["AutoEnableOrganizationMembers"] == "ALL"
    assert runtime["AdditionalConfiguration"][0] in next(
        row["AdditionalConfiguration"] for row in configuration["Features"] if row["Name"] == "RUNTIME_MONITORING"
    )
    fresh.create_account("late")
    members = {row["AccountId"] for row in guardduty.list_members(DetectorId=admin)["Members"]}
    assert members == {fresh.accounts[name] for name in ("log", "work", "late")}
    for name in ("work", "late"):
        client = fresh.client("guardduty", name)
        found = client.get_detector(DetectorId=detector(fresh, name))
        runtime_feature = next(row for row in found["Features"] if row["Name"] == "RUNTIME_MONITORING")
        agents = {row["Name"]: row["Status"] for row in runtime_feature["AdditionalConfiguration"]}
        assert (runtime_feature["Status"], agents["EC2_AGENT_MANAGEMENT"]) == ("ENABLED", "ENABLED")
        administrator = client.get_administrator_account(DetectorId=detector(fresh, name))["Administrator"]
        assert administrator["AccountId"] == fresh.accounts["audit"]
    assert fresh.client("guardduty", "work", "us-east-1").list_detectors()["DetectorIds"] == []


def test_only_the_administrator_reads_the_organizations_configuration(fresh: Any, guardduty: Any, refused: Any) -> None:
    management = fresh.client("guardduty")
    made = management.create_detector(Enable=True)["DetectorId"]
    refused("BadRequestException", management.describe_organization_configuration, DetectorId=made)
    refused("BadRequestException", management.create_detector, Enable=True)
    refused("BadRequestException", management.get_detector, DetectorId="0" * 32)
    refused(
        "BadRequestException",
        management.enable_organization_admin_account,
        AdminAccountId=fresh.accounts["log"],
    )


def test_features_and_frequency_of_a_detector_change_alone(fresh: Any, guardduty: Any) -> None:
    admin = detector(fresh, "audit")
    guardduty.update_detector(
        DetectorId=admin,
        FindingPublishingFrequency="FIFTEEN_MINUTES",
        Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}],
    )
    found = guardduty.get_detector(DetectorId=admin)
    features = {row["Name"]: row["Status"] for row in found["Features"]}
    assert (features["S3_DATA_EVENTS"], features["EKS_AUDIT_LOGS"]) == ("DISABLED", "ENABLED")
    assert (found["Status"], found["FindingPublishingFrequency"]) == ("ENABLED", "FIFTEEN_MINUTES")
    assert found["DataSources"]["S3Logs"]["Status"] == "DISABLED"


def test_a_publishing_destination_needs_a_key_and_is_read_back(fresh: Any, guardduty: Any, refused: Any) -> None:
    admin, properties = detector(fresh, "audit"), {"DestinationArn": "arn:aws:s3:::findings"}
    arguments: dict[str, Any] = {"DetectorId": admin, "DestinationType": "S3"}
    create = guardduty.create_publishing_destination
    refused("BadRequestException", create, DestinationProperties=properties, **arguments)
    properties["KmsKeyArn"] = "arn:aws:kms:eu-west-1:111122223333:key/1"
    made = create(DestinationProperties=properties, **arguments)["DestinationId"]
    found = guardduty.describe_publishing_destination(DetectorId=admin, DestinationId=made)
    assert (found["Status"], found["DestinationProperties"]) == ("PUBLISHING", properties)
    guardduty.delete_publishing_destination(DetectorId=admin, DestinationId=made)
    assert guardduty.list_publishing_destinations(DetectorId=admin)["Destinations"] == []


def test_removing_the_administrator_ends_the_delegation(fresh: Any, guardduty: Any) -> None:
    management, organizations = fresh.client("guardduty"), fresh.client("organizations")
    management.disable_organization_admin_account(AdminAccountId=fresh.accounts["audit"])
    assert management.list_organization_admin_accounts()["AdminAccounts"] == []
    assert organizations.list_delegated_administrators()["DelegatedAdministrators"] == []


def test_security_hub_starts_with_the_default_standards_unless_told_otherwise(world: Any, refused: Any) -> None:
    hub = world.client("securityhub", "work")
    refused("InvalidAccessException", hub.describe_hub)
    hub.enable_security_hub()
    assert hub.describe_hub()["ControlFindingGenerator"] == "SECURITY_CONTROL"
    assert FSBP in {row["StandardsArn"] for row in hub.get_enabled_standards()["StandardsSubscriptions"]}
    refused("ResourceConflictException", hub.enable_security_hub)
    hub.disable_security_hub()
    hub.enable_security_hub(EnableDefaultStandards=False)
    assert hub.get_enabled_standards()["StandardsSubscriptions"] == []
    made = hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": CIS3}])["StandardsSubscriptions"]
    assert made[0]["StandardsSubscriptionArn"].startswith(
        f"arn:aws:securityhub:eu-west-1:{world.accounts['work']}:subscription/cis-aws-foundations-benchmark/v/3.0.0"
    )
    hub.batch_disable_standards(StandardsSubscriptionArns=[made[0]["StandardsSubscriptionArn"]])
    assert hub.get_enabled_standards()["StandardsSubscriptions"] == []
    unknown = [{"StandardsArn": CIS3.replace("3.0.0", "9.9.9")}]
    refused("InvalidInputException", hub.batch_enable_standards, StandardsSubscriptionRequests=unknown)


def test_the_security_hub_administrator_enrols_members_and_new_accounts(fresh: Any, refused: Any) -> None:
    fresh.client("securityhub").enable_organization_admin_account(AdminAccountId=fresh.accounts["audit"])
    hub = fresh.client("securityhub", "audit")
    hub.update_organization_configuration(AutoEnable=True, AutoEnableStandards="NONE")
    hub.create_members(AccountDetails=[{"AccountId": fresh.accounts["work"]}])
    fresh.create_account("late")
    members = {row["AccountId"]: row["MemberStatus"] for row in hub.list_members()["Members"]}
    assert members == {fresh.accounts["work"]: "Enabled", fresh.accounts["late"]: "Enabled"}
    assert fresh.client("securityhub", "late").get_enabled_standards()["StandardsSubscriptions"] == []
    central = {"AutoEnable": False, "OrganizationConfiguration": {"ConfigurationType": "CENTRAL"}}
    refused("InvalidInputException", hub.update_organization_configuration, **central)
    arn = hub.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")["FindingAggregatorArn"]
    assert hub.get_finding_aggregator(FindingAggregatorArn=arn)["FindingAggregationRegion"] == "eu-west-1"
    hub.update_organization_configuration(AutoEnableStandards="NONE", **central)
    kind = hub.describe_organization_configuration()["OrganizationConfiguration"]["ConfigurationType"]
    assert kind == "CENTRAL"


def test_an_organizations_analyzer_is_its_administrators(fresh: Any, refused: Any) -> None:
    analyzer = fresh.client("accessanalyzer", "audit")
    create = {"analyzerName": "org", "type": "ORGANIZATION", "tags": {"owner": "security"}}
    refused("AccessDeniedException", analyzer.create_analyzer, **create)
    fresh.trust("access-analyzer.amazonaws.com")
    fresh.client("organizations").register_delegated_administrator(
        AccountId=fresh.accounts["audit"], ServicePrincipal="access-analyzer.amazonaws.com"
    )
    refused("ConflictException", analyzer.create_analyzer, **create)
    fresh.client("iam").create_service_linked_role(AWSServiceName="access-analyzer.amazonaws.com")
    arn = analyzer.create_analyzer(**create)["arn"]
    found = analyzer.get_analyzer(analyzerName="org")["analyzer"]
    assert (found["arn"], found["status"], found["tags"]) == (arn, "ACTIVE", {"owner": "security"})
    refused("ConflictException", analyzer.create_analyzer, **create)
    refused("ServiceQuotaExceededException", analyzer.create_analyzer, **(create | {"analyzerName": "second"}))
    unused = {"unusedAccess": {"unusedAccessAge": 90}}
    analyzer.create_analyzer(analyzerName="unused", type="ACCOUNT_UNUSED_ACCESS", configuration=unused)
    assert len(analyzer.list_analyzers()["analyzers"]) == 2
    analyzer.delete_analyzer(analyzerName="org")
    refused("ResourceNotFoundException", analyzer.get_analyzer, analyzerName="org")


def test_macie_is_enabled_for_its_administrator_members_and_new_accounts(fresh: Any, refused: Any) -> None:
    refused("AccessDeniedException", fresh.client("macie2", "audit").get_macie_session)
    fresh.client("macie2").enable_organization_admin_account(adminAccountId=fresh.accounts["audit"])
    macie = fresh.client("macie2", "audit")
    assert macie.get_macie_session()["status"] == "ENABLED"
    macie.update_organization_configuration(autoEnable=True)
    macie.create_member(account={"accountId": fresh.accounts["work"], "email": "work@acme.example"})
    fresh.create_account("late")
    members = {row["accountId"] for row in macie.list_members()["members"]}
    assert members == {fresh.accounts["work"], fresh.accounts["late"]}
    assert fresh.client("macie2", "late").get_macie_session()["findingPublishingFrequency"] == "FIFTEEN_MINUTES"
    macie.update_macie_session(findingPublishingFrequency="ONE_HOUR")
    assert macie.get_macie_session()["findingPublishingFrequency"] == "ONE_HOUR"


def test_a_member_of_macie_is_told_its_administrator_until_it_leaves(fresh: Any, refused: Any) -> None:
    fresh.client("macie2").enable_organization_admin_account(adminAccountId=fresh.accounts["audit"])
    refused(
        "ConflictException",
        fresh.client("macie2").enable_organization_admin_account,
        adminAccountId=fresh.accounts["log"],
    )
    macie, member = fresh.client("macie2", "audit"), fresh.client("macie2", "work")
    macie.create_member(account={"accountId": fresh.accounts["work"], "email": "work@acme.example"})
    told = member.get_administrator_account()["administrator"]
    assert (told["accountId"], told["relationshipStatus"]) == (fresh.accounts["audit"], "Enabled")
    assert member.get_master_account()["master"] == told
    macie.disassociate_member(id=fresh.accounts["work"])
    assert "administrator" not in member.get_administrator_account()
    fresh.client("macie2").disable_organization_admin_account(adminAccountId=fresh.accounts["audit"])
    assert fresh.client("macie2").list_organization_admin_accounts()["adminAccounts"] == []


def test_inspector_scans_what_its_administrator_enables(fresh: Any) -> None:
    fresh.client("inspector2").enable_delegated_admin_account(delegatedAdminAccountId=fresh.accounts["audit"])
    inspector = fresh.client("inspector2", "audit")
    automatic = {"ec2": True, "ecr": True, "lambda": True}
    inspector.update_organization_configuration(autoEnable=automatic)
    found = inspector.describe_organization_configuration()["autoEnable"]
    assert (found["ec2"], found["lambdaCode"]) == (True, False)
    inspector.associate_member(accountId=fresh.accounts["work"])
    inspector.enable(accountIds=[fresh.accounts["work"]], resourceTypes=["EC2", "ECR"])
    fresh.create_account("late")
    accounts = [fresh.accounts["work"], fresh.accounts["late"]]
    work, late = inspector.batch_get_account_status(accountIds=accounts)["accounts"]
    assert (work["state"]["status"], work["resourceState"]["lambda"]["status"]) == ("ENABLED", "DISABLED")
    assert late["resourceState"]["lambda"]["status"] == "ENABLED"
    outsider = fresh.client("inspector2", "work").enable(accountIds=[fresh.accounts["log"]], resourceTypes=["EC2"])
    assert outsider["failedAccounts"][0]["errorCode"] == "ACCESS_DENIED"
