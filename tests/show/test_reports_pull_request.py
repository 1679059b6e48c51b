"""What a pull request sees: annotations at lines, a comment of new findings, nothing that a name could smuggle in."""

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bastide.model import Estate, Finding, Origin, ResourceKey, Severity, Status
from bastide.show.reports import FORMATS
from bastide.show.reports.findings_markdown import escaped
from bastide.show.reports.report import Delta, Report

OPEN = Finding(
    control="ec2-security-group-ssh-closed",
    title="SSH is closed",
    severity=Severity.HIGH,
    status=Status.FAIL,
    resource=ResourceKey("AWS::EC2::SecurityGroup", "000000000000", "us-east-1", "sg-1"),
    resource_name="Sg",
    reason="tcp 22 is open to the internet (0.0.0.0/0)",
    remediation="Close it",
    origin=Origin("template", "a/template.yaml", 2, 3, detail="Sg"),
    evidence={"line": 7},
)
UNREAD = replace(OPEN, status=Status.UNKNOWN, reason="a parameter, with no value: 100%")


def report(*findings: Finding, **more: object) -> Report:
    """A report of some findings."""
    counts = {Status.FAIL: 1, Status.PASS: 4}
    return Report(findings, Estate(), {}, counts, "2026-01-01T00:00:00Z", **more)  # type: ignore[arg-type]


def test_an_annotation_stands_at_the_line_of_the_property() -> None:
    assert FORMATS["github"](report(OPEN, UNREAD)).splitlines() == [
        "::error file=a/template.yaml,line=7,title=high ec2-security-group-ssh-closed"
        "::Sg: tcp 22 is open to the internet (0.0.0.0/0). Close it",
        "::notice file=a/template.yaml,line=7,title=unknown ec2-security-group-ssh-closed"
        "::Sg: a parameter, with no value: 100%25.",
        "1 failed, 1 unknown, 4 passed",
    ]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_ends_a_command_or_starts_another(name: str, file: str) -> None:
    hostile = replace(OPEN, resource_name=name, origin=replace(OPEN.origin, file=file))
    lines = FORMATS["github"](report(hostile)).split("\n")
    assert len(lines) == 2 and lines[0].startswith("::error ")
    assert lines[0].split("::")[1].count(",") == (2 if file else 0)


def test_a_comment_shows_what_is_new_and_how_to_mend_it() -> None:
    text = FORMATS["markdown"](report(OPEN, compared=True))
    assert text.startswith("### Bastide: 1 new finding\n")
    assert "| high | ec2\\-security\\-group\\-ssh\\-closed | Sg | a/template.yaml:7 | tcp 22 is open" in text
    assert "<details><summary>How to mend</summary>" in text
    assert FORMATS["markdown"](report(compared=True)).startswith("### Bastide: no new findings\n")
    assert FORMATS["markdown"](report(UNREAD)).startswith("### Bastide: no findings, 1 undecided\n")


def test_a_comment_fits_into_what_github_takes() -> None:
    many = [replace(OPEN, resource_name="x" * 400, reason="y" * 500) for _ in range(500)]
    text = FORMATS["markdown"](report(*many))
    assert len(text) < 65_536 and re.search(r"… and \d+ more", text)


@given(st.text(max_size=60))
def test_a_name_is_no_markdown_no_html_and_no_mention(name: str) -> None:
    shown = escaped(name)
    assert "\n" not in shown and "<" not in shown and not re.search(r"(?<!\\)[|*_`\[]", shown.replace("\\\\", ""))
    assert not re.search(r"@\w", shown)


def test_lines_of_json_are_the_findings_of_the_json() -> None:
    head, *lines = [json.loads(line) for line in FORMATS["jsonl"](report(OPEN, UNREAD)).splitlines()]
    assert lines == json.loads(FORMATS["json"](report(OPEN, UNREAD)))["findings"]
    assert head["schema"] == "bastide.findings/1" and head["counts"]["FAIL"] == 1


def test_code_scanning_points_at_the_property() -> None:
    run = json.loads(FORMATS["sarif"](report(OPEN)))["runs"][0]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 7, "startColumn": 1}


def test_what_changed_since_the_last_run_is_said() -> None:
    changed = Delta("2025-12-31T00:00:00Z", 1, 5)
    assert "since 2025-12-31T00:00:00Z: 1 new, 5 gone" in FORMATS["table"](report(OPEN, delta=changed))
    assert json.loads(FORMATS["json"](report(OPEN, delta=changed)))["delta"]["gone"] == 5


def test_a_table_can_be_put_together_by_account_and_by_service() -> None:
    other = replace(OPEN, resource=OPEN.resource._replace(type="AWS::S3::Bucket"), account_name="shop")
    by_account = FORMATS["table"](report(OPEN, other, grouped_by="account"))
    assert "shop (000000000000)  1 failed, 0 unknown" in by_account
    assert "S3  1 failed" in FORMATS["table"](report(OPEN, other, grouped_by="service"))


def test_with_a_baseline_the_summary_tells_all_that_there_is_from_what_is_new() -> None:
    text = FORMATS["table"](report(OPEN, UNREAD, compared=True, delta=Delta("2026-01-01T00:00:00Z", 1, 2)))
    assert "1 failed, 0 unknown, 4 passed" in text
    assert "new against the baseline: 1 failed (1 high), 1 unknown" in text
    assert "since 2026-01-01T00:00:00Z: 1 new, 2 gone" in text
    assert "Gone since: 2." in FORMATS["markdown"](report(compared=True, delta=Delta("", 0, 2)))
