"""Let an instance answer IMDSv1 again: one request that the application forwards gives away the role's keys."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="An instance answers IMDSv1 again",
    mitre=("T1552.005",),
    tactic="credential-access",
    detectors=("Security Hub EC2.8", "GuardDuty UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"),
    expected=Prevented("imdsv2-modify"),
    source="Amazon EC2 API Reference, ModifyInstanceMetadataOptions",
)


def prepare(stage: Stage) -> Scene:
    """An instance that requires IMDSv2."""
    network = scenery.network(stage)
    return {"network": network, "instance": scenery.instance(stage, network.subnet)}


def attack(stage: Stage, scene: Scene) -> None:
    """Make the token optional."""
    ec2 = stage.attacker().client("ec2")
    ec2.modify_instance_metadata_options(InstanceId=scene["instance"], HttpTokens="optional", HttpEndpoint="enabled")


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The instance says that it is."""
    found = scenery.instances(stage, instance_id=scene["instance"])
    return str(found[0]["MetadataOptions"]["HttpTokens"]) == "optional"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
