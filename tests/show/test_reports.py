"""Every format says the same of the same findings, in its own standard's words, whatever an account's names are."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.controls import Control
from bastide.model import (
    Account,
    Estate,
    Finding,
    Gap,
    Organization,
    Origin,
    Resource,
    ResourceKey,
    Severity,
    Status,
    Unit,
    Unknown,
)
from bastide.model.verdict import PASS
from bastide.show.reports import FORMATS, Report
from bastide.show.reports.html_rows import LONGEST, packed
from bastide.show.reports.report import shown

HTML = "<img src=x onerror=alert(1)></script><!--"
FORMULA = "=cmd|' /C calc'!A0"
CONTROL = "a\x00b\x1b[2Jc\r\nd\x85e\ud800f"
TURNED = "exe\u202egpj.safe"
HOSTILE = (HTML, FORMULA, CONTROL, TURNED, "＋1;=1", " @SUM(A1)", '"quoted", and; more', "{{ 7*7 }}", "&lt;&amp;")
ACCOUNT = "222222222222"
RULE = Control(
    id="s3-bucket-versioning-enabled",
    title="Buckets keep versions",
    resource_type="AWS::S3::Bucket",
    severity=Severity.HIGH,
    maps_to=("FSBP:S3.14", "CIS-AWS-3.0:2.1.2"),
    source="Amazon S3 User Guide",
    remediation="Switch versioning on.",
    decide=lambda _resource: PASS,
    relational=False,
    config_rule="s3-bucket-versioning-enabled",
)
STATUSES = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def finding(status: Status = Status.FAIL, text: str = "logs", **more: Any) -> Finding:
    facts: dict[str, Any] = {
        "control": RULE.id,
        "title": RULE.title,
        "severity": RULE.severity,
        "status": status,
        "resource": ResourceKey("AWS::S3::Bucket", ACCOUNT, "eu-west-1", text),
        "resource_name": text,
        "account_name": text,
        "arn": f"arn:aws:s3:::{text}",
        "reason": f"versioning of {text} is off",
        "path": "VersioningConfiguration.Status",
        "value": {"Status": text, "Unread": Unknown("AccessDenied")},
        "remediation": RULE.remediation,
        "maps_to": RULE.maps_to,
        "origin": Origin("declared", "a folder/acme.yaml", 12, 3, detail="ous.prod.accounts.shop"),
    }
    return Finding(**facts | more)


def report(*findings: Finding, **more: Any) -> Report:
    account, unit = Account(ACCOUNT, HTML, "", "ou-1"), Unit("ou-1", HTML, "r-1", HTML)
    organization = Organization("o-1", "r-1", "1" * 12, (account,), (unit,))
    estate = Estate(
        (Resource("AWS::S3::Bucket", ACCOUNT, "eu-west-1", "logs"),),
        organization,
        (Gap("AWS::KMS::Key", ACCOUNT, "eu-west-1", HTML, "kms:ListKeys"),),
        ("eu-west-1",),
        "sandbox",
    )
    counts = {status: sum(one.status is status for one in findings) for status in Status}
    return Report(findings, estate, {RULE.id: RULE}, counts, "2026-01-01T00:00:00Z", **{"title": HTML} | more)


EVERY = report(*(finding(status) for status in STATUSES))
HOSTILE_REPORT = report(
    *(finding(text=text) for text in HOSTILE), healed=(finding(text=HTML),), guardrails={HTML: (HTML,)}
)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_text(name: str) -> None:
    assert FORMATS[name](HOSTILE_REPORT) == FORMATS[name](HOSTILE_REPORT)


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_findings_is_still_whole(name: str) -> None:
    assert FORMATS[name](report()).strip()


class TestJson:
    """``-o json``: the contract that other programs rely on."""

    def test_a_finding_has_the_contract_s_fields(self) -> None:
        document = json.loads(FORMATS["json"](EVERY))
        assert document["schema"] == "bastide.findings/1"
        one = document["findings"][0]
        assert one["control"] == "s3-bucket-versioning-enabled"
        assert one["maps_to"] == ["FSBP:S3.14", "CIS-AWS-3.0:2.1.2"]
        assert one["config_rule"] == "s3-bucket-versioning-enabled"
        assert (one["severity"], one["status"]) == ("high", "FAIL")
        assert one["message"] == "versioning of logs is off"
        place = one["resource"]
        assert (place["type"], place["account"], place["region"]) == ("AWS::S3::Bucket", ACCOUNT, "eu-west-1")
        assert (place["id"], place["logical_id"]) == ("logs", "ous.prod.accounts.shop")
        assert place["origin"] == {"source": "declared", "file": "a folder/acme.yaml", "line": 12}
        assert one["evidence"]["path"] == "VersioningConfiguration.Status"
        assert one["evidence"]["value"] == {"Status": "logs", "Unread": {"Bastide::Unknown": "AccessDenied"}}

    def test_all_statuses_and_gaps_are_there(self) -> None:
        document = json.loads(FORMATS["json"](EVERY))
        assert [one["status"] for one in document["findings"]] == [str(status) for status in STATUSES]
        assert document["counts"] == {"FAIL": 1, "NOT_APPLICABLE": 1, "PASS": 1, "UNKNOWN": 1}
        assert document["gaps"][0]["action"] == "kms:ListKeys"

    def test_what_a_person_can_read_is_not_escaped(self) -> None:
        assert '"name": "Zürich → ✓"' in FORMATS["json"](report(finding(text="Zürich → ✓")))

    def test_hostile_text_comes_back_as_it_was(self) -> None:
        document = json.loads(FORMATS["json"](HOSTILE_REPORT))
        assert [one["resource"]["name"] for one in document["findings"]] == list(HOSTILE)


class TestSarif:
    """``-o sarif``: SARIF 2.1.0 as code scanning reads it."""

    RUN = json.loads(FORMATS["sarif"](EVERY))["runs"][0]

    def test_the_log_has_version_schema_and_one_run(self) -> None:
        document = json.loads(FORMATS["sarif"](EVERY))
        assert document["version"] == "2.1.0"
        assert document["$schema"].endswith("sarif-2.1.0.json")
        assert len(document["runs"]) == 1

    def test_every_result_points_at_its_rule(self) -> None:
        rules = self.RUN["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        for result in self.RUN["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (rule,) = rules
        assert rule["shortDescription"]["text"] == "Buckets keep versions"
        assert rule["defaultConfiguration"]["level"] == "error"
        assert float(rule["properties"]["security-severity"]) == 8.0

    def test_only_a_failure_has_a_level_and_unknown_is_for_review(self) -> None:
        said = [(result["kind"], result["level"]) for result in self.RUN["results"]]
        assert said == [("fail", "error"), ("review", "none"), ("pass", "none"), ("notApplicable", "none")]

    def test_a_location_is_a_uri_with_a_line(self) -> None:
        place = self.RUN["results"][0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "a%20folder/acme.yaml"
        assert place["region"] == {"startLine": 12, "startColumn": 3}

    def test_what_has_no_file_has_a_logical_location_and_a_fingerprint(self) -> None:
        live = finding(origin=Origin("observed"))
        (result,) = json.loads(FORMATS["sarif"](report(live)))["runs"][0]["results"]
        assert "physicalLocation" not in result["locations"][0]
        assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "arn:aws:s3:::logs"
        assert result["partialFingerprints"] == {"bastideFinding/v1": live.id}

    @pytest.mark.parametrize("severity", list(Severity))
    def test_every_severity_has_one_of_sarif_s_levels(self, severity: Severity) -> None:
        (result,) = json.loads(FORMATS["sarif"](report(finding(severity=severity))))["runs"][0]["results"]
        assert result["level"] in ("error", "warning", "note")


class TestOcsf:
    """``-o ocsf``: Compliance Finding, class 2003."""

    EVENTS = json.loads(FORMATS["ocsf"](EVERY))

    def test_the_required_attributes_are_there(self) -> None:
        for event in self.EVENTS:
            assert (event["class_uid"], event["category_uid"]) == (2003, 2)
            assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
            assert event["time"] == 1767225600000  # milliseconds
            assert event["severity_id"] == 4
            assert event["metadata"]["version"] == "1.3.0"
            assert event["metadata"]["product"]["vendor_name"] == "Bastide"
            assert event["finding_info"]["title"]
            assert event["finding_info"]["uid"] == finding().id
            assert event["compliance"]["standards"] == ["CIS-AWS-3.0", "FSBP"]
            assert event["cloud"]["provider"] == "AWS"  # the cloud profile's
            assert event["resources"][0]["uid"] == "arn:aws:s3:::logs"

    def test_unknown_is_neither_pass_nor_warning(self) -> None:
        assert [event["compliance"]["status_id"] for event in self.EVENTS] == [3, 0, 1, 99]


class TestJunit:
    """``-o junit``: well-formed, and UNKNOWN is an error."""

    def test_statuses_become_failure_error_and_skipped(self) -> None:
        root = ElementTree.fromstring(FORMATS["junit"](EVERY).encode())
        _, suite = root
        numbers = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert numbers == ["4", "1", "1", "1"]
        assert [[child.tag for child in case] for case in suite] == [["failure"], ["error"], [], ["skipped"]]

    @given(st.text(max_size=30))
    def test_no_text_of_an_account_breaks_the_xml(self, text: str) -> None:
        one = finding(text=text)
        root = ElementTree.fromstring(FORMATS["junit"](report(one)).encode())
        _, case = root.iter("testcase")
        assert case.get("classname") == RULE.id

    def test_the_declared_encoding_is_the_written_one(self) -> None:
        assert FORMATS["junit"](EVERY).startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites')


class TestCsv:
    """``-o csv``: one line a finding, and no cell that a spreadsheet runs."""

    @given(st.text(max_size=20) | st.sampled_from(HOSTILE))
    def test_no_cell_begins_with_what_a_spreadsheet_runs(self, text: str) -> None:
        lines = FORMATS["csv"](report(finding(text=text))).splitlines()
        header, row = csv.reader(io.StringIO("\n".join(lines)))
        assert len(lines) == 2
        assert len(header) == len(row)
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))

    def test_every_cell_is_quoted_so_that_no_other_separator_splits_it(self) -> None:
        for line in FORMATS["csv"](HOSTILE_REPORT).splitlines():
            assert line.startswith('"')
            assert line.endswith('"')

    def test_the_columns_are_known(self) -> None:
        (row,) = csv.DictReader(io.StringIO(FORMATS["csv"](report(finding()))))
        assert (row["status"], row["severity"], row["account"]) == ("FAIL", "high", ACCOUNT)
        assert row["origin"] == "a folder/acme.yaml:12"
        assert json.loads(row["value"])["Status"] == "logs"


class Page(HTMLParser):
    """What a browser would see of a page: elements with attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += data


class TestHtml:
    """``-o html``: one file, no network, no script but ours."""

    TEXT = FORMATS["html"](HOSTILE_REPORT)
    PAGE = Page(TEXT)

    def test_nothing_outside_the_file_is_asked_for(self) -> None:
        for tag, attributes in self.PAGE.elements:
            assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
            assert not {"src", "href", "action", "srcset", "style", "onclick", "onerror"} & set(attributes)
        assert not re.search(r"url\(|@import|https?://", self.TEXT)

    def test_the_content_policy_allows_our_style_and_script_alone(self) -> None:
        (policy,) = [facts["content"] for tag, facts in self.PAGE.elements if "http-equiv" in facts]
        assert policy is not None
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert policy.count("sha256-") == 2

    def test_hostile_text_makes_no_element_and_ends_no_script(self) -> None:
        tags = [tag for tag, _ in self.PAGE.elements]
        assert tags.count("script") == len(self.PAGE.scripts) == 2
        assert "alert" not in self.PAGE.scripts[1]
        assert json.loads(self.PAGE.scripts[0])["rows"]
        assert "<" not in self.PAGE.scripts[0]

    def test_the_rows_say_what_the_findings_say(self) -> None:
        data = json.loads(self.PAGE.scripts[0])
        names = [data["words"][row[5]] for row in data["rows"]]
        assert names == [shown(text) for text in HOSTILE]
        assert data["controls"] == [[RULE.id, RULE.title, 3, "FSBP:S3.14 CIS-AWS-3.0:2.1.2", RULE.remediation]]
        assert data["statuses"][data["rows"][0][0]] == "FAIL"

    def test_failures_stand_before_unknowns_and_the_worst_first(self) -> None:
        low = finding(severity=Severity.LOW, control="low")
        rows = packed([finding(Status.PASS), finding(Status.UNKNOWN), low, finding()])["rows"]
        assert [(row[0], row[1]) for row in rows] == [(0, 0), (0, 1), (1, 0), (2, 0)]

    def test_tree_accounts_gaps_guardrails_and_healed_are_shown(self) -> None:
        for heading in ("Organization", "By account", "By control", "Could not be read", "Guardrails by unit"):
            assert f"<h2>{heading}</h2>" in self.TEXT
        assert "<h2>Healed</h2>" in self.TEXT
        assert "{{" not in self.TEXT.split('<script id="data"')[0]

    def test_a_clean_assessment_says_so(self) -> None:
        text = FORMATS["html"](report())
        assert "Nothing failed, and nothing was left unknown." in text
        assert 'id="findings"' not in text

    def test_fifty_thousand_findings_stay_under_five_megabytes_and_none_is_left_out(self) -> None:
        many = [
            finding(
                text=f"team-{number % 100}-data-{number:06d}",
                control=f"control-{number % 80}",
                account_name=f"team-{number % 100}",
                reason=f"tcp {number % 900} is open to the internet (0.0.0.0/0)",
                path=f"SecurityGroupIngress.{number % 50}",
                origin=Origin("template", f"templates/stack-{number % 300}.yaml", number % 2000),
            )
            for number in range(50_000)
        ]
        text = FORMATS["html"](report(*many))
        assert len(text.encode()) <= 5_000_000
        assert "more findings are not on this page" not in text

    def test_a_page_never_grows_beyond_five_megabytes_and_says_what_is_left_out(self) -> None:
        many = [finding(text=f"{number}-" + "long" * LONGEST) for number in range(10_000)]
        text = FORMATS["html"](report(*many))
        assert len(text.encode()) <= 5_000_000
        assert re.search(r"[\d,]+ more findings are not on this page", text)


class TestTable:
    """``-o table``: what a person reads in a terminal."""

    def test_the_table_reads_as_it_should(self) -> None:
        place = "    logs eu-west-1  S3::Bucket logs a folder/acme.yaml:12  versioning of logs is off"
        lines = FORMATS["table"](report(finding(), finding(Status.UNKNOWN, reason="AccessDenied"))).splitlines()
        assert lines[:3] == [
            "FAIL high       s3-bucket-versioning-enabled  Buckets keep versions",
            f"{place} (VersioningConfiguration.Status)",
            "    fix  Switch versioning on.",
        ]
        assert lines[4].split() == ["UNKNOWN", "high", RULE.id, "Buckets", "keep", "versions"]
        assert "1 failed (1 high), 1 unknown, 0 passed, 0 not applicable" in lines[7]
        assert lines[8] == "1 places could not be read:"

    def test_no_name_moves_the_cursor_or_turns_the_line(self) -> None:
        text = FORMATS["table"](HOSTILE_REPORT)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)

    def test_more_than_a_screenful_of_one_control_is_counted(self) -> None:
        text = FORMATS["table"](report(*(finding(text=f"bucket-{number}") for number in range(40))))
        assert "… and 15 more" in text


@given(st.text())
def test_shown_text_stays_on_its_line_and_keeps_its_direction(text: str) -> None:
    said = shown(text)
    assert len(said.splitlines()) <= 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x00]", said)
    said.encode()
