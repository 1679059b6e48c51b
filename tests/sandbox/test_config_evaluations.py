"""AWS Config: evaluations that functions and people make, Guard policies, remediations, as boto3 sees them.

Source: AWS Config API Reference.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.sandbox.test_config_compliance import SSH, by_rule, open_group, record

Refused = Callable[..., dict[str, Any]]
FUNCTION = {
    "ConfigRuleName": "own",
    "Source": {
        "Owner": "CUSTOM_LAMBDA",
        "SourceIdentifier": "arn:aws:lambda:us-east-1:111122223333:function:rule",
        "SourceDetails": [
            {"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"},
        ],
    },
}
CLOSED = """
rule closed when resourceType == "AWS::EC2::SecurityGroup" {
    configuration.ipPermissions[ some ipv4Ranges[*].cidrIp == "0.0.0.0/0" ] empty << open to everybody >>
}
"""
GUARD = {
    "ConfigRuleName": "guard",
    "Scope": {"ComplianceResourceTypes": ["AWS::EC2::SecurityGroup"]},
    "Source": {
        "Owner": "CUSTOM_POLICY",
        "CustomPolicyDetails": {"PolicyRuntime": "guard-2.x.x", "PolicyText": CLOSED},
        "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}],
    },
}
PROCESS = {"ConfigRuleName": "people", "Source": {"Owner": "AWS", "SourceIdentifier": "AWS_CONFIG_PROCESS_CHECK"}}
REMEDY = {
    "ConfigRuleName": "ssh",
    "TargetType": "SSM_DOCUMENT",
    "TargetId": "AWS-DisablePublicAccessForSecurityGroup",
    "Parameters": {"GroupId": {"ResourceValue": {"Value": "RESOURCE_ID"}}},
}
PACK = """
Resources:
  Ssh:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: ssh
      Source: {Owner: AWS, SourceIdentifier: INCOMING_SSH_DISABLED}
  Close:
    Type: AWS::Config::RemediationConfiguration
    Properties:
      ConfigRuleName: ssh
      TargetType: SSM_DOCUMENT
      TargetId: AWS-DisablePublicAccessForSecurityGroup
      Parameters: {GroupId: {ResourceValue: {Value: RESOURCE_ID}}}
"""


def evaluation(word: str, id: str = "x", day: int = 1) -> dict[str, Any]:
    """What a function says of one bucket."""
    at = datetime(2026, 1, day, tzinfo=UTC)
    return {"ComplianceResourceType": "AWS::S3::Bucket", "ComplianceResourceId": id, "ComplianceType": word,
            "Annotation": f"it is {word}", "OrderingTimestamp": at}  # fmt: skip


def test_what_a_function_puts_is_what_the_apis_say(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "work")
    config.put_config_rule(ConfigRule=FUNCTION)
    config.put_config_rule(ConfigRule=SSH)
    assert by_rule(config, "own") == {"own": "INSUFFICIENT_DATA"}
    ids = {one["ConfigRuleName"]: one["ConfigRuleId"] for one in config.describe_config_rules()["ConfigRules"]}
    put, token = config.put_evaluations, ids["own"]
    refused("InvalidResultTokenException", put, Evaluations=[evaluation("COMPLIANT")], ResultToken="nobody")
    refused("InvalidResultTokenException", put, Evaluations=[evaluation("COMPLIANT")], ResultToken=ids["ssh"])
    refused("InvalidParameterValueException", put, Evaluations=[evaluation("INSUFFICIENT_DATA")], ResultToken=token)
    refused("ValidationException", put, Evaluations=[evaluation("COMPLIANT")] * 101, ResultToken=token)
    assert put(Evaluations=[evaluation("NON_COMPLIANT")], ResultToken="any", TestMode=True)["FailedEvaluations"] == []
    assert by_rule(config, "own") == {"own": "INSUFFICIENT_DATA"}
    put(Evaluations=[evaluation("COMPLIANT"), evaluation("NON_COMPLIANT", "y", day=2)], ResultToken=token)
    assert by_rule(config, "own") == {"own": "NON_COMPLIANT"}
    rows = config.get_compliance_details_by_config_rule(ConfigRuleName="own")["EvaluationResults"]
    said = {
        row["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: (
            row["ComplianceType"],
            row["Annotation"],
        )
        for row in rows
    }
    assert said == {"x": ("COMPLIANT", "it is COMPLIANT"), "y": ("NON_COMPLIANT", "it is NON_COMPLIANT")}
    (row,) = config.get_compliance_details_by_resource(ResourceType="AWS::S3::Bucket", ResourceId="y")[
        "EvaluationResults"
    ]
    assert row["ComplianceType"] == "NON_COMPLIANT"
    put(Evaluations=[evaluation("COMPLIANT", "y", day=1)], ResultToken=token)  # older than what is known
    assert by_rule(config, "own") == {"own": "NON_COMPLIANT"}
    put(Evaluations=[evaluation("COMPLIANT", "y", day=3)], ResultToken=token)
    assert by_rule(config, "own") == {"own": "COMPLIANT"}
    config.delete_evaluation_results(ConfigRuleName="own")
    assert by_rule(config, "own") == {"own": "INSUFFICIENT_DATA"}
    refused("NoSuchConfigRuleException", config.delete_evaluation_results, ConfigRuleName="nope")


def test_people_answer_process_checks_and_nothing_else(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "work")
    config.put_config_rule(ConfigRule=PROCESS)
    config.put_config_rule(ConfigRule=SSH)
    said = {**evaluation("COMPLIANT"), "ComplianceResourceType": "AWS::::Account"}
    config.put_external_evaluation(ConfigRuleName="people", ExternalEvaluation=said)
    assert by_rule(config, "people") == {"people": "COMPLIANT"}
    refused(
        "InvalidParameterValueException", config.put_external_evaluation, ConfigRuleName="ssh", ExternalEvaluation=said
    )


def test_a_guard_policy_is_asked_of_what_the_account_holds(fresh: Any) -> None:
    config = record(fresh, "work")
    config.put_config_rule(ConfigRule=GUARD)
    assert by_rule(config, "guard") == {"guard": "COMPLIANT"}
    group = open_group(fresh, "work")
    assert by_rule(config, "guard") == {"guard": "NON_COMPLIANT"}
    (row,) = config.get_compliance_details_by_config_rule(ConfigRuleName="guard", ComplianceTypes=["NON_COMPLIANT"])[
        "EvaluationResults"
    ]
    assert row["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"] == group
    assert "open to everybody" in row["Annotation"]


def test_remediations_are_kept_and_none_pretends_to_run(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "work")
    put, start = config.put_remediation_configurations, config.start_remediation_execution
    key = {"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1"}
    refused("InvalidParameterValueException", put, RemediationConfigurations=[REMEDY])
    config.put_config_rule(ConfigRule=SSH)
    missing = "NoSuchRemediationConfigurationException"
    refused(missing, start, ConfigRuleName="ssh", ResourceKeys=[key])
    refused(missing, config.delete_remediation_configuration, ConfigRuleName="ssh")
    wrong = {**REMEDY, "Automatic": True}
    refused("InvalidParameterValueException", put, RemediationConfigurations=[wrong])
    assert put(RemediationConfigurations=[REMEDY])["FailedBatches"] == []
    (row,) = config.describe_remediation_configurations(ConfigRuleNames=["ssh", "nope"])["RemediationConfigurations"]
    assert (row["TargetId"], row["Automatic"]) == (REMEDY["TargetId"], False)
    assert row["Arn"].endswith(row["Arn"].rpartition("/")[2])
    put(RemediationConfigurations=[{**REMEDY, "RetryAttemptSeconds": 90}])
    (again,) = config.describe_remediation_configurations(ConfigRuleNames=["ssh"])["RemediationConfigurations"]
    assert (again["Arn"], again["RetryAttemptSeconds"]) == (row["Arn"], 90)
    refused("NotImplementedInSandbox", start, ConfigRuleName="ssh", ResourceKeys=[key])
    status = config.describe_remediation_execution_status(ConfigRuleName="ssh")
    assert status["RemediationExecutionStatuses"] == []
    refused("ResourceInUseException", config.delete_config_rule, ConfigRuleName="ssh")
    exempt = {"ResourceType": "AWS::EC2::SecurityGroup", "ResourceId": "sg-1"}
    config.put_remediation_exceptions(ConfigRuleName="ssh", ResourceKeys=[exempt], Message="known")
    (row,) = config.describe_remediation_exceptions(ConfigRuleName="ssh")["RemediationExceptions"]
    assert (row["ResourceId"], row["Message"]) == ("sg-1", "known")
    config.delete_remediation_exceptions(ConfigRuleName="ssh", ResourceKeys=[exempt])
    refused(
        "NoSuchRemediationExceptionException",
        config.delete_remediation_exceptions,
        ConfigRuleName="ssh",
        ResourceKeys=[exempt],
    )
    config.delete_remediation_configuration(ConfigRuleName="ssh")
    config.delete_config_rule(ConfigRuleName="ssh")


def test_a_packs_remediations_come_and_go_with_it(fresh: Any, refused: Refused) -> None:
    config = record(fresh, "work")
    bad = "ConformancePackTemplateValidationException"
    put = config.put_conformance_pack
    other = PACK.replace("ConfigRuleName: ssh\n      TargetType", "ConfigRuleName: other\n      TargetType")
    refused(bad, put, ConformancePackName="p", TemplateBody=other)
    refused(bad, put, ConformancePackName="p", TemplateBody=PACK.replace("SSM_DOCUMENT", "LAMBDA"))
    put(ConformancePackName="p", TemplateBody=PACK)
    (rule,) = config.describe_config_rules()["ConfigRules"]
    asked = {"ConfigRuleNames": [rule["ConfigRuleName"]]}
    (row,) = config.describe_remediation_configurations(**asked)["RemediationConfigurations"]
    assert row["CreatedByService"] == "config-conforms.amazonaws.com"
    refused(
        "InvalidParameterValueException",
        config.delete_remediation_configuration,
        ConfigRuleName=rule["ConfigRuleName"],
    )
    config.delete_conformance_pack(ConformancePackName="p")
    assert config.describe_remediation_configurations(**asked)["RemediationConfigurations"] == []
