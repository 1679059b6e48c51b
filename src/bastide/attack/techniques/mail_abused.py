"""Send mail in the company's name through its own Simple Email Service."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Mail is sent in the company's name",
    mitre=("T1496.004",),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior", "AWS Trust & Safety: abuse report"),
    expected=Recorded("sending mail is what the identity is for", would="service-allowlist"),
    source="Amazon SES API Reference, SendEmail",
)


def _sent(stage: Stage) -> float:
    return float(stage.owner().client("ses").get_send_quota()["SentLast24Hours"])


def prepare(stage: Stage) -> Scene:
    """A sender that is verified."""
    sender = f"{stage.name('news')}@shop.example"
    stage.owner().client("ses").verify_email_identity(EmailAddress=sender)
    return {"sender": sender, "before": _sent(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Send a lure."""
    stage.attacker().client("ses").send_email(
        Source=scene["sender"],
        Destination={"ToAddresses": ["customer@example.com"]},
        Message={"Subject": {"Data": "Your invoice"}, "Body": {"Text": {"Data": "https://attacker.example"}}},
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The account has sent more than before."""
    return _sent(stage) > float(scene["before"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the sender."""
    stage.owner().client("ses").delete_identity(Identity=scene["sender"])
