"""A user has its rights from groups or roles, not of itself."""

from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside, called
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

APART = "AWS::IAM::UserPolicy"


@control(
    title="Users have no policies of their own",
    resource_type="AWS::IAM::User",
    severity="low",
    maps_to=("FSBP:IAM.2", "CIS-AWS-3.0:1.15", "CIS-AWS-5.0:1.14", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Security best practices in IAM, Require human users to use federation",
    remediation="Move the policies to a group or, better, to a role that people take through Identity Center.",
    reads=(APART,),
    config_rule="iam-user-no-policies-check",
    properties=("ManagedPolicyArns", "Policies", "UserName"),
)
def iam_user_no_direct_policies(user: Resource, estate: Estate) -> Verdict:
    """FAIL when a managed or an inline policy is attached to the user itself."""
    for path in ("ManagedPolicyArns", "Policies"):
        attached = elements_of(user.get(path))
        if isinstance(attached, Unknown):
            return unknown(attached, path)
        if attached:
            return fail(f"{len(attached)} policies are attached to the user itself", path)
    apart = beside(user, estate, APART, "UserName", called(user, "UserName"))
    if isinstance(apart, Unknown):
        return unknown(apart, "Policies")
    return fail("an inline policy is attached to the user itself", "Policies") if apart else PASS
