"""What every account has, the management account included: settings that AWS leaves open or half open by default.

One resource a setting, so that a finding, a drift and an exemption name one thing. Account-wide settings once,
regional ones in every allowed region; other regions are closed by the region guardrail.
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.declare.architecture import Contact
from bastide.declare.expansion.survey import Member, Survey
from bastide.model import GLOBAL, Properties, Resource

BLOCK_ALL = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
# Source: CIS AWS Foundations 3.0, 1.8 and 1.9; Security Hub IAM.7 (which asks for an age of at most 90 days, too).
PASSWORD_POLICY = {
    "MinimumPasswordLength": 14,
    "RequireLowercaseCharacters": True,
    "RequireUppercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "AllowUsersToChangePassword": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
}
# A hop limit of 1 keeps a container from the credentials of the instance that it runs on. It is a default of launches,
# not a cap: what needs 2 says so in its launch template.
INSTANCE_METADATA = {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
# Nobody makes a document public by a click, and what scripts of automations print is kept.
SYSTEMS_MANAGER = {"CustomerScriptLogDestination": "CloudWatch", "PublicSharingPermission": "Disable"}
NO_PHONE = "000"  # AWS asks for a number; this one says that there is none


def baseline(survey: Survey) -> Iterator[Resource]:
    """The settings of every account and allowed region."""
    for member in survey.everyone:
        yield from _account_wide(survey, member)
        for region in survey.regions:
            yield from _regional(survey, member, region)


def _account_wide(survey: Survey, member: Member) -> Iterator[Resource]:
    at = (member, GLOBAL)
    yield survey.make("Bastide::S3::AccountPublicAccessBlock", at, member.id, BLOCK_ALL, member.said)
    yield survey.make("Bastide::IAM::AccountPasswordPolicy", at, member.id, PASSWORD_POLICY, member.said)
    for kind, contact in sorted(contacts(survey).items()):
        yield survey.make(
            "Bastide::Account::AlternateContact", at, kind.upper(), _contact(kind, contact), f"contacts.{kind}"
        )


def contacts(survey: Survey) -> dict[str, Contact]:
    """Alternate contacts by kind; security is made from ``emails`` when the file names none."""
    architecture = survey.architecture
    derived = Contact(
        name=f"{architecture.organization} security",
        email=architecture.emails.replace("{account}", "security"),
        phone=NO_PHONE,
    )
    given: dict[str, Contact] = dict(architecture.contacts.items())
    return {"security": derived, **given}


def _contact(kind: str, contact: Contact) -> Properties:
    return {
        "AlternateContactType": kind.upper(),
        "Name": contact.name,
        "Title": contact.title,
        "EmailAddress": contact.email,
        "PhoneNumber": contact.phone,
    }


def _regional(survey: Survey, member: Member, region: str) -> Iterator[Resource]:
    settings: dict[str, Properties] = {
        "Bastide::EC2::EbsEncryptionByDefault": {"Enabled": True},
        "Bastide::EC2::InstanceMetadataDefaults": INSTANCE_METADATA,
        "AWS::EC2::SnapshotBlockPublicAccess": {"State": "block-all-sharing"},
        "Bastide::EC2::ImageBlockPublicAccess": {"State": "block-new-sharing"},
        "Bastide::EC2::SerialConsoleAccess": {"Enabled": False},
        "Bastide::EC2::DefaultVpc": {"Present": False},
        "Bastide::SSM::ServiceSettings": SYSTEMS_MANAGER,
    }
    for type, properties in settings.items():
        yield survey.make(type, (member, region), member.id, properties, member.said)
