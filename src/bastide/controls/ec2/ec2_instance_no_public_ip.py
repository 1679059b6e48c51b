"""An instance has no public address.

An observed instance says which address it has; a declared one says what it asks for, or leaves it to its subnet.
"""

from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import having
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

SUBNET = "AWS::EC2::Subnet"
SEEN = ("observed", "recorded")


@control(
    title="Instances have no public address",
    resource_type="AWS::EC2::Instance",
    severity="high",
    maps_to=("FSBP:EC2.9", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon EC2 User Guide, Amazon EC2 instance IP addressing",
    remediation="Put the instance behind a load balancer in a private subnet, and reach it through Session Manager.",
    reads=(SUBNET,),
    config_rule="ec2-instance-no-public-ip",
    properties=("NetworkInterfaces", "PublicIp", "SubnetId"),
)
def ec2_instance_no_public_ip(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when the instance has a public address, asks for one, or will get one from its subnet."""
    address = instance.get("PublicIp")
    if address is not None and not isinstance(address, Unknown) and address:
        return fail(f"the instance has the public address {address}", "PublicIp")
    interfaces = elements_of(instance.get("NetworkInterfaces"))
    if isinstance(interfaces, Unknown):
        return unknown(interfaces, "NetworkInterfaces")
    for index in range(len(interfaces)):
        path = f"NetworkInterfaces.{index}.AssociatePublicIpAddress"
        value = instance.get(path)
        if isinstance(value, Unknown):
            return unknown(value, path)
        if is_on(value):
            return fail("the instance asks for a public address", path)
    if isinstance(address, Unknown):
        return unknown(address, "PublicIp")
    refused = interfaces and (
        len(interfaces) > 1 or instance.get("NetworkInterfaces.0.AssociatePublicIpAddress") is not None
    )
    return PASS if refused else _by_subnet(instance, estate)  # nobody gets an address on one of several interfaces


def _by_subnet(instance: Resource, estate: Estate) -> Verdict:
    """What a declared instance gets from its subnet, when it says nothing itself."""
    if instance.origin.source in SEEN:
        return PASS
    path = "SubnetId" if instance.get("SubnetId") is not None else "NetworkInterfaces.0.SubnetId"
    name = instance.get(path)
    if isinstance(name, Unknown):
        return unknown(name, path)
    for subnet in having(estate, SUBNET, "", name):
        given = subnet.get("MapPublicIpOnLaunch")
        if isinstance(given, Unknown):
            return unknown(given, path)
        return fail("the subnet gives a public address on launch", path) if is_on(given) else PASS
    return unknown("nothing says whether the instance gets a public address: its subnet is not in the estate", path)
