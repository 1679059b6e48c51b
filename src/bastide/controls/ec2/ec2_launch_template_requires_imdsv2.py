"""A launch template starts instances that require IMDSv2."""

from bastide.controls.control import control
from bastide.controls.ec2.metadata_options import requires_v2
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

PATH = "LaunchTemplateData.MetadataOptions"


@control(
    title="Launch templates require IMDSv2",
    resource_type="AWS::EC2::LaunchTemplate",
    severity="low",
    maps_to=("FSBP:EC2.170", "CIS-AWS-3.0:5.6", "CIS-AWS-5.0:5.7"),
    source="Amazon EC2 User Guide, Configure instance metadata options for new instances",
    remediation="Make a template version with HttpTokens required, and make it the default version.",
    heal={f"{PATH}.HttpTokens": "required"},
    config_rule="ec2-launch-template-imdsv2-check",
    properties=("LaunchTemplateData",),
)
def ec2_launch_template_requires_imdsv2(template: Resource) -> Verdict:
    """FAIL when the template leaves HttpTokens optional or says nothing."""
    answer = requires_v2(template.get(PATH))
    if isinstance(answer, Unknown):
        return unknown(answer, f"{PATH}.HttpTokens")
    return PASS if answer else fail("instances of the template answer IMDSv1", f"{PATH}.HttpTokens")
