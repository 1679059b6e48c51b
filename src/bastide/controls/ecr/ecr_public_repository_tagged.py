"""A repository says by tags whose it is."""

from bastide.controls.control import control
from bastide.controls.tags import REQUIRED, judge_tags
from bastide.model import Resource, Verdict


@control(
    title="Public repositories are tagged",
    resource_type="AWS::ECR::PublicRepository",
    severity="low",
    maps_to=("SecurityHub:ECR.4",),
    source="AWS Security Hub User Guide, ECR.4",
    remediation="Tag the repository with who answers for it.",
    parameters=(REQUIRED,),
    properties=("Tags",),
)
def ecr_public_repository_tagged(repository: Resource, *, required_tag_keys: list[str] | None) -> Verdict:
    """FAIL when the repository has no tag, or lacks one of the required keys."""
    return judge_tags(repository, required_tag_keys)
