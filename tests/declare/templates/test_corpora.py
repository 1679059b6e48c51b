"""Templates that others published with the verdict that they expect: we agree, or the ledger says why not.

The corpora lie outside of the project; ``BASTIDE_CORPUS`` names their folder (``cspm/guard``, ``cspm/kics``).
``agreement`` counts, and prints its table with ``pytest -s``.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bastide.assess import run_doubtful
from bastide.controls import Control, all_controls
from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import is_tree, read_template
from bastide.model import Status

CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "corpus-not-set")) / "cspm"
LEDGER: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "ledger.yaml").read_text())
WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS)
# Rules of kics that ask what one of our controls asks. Those of no control, or of a part of one, are left out.
KICS = {
    "amazon_dms_replication_instance_is_publicly_accessible": "dms-instance-not-public",
    "automatic_minor_upgrades_disabled": "rds-instance-minor-upgrades",
    "aws_sam/serverless_api_xray_tracing_disabled": "apigateway-stage-traced",
    "cloudfront_without_waf": "cloudfront-behind-web-firewall",
    "cloudtrail_not_integrated_with_cloudwatch": "cloudtrail-sent-to-cloudwatch",
    "cmk_rotation_disabled": "kms-key-rotation-enabled",
    "default_security_groups_with_unrestricted_traffic": "ec2-default-security-group-closed",
    "dynamodb_table_point_in_time_recovery_disabled": "dynamodb-table-point-in-time-recovery",
    "ebs_volume_encryption_disabled": "ec2-volume-encrypted",
    "ec2_instance_monitoring_disabled": "ec2-instance-detailed-monitoring",
    "ec2_public_instance_exposed_through_subnet": "ec2-instance-no-public-ip",
    "ecr_image_tag_not_immutable": "ecr-repository-tags-immutable",
    "elb_access_log_disabled": "elb-classic-logged",
    "elb_v2_alb_access_log_disabled": "elbv2-load-balancer-logged",
    "iam_policy_on_user": "iam-user-no-direct-policies",
    "iam_role_allows_all_principals_to_assume": "iam-role-trust-not-open",
    "iam_user_with_no_group": "iam-user-in-group",
    "kms_allows_wildcard_principal": "kms-key-policy-not-public",
    "lambda_permission_principal_is_wildcard": "lambda-permission-not-public",
    "neptune_cluster_with_iam_database_authentication_disabled": "neptune-cluster-iam-authentication",
    "neptune_database_cluster_encryption_disabled": "neptune-cluster-encrypted",
    "rds_db_instance_with_deletion_protection_disabled": "rds-instance-deletion-protected",
    "rds_multi_az_deployment_disabled": "rds-instance-multi-az",
    "rds_storage_encryption_disabled": "rds-cluster-encrypted",
    "rds_storage_not_encrypted": "rds-instance-encrypted",
    "rds_with_backup_disabled": "rds-instance-backups",
    "redshift_cluster_logging_disabled": "redshift-cluster-audit-logged",
    "redshift_not_encrypted": "redshift-cluster-encrypted",
    "s3_bucket_acl_allows_read_or_write_to_all_users": "s3-bucket-acls-disabled",
    "s3_bucket_acl_allows_read_to_any_authenticated_user": "s3-bucket-acls-disabled",
    "s3_bucket_allows_get_actions_from_all_principals": "s3-bucket-not-publicly-readable",
    "s3_bucket_allows_put_actions_from_all_principals": "s3-bucket-not-publicly-writable",
    "s3_bucket_logging_disabled": "s3-bucket-access-logged",
    "sagemaker_enabling_internet_access": "sagemaker-notebook-no-internet",
    "sagemaker_notebook_not_placed_in_vpc": "sagemaker-notebook-in-vpc",
    "security_groups_unrestricted_access_to_rdp": "ec2-security-group-rdp-closed",
    "security_groups_with_unrestricted_access_to_ssh": "ec2-security-group-ssh-closed",
    "sns_topic_is_publicly_accessible": "sns-topic-policy-not-public",
    "unrestricted_security_group_ingress": "ec2-security-group-only-web-open",
    "vpc_flowlogs_disabled": "ec2-vpc-flow-logs-enabled",
}


def cases(name: str) -> Iterator[tuple[dict[str, Any], list[Control]]]:
    """Cases of a corpus that one or more of our controls speak to."""
    by_rule: dict[str, list[Control]] = defaultdict(list)
    for control in all_controls():
        by_rule[control.config_rule if name == "guard" else control.id].append(control)
    for line in (CORPUS / name / "index.jsonl").read_text().splitlines():
        case = json.loads(line)
        # Suppression by metadata belongs to that tool, not to the rule.
        rule = case.get("config_rule") if name == "guard" else KICS.get(case["rule"].removeprefix("aws/"))
        if rule and by_rule.get(rule) and not case.get("suppression_case"):
            yield case, by_rule[rule]


def verdict(path: Path, controls: list[Control]) -> str:
    """The worst verdict of the controls on one template; SKIP when none of them has a subject."""
    tree = read_template(path)
    if not is_tree(tree):
        return "SKIP"
    reading = estate_of({str(path): tree}, Settings())
    found = run_doubtful(reading.estate, reading.doubts, controls, stand_ins=reading.stand_ins, include_passes=True)
    statuses = {finding.status for finding in found.findings}
    return next((status.value for status in WORST if status in statuses), "SKIP")


@pytest.mark.skipif(not CORPUS.exists(), reason="BASTIDE_CORPUS is not set")
@pytest.mark.parametrize(("name", "least"), [("guard", 0.9), ("kics", 0.78)])
def test_we_agree_with_a_published_corpus_or_the_ledger_says_why_not(name: str, least: float) -> None:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    unexplained: list[str] = []
    for case, controls in cases(name):
        ours = verdict(CORPUS / name / case["template"], controls)
        same = ours == case["expected"] or (name == "kics" and ours == "SKIP" and case["expected"] == "PASS")
        entry = next((text for prefix, text in LEDGER.items() if case["id"].startswith(prefix)), None)
        table[case["rule"]]["agree" if same else "ledger" if entry and entry["ours"] == ours else "unexplained"] += 1
        if not same and not (entry and entry["ours"] == ours):
            unexplained.append(f"{case['id']}: expected {case['expected']}, ours {ours}")
    total = sum((count for count in table.values()), Counter[str]())
    lines = [f"{rule:<62} {dict(count)}" for rule, count in sorted(table.items())]
    sys.stdout.write("\n".join(["", *lines, f"{name}: {dict(total)} of {sum(total.values())}", ""]))
    assert unexplained == []
    assert total["agree"] / sum(total.values()) >= least


def test_an_entry_of_the_ledger_names_its_judge() -> None:
    assert all(set(entry) == {"ours", "judge", "why"} for entry in LEDGER.values())
