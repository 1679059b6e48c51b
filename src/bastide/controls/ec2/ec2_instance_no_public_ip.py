"""An instance has no public address.

An observed instance says which address it has. One that is yet to be made says what it asks for, leaves it to its
launch template and then to its subnet, and may be given an Elastic IP address besides.
"""

from bastide.controls.control import control
from bastide.controls.ec2.launch_template import TEMPLATE, template_of
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside, having
from bastide.controls.policies import worst
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

ADDRESSES = ("AWS::EC2::EIP", "AWS::EC2::EIPAssociation")
SUBNET = "AWS::EC2::Subnet"
SEEN = ("observed", "recorded")


@control(
    title="Instances have no public address",
    resource_type="AWS::EC2::Instance",
    severity="high",
    maps_to=("FSBP:EC2.9", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon EC2 User Guide, Amazon EC2 instance IP addressing",
    remediation="Put the instance behind a load balancer in a private subnet, and reach it through Session Manager.",
    reads=(SUBNET, TEMPLATE, *ADDRESSES),
    config_rule="ec2-instance-no-public-ip",
    properties=("LaunchTemplate", "NetworkInterfaces", "PublicIp", "SubnetId"),
)
def ec2_instance_no_public_ip(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when the instance has a public address, asks for one, or will get one from its subnet or by itself."""
    address = instance.get("PublicIp")
    if address is not None and not isinstance(address, Unknown) and address:
        return fail(f"the instance has the public address {address}", "PublicIp")
    asked = _by_interfaces(instance, estate)
    if asked is not None and asked is not PASS:
        return asked
    if isinstance(address, Unknown):
        return unknown(address, "PublicIp")
    if instance.origin.source in SEEN:
        return PASS
    return worst((_by_subnet(instance, estate) if asked is None else asked, *_elastic(instance, estate)))


def _by_interfaces(instance: Resource, estate: Estate) -> Verdict | None:
    """What the interfaces ask for, those of the instance or else of its launch template; None when they leave it open.

    Nobody gets an address on one of several interfaces.
    """
    holder, where = instance, "NetworkInterfaces"
    own = instance.get("NetworkInterfaces") is not None or instance.origin.source in SEEN
    template = None if own else template_of(instance, estate)
    if isinstance(template, Unknown):
        return unknown(template, "LaunchTemplate")
    if template is not None:
        holder, where = template, "LaunchTemplateData.NetworkInterfaces"
    told = where if template is None else "LaunchTemplate"
    interfaces = elements_of(holder.get(where))
    if isinstance(interfaces, Unknown):
        return unknown(interfaces, told)
    for index in range(len(interfaces)):
        path = f"{where}.{index}.AssociatePublicIpAddress"
        value = holder.get(path)
        if isinstance(value, Unknown):
            return unknown(value, path if template is None else told)
        if is_on(value):
            return fail("the instance asks for a public address", path if template is None else told)
    first = holder.get(f"{where}.0.AssociatePublicIpAddress")
    return PASS if interfaces and (len(interfaces) > 1 or first is not None) else None


def _elastic(instance: Resource, estate: Estate) -> list[Verdict]:
    """What Elastic IP addresses say of an instance that is yet to be made."""
    found: list[Verdict] = []
    for kind in ADDRESSES:
        addresses = beside(instance, estate, kind, "InstanceId", instance.id)
        if isinstance(addresses, Unknown):
            found.append(unknown(addresses))
        elif addresses:
            found.append(fail("the instance is given an Elastic IP address"))
    return found


def _by_subnet(instance: Resource, estate: Estate) -> Verdict:
    """What a declared instance gets from its subnet, when it says nothing itself."""
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
