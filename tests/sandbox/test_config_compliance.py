"""AWS Config's rules, packs, aggregators and proactive evaluation, as boto3 sees them on the sandbox.

Source: AWS Config API Reference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bastide.sandbox.shims.config_organization import PRINCIPAL

SSH = {"ConfigRuleName": "ssh", "Source": {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"}}
UNANSWERED = {
    "ConfigRuleName": "approved",
    "Source": {"Owner": "AWS", "SourceIdentifier": "APPROVED_AMIS_BY_TAG"},
    "InputParameters": json.dumps({"amisByTagKeyAndValue": "tag-key:tag-value"}),
}
PACK = """
Parameters:
  Owner: {Type: String, Default: AWS}
Resources:
  Versioning:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: versioning
      Source: {Owner: !Ref Owner, SourceIdentifier: S3_BUCKET_VERSIONING_ENABLED}
      Scope: {ComplianceResourceTypes: [AWS::S3::Bucket]}
  Ssh:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: ssh
      Source: {Owner: AWS, SourceIdentifier: INCOMING_SSH_DISABLED}
"""
HERE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
Refused = Callable[..., dict[str, Any]]


def record(world: Any, account: str) -> Any:
    """Config's client of an account with a recorder."""
    config = world.client("config", account)
    role = f"arn:aws:iam::{world.accounts.get(account, '111122223333')}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    return config


def open_group(world: Any, account: str) -> str:
    """A security group that lets everybody in by SSH."""
    ec2 = world.client("ec2", account)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group: str = ec2.create_security_group(GroupName="open", Description="x", VpcId=vpc)["GroupId"]
    world_wide = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[world_wide])
    return group


def make_organization_trail(world: Any) -> None:
    """A trail of the organization that logs, into a bucket of the management account."""
    s3, cloudtrail = world.client("s3"), world.client("cloudtrail")
    s3.create_bucket(Bucket="trail-bucket", **HERE)
    world.trust("cloudtrail.amazonaws.com")
    paths = (world.sandbox.management_account, world.id)
    lets_in = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    rows = [
        {**lets_in, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::trail-bucket"},
        {
            **lets_in,
            "Action": "s3:PutObject",
            "Resource": [f"arn:aws:s3:::trail-bucket/AWSLogs/{path}/*" for path in paths],
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rows})
    s3.put_bucket_policy(Bucket="trail-bucket", Policy=policy)
    cloudtrail.create_trail(
        Name="org", S3BucketName="trail-bucket", IsMultiRegionTrail=True, IsOrganizationTrail=True,
        EnableLogFileValidation=True,
    )  # fmt: skip
    cloudtrail.start_logging(Name="org")


def by_rule(config: Any, *names: str) -> dict[str, str]:
    """Compliance by rule."""
    rows = config.describe_compliance_by_config_rule(ConfigRuleNames=list(names))["ComplianceByConfigRules"]
    return {row["ConfigRuleName"]: row["Compliance"]["ComplianceType"] for row in rows}


def test_a_rule_needs_a_recorder_and_a_source_that_exists(fresh: Any, refused: Refused) -> None:
    config = fresh.client("config", "work")
    refused("NoAvailableConfigurationRecorderException", config.put_config_rule, ConfigRule=SSH)
    config = record(fresh, "work")
    wrong = {"ConfigRuleName": "x", "Source": {"Owner": "AWS", "SourceIdentifier": "NOPE"}}
    refused("InvalidParameterValueException", config.put_config_rule, ConfigRule=wrong)
    refused(
        "InvalidParameterValueException", config.put_config_rule, ConfigRule={**SSH, "InputParameters": "{not json"}
    )
    refused("NoSuchConfigRuleException", config.describe_config_rules, ConfigRuleNames=["nope"])
    refused("NoSuchConfigRuleException", config.describe_compliance_by_config_rule, ConfigRuleNames=["nope"])
    refused("NoSuchConfigRuleException", config.start_config_rules_evaluation, ConfigRuleNames=["nope"])


def test_compliance_follows_what_the_account_holds(fresh: Any) -> None:
    config = record(fresh, "work")
    config.put_config_rule(ConfigRule=SSH, Tags=[{"Key": "team", "Value": "red"}])
    (rule,) = config.describe_config_rules()["ConfigRules"]
    assert rule["ConfigRuleState"] == "ACTIVE"
    assert config.list_tags_for_resource(ResourceArn=rule["ConfigRuleArn"])["Tags"] == [{"Key": "team", "Value": "red"}]
    assert by_rule(config) == {"ssh": "COMPLIANT"}
    group = open_group(fresh, "work")
    config.start_config_rules_evaluation(ConfigRuleNames=["ssh"])
    assert by_rule(config) == {"ssh": "NON_COMPLIANT"}
    (row,) = config.get_compliance_details_by_config_rule(ConfigRuleName="ssh", ComplianceTypes=["NON_COMPLIANT"])[
        "EvaluationResults"
    ]
    qualifier = row["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    assert (qualifier["ResourceType"], qualifier["ResourceId"]) == ("AWS::EC2::SecurityGroup", group)
    assert "22" in row["Annotation"]
    kind = {"ResourceType": "AWS::EC2::SecurityGroup", "ResourceId": group}
    (row,) = config.describe_compliance_by_resource(**kind)["ComplianceByResources"]
    assert row["Compliance"]["ComplianceType"] == "NON_COMPLIANT"
    assert row["Compliance"]["ComplianceContributorCount"] == {"CappedCount": 1, "CapExceeded": False}
    (row,) = config.get_compliance_details_by_resource(**kind)["EvaluationResults"]
    assert row["ComplianceType"] == "NON_COMPLIANT"
    counted = config.get_compliance_summary_by_config_rule()["ComplianceSummary"]
    assert counted["NonCompliantResourceCount"]["CappedCount"] == 1
    (counted,) = config.get_compliance_summary_by_resource_type(ResourceTypes=["AWS::EC2::SecurityGroup"])[
        "ComplianceSummariesByResourceType"
    ]
    assert counted["ComplianceSummary"]["NonCompliantResourceCount"]["CappedCount"] == 1
    config.delete_config_rule(ConfigRuleName="ssh")
    assert by_rule(config) == {}


def test_a_rule_that_no_control_answers_has_no_data_and_says_why(fresh: Any) -> None:
    config = record(fresh, "work")
    config.put_config_rule(ConfigRule=UNANSWERED)
    assert by_rule(config) == {"approved": "INSUFFICIENT_DATA"}
    (row,) = config.get_compliance_details_by_config_rule(ConfigRuleName="approved")["EvaluationResults"]
    assert row["ComplianceType"] == "INSUFFICIENT_DATA"
    assert "approved-amis-by-tag" in row["Annotation"]
    (status,) = config.describe_config_rule_evaluation_status()["ConfigRulesEvaluationStatus"]
    assert not status["FirstEvaluationStarted"]
    assert "approved-amis-by-tag" in status["LastErrorMessage"]


def test_the_organizations_trail_counts_in_members_and_is_judged_where_it_belongs(fresh: Any) -> None:
    work, top = record(fresh, "work"), record(fresh, "")
    many = {
        "ConfigRuleName": "many",
        "Source": {"Owner": "AWS", "SourceIdentifier": "MULTI_REGION_CLOUD_TRAIL_ENABLED"},
    }
    valid = {
        "ConfigRuleName": "valid",
        "Source": {"Owner": "AWS", "SourceIdentifier": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"},
    }
    for config in (work, top):
        config.put_config_rule(ConfigRule=many)
        config.put_config_rule(ConfigRule=valid)
    assert by_rule(work, "many", "valid") == {"many": "NON_COMPLIANT", "valid": "INSUFFICIENT_DATA"}
    make_organization_trail(fresh)
    assert by_rule(work, "many", "valid") == {"many": "COMPLIANT", "valid": "INSUFFICIENT_DATA"}
    assert by_rule(top, "many", "valid") == {"many": "COMPLIANT", "valid": "COMPLIANT"}


def test_the_policy_of_a_custom_rule_is_told_as_it_was_put(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "work")
    text = 'rule versioned { supplementaryConfiguration.BucketVersioningConfiguration.status == "Enabled" }'
    details = {"PolicyRuntime": "guard-2.x.x", "PolicyText": text}
    source = {"Owner": "CUSTOM_POLICY", "CustomPolicyDetails": details}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "own", "Source": source})
    assert config.get_custom_rule_policy(ConfigRuleName="own")["PolicyText"] == text
    refused("NoSuchConfigRuleException", config.get_custom_rule_policy, ConfigRuleName="nope")


def test_a_scope_limits_what_is_evaluated(fresh: Any) -> None:
    config = record(fresh, "work")
    group = open_group(fresh, "work")
    scope = {"ComplianceResourceTypes": ["AWS::EC2::SecurityGroup"], "ComplianceResourceId": group}
    config.put_config_rule(ConfigRule={**SSH, "Scope": scope})
    rows = config.get_compliance_details_by_config_rule(ConfigRuleName="ssh")["EvaluationResults"]
    assert [row["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"] for row in rows] == [group]
    config.put_config_rule(ConfigRule={**SSH, "Scope": {"ComplianceResourceTypes": ["AWS::S3::Bucket"]}})
    assert by_rule(config) == {"ssh": "INSUFFICIENT_DATA"}


def test_a_pack_makes_rules_that_comply_or_not(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "work")
    bad = "ConformancePackTemplateValidationException"
    put = config.put_conformance_pack
    refused(bad, put, ConformancePackName="p", TemplateBody="Resources: {B: {Type: 'AWS::S3::Bucket'}}")
    for text in ("nothing", "Resources: {B: text}", "Resources: []", PACK.replace("Default: AWS", "MinLength: 1")):
        refused(bad, put, ConformancePackName="p", TemplateBody=text)
    arn = put(ConformancePackName="p", TemplateBody=PACK)["ConformancePackArn"]
    (row,) = config.describe_conformance_packs()["ConformancePackDetails"]
    assert row["ConformancePackArn"] == arn
    (row,) = config.describe_conformance_pack_status(ConformancePackNames=["p"])["ConformancePackStatusDetails"]
    assert row["ConformancePackState"] == "CREATE_COMPLETE"
    made = {rule["ConfigRuleName"].rpartition("-conformance-pack-")[0]: rule["ConfigRuleName"]
            for rule in config.describe_config_rules()["ConfigRules"]}  # fmt: skip
    assert set(made) == {"versioning", "ssh"}
    refused("AccessDeniedException", config.delete_config_rule, ConfigRuleName=made["ssh"])
    open_group(fresh, "work")
    rows = config.describe_conformance_pack_compliance(ConformancePackName="p")["ConformancePackRuleComplianceList"]
    said = {row["ConfigRuleName"]: row["ComplianceType"] for row in rows}
    assert said == {made["versioning"]: "INSUFFICIENT_DATA", made["ssh"]: "NON_COMPLIANT"}
    (row,) = config.get_conformance_pack_compliance_summary(ConformancePackNames=["p"])[
        "ConformancePackComplianceSummaryList"
    ]
    assert row["ConformancePackComplianceStatus"] == "NON_COMPLIANT"
    details = config.get_conformance_pack_compliance_details(
        ConformancePackName="p", Filters={"ComplianceType": "NON_COMPLIANT"}
    )
    assert len(details["ConformancePackRuleEvaluationResults"]) == 1
    (score,) = config.list_conformance_pack_compliance_scores()["ConformancePackComplianceScores"]
    assert 0 < float(score["Score"]) < 100
    config.delete_conformance_pack(ConformancePackName="p")
    assert config.describe_config_rules()["ConfigRules"] == []
    refused("NoSuchConformancePackException", config.describe_conformance_packs, ConformancePackNames=["p"])


def test_a_pack_of_the_organization_is_in_every_account_and_aggregated(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "")
    record(fresh, "work")
    name = {"OrganizationConformancePackName": "org", "TemplateBody": PACK}
    refused("OrganizationAccessDeniedException", config.put_organization_conformance_pack, **name)
    fresh.trust(PRINCIPAL)
    fresh.trust("config.amazonaws.com")
    excluded = [fresh.accounts["log"]]
    config.put_organization_conformance_pack(**name, ExcludedAccounts=excluded)
    rows = config.get_organization_conformance_pack_detailed_status(OrganizationConformancePackName="org")[
        "OrganizationConformancePackDetailedStatuses"
    ]
    status = {row["AccountId"]: row["Status"] for row in rows}
    assert status[fresh.accounts["work"]] == "CREATE_SUCCESSFUL"
    assert status[fresh.accounts["audit"]] == "CREATE_FAILED"  # no recorder there
    assert fresh.accounts["log"] not in status
    (row,) = config.describe_organization_conformance_pack_statuses()["OrganizationConformancePackStatuses"]
    assert (row["Status"], row["ErrorCode"]) == ("CREATE_FAILED", "NoAvailableConfigurationRecorderException")
    open_group(fresh, "work")
    role = "arn:aws:iam::111122223333:role/aggregator"
    config.put_configuration_aggregator(
        ConfigurationAggregatorName="all", OrganizationAggregationSource={"RoleArn": role, "AllAwsRegions": True}
    )
    asked = {"ConfigurationAggregatorName": "all"}
    rows = config.describe_aggregate_compliance_by_config_rules(**asked, Filters={"ComplianceType": "NON_COMPLIANT"})[
        "AggregateComplianceByConfigRules"
    ]
    assert [row["AccountId"] for row in rows] == [fresh.accounts["work"]]
    (row,) = config.get_aggregate_compliance_details_by_config_rule(
        **asked,
        ConfigRuleName=rows[0]["ConfigRuleName"],
        AccountId=rows[0]["AccountId"],
        AwsRegion=rows[0]["AwsRegion"],
        ComplianceType="NON_COMPLIANT",
    )["AggregateEvaluationResults"]
    assert row["AccountId"] == fresh.accounts["work"]
    counts = config.get_aggregate_config_rule_compliance_summary(**asked, GroupByKey="ACCOUNT_ID")
    by_account = {row["GroupName"]: row["ComplianceSummary"] for row in counts["AggregateComplianceCounts"]}
    assert by_account[fresh.accounts["work"]]["NonCompliantResourceCount"]["CappedCount"] == 1
    rows = config.describe_aggregate_compliance_by_conformance_packs(**asked)["AggregateComplianceByConformancePacks"]
    said = {row["AccountId"]: row["Compliance"] for row in rows}
    assert said[fresh.accounts["work"]]["ComplianceType"] == "NON_COMPLIANT"
    assert said[fresh.accounts["work"]]["TotalRuleCount"] == 2
    refused(
        "NoSuchConfigurationAggregatorException",
        config.get_aggregate_config_rule_compliance_summary,
        ConfigurationAggregatorName="nope",
    )
    config.delete_organization_conformance_pack(OrganizationConformancePackName="org")
    assert fresh.client("config", "work").describe_conformance_packs()["ConformancePackDetails"] == []


@pytest.mark.parametrize(("cidr", "word"), [("0.0.0.0/0", "NON_COMPLIANT"), ("10.0.0.0/8", "COMPLIANT")])
def test_a_resource_is_judged_before_it_is_made(world: Any, refused: Refused, cidr: str, word: str) -> None:
    config = record(world, "work")
    config.put_config_rule(ConfigRule={**SSH, "EvaluationModes": [{"Mode": "PROACTIVE"}, {"Mode": "DETECTIVE"}]})
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": cidr}
    details = {
        "ResourceId": "Sg",
        "ResourceType": "AWS::EC2::SecurityGroup",
        "ResourceConfiguration": json.dumps({"GroupDescription": "x", "SecurityGroupIngress": [rule]}),
        "ResourceConfigurationSchemaType": "CFN_RESOURCE_SCHEMA",
    }
    start = config.start_resource_evaluation
    id = start(ResourceDetails=details, EvaluationMode="PROACTIVE")["ResourceEvaluationId"]
    found = config.get_resource_evaluation_summary(ResourceEvaluationId=id)
    assert (found["Compliance"], found["EvaluationStatus"]["Status"]) == (word, "SUCCEEDED")
    (row,) = config.get_compliance_details_by_resource(ResourceEvaluationId=id)["EvaluationResults"]
    assert row["ComplianceType"] == word
    assert row["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["EvaluationMode"] == "PROACTIVE"
    wrong = {**details, "ResourceConfiguration": "{"}
    refused("InvalidParameterValueException", start, ResourceDetails=wrong, EvaluationMode="PROACTIVE")
    refused("ResourceNotFoundException", config.get_resource_evaluation_summary, ResourceEvaluationId="nope")
