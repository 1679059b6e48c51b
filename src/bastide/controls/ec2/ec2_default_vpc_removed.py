"""A region has no default VPC, whose subnets hand out public addresses."""

from bastide.controls.control import control
from bastide.controls.switches import require_value
from bastide.model import Resource, Verdict


@control(
    title="Default VPCs are removed",
    resource_type="Bastide::EC2::DefaultVpc",
    severity="low",
    maps_to=("Bastide:EC2.default-vpc", "NIST-800-53r5:SC-7"),
    source="Amazon VPC User Guide, Default VPCs",
    remediation="Delete the default VPC of the region once nothing uses it.",
    heal={"Present": False},
    properties=("Present",),
)
def ec2_default_vpc_removed(setting: Resource) -> Verdict:
    """FAIL when there is a default VPC in the region."""
    return require_value(setting, "Present", (False,), "the region has a default VPC")
