"""An instance gives its credentials to nobody who cannot send a session token: IMDSv2 is required.

What an instance does not say itself is said by its launch template, then by the region's default.
"""

from bastide.controls.control import control
from bastide.controls.ec2.launch_template import TEMPLATE
from bastide.controls.ec2.metadata_options import DEFAULTS, region_requires_v2, requires_v2, template_requires_v2
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

PATH = "MetadataOptions.HttpTokens"


@control(
    title="Instances require IMDSv2",
    resource_type="AWS::EC2::Instance",
    severity="high",
    maps_to=("FSBP:EC2.8", "CIS-AWS-3.0:5.6", "CIS-AWS-5.0:5.7", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6"),
    source="Amazon EC2 User Guide, Use the Instance Metadata Service to access instance metadata",
    remediation="Set HttpTokens to required on the instance, after its software was seen to use IMDSv2 only.",
    reads=(TEMPLATE, DEFAULTS),
    heal={PATH: "required"},
    config_rule="ec2-imdsv2-check",
    properties=("LaunchTemplate", "MetadataOptions"),
)
def ec2_instance_requires_imdsv2(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when HttpTokens is optional, or nothing says anything; metadata switched off is a PASS."""
    answer = requires_v2(instance.get("MetadataOptions"))
    if answer is None:
        answer = template_requires_v2(instance, estate)
    if answer is None:
        answer = region_requires_v2(instance, estate)
    if isinstance(answer, Unknown):
        return unknown(answer, PATH)
    return PASS if answer else fail("IMDSv1 is answered", PATH)
