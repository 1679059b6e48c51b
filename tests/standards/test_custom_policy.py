"""Custom policy rules: a Guard policy on the configuration item, as AWS Config asks it.

Source: AWS Config Developer Guide, "AWS Config Custom Policy Rules".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bastide.assess import run
from bastide.controls import all_controls
from bastide.declare import cfn_guard
from bastide.guard import Answer
from bastide.model import Estate, Origin, Resource, Status, Unknown
from bastide.show.standards import read_pack
from bastide.standards.configuration_item import configuration_item
from bastide.standards.evaluation import judge
from bastide.standards.pack import Rule, cover_rule, rule_coverage

PACK = """
Resources:
  Recovery:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: recovery
      Scope: {ComplianceResourceTypes: [AWS::DynamoDB::Table]}
      Source:
        Owner: CUSTOM_POLICY
        SourceDetails: [{EventSource: aws.config, MessageType: ConfigurationItemChangeNotification}]
        CustomPolicyDetails:
          PolicyRuntime: guard-2.x.x
          PolicyText: |
            let status = ['ACTIVE']
            rule tableisactive when resourceType == "AWS::DynamoDB::Table" {
                configuration.tableStatus == %status
            }
            rule checkcompliance when resourceType == "AWS::DynamoDB::Table" tableisactive {
                let backups = supplementaryConfiguration.ContinuousBackupsDescription
                let pitr = %backups.pointInTimeRecoveryDescription.pointInTimeRecoveryStatus
                %pitr == "ENABLED"
            }
"""
WORDS = {"PASS": "COMPLIANT", "FAIL": "NON_COMPLIANT"}


def policy(text: str, *types: str, **parameters: str) -> Rule:
    """A custom policy rule."""
    return Rule("r", "CUSTOM_POLICY", "", parameters, types, policy=text)


def said(rule: Rule, resource: Resource, external: Any = None) -> Any:
    """What Config would say of one resource."""
    estate = Estate(resources=(resource,))
    covered = cover_rule(rule, (), external)
    (found,) = judge([covered], estate, lambda controls: run(estate, controls, include_passes=True).findings)
    return found


def resource(kind: str, properties: dict[str, Any], **more: Any) -> Resource:
    """A resource of a template."""
    return Resource(kind, "111111111111", "eu-west-1", "x", properties, **more)


@pytest.mark.parametrize(
    ("state", "recovery", "word"),
    [("ACTIVE", "ENABLED", "COMPLIANT"), ("ACTIVE", "DISABLED", "NON_COMPLIANT"), ("DELETING", "X", "NON_COMPLIANT")],
)
def test_the_example_of_the_documentation_on_recorded_items(
    tmp_path: Path, state: str, recovery: str, word: str
) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(PACK)
    (rule,) = read_pack(file)
    backups = {"pointInTimeRecoveryDescription": {"pointInTimeRecoveryStatus": recovery}}
    item = {
        "resourceType": "AWS::DynamoDB::Table",
        "configuration": {"tableStatus": state},
        "supplementaryConfiguration": {"ContinuousBackupsDescription": backups},
    }
    found = said(rule, resource("AWS::DynamoDB::Table", {}, recorded=item))
    assert found.compliance == word
    if word == "NON_COMPLIANT" and state == "ACTIVE":
        assert "line 8 of the policy" in found.evaluations[0].annotation


TOPIC = "rule r when resourceType == 'AWS::SNS::Topic' { configuration.KmsMasterKeyId exists << encrypt it >> }"


def test_types_in_cloudformation_shape_are_judged_without_a_record() -> None:
    assert said(policy(TOPIC), resource("AWS::SNS::Topic", {"KmsMasterKeyId": "k"})).compliance == "COMPLIANT"
    found = said(policy(TOPIC), resource("AWS::SNS::Topic", {}))
    assert (found.compliance, found.evaluations[0].annotation) == (
        "NON_COMPLIANT", "encrypt it (line 1 of the policy)")  # fmt: skip
    unread = said(policy(TOPIC), resource("AWS::SNS::Topic", {"KmsMasterKeyId": Unknown("AccessDenied")}))
    assert unread.compliance == "INSUFFICIENT_DATA"


def test_what_may_not_have_been_read_of_a_running_resource_is_unknown() -> None:
    live = Origin("observed")
    text = "rule r { configuration.DeliveryPolicy not exists }"
    assert said(policy(text, "AWS::SNS::Topic"), resource("AWS::SNS::Topic", {}, origin=live)).compliance == (
        "INSUFFICIENT_DATA"
    )
    # shipped controls ask for the key, so that its absence is known
    assert said(policy(TOPIC), resource("AWS::SNS::Topic", {}, origin=live)).compliance == "NON_COMPLIANT"


def test_a_policy_that_skips_a_resource_does_not_apply() -> None:
    text = "rule r when configuration.FifoTopic == true { configuration.KmsMasterKeyId exists }"
    found = said(policy(text, "AWS::SNS::Topic"), resource("AWS::SNS::Topic", {"FifoTopic": False}))
    assert [one.compliance for one in found.evaluations] == ["NOT_APPLICABLE"]


def test_types_in_another_shape_give_what_is_sure_and_nothing_else() -> None:
    bucket = resource(
        "AWS::S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}, "Tags": [{"Key": "a", "Value": "b"}]}
    )
    at = "supplementaryConfiguration.BucketVersioningConfiguration"
    for text, word in (
        (f"{at}.status == 'Enabled'", "COMPLIANT"),
        (f"{at}.isMfaDeleteEnabled == true", "INSUFFICIENT_DATA"),
        ("tags.a == 'b'", "COMPLIANT"),
        ("configuration.owner exists", "INSUFFICIENT_DATA"),
    ):
        assert said(policy(f"rule r {{ {text} }}", "AWS::S3::Bucket"), bucket).compliance == word, text
    rules = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}]
    group = resource("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": rules})
    open_ = "rule r { configuration.ipPermissions[*].ipv4Ranges[*].cidrIp != '0.0.0.0/0' }"
    assert said(policy(open_, "AWS::EC2::SecurityGroup"), group).compliance == "NON_COMPLIANT"
    trail = configuration_item(resource("AWS::CloudTrail::Trail", {"IsMultiRegionTrail": True, "KMSKeyId": "k"}))
    assert trail["configuration"]["isMultiRegionTrail"] is True
    assert trail["configuration"]["kmsKeyId"] == "k"


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (
            policy("rule r { a == count(b) }", "AWS::S3::Bucket"),
            "not translated: the policy of r:1: the function count",
        ),
        (policy("rule r { a exists }"), "names a resource type"),
        (policy("rule r { a exists }", "AWS::S3::Bucket", limit="3"), "InputParameters"),
        (policy("", "AWS::S3::Bucket"), "no rule"),
    ],
)
def test_what_nobody_can_judge_is_told_why_and_never_complies(rule: Rule, why: str) -> None:
    found = said(rule, resource("AWS::S3::Bucket", {}))
    assert found.compliance == "INSUFFICIENT_DATA"
    assert why in found.why_not


def test_two_policies_of_one_name_are_two_controls() -> None:
    covered = rule_coverage([policy(TOPIC), policy(TOPIC.replace("encrypt", "lock"))], all_controls())
    assert len({one.controls[0].id for one in covered}) == 2


def test_a_policy_that_is_not_translated_is_asked_of_cfn_guard_with_what_config_recorded() -> None:
    asked = []

    def external(text: str, document: Any) -> Answer:
        asked.append(document)
        return Answer(Status.PASS)

    rule = policy("rule r { configuration.a == count(b) }", "AWS::SNS::Topic")
    assert said(rule, resource("AWS::SNS::Topic", {}, recorded={"a": 1}), external).compliance == "COMPLIANT"
    assert asked == [{"a": 1}]
    assert said(rule, resource("AWS::SNS::Topic", {}), external).compliance == "INSUFFICIENT_DATA"
    unread = resource("AWS::SNS::Topic", {}, recorded={"a": Unknown("x")})
    assert said(rule, unread, external).compliance == "INSUFFICIENT_DATA"


REPORT = {"name": "item.json", "status": "FAIL", "not_compliant": [{"Rule": {"name": "r"}}]}


@pytest.mark.parametrize(
    ("code", "output", "status", "reason"),
    [
        (0, {"status": "PASS"}, "PASS", ""),
        (0, [{"status": "SKIP"}], "NOT_APPLICABLE", ""),
        (19, REPORT, "FAIL", "r failed"),
        (5, REPORT, "FAIL", "r failed"),
        (5, None, "UNKNOWN", "wrote no JSON: Parse Error"),
        (0, REPORT, "UNKNOWN", "ended with 0 and wrote FAIL"),
        (19, {"status": "PASS"}, "UNKNOWN", "ended with 19 and wrote PASS"),
        (0, {}, "UNKNOWN", "no status"),
        (101, {"status": "PASS"}, "UNKNOWN", "ended with 101"),
        (-9, {"status": "PASS"}, "UNKNOWN", "ended with -9"),
    ],
)
def test_what_cfn_guard_says_is_believed_only_when_code_and_report_agree(
    code: int, output: Any, status: str, reason: str
) -> None:
    answer = cfn_guard.parse_report(code, json.dumps(output).encode() if output is not None else b"", b"Parse Error\n")
    assert answer.status == status
    assert reason in (answer.notes[0].reason if answer.notes else "")


def test_cfn_guard_is_run_for_a_limited_time_and_may_be_missing(tmp_path: Path) -> None:
    program = tmp_path / "cfn-guard"
    program.write_text("#!/bin/sh\nwhile :; do :; done\n")
    program.chmod(0o755)
    slow = cfn_guard.ask(str(program), "rule r { a exists }", {}, seconds=0.2)
    assert (slow.status, "0.2 seconds" in slow.notes[0].reason) == ("UNKNOWN", True)
    assert cfn_guard.ask(str(tmp_path / "none"), "rule r { a exists }", {}).status == "UNKNOWN"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(REPORT)}'\nexit 19\n")
    assert cfn_guard.ask(str(program), "rule r { a exists }", {"a": 1}).status == "FAIL"
