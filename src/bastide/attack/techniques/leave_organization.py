"""Take the account out of its organization: every policy from above, the organization's trail and its detectors end.

Played with an account that is made for it, and that lies in the root as every new one does.
"""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="An account leaves the organization",
    mitre=("T1666",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("leave-organization"),
    where="root",
    source="AWS Organizations API Reference, LeaveOrganization",
)


def prepare(stage: Stage) -> Scene:
    """A new member account."""
    name = stage.name("leaver")
    organizations = stage.owner(stage.accounts["management"]).client("organizations")
    made = organizations.create_account(Email=f"{name}@attack.example", AccountName=name)["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    if status["State"] == "FAILED":
        raise NotPlayable(f"no account can be made: {status['FailureReason']}")
    return {"account": status["AccountId"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Leave."""
    stage.attacker(scene["account"]).client("organizations").leave_organization()


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The management account does not list it any more."""
    organizations = stage.owner(stage.accounts["management"]).client("organizations")
    pages = organizations.get_paginator("list_accounts").paginate()
    return scene["account"] not in [one["Id"] for page in pages for one in page["Accounts"]]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Remove the account from the organization."""
    if not succeeded(stage, scene):
        organizations = stage.owner(stage.accounts["management"]).client("organizations")
        organizations.remove_account_from_organization(AccountId=scene["account"])
