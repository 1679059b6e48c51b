"""What scanners' consoles take: code scanning's limits, suppressed findings, paths as a repository has them."""

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from bastide.controls import all_controls
from bastide.model import Estate, Finding, Origin, ResourceKey, Severity, Status
from bastide.show.reports import FORMATS
from bastide.show.reports.report import Report, local_path, uri_of

CONTROL = next(one for one in all_controls() if one.id == "s3-bucket-versioning-enabled")
OPEN = Finding(
    control=CONTROL.id,
    title=CONTROL.title,
    severity=Severity.HIGH,
    status=Status.FAIL,
    resource=ResourceKey("AWS::S3::Bucket", "000000000000", "us-east-1", "logs-ba571de0"),
    resource_name="logs-ba571de0",
    arn="arn:aws:s3:::logs-ba571de0",
    reason="versioning is off",
    maps_to=CONTROL.maps_to,
    path="VersioningConfiguration",
    value={"Status": "Off", "Day": True},
    origin=Origin("template", "/repo/a folder/t.yaml", 2, 3, detail="Logs"),
    evidence={"line": 7},
)
UNREAD = replace(OPEN, status=Status.UNKNOWN, reason="parameter Versions has no value")
ACCEPTED = replace(
    OPEN, status=Status.NOT_APPLICABLE, evidence={"suppressed": "kept a day", "would_be": "FAIL", "line": 7}
)
PASSED = replace(OPEN, status=Status.PASS)


def rendered(name: str, *findings: Finding, folder: str = "/repo") -> Any:
    """The JSON of a format."""
    made = Report(findings, Estate(), {CONTROL.id: CONTROL}, {}, "2026-01-01T00:00:00Z", folder=folder)
    return json.loads(FORMATS[name](made))


class TestCodeScanning:
    """``-o code-scanning``: SARIF without what GitHub would make a wrong alert of."""

    def test_what_is_accepted_or_passed_makes_no_alert(self) -> None:
        (run,) = rendered("code-scanning", OPEN, ACCEPTED, PASSED)["runs"]
        assert [one["ruleId"] for one in run["results"]] == [CONTROL.id]
        assert len(rendered("sarif", OPEN, ACCEPTED, PASSED)["runs"][0]["results"]) == 3

    def test_what_is_unknown_is_a_note_of_its_own_rule_without_a_security_severity(self) -> None:
        (run,) = rendered("code-scanning", UNREAD, OPEN)["runs"]
        rules = {one["id"]: one for one in run["tool"]["driver"]["rules"]}
        assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
            (CONTROL.id, "error"),
            (f"{CONTROL.id}/unknown", "note"),
        ]
        assert "security-severity" not in rules[f"{CONTROL.id}/unknown"]["properties"]
        assert float(rules[CONTROL.id]["properties"]["security-severity"]) > 0
        for result in run["results"]:
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]

    def test_more_results_than_a_run_may_have_are_left_out_and_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bastide.show.reports.findings_code_scanning.MOST_RESULTS", 1)
        (run,) = rendered("code-scanning", UNREAD, OPEN)["runs"]
        assert [one["ruleId"] for one in run["results"]] == [CONTROL.id]  # the failure, not the unknown one
        (note,) = run["invocations"][0]["toolExecutionNotifications"]
        assert note["message"]["text"].startswith("1 more results were left out")

    @pytest.mark.parametrize("name", ["sarif", "code-scanning"])
    def test_every_shipped_control_is_a_rule_that_github_takes(self, name: str) -> None:
        controls = {one.id: one for one in all_controls()}
        findings = [replace(OPEN, control=one.id, severity=one.severity) for one in controls.values()]
        made = Report(tuple(findings), Estate(), controls, {}, "2026-01-01T00:00:00Z")
        for rule in json.loads(FORMATS[name](made))["runs"][0]["tool"]["driver"]["rules"]:
            assert len(rule["id"]) <= 255
            assert 0 < len(rule["shortDescription"]["text"]) <= 1024
            assert 0 < len(rule["fullDescription"]["text"]) <= 1024
            assert rule["help"]["text"] and rule["help"]["markdown"]
            assert len(rule["properties"]["tags"]) <= 20


def test_an_accepted_finding_is_suppressed_in_every_console() -> None:
    (result,) = rendered("sarif", ACCEPTED)["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "kept a day"}]
    assert (result["kind"], result["level"]) == ("fail", "error")
    live = replace(ACCEPTED, origin=Origin("observed"))
    assert rendered("sarif", live)["runs"][0]["results"][0]["suppressions"][0]["kind"] == "external"
    (event,) = rendered("ocsf", ACCEPTED)
    assert (event["status_id"], event["status"]) == (3, "Suppressed")
    assert (event["compliance"]["status_id"], event["compliance"]["status"]) == (99, "NOT_APPLICABLE")
    (finding,) = rendered("asff", ACCEPTED)
    assert finding["Workflow"] == {"Status": "SUPPRESSED"}
    assert "Workflow" not in rendered("asff", OPEN)[0]


def test_asff_tells_a_value_as_json_and_the_partition_of_the_arn() -> None:
    china = replace(OPEN, arn="arn:aws-cn:s3:::logs", resource=OPEN.resource._replace(region="cn-north-1"))
    (finding,) = rendered("asff", china)
    assert json.loads(finding["Resources"][0]["Details"]["Other"]["value"]) == {"Status": "Off", "Day": True}
    assert finding["Resources"][0]["Partition"] == "aws-cn"
    assert finding["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:")
    no_arn = replace(china, arn="", resource=OPEN.resource._replace(region="us-gov-west-1"))
    assert rendered("asff", no_arn)[0]["Resources"][0]["Partition"] == "aws-us-gov"


def test_a_test_of_junit_is_named_by_the_logical_id_and_its_file() -> None:
    made = Report((OPEN, UNREAD), Estate(), {}, {}, "2026-01-01T00:00:00Z")
    suites = ElementTree.fromstring(FORMATS["junit"](made))
    case = suites[1][0]
    assert case.get("name") == "Logs (AWS::S3::Bucket, 000000000000 us-east-1, /repo/a folder/t.yaml)"
    for suite in suites:
        assert {"tests", "failures", "errors", "skipped", "time"} <= set(suite.keys())


@pytest.mark.parametrize(
    ("file", "path", "uri"),
    [
        ("t.yaml", "t.yaml", "t.yaml"),
        ("a b/t#1.yaml", "a b/t#1.yaml", "a%20b/t%231.yaml"),
        ("/repo/in/t.yaml", "in/t.yaml", "in/t.yaml"),
        ("../repo/t.yaml", "t.yaml", "t.yaml"),
        ("../other/t.yaml", "/other/t.yaml", "file:///other/t.yaml"),
        ("/tmp/x y.yaml", "/tmp/x y.yaml", "file:///tmp/x%20y.yaml"),
        ("c:d.yaml", "c:d.yaml", "c%3Ad.yaml"),  # or c would be a scheme
    ],
)
def test_a_file_is_named_as_the_repository_has_it(file: str, path: str, uri: str) -> None:
    assert (local_path(file, "/repo"), uri_of(file, "/repo")) == (path, uri)
