"""A launch template gives its instances no public address."""

from bastide.controls.control import control
from bastide.controls.switches import is_on
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

INTERFACES = "LaunchTemplateData.NetworkInterfaces"


@control(
    title="Launch templates assign no public addresses",
    resource_type="AWS::EC2::LaunchTemplate",
    severity="high",
    maps_to=("FSBP:EC2.25", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon EC2 User Guide, Amazon EC2 instance IP addressing",
    remediation="Make a template version whose interfaces do not associate a public address, and make it the default.",
    config_rule="ec2-launch-template-public-ip-disabled",
    properties=("LaunchTemplateData",),
)
def ec2_launch_template_no_public_ip(template: Resource) -> Verdict:
    """FAIL when an interface of the template asks for a public address."""
    interfaces = template.get(INTERFACES)
    if isinstance(interfaces, Unknown):
        return unknown(interfaces, INTERFACES)
    answer = PASS
    for index in range(len(interfaces or ())):
        path = f"{INTERFACES}.{index}.AssociatePublicIpAddress"
        value = template.get(path)
        if isinstance(value, Unknown):
            answer = unknown(value, path)
        elif is_on(value):
            return fail("instances of the template get a public address", path)
    return answer
