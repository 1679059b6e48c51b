"""Cut a VPC off from the logging of its DNS queries: tunnels and command servers are looked up unseen."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="DNS query logging is cut off from a VPC",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("flow-logs-protect"),
    source="Amazon Route 53 API Reference, DisassociateResolverQueryLogConfig",
)


def prepare(stage: Stage) -> Scene:
    """A VPC whose queries are logged into a bucket."""
    network, bucket = scenery.network(stage), stage.bucket("dns-logs")
    resolver, name = stage.owner().client("route53resolver"), stage.name("dns")
    config = resolver.create_resolver_query_log_config(
        Name=name, DestinationArn=f"arn:aws:s3:::{bucket}", CreatorRequestId=name
    )["ResolverQueryLogConfig"]["Id"]
    resolver.associate_resolver_query_log_config(ResolverQueryLogConfigId=config, ResourceId=network.vpc)
    return {"network": network, "bucket": bucket, "config": config}


def attack(stage: Stage, scene: Scene) -> None:
    """Take the association away."""
    stage.attacker().client("route53resolver").disassociate_resolver_query_log_config(
        ResolverQueryLogConfigId=scene["config"], ResourceId=scene["network"].vpc
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The VPC is associated with no configuration."""
    found = stage.owner().client("route53resolver").list_resolver_query_log_config_associations()
    rows = found["ResolverQueryLogConfigAssociations"]
    return scene["network"].vpc not in [one["ResourceId"] for one in rows]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the configuration, the VPC and the bucket."""
    resolver = stage.owner().client("route53resolver")
    if not succeeded(stage, scene):
        resolver.disassociate_resolver_query_log_config(
            ResolverQueryLogConfigId=scene["config"], ResourceId=scene["network"].vpc
        )
    resolver.delete_resolver_query_log_config(ResolverQueryLogConfigId=scene["config"])
    scenery.drop_network(stage, scene["network"])
    stage.drop_bucket(scene["bucket"])
