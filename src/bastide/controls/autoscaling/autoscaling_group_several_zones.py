"""An Auto Scaling group survives the loss of an Availability Zone."""

from bastide.controls.control import control
from bastide.controls.ec2.zones import SUBNET, judge_known, judge_zones
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Resource, Unknown, Verdict, unknown


@control(
    title="Auto Scaling groups stand in several Availability Zones",
    resource_type="AWS::AutoScaling::AutoScalingGroup",
    severity="medium",
    maps_to=("FSBP:AutoScaling.2", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, autoscaling-multiple-az",
    remediation="Give the group subnets in two or more Availability Zones.",
    reads=(SUBNET,),
    config_rule="autoscaling-multiple-az",
    parameters=(Parameter("minAvailabilityZones", "integer", 2, "the least number of zones"),),
    properties=("AvailabilityZones", "VPCZoneIdentifier"),
)
def autoscaling_group_several_zones(group: Resource, estate: Estate, *, min_availability_zones: int) -> Verdict:
    """FAIL when the group stands in fewer zones; the subnets decide where the group names both."""
    zones = group.get("AvailabilityZones")
    if group.get("VPCZoneIdentifier") is None and zones is not None:
        if isinstance(zones, Unknown):
            return unknown(zones, "AvailabilityZones")
        if not isinstance(zones, list | tuple):
            return unknown("not a list", "AvailabilityZones")
        return judge_known(zones, "AvailabilityZones", min_availability_zones)
    return judge_zones(group, estate, "VPCZoneIdentifier", min_availability_zones)
