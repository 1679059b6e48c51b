"""Findings of GuardDuty and Security Hub (ASFF, OCSF), and AWS Config's snapshots and history files."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tests.ingest.kinds.rows import rest, rows_of, take, utc

TELEMETRY = Path(__file__).resolve().parents[4] / "shared" / "data" / "telemetry"
needs_telemetry = pytest.mark.skipif(not TELEMETRY.is_dir(), reason="the corpora are not here")

# Source: Amazon GuardDuty User Guide, "Exporting generated findings"; API Reference, "Finding"
GUARDDUTY: dict[str, Any] = {
    "schemaVersion": "2.0", "accountId": "111122223333", "region": "us-east-1", "partition": "aws", "id": "16afba",
    "arn": "arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/16afba",
    "type": "UnauthorizedAccess:EC2/SSHBruteForce", "severity": 8, "title": "SSH brute force", "description": "…",
    "createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "2026-01-02T04:04:05.678Z",
    "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": "i-1"}},
    "service": {"serviceName": "guardduty", "archived": False, "count": 3, "detectorId": "d",
                "eventFirstSeen": "2026-01-02T03:00:00.000Z", "eventLastSeen": "2026-01-02T04:00:00.000Z"},
}  # fmt: skip
# Source: AWS Security Hub User Guide, "AWS Security Finding Format (ASFF)", "ASFF syntax"
ASFF: dict[str, Any] = {
    "SchemaVersion": "2018-10-08", "Id": "arn:aws:securityhub:eu-west-1:444455556666:subscription/x/finding/1",
    "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub", "ProductName": "Security Hub",
    "GeneratorId": "security-control/S3.8", "AwsAccountId": "444455556666", "Region": "eu-west-1",
    "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
    "CreatedAt": "2026-01-01T00:00:00.000Z", "UpdatedAt": "2026-01-02T00:00:00.000Z",
    "Severity": {"Label": "HIGH", "Normalized": 70},
    "Title": "S3.8", "Description": "…", "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8"},
    "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b"}],
    "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE",
}  # fmt: skip
# Source: OCSF Schema 1.5, class 2004 Detection Finding
OCSF: dict[str, Any] = {
    "class_uid": 2004, "category_uid": 2, "type_uid": 200401, "activity_id": 1, "severity": "High", "severity_id": 4,
    "time": 1767312000123, "status": "New", "metadata": {"version": "1.5.0", "product": {"name": "GuardDuty"}},
    "cloud": {"provider": "AWS", "region": "us-east-1", "account": {"uid": "111122223333"}},
    "finding_info": {"uid": "f1", "title": "t", "desc": "d", "types": ["x"], "created_time": 1767312000000},
    "resources": [{"uid": "arn:aws:s3:::b", "type": "AwsS3Bucket"}],
}  # fmt: skip


def test_a_finding_of_guardduty_is_a_row_with_its_original(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, gzip.compress(json.dumps(GUARDDUTY).encode()), "findings")
    assert json.loads(row["finding"]) == GUARDDUTY
    assert (row["product"], row["format"], row["severity"], row["severityScore"]) == (
        "GuardDuty",
        "guardduty",
        "HIGH",
        8.0,
    )
    assert (row["account"], row["region"], row["resourceId"], row["count"]) == ("111122223333", "us-east-1", "i-1", 3)
    assert (row["updatedAt"], row["firstSeen"]) == (utc("2026-01-02T04:04:05.678Z"), utc("2026-01-02T03:00:00Z"))
    assert (row["recordState"], row["status"], row["flags"]) == ("ACTIVE", "active", None)


@pytest.mark.parametrize(
    ("score", "label"), [(1, "LOW"), (3.9, "LOW"), (4, "MEDIUM"), (6.9, "MEDIUM"), (7, "HIGH"), (9, "CRITICAL")]
)
def test_guardduty_s_numbers_are_its_documented_levels(tmp_path: Path, score: float, label: str) -> None:
    (row,) = rows_of(tmp_path, json.dumps(GUARDDUTY | {"severity": score}), "findings")
    assert row["severity"] == label


def test_findings_of_security_hub_come_in_every_envelope(tmp_path: Path) -> None:
    event = {"version": "0", "detail-type": "Security Hub Findings - Imported", "detail": {"findings": [ASFF, ASFF]}}
    one = json.dumps(ASFF)
    for text in (f"{one}\n{one}", json.dumps({"Findings": [ASFF, ASFF]}), json.dumps([ASFF, ASFF]), json.dumps(event)):
        row, again = rows_of(tmp_path, text, "findings")
        assert row == again
        assert (row["severity"], row["status"], row["recordState"]) == ("HIGH", "NEW", "ACTIVE")
        assert (row["complianceStatus"], row["control"], row["resourceId"]) == ("FAILED", "S3.8", "arn:aws:s3:::b")
        assert json.loads(row["finding"]) == ASFF


def test_ocsf_findings_come_as_json_and_as_parquet(tmp_path: Path) -> None:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([OCSF]), file)
    for content in (json.dumps(OCSF).encode(), file.getvalue()):
        (row,) = rows_of(tmp_path, content, "findings")
        assert (row["format"], row["product"], row["severity"], row["title"]) == ("ocsf", "GuardDuty", "HIGH", "t")
        assert (row["updatedAt"], row["createdAt"]) == (utc("2026-01-02T00:00:00.123Z"), utc("2026-01-02T00:00:00Z"))
        assert json.loads(row["finding"]) == OCSF


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        ({"updatedAt": "soon"}, "type:updatedAt"),
        ({"severity": "high"}, "type:severityScore"),
        ({"region": ["x"]}, "type:region"),
    ],
)
def test_an_odd_value_is_flagged_and_the_original_kept(tmp_path: Path, change: dict[str, Any], flags: str) -> None:
    (row,) = rows_of(tmp_path, json.dumps(GUARDDUTY | change), "findings")
    assert (row["flags"], json.loads(row["finding"])) == (flags, GUARDDUTY | change)


def test_a_record_that_is_no_finding_names_itself(tmp_path: Path) -> None:
    text = f'{json.dumps(GUARDDUTY)}\n{{"accountId": 1}}'
    assert take(tmp_path, text)[0].reason == "record 2 is no finding of GuardDuty, ASFF or OCSF"


@needs_telemetry
@pytest.mark.parametrize("name", ["GuardDuty", "SecurityFindingFormat"])
def test_other_people_s_samples_are_findings(tmp_path: Path, name: str) -> None:
    lines = (TELEMETRY / "panther" / f"AWS.{name}.jsonl").read_text().splitlines()
    logs = [json.loads(line)["log"] for line in lines]
    rows = rows_of(tmp_path, "\n".join(json.dumps(log) for log in logs), "findings")
    assert sorted(json.dumps(json.loads(row["finding"])) for row in rows) == sorted(json.dumps(log) for log in logs)
    assert all(row["updatedAt"] and row["severity"] and row["id"] for row in rows)


@needs_telemetry
def test_security_lake_s_samples_agree_with_their_originals(tmp_path: Path) -> None:
    folder = TELEMETRY / "ocsf" / "security-lake-validation" / "1.0.0-rc.2" / "SH_FINDINGS"
    originals = {file.name[-9]: rows_of(tmp_path, file.read_bytes(), "findings") for file in folder.glob("inputs/*.gz")}
    lake = {file.name[7]: rows_of(tmp_path, file.read_bytes(), "findings") for file in folder.glob("*.parquet")}
    assert set(originals) == set(lake) == set("0123")
    assert all(row["format"] == "asff" for rows in originals.values() for row in rows)
    assert all(row["format"] == "ocsf" and row["updatedAt"] and row["title"] for rows in lake.values() for row in rows)


# Source: AWS Config Developer Guide, "Example configuration snapshot from AWS Config"
ITEM: dict[str, Any] = {
    "configurationItemVersion": "1.3", "configurationItemCaptureTime": "2026-01-02T03:04:05.678Z",
    "configurationStateId": 1519411234567, "awsAccountId": "123456789012", "configurationItemStatus": "OK",
    "resourceType": "AWS::S3::Bucket", "resourceId": "b", "resourceName": "b", "ARN": "arn:aws:s3:::b",
    "awsRegion": "eu-west-1", "availabilityZone": "Regional", "configurationStateMd5Hash": "",
    "resourceCreationTime": "2020-01-01T00:00:00.000Z", "relatedEvents": [], "tags": {"a": "b"},
    "relationships": [{"resourceType": "AWS::KMS::Key", "resourceId": "k", "name": "Is attached to Key"}],
    "configuration": {"name": "b", "owner": {"id": "x"}},
    "supplementaryConfiguration": {"BucketPolicy": {"policyText": None}, "AccessControlList": "{\"grants\":[]}"},
}  # fmt: skip
DELETED: dict[str, Any] = {
    **ITEM,
    "configurationItemStatus": "ResourceDeleted",
    "configuration": None,
    "relationships": [],
}
SNAPSHOT = {"fileVersion": "1.0", "configSnapshotId": "s-1", "configurationItems": [ITEM]}
HISTORY = {"fileVersion": "1.0", "configurationItems": [ITEM, DELETED]}


def test_an_item_of_a_snapshot_has_all_its_fields(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, json.dumps(SNAPSHOT), "config-items")
    parts = ("configuration", "supplementaryConfiguration", "tags", "relationships", "relatedEvents")
    assert {name: json.loads(row[name]) for name in parts} == {name: ITEM[name] for name in parts}
    assert (row["account"], row["awsRegion"], row["ARN"]) == ("123456789012", "eu-west-1", "arn:aws:s3:::b")
    assert (row["configSnapshotId"], row["fileVersion"], row["configurationStateId"]) == ("s-1", "1.0", "1519411234567")
    assert (row["configurationItemCaptureTime"], row["flags"], row["rest"]) == (
        utc("2026-01-02T03:04:05.678Z"),
        None,
        None,
    )


def test_deleted_items_of_a_history_file_are_kept(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, json.dumps(HISTORY, indent=1), "config-items")
    (row,) = [row for row in rows if row["configurationItemStatus"] == "ResourceDeleted"]
    assert (row["configuration"], rest(row), row["configSnapshotId"], row["flags"]) == (
        None,
        {"configuration": None},
        None,
        None,
    )


def test_the_answer_of_the_api_gives_the_same_columns(tmp_path: Path) -> None:
    answer = {
        name: value for name, value in ITEM.items() if name not in ("awsAccountId", "ARN", "configurationItemVersion")
    }
    answer |= {"accountId": "123456789012", "arn": ITEM["ARN"], "version": "1.3",
               "configurationStateId": "1519411234567",
               "configuration": json.dumps(ITEM["configuration"])}  # fmt: skip
    (got,) = rows_of(tmp_path, json.dumps({"configurationItems": [answer]}), "config-items")
    (want,) = rows_of(tmp_path, json.dumps({"configurationItems": [ITEM]}), "config-items")
    assert json.loads(got.pop("configuration")) == json.loads(want.pop("configuration"))
    assert got == want


def test_a_notification_of_config_is_an_item(tmp_path: Path) -> None:
    text = json.dumps({"configurationItem": ITEM, "messageType": "ConfigurationItemChangeNotification"})
    (row,) = rows_of(tmp_path, text, "config-items")
    assert row["resourceId"] == "b"


def test_odd_items_are_kept_and_other_records_named(tmp_path: Path) -> None:
    odd = ITEM | {
        "configuration": "plain text",
        "new": 1,
        "resourceCreationTime": "2020-02-30T00:00:00.000Z",
        "accountId": "1",
    }
    (row,) = rows_of(tmp_path, json.dumps({"configurationItems": [odd]}), "config-items")
    kept = {
        "configuration": "plain text",
        "new": 1,
        "resourceCreationTime": "2020-02-30T00:00:00.000Z",
        "accountId": "1",
    }
    assert rest(row) == kept
    assert set(row["flags"].split(",")) == {"type:configuration", "unknown:new", "form:resourceCreationTime"}
    reason = take(tmp_path, json.dumps({"configurationItems": [ITEM, {"a": 1}]}))[0].reason
    assert reason == "record 2 is no configuration item"


def test_an_empty_snapshot_has_no_rows_and_is_no_mistake(tmp_path: Path) -> None:
    taken, rows = take(tmp_path, json.dumps({"fileVersion": "1.0", "configurationItems": []}))
    assert (taken.kind, taken.reason, rows) == ("config-items", "", [])
