"""The management account, which no service control policy limits, runs no workload: no instance is in it."""

from bastide.controls.control import ACCOUNT, control
from bastide.controls.neighbours import anywhere
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

INSTANCE = "AWS::EC2::Instance"
MEMBER = not_applicable("asked of the management account only")


@control(
    title="The management account runs no instances",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("CIS-AWS-7.0:2.1.3", "NIST-800-53r5:AC-5"),
    source="AWS Organizations User Guide, Best practices for the management account",
    remediation="Move the workload to a member account.",
    reads=(INSTANCE,),
)
def organizations_management_runs_no_instances(account: Resource, estate: Estate) -> Verdict:
    """FAIL when an instance is in the management account, in any region."""
    if estate.organization is None or estate.organization.management_account != account.account:
        return MEMBER
    instances = anywhere(estate, INSTANCE, account.account)
    if isinstance(instances, Unknown):
        return unknown(instances)
    return fail(f"{len(instances)} instances run in the management account") if instances else PASS
