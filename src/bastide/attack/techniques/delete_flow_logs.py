"""Delete a VPC's flow logs before moving data through it."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="Flow logs are deleted",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("Security Hub EC2.6", "GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior"),
    expected=Prevented("flow-logs-protect"),
    source="Amazon EC2 API Reference, DeleteFlowLogs",
)


def prepare(stage: Stage) -> Scene:
    """A VPC with a flow log into a bucket."""
    network, bucket = scenery.network(stage), stage.bucket("flow-logs")
    made = (
        stage.owner()
        .client("ec2")
        .create_flow_logs(
            ResourceIds=[network.vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="s3",
            LogDestination=f"arn:aws:s3:::{bucket}",
        )
    )
    return {"network": network, "bucket": bucket, "log": made["FlowLogIds"][0]}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    stage.attacker().client("ec2").delete_flow_logs(FlowLogIds=[scene["log"]])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The VPC has no flow log."""
    wanted = [{"Name": "resource-id", "Values": [scene["network"].vpc]}]
    return not stage.owner().client("ec2").describe_flow_logs(Filters=wanted)["FlowLogs"]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete what is left."""
    if not succeeded(stage, scene):
        stage.owner().client("ec2").delete_flow_logs(FlowLogIds=[scene["log"]])
    scenery.drop_network(stage, scene["network"])
    stage.drop_bucket(scene["bucket"])
