"""The policy of a repository lets in nobody who is not named, or of the organization."""

from bastide.controls.control import control
from bastide.controls.policies import judge_public, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Repositories cannot be used by the public",
    resource_type="AWS::ECR::Repository",
    severity="high",
    maps_to=("Bastide:ECR.public-policy", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-7"),
    source="Amazon ECR User Guide, Private repository policies",
    remediation="Name the accounts or roles that use the repository, or add a condition on the organization.",
    properties=("RepositoryPolicyText",),
)
def ecr_repository_policy_not_public(repository: Resource) -> Verdict:
    """FAIL when a statement allows everybody, and no condition holds the caller to fixed values."""
    return judge_public(policy_of(repository, "RepositoryPolicyText"), "everybody can use the repository")
