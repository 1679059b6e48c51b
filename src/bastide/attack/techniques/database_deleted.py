"""Delete a database without a last snapshot."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A database is deleted without a snapshot",
    mitre=("T1485",),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior", "Security Hub RDS.8"),
    expected=Recorded(
        "no condition key sees whether a last snapshot is skipped; deletion protection and backups hold it"
    ),
    source="Amazon RDS API Reference, DeleteDBInstance",
)


def prepare(stage: Stage) -> Scene:
    """A database."""
    network = scenery.network(stage)
    group = scenery.subnet_group(stage, network.subnet)
    name = scenery.database(stage, group, VpcSecurityGroupIds=[scenery.default_group(stage, network)])
    return {"network": network, "group": group, "database": name}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it for good."""
    stage.attacker().client("rds").delete_db_instance(
        DBInstanceIdentifier=scene["database"], SkipFinalSnapshot=True, DeleteAutomatedBackups=True
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It is gone, or on the way."""
    found = stage.owner().client("rds").describe_db_instances()["DBInstances"]
    return scene["database"] not in [
        one["DBInstanceIdentifier"] for one in found if one["DBInstanceStatus"] != "deleting"
    ]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the database, if it is left, and its network."""
    if not succeeded(stage, scene):
        stage.owner().client("rds").delete_db_instance(DBInstanceIdentifier=scene["database"], SkipFinalSnapshot=True)
    stage.owner().client("rds").delete_db_subnet_group(DBSubnetGroupName=scene["group"])
    scenery.drop_network(stage, scene["network"])
