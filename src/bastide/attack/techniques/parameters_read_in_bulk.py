"""Read a whole tree of parameters, decrypted: they hold passwords more often than they should."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Secure parameters are read with their values",
    mitre=("T1555.006",),
    tactic="credential-access",
    detectors=("GuardDuty CredentialAccess:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "reading parameters is ordinary work; how many at once only a detector sees", would="perimeter-network"
    ),
    source="AWS Systems Manager API Reference, GetParametersByPath",
)


def prepare(stage: Stage) -> Scene:
    """Two secure parameters under one path."""
    ssm, path = stage.owner().client("ssm"), f"/{stage.name('shop')}"
    for name in ("password", "token"):
        ssm.put_parameter(Name=f"{path}/{name}", Value=f"of {name}", Type="SecureString")
    return {"path": path}


def attack(stage: Stage, scene: Scene) -> None:
    """Read the path, decrypted."""
    ssm = stage.attacker().client("ssm")
    found = ssm.get_parameters_by_path(Path=scene["path"], Recursive=True, WithDecryption=True)["Parameters"]
    scene["read"] = {one["Name"].rpartition("/")[2]: one["Value"] for one in found}


def succeeded(stage: Stage, scene: Scene) -> bool:
    """What was read is plain."""
    return scene.get("read") == {name: f"of {name}" for name in ("password", "token")}


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the parameters."""
    names = [f"{scene['path']}/{name}" for name in ("password", "token")]
    stage.owner().client("ssm").delete_parameters(Names=names)
