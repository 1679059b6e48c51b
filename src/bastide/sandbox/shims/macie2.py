"""Macie: the session, members, and discovery settings. moto: a session and an administrator, without checks."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, on_join, shim
from bastide.sandbox.shims.organizations_services import (
    administering,
    administrator_of,
    appoint,
    at_administrators,
    dismiss,
    members,
    require_administrator,
)
from bastide.sandbox.wire import AwsError

PRINCIPAL = "macie.amazonaws.com"


def make_session(call: Call, account: str, fields: dict[str, Any]) -> None:
    """Enable Macie in the account and Region."""
    role = f"arn:aws:iam::{account}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
    call.store_of(account)["session"] = {
        "createdAt": moto.now(),
        "updatedAt": moto.now(),
        "findingPublishingFrequency": fields.get("findingPublishingFrequency", "FIFTEEN_MINUTES"),
        "status": fields.get("status", "ENABLED"),
        "serviceRole": role,
    }


def _read_session(call: Call) -> dict[str, Any]:
    session: dict[str, Any] | None = call.store.get("session")
    if session is None:
        raise AwsError("AccessDeniedException", "Macie is not enabled", 403)
    return session


@shim("macie2", "EnableMacie")
def enable_macie(call: Call) -> Answer:
    """Once."""
    if "session" in call.store:
        raise AwsError("ConflictException", "Macie has already been enabled", 409)
    make_session(call, call.account, call.params)
    return None


@shim("macie2", "GetMacieSession")
def get_macie_session(call: Call) -> Answer:
    """The session as it is now."""
    return dict(_read_session(call))


@shim("macie2", "UpdateMacieSession")
def update_macie_session(call: Call) -> Answer:
    """What is named changes. A member's status is its administrator's."""
    session = _read_session(call)
    if "status" in call.params:
        _standing_alone(call)
    session.update(call.params | {"updatedAt": moto.now()})
    return None


def _standing_alone(call: Call) -> None:
    """Raises AwsError when the caller is a member.

    Source: Macie User Guide, "Understanding the relationship between Macie administrator and member accounts".
    """
    if administering(call, status="relationshipStatus"):
        text = "The request failed because the account is a Macie member account; its administrator can do this"
        raise AwsError("AccessDeniedException", text, 403)


@shim("macie2", "UpdateMemberSession")
def update_member_session(call: Call) -> Answer:
    """The administrator suspends a member, or resumes it."""
    member, status = _read_member(call), call.params["status"]
    call.store_of(member["accountId"])["session"] |= {"status": status, "updatedAt": moto.now()}
    member["relationshipStatus"] = "Paused" if status == "PAUSED" else "Enabled"
    return None


@shim("macie2", "DisableMacie")
def disable_macie(call: Call) -> Answer:
    """With its settings; not while it administers members or is one."""
    _read_session(call)
    _standing_alone(call)
    if call.store.get("members"):
        raise AwsError("ConflictException", "Cannot disable Macie while there are members", 409)
    for name in ("session", "discovery", "export", "publication"):
        call.store.pop(name, None)
    return None


@shim("macie2", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Per Region; enables Macie for the administrator. Source: Macie API reference, /admin POST."""
    account = call.params["adminAccountId"]
    taken = AwsError("ConflictException", "The organization already has a Macie administrator account", 409)
    appoint(call, PRINCIPAL, account, taken)
    if "session" not in call.store_of(account):
        make_session(call, account, {})
    return None


@shim("macie2", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """In this Region; the delegation ends with the last one."""
    account = call.params["adminAccountId"]
    other = AwsError("ResourceNotFoundException", "The account is not the Macie administrator", 404)
    dismiss(call, PRINCIPAL, account, other)
    return None


@shim("macie2", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """None or one."""
    account = call.organization_store.get(call.region)
    return {"adminAccounts": [{"accountId": account, "status": "ENABLED"}] if account else []}


@shim("macie2", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Off at first."""
    _read_session(call)
    require_administrator(call, PRINCIPAL)
    return {"autoEnable": call.store.get("auto_enable", False), "maxAccountLimitReached": False}


@shim("macie2", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """For accounts that join later only."""
    _read_session(call)
    require_administrator(call, PRINCIPAL)
    call.store["auto_enable"] = call.params["autoEnable"]
    return None


def _enrol(call: Call, admin: str, member: dict[str, str], tags: dict[str, str]) -> str:
    if "session" not in call.store_of(member["Id"]):
        make_session(call, member["Id"], {})
    arn = f"arn:aws:macie2:{call.region}:{admin}:member/{member['Id']}"
    call.store_of(admin).setdefault("members", {})[member["Id"]] = {
        "accountId": member["Id"],
        "administratorAccountId": admin,
        "masterAccountId": admin,
        "arn": arn,
        "email": member["Email"],
        "relationshipStatus": "Enabled",
        "invitedAt": moto.now(),
        "updatedAt": moto.now(),
        "tags": tags,
    }
    return arn


@on_join("macie2")
def enrol_new_account(call: Call, account: str) -> None:
    """What autoEnable does in every Region with a delegated administrator."""
    member = next(found for found in members(call) if found["Id"] == account)
    for here in at_administrators(call, "macie2"):
        if here.store.get("auto_enable"):
            _enrol(here, here.account, member, {})


@shim("macie2", "CreateMember")
def create_member(call: Call) -> Answer:
    """An account of the organization; Macie is enabled in it."""
    _read_session(call)
    require_administrator(call, PRINCIPAL)
    account = call.params["account"]["accountId"]
    member = next((found for found in members(call) if found["Id"] == account), None)
    if member is None:
        raise AwsError("ValidationException", "The account is not part of your organization", 400)
    if call.store.get("members", {}).get(account, {}).get("relationshipStatus") in ("Enabled", "Paused"):
        raise AwsError("ConflictException", "The account is already a member", 409)
    return {"arn": _enrol(call, call.account, member, dict(call.params.get("tags", {})))}


@shim("macie2", "ListMembers")
def list_members(call: Call) -> Answer:
    """By default the associated ones."""
    _read_session(call)
    everyone = str(call.params.get("onlyAssociated", "true")).lower() == "false"
    rows = call.store.get("members", {}).values()
    return {"members": [row for row in rows if everyone or row["relationshipStatus"] != "Removed"]}


def _read_member(call: Call) -> dict[str, Any]:
    _read_session(call)
    found: dict[str, Any] | None = call.store.get("members", {}).get(call.params["id"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "The member does not exist", 404)
    return found


@shim("macie2", "GetMember")
def get_member(call: Call) -> Answer:
    """As enrolled."""
    return dict(_read_member(call))


@shim("macie2", "DisassociateMember")
def disassociate_member(call: Call) -> Answer:
    """Its session stays."""
    _read_member(call)["relationshipStatus"] = "Removed"
    return None


@shim("macie2", "DeleteMember")
def delete_member(call: Call) -> Answer:
    """Its session stays."""
    del call.store["members"][_read_member(call)["accountId"]]
    return None


@shim("macie2", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """The administrator of a member; nothing for others."""
    _read_session(call)
    found = administrator_of(call, "accountId", "relationshipStatus", "invitedAt")
    return {"administrator" if call.operation == "GetAdministratorAccount" else "master": found} if found else {}


@shim("macie2", "GetAutomatedDiscoveryConfiguration")
def get_automated_discovery_configuration(call: Call) -> Answer:
    """Off at first."""
    _read_session(call)
    return dict(call.store.get("discovery", {"status": "DISABLED", "autoEnableOrganizationMembers": "NONE"}))


@shim("macie2", "UpdateAutomatedDiscoveryConfiguration")
def update_automated_discovery_configuration(call: Call) -> Answer:
    """What is named changes."""
    _read_session(call)
    discovery = call.store.setdefault("discovery", {"status": "DISABLED", "autoEnableOrganizationMembers": "NONE"})
    discovery |= call.params | {"lastUpdatedAt": moto.now()}
    return None


@shim("macie2", "PutClassificationExportConfiguration", "GetClassificationExportConfiguration")
def classification_export_configuration(call: Call) -> Answer:
    """Where results go; nowhere at first."""
    _read_session(call)
    if call.operation.startswith("Put"):
        call.store["export"] = call.params["configuration"]
    return {"configuration": call.store.get("export", {})}


@shim("macie2", "PutFindingsPublicationConfiguration", "GetFindingsPublicationConfiguration")
def findings_publication_configuration(call: Call) -> Answer:
    """Policy findings go to Security Hub at first. Source: Macie User Guide, "Publication settings for findings"."""
    _read_session(call)
    if call.operation.startswith("Put"):
        call.store["publication"] = call.params["securityHubConfiguration"]
        return None
    default = {"publishClassificationFindings": False, "publishPolicyFindings": True}
    return {"securityHubConfiguration": call.store.get("publication", default)}
