"""No permission of a function lets in everybody, be it through a service that anybody can have call it.

A function URL without authentication needs such a permission: it is public because somebody wanted it so, and fails all
the same.
"""

from bastide.controls.awslambda.public_access import PROPERTIES, judge_permission
from bastide.controls.control import control
from bastide.model import Resource, Verdict


@control(
    title="Lambda functions cannot be called by the public",
    resource_type="AWS::Lambda::Permission",
    severity="critical",
    maps_to=("FSBP:Lambda.1", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6", "NIST-800-53r5:SC-7"),
    source="AWS Security Hub User Guide, Lambda.1; AWS Lambda Developer Guide, Granting access to AWS services",
    remediation="Name the principal, or add SourceAccount (and SourceArn) to the permission.",
    config_rule="lambda-function-public-access-prohibited",
    properties=PROPERTIES,
)
def lambda_permission_not_public(permission: Resource) -> Verdict:
    """FAIL when the permission lets in everybody, or a service for whoever uses it."""
    return judge_permission(permission)
