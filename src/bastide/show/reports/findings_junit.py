"""JUnit XML: a suite a control, a case a judged resource, so that a pipeline shows findings as failed tests."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from bastide.model import Finding, Status
from bastide.show.reports.report import Report, shown

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(report: Report) -> str:
    """The findings as JUnit XML; UNKNOWN is an error, not a failure and not a pass."""
    root = ElementTree.Element("testsuites", name=shown(f"bastide {report.title}"))
    # Some pipelines take a file without any case for an error; a clean run has this one.
    suite = _suite(root, "assessment", 1)
    passed = report.counts.get(Status.PASS, 0)
    ElementTree.SubElement(suite, "testcase", classname="assessment", name=f"{passed} verdicts passed", time="0")
    for control, findings in groupby(
        sorted(report.findings, key=lambda finding: finding.control), lambda one: one.control
    ):
        cases = list(findings)
        failed = sum(case.status is Status.FAIL for case in cases)
        unknown = sum(case.status is Status.UNKNOWN for case in cases)
        skipped = sum(case.status is Status.NOT_APPLICABLE for case in cases)
        suite = _suite(root, control, len(cases), failed, unknown, skipped)
        for case in cases:
            _case(suite, case)
    ElementTree.indent(root)
    # Declared by hand: ElementTree would name the encoding of this machine's locale.
    return DECLARATION + ElementTree.tostring(root, encoding="unicode")


def _suite(
    root: ElementTree.Element, name: str, tests: int, failures: int = 0, errors: int = 0, skipped: int = 0
) -> ElementTree.Element:
    numbers = {"tests": tests, "failures": failures, "errors": errors, "skipped": skipped, "time": 0}
    return ElementTree.SubElement(root, "testsuite", {"name": name} | {key: str(one) for key, one in numbers.items()})


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=finding.control, name=_name(finding), time="0")
    text = shown(f"{finding.reason} ({finding.path})" if finding.path else finding.reason)
    if finding.status is Status.FAIL:
        ElementTree.SubElement(element, "failure", message=text, type=str(finding.severity)).text = shown(
            finding.remediation
        )
    elif finding.status is Status.UNKNOWN:
        ElementTree.SubElement(element, "error", message=text, type="unknown")
    elif finding.status is Status.NOT_APPLICABLE:
        ElementTree.SubElement(element, "skipped", message=text)


def _name(finding: Finding) -> str:
    """A test's name, the same in every run: logical id and file of what a file declares, else the resource's key."""
    origin, key = finding.origin, finding.resource
    if origin.source == "template" and origin.detail:
        return shown(f"{origin.detail} ({key.type}, {key.account} {key.region}, {origin.file})")
    return shown(key)
