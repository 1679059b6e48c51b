"""No finding of GuardDuty stays open longer than its severity allows: somebody looks at them.

A finding of critical severity is looked at as one of high severity is.
"""

from __future__ import annotations

from datetime import datetime

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.controls.iam.credentials import now, parse_time
from bastide.controls.lookup import number
from bastide.controls.parameter import Parameter
from bastide.controls.policies import worst
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

FINDING, DETECTOR = "Bastide::GuardDuty::Finding", "AWS::GuardDuty::Detector"
MEDIUM, HIGH = 4.0, 7.0  # Source: Amazon GuardDuty User Guide, "Severity levels of GuardDuty findings"


@control(
    title="GuardDuty findings do not stay open",
    resource_type=ACCOUNT_REGION,
    severity="medium",
    maps_to=("NIST-800-53r5:IR-4", "NIST-800-53r5:SI-4", "NIST-800-53r5:RA-5"),
    source="AWS Config Developer Guide, guardduty-non-archived-findings",
    remediation="Look at the findings, do what they ask for, and archive them.",
    reads=(FINDING, DETECTOR),
    config_rule="guardduty-non-archived-findings",
    parameters=(
        Parameter("daysLowSev", "integer", 30, "days that a finding of low severity may stay open"),
        Parameter("daysMediumSev", "integer", 7, "days that a finding of medium severity may stay open"),
        Parameter("daysHighSev", "integer", 1, "days that a finding of high severity may stay open"),
    ),
)
def guardduty_findings_archived(
    region: Resource, estate: Estate, *, days_low_sev: int, days_medium_sev: int, days_high_sev: int
) -> Verdict:
    """FAIL when a finding that is not archived is older than its severity allows on the day that was read."""
    detectors = estate.listed(DETECTOR, region.account, region.region)
    findings = estate.listed(FINDING, region.account, region.region)
    if isinstance(findings, Unknown):
        return unknown(findings)
    if not findings and (isinstance(detectors, Unknown) or not detectors):
        return unknown(detectors) if isinstance(detectors, Unknown) else not_applicable("GuardDuty is off")
    today = now(estate)
    if isinstance(today, Unknown):
        return unknown(today) if findings else PASS
    days = (days_low_sev, days_medium_sev, days_high_sev)
    return worst(_judge(one, today, days) for one in findings)


def _judge(finding: Resource, today: datetime, days: tuple[int, int, int]) -> Verdict:
    severity, archived = number(finding.get("Severity")), finding.get("Archived")
    for one in (severity, archived, finding.get("CreatedAt")):
        if isinstance(one, Unknown):
            return unknown(one)
    made = parse_time(finding.get("CreatedAt"))
    if made is None or isinstance(severity, Unknown):
        return unknown(f"finding {finding.id} does not say when it was made")
    if archived is True:
        return PASS
    allowed = days[(severity >= MEDIUM) + (severity >= HIGH)]
    age = (today - made).days
    return fail(f"finding {finding.id} of severity {severity:g} is open for {age} days") if age > allowed else PASS
