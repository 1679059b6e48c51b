"""An alarm watches the metric of an instance that is named; while none is named, nothing is asked."""

from bastide.controls.cloudwatch.alarms import ALARM, PARAMETERS, judge_watched
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="EC2 instances have an alarm on the metric that is named",
    resource_type="AWS::EC2::Instance",
    severity="medium",
    maps_to=("NIST-800-53r5:AU-6(1)", "NIST-800-53r5:CA-7", "NIST-800-53r5:SI-4(12)"),
    source="AWS Config Developer Guide, cloudwatch-alarm-resource-check",
    remediation="Make an alarm of the metric with this resource as its dimension InstanceId.",
    reads=(ALARM,),
    config_rule="cloudwatch-alarm-resource-check",
    parameters=PARAMETERS,
    properties=("InstanceId",),
)
def cloudwatch_instance_watched(
    resource: Resource, estate: Estate, *, resource_type: str | None, metric_name: str | None
) -> Verdict:
    """FAIL when no alarm has the metric and the resource."""
    return judge_watched(resource, estate, "InstanceId", resource_type, metric_name)
