"""JUnit XML: a suite a control, a case a judged resource, so that a pipeline shows findings as failed tests."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from bastide.model import Finding, Status
from bastide.show.reports.report import Report, shown


def render(report: Report) -> str:
    """The findings as JUnit XML; UNKNOWN is an error, not a failure and not a pass."""
    root = ElementTree.Element("testsuites", name=f"bastide {report.title}")
    for control, findings in groupby(
        sorted(report.findings, key=lambda finding: finding.control), lambda one: one.control
    ):
        cases = list(findings)
        failed = sum(case.status is Status.FAIL for case in cases)
        unknown = sum(case.status is Status.UNKNOWN for case in cases)
        suite = ElementTree.SubElement(
            root, "testsuite", name=control, tests=str(len(cases)), failures=str(failed), errors=str(unknown)
        )
        for case in cases:
            _case(suite, case)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=finding.control, name=shown(finding.resource))
    text = shown(f"{finding.reason} ({finding.path})" if finding.path else finding.reason)
    if finding.status is Status.FAIL:
        ElementTree.SubElement(element, "failure", message=text, type=str(finding.severity)).text = shown(
            finding.remediation
        )
    elif finding.status is Status.UNKNOWN:
        ElementTree.SubElement(element, "error", message=text, type="unknown")
