"""A trail is not stopped."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Verdict


@control(
    title="Trails are logging",
    resource_type="AWS::CloudTrail::Trail",
    severity="high",
    maps_to=("FSBP:CloudTrail.1", "CIS-AWS-3.0:3.1", "CIS-AWS-5.0:3.1", "NIST-800-53r5:AU-12"),
    source="AWS CloudTrail User Guide, Turning off logging for a trail",
    remediation="Start logging, and look into the records for who stopped it.",
    heal={"IsLogging": True},
)
def cloudtrail_trail_logging(trail: Resource) -> Verdict:
    """FAIL when logging is stopped."""
    return require_on(trail, "IsLogging", "the trail does not log")
