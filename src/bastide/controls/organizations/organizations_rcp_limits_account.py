"""An account stands under a resource control policy that limits something.

The one that AWS attaches everywhere allows everything, and so limits nothing.
"""

from bastide.controls.control import ACCOUNT, control
from bastide.controls.organizations.guardrails import judge_limits
from bastide.model import Estate, Resource, Verdict


@control(
    title="Resource control policies limit every member account",
    resource_type=ACCOUNT,
    severity="low",
    maps_to=("Bastide:Organizations.rcp", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-4"),
    source="AWS Organizations User Guide, Resource control policies (RCPs)",
    remediation="Attach guardrails to the unit of the account, as a resource control policy with denials.",
    reads=("AWS::Organizations::Policy",),
)
def organizations_rcp_limits_account(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no resource control policy above the account limits anything; the management account is left out."""
    return judge_limits(account, estate, "RESOURCE_CONTROL_POLICY")
