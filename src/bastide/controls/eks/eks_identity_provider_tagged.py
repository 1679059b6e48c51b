"""An identity provider says by tags whose it is."""

from bastide.controls.control import control
from bastide.controls.tags import REQUIRED, judge_tags
from bastide.model import Resource, Verdict


@control(
    title="Identity providers of EKS clusters are tagged",
    resource_type="AWS::EKS::IdentityProviderConfig",
    severity="low",
    maps_to=("SecurityHub:EKS.7",),
    source="AWS Security Hub User Guide, EKS.7",
    remediation="Tag the identity provider with who answers for it.",
    parameters=(REQUIRED,),
    properties=("Tags",),
)
def eks_identity_provider_tagged(provider: Resource, *, required_tag_keys: list[str] | None) -> Verdict:
    """FAIL when the identity provider has no tag, or lacks one of the required keys."""
    return judge_tags(provider, required_tag_keys)
