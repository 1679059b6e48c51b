"""A trail signs digests of its log files, so that a change can be seen."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Verdict


@control(
    title="Trails sign their log files",
    resource_type="AWS::CloudTrail::Trail",
    severity="low",
    maps_to=("FSBP:CloudTrail.4", "CIS-AWS-3.0:3.2", "CIS-AWS-5.0:3.2", "NIST-800-53r5:AU-9", "NIST-800-53r5:SI-7(1)"),
    source="AWS CloudTrail User Guide, Validating CloudTrail log file integrity",
    remediation="Switch log file validation on for the trail.",
    heal={"EnableLogFileValidation": True},
    config_rule="cloud-trail-log-file-validation-enabled",
)
def cloudtrail_log_validation(trail: Resource) -> Verdict:
    """FAIL when log file validation is off."""
    return require_on(trail, "EnableLogFileValidation", "log files are not signed")
