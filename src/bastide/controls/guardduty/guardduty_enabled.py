"""GuardDuty looks at every region of every account."""

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

DETECTOR = "AWS::GuardDuty::Detector"


@control(
    title="GuardDuty is on in every region",
    resource_type=ACCOUNT_REGION,
    severity="high",
    maps_to=("FSBP:GuardDuty.1", "NIST-800-53r5:SI-4", "NIST-800-53r5:RA-3(4)"),
    source="Amazon GuardDuty User Guide, Managing multiple accounts with AWS Organizations",
    remediation="Let the delegated administrator enable GuardDuty for all members, in each region.",
    reads=(DETECTOR,),
    config_rule="guardduty-enabled-centralized",
)
def guardduty_enabled(region: Resource, estate: Estate) -> Verdict:
    """FAIL when the region has no detector, or it is off."""
    detectors = estate.listed(DETECTOR, region.account, region.region)
    if isinstance(detectors, Unknown):
        return unknown(detectors)
    if not detectors:
        return fail("there is no detector")
    enabled = detectors[0].get("Enable")
    if isinstance(enabled, Unknown):
        return unknown(enabled)
    return PASS if is_on(enabled) else fail("the detector is off")
