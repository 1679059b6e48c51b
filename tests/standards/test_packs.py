"""Conformance packs: in with their parameters, answered only by what asks the same, out within AWS's limits."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bastide.assess import run
from bastide.controls import all_controls
from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import parse_template
from bastide.errors import InputError
from bastide.model import Estate, Resource, Unknown
from bastide.show.standards import asked, read_pack
from bastide.standards import Answer, all_standards, find_standard
from bastide.standards.evaluation import PackCompliance, judge
from bastide.standards.pack import Rule, cover_rule, layers, parse_rule, rule_coverage, rules_in
from bastide.standards.pack_standing import pack_standing
from bastide.standards.pack_text import (
    MOST_BYTES,
    MOST_RULES,
    render_packs,
    render_template,
    rules_for,
    rules_of,
)
from bastide.standards.remediation import parse_remediation
from bastide.standards.rules import managed_rules
from bastide.standards.runbooks import RUNBOOKS

PACKS = Path(os.environ.get("BASTIDE_CORPUS", "")) / "config" / "aws-config-conformance-packs"
SSH = {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"}
PACK = """
Parameters:
  Age: {Type: String, Default: '90'}
  Ports: {Type: String, Default: ''}
Conditions:
  HasPorts: !Not [!Equals ['', !Ref Ports]]
Resources:
  Keys:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: keys
      InputParameters: {maxAccessKeyAge: !Ref Age}
      Source: {Owner: AWS, SourceIdentifier: ACCESS_KEYS_ROTATED}
  Ssh:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: ssh
      InputParameters:
        unused: !If [HasPorts, !Ref Ports, !Ref AWS::NoValue]
      Source: {Owner: AWS, SourceIdentifier: INCOMING_SSH_DISABLED}
"""


def rule(identifier: str, **parameters: str) -> Rule:
    """A managed rule with parameters."""
    return Rule("r", "AWS", identifier, parameters)


def group(cidr: str) -> Resource:
    """A security group open to a range by SSH."""
    ingress = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": cidr}]
    return Resource("AWS::EC2::SecurityGroup", "111111111111", "eu-west-1", f"sg-{cidr}",
                    {"GroupName": "g", "SecurityGroupIngress": ingress})  # fmt: skip


def test_parameters_are_filled_in_with_their_defaults(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(PACK)
    keys, ssh = read_pack(file)
    assert (keys.name, keys.parameters) == ("keys", {"maxAccessKeyAge": "90"})
    assert ssh.parameters == {}


def test_parameters_that_a_person_gives_replace_the_defaults(tmp_path: Path) -> None:
    file, other = tmp_path / "pack.yaml", tmp_path / "other.yaml"
    file.write_text(PACK)
    other.write_text(PACK.replace("  Age:", "  Days:").replace("!Ref Age", "!Ref Days"))
    listed = '[{"ParameterName": "Ports", "ParameterValue": "22"}, {"ParameterName": "Days", "ParameterValue": "7"}]'
    (_, first), (_, second) = asked((), (file, other), all_controls(), ("Age=30", listed)).packs
    assert [one.rule.parameters for one in first] == [{"maxAccessKeyAge": "30"}, {"unused": "22"}]
    assert [one.rule.parameters for one in second] == [{"maxAccessKeyAge": "7"}, {"unused": "22"}]
    with pytest.raises(InputError, match="no template has a parameter Old"):
        asked((), (file,), all_controls(), ("Old=1",))
    with pytest.raises(InputError, match="--pack-parameters are of conformance packs"):
        asked((), (), all_controls(), ("Age=1",))


def test_a_pack_whose_parameters_switch_everything_off_says_so(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    rule = "{Type: 'AWS::Config::ConfigRule', Condition: Asked, Properties: {}}"
    file.write_text(
        "Parameters: {Ssh: {Type: String, Default: 'no'}}\nConditions: {Asked: !Equals [!Ref Ssh, 'yes']}\n"
        f"Resources: {{A: {rule}, B: {rule}}}"
    )
    with pytest.raises(InputError, match="leave out all of its 2 rules"):
        read_pack(file)


@pytest.mark.parametrize("text", ["a: 1", "Resources: {B: {Type: 'AWS::S3::Bucket'}}", "[]", "\x00\x01"])
def test_what_is_no_pack_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(text)
    with pytest.raises(InputError):
        read_pack(file)


@pytest.mark.parametrize(
    "fields",
    [
        {"Source": Unknown("x")},
        {"Source": {"Owner": "AWS", "SourceIdentifier": Unknown("x")}},
        {"Source": SSH, "InputParameters": Unknown("x")},
        {"Source": {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"}, "InputParameters": "{"},
        {"Source": {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"}, "Scope": Unknown("x")},
        {
            "Source": {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"},
            "InputParameters": {"a": Unknown("x")},
        },
        {"Source": {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"}, "InputParameters": {"a": "b"}},
        {"Source": {"Owner": "AWS", "SourceIdentifier": "NOPE"}},
        {"Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "arn:aws:lambda:…"}},
        {"Source": {"Owner": "CUSTOM_POLICY", "CustomPolicyDetails": {"PolicyText": "rule x {}"}}},
        {},
    ],
)
def test_a_rule_that_is_not_wholly_understood_is_never_answered(fields: Mapping[str, Any]) -> None:
    covered = cover_rule(parse_rule(fields, "r"), all_controls())
    assert covered.controls == ()
    assert covered.why_not
    estate = Estate(resources=(group("10.0.0.0/8"),))
    (found,) = judge([covered], estate, lambda controls: run(estate, controls, include_passes=True).findings)
    assert found.compliance == "INSUFFICIENT_DATA"


def test_of_several_controls_of_a_rule_the_one_that_takes_the_parameters_answers() -> None:
    unused = "IAM_USER_UNUSED_CREDENTIALS_CHECK"
    for age in ("30", "90"):
        (found,) = cover_rule(rule(unused, maxCredentialUsageAge=age), all_controls()).controls
        assert [str(one.default) for one in found.parameters] == [age]
    wrong = cover_rule(rule(unused, maxCredentialUsageAge="soon"), all_controls())
    assert "is not a integer" in wrong.why_not


def test_a_control_wanted_with_two_parameters_runs_twice() -> None:
    both = rule_coverage([rule("ACCESS_KEYS_ROTATED", maxAccessKeyAge=age) for age in ("30", "90")], all_controls())
    assert [[one.id for one in layer] for layer in layers(both)] == [["iam-user-access-keys-rotated"]] * 2
    assert len(layers([both[0], both[0]])) == 1


def test_a_pack_is_scored_by_pairs_of_rule_and_resource() -> None:
    estate = Estate(resources=(group("10.0.0.0/8"), group("0.0.0.0/0")))
    covered = rule_coverage([rule("INCOMING_SSH_DISABLED"), rule("NOPE")], all_controls())
    found = PackCompliance(judge(covered, estate, lambda controls: run(estate, controls, include_passes=True).findings))
    assert (found.compliance, found.score) == ("NON_COMPLIANT", 50.0)
    standing = pack_standing("pack", "2026-01-01", covered, found)
    assert [one.answer for one in standing.outcomes] == [Answer.FAIL, Answer.NOT_COVERED]
    assert standing.score.pairs == 50.0


def test_a_pack_with_an_unanswered_rule_does_not_comply() -> None:
    estate = Estate(resources=(group("10.0.0.0/8"),))
    covered = rule_coverage([rule("INCOMING_SSH_DISABLED"), rule("NOPE")], all_controls())
    found = PackCompliance(judge(covered, estate, lambda controls: run(estate, controls, include_passes=True).findings))
    assert found.compliance == "INSUFFICIENT_DATA"


@pytest.mark.parametrize("slug", sorted(all_standards()))
def test_packs_of_standards_keep_the_limits_and_are_read_again(slug: str) -> None:
    rules = rules_for(all_standards()[slug], all_controls())
    packs = render_packs(rules, slug, remediate=True)
    read = []
    for text in packs:
        assert len(text.encode()) <= MOST_BYTES
        tree = parse_template(text.encode(), "pack")
        read += rules_in(estate_of({"pack": tree}, Settings()).estate.resources)
        assert (
            sum(one["Type"] == "AWS::Config::ConfigRule" for one in yaml.safe_load(text)["Resources"].values())
            <= MOST_RULES
        )
    assert [one.name for one in read] == [one.name for one in rules]
    assert {one.name: one.parameters for one in read} == {one.name: dict(one.parameters) for one in rules}


def test_many_rules_become_several_packs_in_one_template() -> None:
    packs = render_packs(managed_rules().values(), "all")
    assert len(packs) >= len(managed_rules()) / MOST_RULES
    names = [f"p-{number}" for number in range(len(packs))]
    text = render_template(list(zip(names, packs, strict=True)), organization=True, excluded=["111111111111"])
    resources = yaml.safe_load(text)["Resources"].values()
    assert {one["Type"] for one in resources} == {"AWS::Config::OrganizationConformancePack"}
    assert all(one["Properties"]["ExcludedAccounts"] == ["111111111111"] for one in resources)
    assert [one["Properties"]["TemplateBody"] for one in resources] == list(packs)


def test_remediation_names_runbooks_of_rules_that_exist_and_never_runs_by_itself() -> None:
    assert set(RUNBOOKS) <= set(managed_rules())
    (text,) = render_packs([managed_rules()[name] for name in sorted(RUNBOOKS)], "x", remediate=True)
    found = [one for one in yaml.safe_load(text)["Resources"].values() if "Remediation" in one["Type"]]
    assert len(found) == len(RUNBOOKS)
    for one in found:
        assert one["Properties"]["Automatic"] is False
        values = [value for value in one["Properties"]["Parameters"].values() if "ResourceValue" in value]
        assert values == [{"ResourceValue": {"Value": "RESOURCE_ID"}}]


def test_controls_without_a_managed_rule_are_named() -> None:
    chosen = [one for one in all_controls() if one.id in ("ec2-security-group-ssh-closed", "iam-role-trust-not-open")]
    rules, without = rules_of(chosen)
    assert [one.name for one in rules] == ["restricted-ssh"]
    assert without == ("iam-role-trust-not-open",)


@pytest.mark.skipif(not PACKS.is_dir(), reason="BASTIDE_CORPUS names no folder with AWS's published packs")
def test_every_published_pack_is_read_and_each_rule_answered_or_told_why_not() -> None:
    files = [one for one in sorted(PACKS.iterdir()) if one.suffix in (".yaml", ".yml")]
    count = 0
    for file in files:
        try:
            rules = read_pack(file)
        except InputError as wrong:
            assert "there are no rules" in wrong.what, file  # one of them holds remediations only
            continue
        count += 1
        for one in rule_coverage(rules, all_controls()):
            assert bool(one.controls) != bool(one.why_not), (file.name, one.rule.name)
    assert count >= 119


def test_parameters_may_be_a_json_text() -> None:
    given = {
        "ConfigRuleName": "r",
        "Source": {"Owner": "AWS", "SourceIdentifier": "ACCESS_KEYS_ROTATED"},
        "InputParameters": json.dumps({"maxAccessKeyAge": 30, "nothing": ""}),
    }
    assert parse_rule(given).parameters == {"maxAccessKeyAge": "30"}


REMEDIED = """
Resources:
  Ssh:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: ssh
      Source: {Owner: AWS, SourceIdentifier: INCOMING_SSH_DISABLED}
  Close:
    Type: AWS::Config::RemediationConfiguration
    Properties:
      ConfigRuleName: !Ref Ssh
      TargetType: SSM_DOCUMENT
      TargetId: RUNBOOK
      Automatic: true
      MaximumAutomaticAttempts: 3
      RetryAttemptSeconds: 30
      Parameters:
        GroupId: {ResourceValue: {Value: RESOURCE_ID}}
        AutomationAssumeRole: {StaticValue: {Values: [arn:aws:iam::111111111111:role/r]}}
"""


def test_a_remediation_is_read_with_its_rule_and_shown(tmp_path: Path) -> None:
    file, estate = tmp_path / "pack.yaml", Estate(resources=(group("0.0.0.0/0"),))
    for document, said in (
        ("AWS-DisablePublicAccessForSecurityGroup", "by itself, 3 times in 30 seconds"),
        ("Own-Runbook", "what this runbook does is not known here"),
    ):
        file.write_text(REMEDIED.replace("RUNBOOK", document))
        (read,) = read_pack(file)
        assert read.remediation is not None
        assert (read.remediation.document, read.remediation.automatic) == (document, True)
        assert read.remediation.parameters["GroupId"] == "RESOURCE_ID"
        covered = rule_coverage([read], all_controls())
        verdicts = judge(covered, estate, lambda controls: run(estate, controls, include_passes=True).findings)
        (outcome,) = pack_standing("p", "2026-01-01", covered, PackCompliance(verdicts)).outcomes
        assert outcome.remediation.startswith(document)
        assert said in outcome.remediation


def test_what_cannot_be_read_of_a_remediation_is_said() -> None:
    found = parse_remediation({"ConfigRuleName": "r", "TargetId": Unknown("a parameter"), "Parameters": Unknown("x")})
    assert "parameters could not be read" in found.text(())
    assert "could not be read" in parse_remediation({}).unread


@pytest.mark.parametrize("organization", [False, True])
def test_a_template_that_makes_packs_gives_the_rules_of_all_of_them(tmp_path: Path, organization: bool) -> None:
    rules = [managed_rules()[name] for name in ("restricted-ssh", "access-keys-rotated")]
    packs = [(one.name, text) for one in rules for text in render_packs([one], "x", remediate=True)]
    file = tmp_path / "packs.yaml"
    file.write_text(render_template(packs, organization=organization))
    assert [one.name for one in read_pack(file)] == ["restricted-ssh", "access-keys-rotated"]


def test_a_pack_of_remediations_alone_says_so(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    text = REMEDIED.replace("!Ref Ssh", "ssh")
    file.write_text("Resources:\n" + text[text.index("  Close:") :])
    with pytest.raises(InputError, match="only 1 remediations of rules that are made elsewhere"):
        read_pack(file)


def test_a_rendered_pack_asks_what_the_standards_controls_ask() -> None:
    rules = {one.name: one for one in rules_for(find_standard("cis-aws-5.0"), all_controls())}
    # Source: CIS AWS Foundations Benchmark 5.0, "credentials unused for 45 days or greater"; AWS's packs say 90.
    assert rules["iam-user-unused-credentials-check"].parameters == {"maxCredentialUsageAge": "45"}
    assert "AWSCloudShellFullAccess" in rules["iam-policy-blacklisted-check"].parameters["policyArns"]
    assert rules["iam-password-policy"].parameters["MinimumPasswordLength"] == "14"


def test_part_of_a_standards_name_is_enough_where_only_one_has_it() -> None:
    assert find_standard("pci").slug == "pci-dss-4.0.1"
    with pytest.raises(InputError, match="there is no standard 'cis': it may be 3"):
        find_standard("cis")
