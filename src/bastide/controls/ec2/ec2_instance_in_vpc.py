"""An instance stands in a VPC, in one of those that its owner names.

Since EC2-Classic is gone every instance is in some VPC; the question is in which.
"""

from collections.abc import Iterable

from bastide.controls.control import control
from bastide.controls.neighbours import having
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

SUBNET = "AWS::EC2::Subnet"


@control(
    title="Instances stand in the VPCs that are meant for them",
    resource_type="AWS::EC2::Instance",
    severity="medium",
    maps_to=("Bastide:EC2.instance-vpc", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Config Developer Guide, ec2-instances-in-vpc; Amazon EC2 User Guide, EC2-Classic is retired",
    remediation="Launch the instance anew in a subnet of the VPC that it belongs to.",
    reads=(SUBNET,),
    config_rule="ec2-instances-in-vpc",
    parameters=(Parameter("vpcId", "list", [], "VPCs that instances may stand in; every one where none is named"),),
    properties=("NetworkInterfaces", "SubnetId", "VpcId"),
)
def ec2_instance_in_vpc(instance: Resource, estate: Estate, *, vpc_id: Iterable[str]) -> Verdict:
    """FAIL when VPCs are named and the instance stands in another."""
    allowed = tuple(vpc_id)
    if not allowed:
        return PASS
    vpc, path = _vpc(instance, estate)
    if isinstance(vpc, Unknown):
        return unknown(vpc, path)
    return PASS if vpc in allowed else fail(f"the instance stands in {vpc}", path)


def _vpc(instance: Resource, estate: Estate) -> tuple[Value, str]:
    """The VPC of an instance, and the property that tells it."""
    vpc = instance.get("VpcId")
    if vpc is not None:
        return vpc, "VpcId"
    path = "SubnetId" if instance.get("SubnetId") is not None else "NetworkInterfaces.0.SubnetId"
    subnet = instance.get(path)
    if isinstance(subnet, Unknown):
        return subnet, path
    found = having(estate, SUBNET, "", subnet) if isinstance(subnet, str) else ()
    told = found[0].get("VpcId") if found else None
    return (Unknown("nothing says in which VPC the instance stands") if told is None else told), path
