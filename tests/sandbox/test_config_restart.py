"""AWS Config's rules and packs come back with the journal, and looking at an account leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bastide.sandbox import Sandbox

REGION = "eu-west-1"
PACK = """Resources:
  Ssh:
    Type: AWS::Config::ConfigRule
    Properties: {ConfigRuleName: ssh, Source: {Owner: AWS, SourceIdentifier: INCOMING_SSH_DISABLED}}
"""


def told(sandbox: Sandbox) -> dict[str, Any]:
    """Rules, packs and networks of the management account."""
    session = sandbox.session(region=REGION)
    config, ec2 = session.client("config"), session.client("ec2")
    found = {
        "rules": config.describe_config_rules()["ConfigRules"],
        "packs": config.describe_conformance_packs()["ConformancePackDetails"],
        "compliance": config.describe_compliance_by_config_rule()["ComplianceByConfigRules"],
        "networks": ec2.describe_vpcs()["Vpcs"],
        "groups": ec2.describe_security_groups()["SecurityGroups"],
    }
    return {name: rows for name, rows in found.items() if rows}


def test_rules_and_packs_survive_a_restart(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "journal")
    session = sandbox.session(region=REGION)
    config = session.client("config")
    role = "arn:aws:iam::111122223333:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_conformance_pack(ConformancePackName="p", TemplateBody=PACK)
    # Config is the first to look at the network, and so the one that makes the default one.
    assert config.describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    network = session.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    session.client("ec2").create_security_group(GroupName="g", Description="g", VpcId=network)
    before = told(sandbox)
    sandbox.close()
    again = Sandbox(tmp_path / "journal")
    assert told(again) == before
    again.close()
