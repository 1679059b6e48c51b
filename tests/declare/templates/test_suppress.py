"""The names by which templates accept findings: Config's, those of AWS's Guard rules, cfn_nag's, ours."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from bastide.controls import all_controls
from bastide.declare.templates.suppress import suppressions


def accepted(metadata: dict[str, Any]) -> dict[str, str]:
    resource = {"Type": "AWS::S3::Bucket", "Metadata": metadata}
    return suppressions({"t.json": {"Resources": {"R": resource}}}).get(("t.json", "R"), {})


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"guard": {"SuppressedRules": ["S3_BUCKET_LOGGING_ENABLED"]}}, "s3-bucket-logging-enabled"),
        ({"guard": {"SuppressedRules": ["INCOMING_SSH_DISABLED"]}}, "restricted-ssh"),
        ({"guard": {"SuppressedRules": ["IAM_USER_MISSING_GROUP_RULE"]}}, "iam-user-in-group"),
        ({"cfn_nag": {"rules_to_suppress": [{"id": "F63"}]}}, "emr-kerberos-enabled"),
        ({"cfn-nag": {"rules_to_suppress": [{"id": "W35"}]}}, "s3-bucket-logging-enabled"),
    ],
)
def test_a_name_of_the_tools_of_aws_accepts_what_it_means(metadata: dict[str, Any], name: str) -> None:
    assert name in accepted(metadata)


def test_the_reason_that_cfn_nag_reads_is_kept() -> None:
    metadata = {"cfn_nag": {"rules_to_suppress": [{"id": "W35", "reason": "it holds logs"}]}}
    assert accepted(metadata) == {"s3-bucket-logging-enabled": "it holds logs"}


@pytest.mark.parametrize("listed", [None, "W35", ["W35"], [{"id": ["W35"]}], [{"id": "W9999"}], [{}]])
def test_what_names_no_rule_accepts_nothing(listed: Any) -> None:
    assert accepted({"cfn_nag": {"rules_to_suppress": listed}}) == {}
    assert accepted({"cfn_nag": listed}) == {}


def test_every_name_means_a_rule_or_a_control_that_there_is() -> None:
    known = {name for control in all_controls() for name in (control.id, control.config_rule)}
    table = yaml.safe_load(files("bastide.declare.templates").joinpath("accepted_names.yaml").read_text())
    assert [name for part in table.values() for names in part.values() for name in names if name not in known] == []
