"""A subnet gives no public addresses to instances that did not ask for one."""

from bastide.controls.control import control
from bastide.controls.switches import require_value
from bastide.model import Resource, Verdict


@control(
    title="Subnets assign no public addresses automatically",
    resource_type="AWS::EC2::Subnet",
    severity="medium",
    maps_to=("FSBP:EC2.15", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon VPC User Guide, Modify the IP addressing attributes of your subnet",
    remediation="Switch MapPublicIpOnLaunch off and give addresses to load balancers and gateways only.",
    heal={"MapPublicIpOnLaunch": False},
    config_rule="subnet-auto-assign-public-ip-disabled",
)
def ec2_subnet_no_automatic_public_ip(subnet: Resource) -> Verdict:
    """FAIL when the subnet assigns public IPv4 addresses on launch."""
    return require_value(
        subnet, "MapPublicIpOnLaunch", (None, False, "false"), "instances get a public address on launch"
    )
