"""An instance is managed by Systems Manager: it can be patched and looked into without opening a port."""

from bastide.controls.control import control
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

MANAGED = "Bastide::SSM::ManagedInstances"
STATE = "State.Name"


@control(
    title="Instances are managed by Systems Manager",
    resource_type="AWS::EC2::Instance",
    severity="medium",
    maps_to=("FSBP:SSM.1", "NIST-800-53r5:CM-8", "NIST-800-53r5:SI-2(2)"),
    source="AWS Config Developer Guide, ec2-instance-managed-by-systems-manager",
    remediation="Install the agent and give the instance a role with AmazonSSMManagedInstanceCore.",
    reads=(MANAGED,),
    config_rule="ec2-instance-managed-by-systems-manager",
    properties=("State",),
)
def ssm_instance_managed(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when the region's list of managed instances lacks it; NOT_APPLICABLE to one that is not there."""
    if instance.get(STATE) == "terminated":
        return not_applicable("the instance is terminated")
    lists = estate.listed(MANAGED, instance.account, instance.region)
    if isinstance(lists, Unknown):
        return unknown(lists)
    if not lists and instance.origin.source in ("declared", "template"):
        return not_applicable("the instance is yet to be made")
    ids = lists[0].get("InstanceIds") if lists else Unknown("which instances are managed was not read")
    if isinstance(ids, Unknown):
        return unknown(ids)
    if not isinstance(ids, list | tuple):
        return unknown("the managed instances are not a list")
    if instance.id in [one for one in ids if not isinstance(one, Unknown)]:
        return PASS
    gap = next((one for one in ids if isinstance(one, Unknown)), None)
    return unknown(gap) if gap is not None else fail("Systems Manager does not manage the instance")
