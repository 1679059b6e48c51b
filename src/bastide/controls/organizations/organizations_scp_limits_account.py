"""An account stands under a service control policy that limits something.

The one that AWS attaches everywhere allows everything, and so limits nothing.
"""

from bastide.controls.control import ACCOUNT, control
from bastide.controls.organizations.guardrails import judge_limits
from bastide.model import Estate, Resource, Verdict


@control(
    title="Service control policies limit every member account",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("CIS-AWS-7.0:2.1.2", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6"),
    source="AWS Organizations User Guide, Service control policies (SCPs)",
    remediation="Attach guardrails to the unit of the account, as a service control policy with denials.",
    reads=("AWS::Organizations::Policy",),
)
def organizations_scp_limits_account(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no service control policy above the account limits anything; the management account is left out."""
    return judge_limits(account, estate, "SERVICE_CONTROL_POLICY")
