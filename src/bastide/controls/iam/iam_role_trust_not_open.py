"""Not everybody can take a role: its trust policy names who.

An external id is no name: it is known to whoever was told it. A provider that signs tokens for the whole world, such as
GitHub, needs a condition on the subject.
"""

from bastide.controls.control import control
from bastide.controls.iam.federation import open_provider
from bastide.controls.policies import judge_public, policy_of
from bastide.model import PASS, Resource, Verdict, fail

PATH = "AssumeRolePolicyDocument"


@control(
    title="Roles cannot be taken by everybody",
    resource_type="AWS::IAM::Role",
    severity="critical",
    maps_to=("Bastide:IAM.open-trust", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements, Principal",
    remediation="Name the accounts, roles or token subjects that may take the role.",
    properties=("AssumeRolePolicyDocument",),
)
def iam_role_trust_not_open(role: Resource) -> Verdict:
    """FAIL when the trust policy lets in everybody, or every user of a shared identity provider."""
    policy = policy_of(role, PATH)
    if policy is None:
        return PASS
    for path, statement in policy.statements:
        provider = open_provider(statement)
        if provider:
            return fail(f"every user of {provider} can take the role", path)
    return judge_public(policy, "everybody can take the role")
