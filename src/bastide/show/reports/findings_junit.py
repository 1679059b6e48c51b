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
    suite = ElementTree.SubElement(root, "testsuite", name="assessment", tests="1", failures="0", errors="0")
    passed = report.counts.get(Status.PASS, 0)
    ElementTree.SubElement(suite, "testcase", classname="assessment", name=f"{passed} verdicts passed")
    for control, findings in groupby(
        sorted(report.findings, key=lambda finding: finding.control), lambda one: one.control
    ):
        cases = list(findings)
        failed = sum(case.status is Status.FAIL for case in cases)
        unknown = sum(case.status is Status.UNKNOWN for case in cases)
        skipped = sum(case.status is Status.NOT_APPLICABLE for case in cases)
        numbers = {"tests": len(cases), "failures": failed, "errors": unknown, "skipped": skipped}
        attributes = {"name": control} | {name: str(number) for name, number in numbers.items()}
        suite = ElementTree.SubElement(root, "testsuite", attributes)
        for case in cases:
            _case(suite, case)
    ElementTree.indent(root)
    # Declared by hand: ElementTree would name the encoding of this machine's locale.
    return DECLARATION + ElementTree.tostring(root, encoding="unicode")


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=finding.control, name=shown(finding.resource))
    text = shown(f"{finding.reason} ({finding.path})" if finding.path else finding.reason)
    if finding.status is Status.FAIL:
        ElementTree.SubElement(element, "failure", message=text, type=str(finding.severity)).text = shown(
            finding.remediation
        )
    elif finding.status is Status.UNKNOWN:
        ElementTree.SubElement(element, "error", message=text, type="unknown")
    elif finding.status is Status.NOT_APPLICABLE:
        ElementTree.SubElement(element, "skipped", message=text)
