"""What others decided of the same policies: a linter's own tests, and policies that AWS publishes and that work.

The corpora lie outside of the project; ``BASTIDE_CORPUS`` names their folder.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bastide.iam.lint import LintReport, lint_policy

CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "corpus-not-set"))
PARLIAMENT = CORPUS / "iam/parliament/recorded.jsonl"
INDEX = CORPUS / "scp/index.jsonl"

# The other linter's issue → our rules that say it.
SAME = {
    "MALFORMED_JSON": {"json-syntax"},
    "MALFORMED": {"element-and-its-negation", "missing-action", "missing-statement"},
    "INVALID_SID": {"invalid-sid"},
    "DUPLICATE_SID": {"duplicate-sid"},
    "INVALID_ARN": {"arn-prefix", "wrong-json-type"},
    "UNKNOWN_ACTION": {"unknown-action"},
    "UNKNOWN_OPERATOR": {"unknown-operator"},
    "UNKNOWN_CONDITION_FOR_ACTION": {"condition-key-format", "key-never-in-request", "unknown-service-key"},
    "MISMATCHED_TYPE": {"operator-key-mismatch", "value-not-date", "variable-for-operator", "unknown-operator"},
    "BAD_PATTERN_FOR_MFA": {"allowed-without-mfa"},
    "RESOURCE_STAR": {"writes-on-everything", "full-access"},
    "RESOURCE_EFFECTIVELY_STAR": {"writes-on-everything"},
    "PERMISSIONS_MANAGEMENT_ACTIONS": {"writes-on-everything"},
}
# Not ours: what a role could do with a bucket's policy is a path, not a mistake; a string operator on an ARN works.
OTHERS = {"RESOURCE_POLICY_PRIVILEGE_ESCALATION", "CREDENTIALS_EXPOSURE", "MISMATCHED_TYPE_BUT_USABLE"}
# We say less: a condition limits the star (21, 25, 30, 32); of a pattern's actions some match the resources (36, 44).
LESS = {(21, "RESOURCE_STAR"), (25, "RESOURCE_STAR"), (30, "RESOURCE_STAR"), (32, "RESOURCE_STAR"),
        (36, "RESOURCE_MISMATCH"), (44, "RESOURCE_MISMATCH")}  # fmt: skip
# We say more, and are right: a star under StringEquals (15, 18, 22), an empty Sid (26, 27), an Allow that a Deny takes
# back (42), a public bucket (45, 51).
MORE = {15, 18, 22, 26, 27, 42, 45, 51}


def recorded() -> Iterator[tuple[int, dict[str, Any], LintReport]]:
    for number, line in enumerate(PARLIAMENT.read_text().splitlines(), 1):
        case = json.loads(line)
        yield number, case, lint_policy(case["policy"])


@pytest.mark.skipif(not PARLIAMENT.exists(), reason="BASTIDE_CORPUS is not set")
def test_what_another_linter_finds_is_found_but_for_explained_differences() -> None:
    missed = {
        (number, issue)
        for number, case, report in recorded()
        for issue in set(case["findings"]) - OTHERS
        if not report.rules & SAME.get(issue, set())
    }
    assert missed == LESS


@pytest.mark.skipif(not PARLIAMENT.exists(), reason="BASTIDE_CORPUS is not set")
def test_where_another_linter_finds_nothing_only_explained_issues_are_found() -> None:
    assert {number for number, case, report in recorded() if not case["findings"] and report.issues} == MORE


@pytest.mark.skipif(not INDEX.exists(), reason="BASTIDE_CORPUS is not set")
def test_published_organization_policies_have_no_errors() -> None:
    wrong = []
    for line in INDEX.read_text().splitlines():
        entry = json.loads(line)
        text = (INDEX.parent / entry["file"]).read_text()
        if "Statement" not in json.loads(text):
            continue  # a catalogue's entry about a policy
        kind = entry["kind"] if entry.get("kind") in ("scp", "rcp") else "auto"
        report = lint_policy(text, kind=kind, where=entry["file"])
        wrong += [f"{issue.position}: {issue.message}" for issue in report.issues if issue.severity == "error"]
    assert wrong == []
