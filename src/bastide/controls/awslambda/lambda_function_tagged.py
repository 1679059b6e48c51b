"""A function says by tags whose it is."""

from bastide.controls.control import control
from bastide.controls.tags import REQUIRED, judge_tags
from bastide.model import Resource, Verdict


@control(
    title="Lambda functions are tagged",
    resource_type="AWS::Lambda::Function",
    severity="low",
    maps_to=("SecurityHub:Lambda.6",),
    source="AWS Security Hub User Guide, Lambda.6",
    remediation="Tag the function with who answers for it.",
    parameters=(REQUIRED,),
    properties=("Tags",),
)
def lambda_function_tagged(function: Resource, *, required_tag_keys: list[str] | None) -> Verdict:
    """FAIL when the function has no tag, or lacks one of the required keys."""
    return judge_tags(function, required_tag_keys)
