"""The organization has a trail that no member account can stop."""

from bastide.controls.cloudtrail.coverage import TRAIL
from bastide.controls.control import ACCOUNT, control
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

MEMBER = not_applicable("asked of the management account only")


@control(
    title="The organization has a trail of its own",
    resource_type=ACCOUNT,
    severity="high",
    maps_to=("Bastide:CloudTrail.organization", "NIST-800-53r5:AU-12", "NIST-800-53r5:AU-9"),
    source="AWS CloudTrail User Guide, Creating a trail for an organization",
    remediation="Create an organization trail from the management account or its delegated administrator.",
    reads=(TRAIL,),
)
def cloudtrail_organization_trail(account: Resource, estate: Estate) -> Verdict:
    """FAIL for the management account when no trail is an organization trail."""
    if estate.organization is None or estate.organization.management_account != account.account:
        return MEMBER
    answer = fail("no trail is of the organization")
    for trail in estate.of_type(TRAIL):
        value = trail.get("IsOrganizationTrail")
        if isinstance(value, Unknown):
            answer = unknown(value)
        elif is_on(value):
            return PASS
    gaps = [gap for gap in estate.gaps if gap.type == TRAIL]
    return unknown(gaps[0].reason) if gaps else answer
