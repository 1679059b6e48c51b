"""Security Hub (CSPM) in an organization: delegated administrator, central configuration, members. moto: nothing."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, on_join, shim
from bastide.sandbox.shims.organizations import management_account
from bastide.sandbox.shims.organizations_services import (
    appoint,
    at_administrators,
    dismiss,
    members,
    require_administrator,
)
from bastide.sandbox.shims.securityhub import make_hub, read_hub
from bastide.sandbox.wire import AwsError

PRINCIPAL = "securityhub.amazonaws.com"


@shim("securityhub", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Per Region; enables the administrator's hub there."""
    account = call.params["AdminAccountId"]
    taken = AwsError("ResourceConflictException", "Another account is already the delegated administrator", 409)
    appoint(call, PRINCIPAL, account, taken)
    if "hub" not in call.store_of(account):
        make_hub(call, account, {}, standards=True)
    return {"AdminAccountId": account}


@shim("securityhub", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """In this Region; the delegation ends with the last one."""
    account = call.params["AdminAccountId"]
    other = AwsError("InvalidInputException", "The account is not the delegated administrator")
    dismiss(call, PRINCIPAL, account, other)
    return None


@shim("securityhub", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """None or one."""
    account = call.organization_store.get(call.region)
    return {"AdminAccounts": [{"AccountId": account, "Status": "ENABLED"}] if account else [], "Feature": "SecurityHub"}


def _configuration(call: Call) -> dict[str, Any]:
    read_hub(call)
    require_administrator(call, PRINCIPAL)
    found: dict[str, Any] = call.store.setdefault(
        "organization",
        {
            "AutoEnable": False,
            "AutoEnableStandards": "DEFAULT",
            "OrganizationConfiguration": {"ConfigurationType": "LOCAL", "Status": "ENABLED"},
        },
    )
    return found


@shim("securityhub", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Local configuration at first."""
    return _configuration(call) | {"MemberAccountLimitReached": False}


@shim("securityhub", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Central configuration needs an aggregator and turns auto-enable off.

    Source: Security Hub API reference, UpdateOrganizationConfiguration.
    """
    configuration, params = _configuration(call), call.params
    kind = params.get("OrganizationConfiguration", {}).get("ConfigurationType")
    if kind == "CENTRAL":
        if "aggregator" not in call.account_store:
            raise AwsError("InvalidInputException", "Central configuration needs a finding aggregator in this Region")
        if params.get("AutoEnable") or params.get("AutoEnableStandards") == "DEFAULT":
            raise AwsError("InvalidInputException", "AutoEnable must be off with central configuration")
    configuration["AutoEnable"] = bool(params.get("AutoEnable"))
    configuration["AutoEnableStandards"] = params.get("AutoEnableStandards", configuration["AutoEnableStandards"])
    if kind:
        configuration["OrganizationConfiguration"] = {"ConfigurationType": kind, "Status": "ENABLED"}
    return None


def _enrol(call: Call, admin: str, member: dict[str, str]) -> None:
    """Make the account a member and enable its hub in the call's Region."""
    if "hub" not in call.store_of(member["Id"]):
        configuration = call.store_of(admin).get("organization", {})
        make_hub(call, member["Id"], {}, configuration.get("AutoEnableStandards", "DEFAULT") == "DEFAULT")
    generator = call.store_of(admin)["hub"]["ControlFindingGenerator"]
    call.store_of(member["Id"])["hub"]["ControlFindingGenerator"] = generator
    now = moto.now()
    call.store_of(admin).setdefault("members", {})[member["Id"]] = {
        "AccountId": member["Id"],
        "Email": member["Email"],
        "MasterId": admin,
        "AdministratorId": admin,
        "MemberStatus": "Enabled",
        "InvitedAt": now,
        "UpdatedAt": now,
    }


@on_join("securityhub")
def enrol_new_account(call: Call, account: str) -> None:
    """What AutoEnable does in every Region with a delegated administrator."""
    member = next(found for found in members(call) if found["Id"] == account)
    for here in at_administrators(call, "securityhub"):
        if here.store.get("organization", {}).get("AutoEnable"):
            _enrol(here, here.account, member)


@shim("securityhub", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Accounts of the organization; Security Hub is enabled in them, save in the management account."""
    _configuration(call)
    known = {member["Id"]: member for member in members(call)}
    if "hub" not in call.store_of(management_account(call)):
        del known[management_account(call)]
    asked = [row["AccountId"] for row in call.params["AccountDetails"]]
    for account in asked:
        if account in known:
            _enrol(call, call.account, known[account])
    return {"UnprocessedAccounts": _unprocessed(known, asked)}


def _unprocessed(known: dict[str, Any], asked: list[str]) -> list[dict[str, str]]:
    text = "The account is not known here"
    return [{"AccountId": account, "ProcessingResult": text} for account in asked if account not in known]


@shim("securityhub", "ListMembers")
def list_members(call: Call) -> Answer:
    """By default the associated ones."""
    read_hub(call)
    everyone = call.params.get("OnlyAssociated") is False
    rows = call.store.get("members", {}).values()
    return {"Members": [row for row in rows if everyone or row["MemberStatus"] == "Enabled"]}


@shim("securityhub", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members asked for, and those that are none."""
    read_hub(call)
    known, asked = call.store.get("members", {}), call.params["AccountIds"]
    rows = [known[account] for account in asked if account in known]
    return {"Members": rows, "UnprocessedAccounts": _unprocessed(known, asked)}


@shim("securityhub", "DisassociateMembers", "DeleteMembers")
def drop_members(call: Call) -> Answer:
    """Their hubs stay."""
    read_hub(call)
    known, asked = call.store.get("members", {}), call.params["AccountIds"]
    unprocessed = _unprocessed(known, asked)
    for account in set(asked) & set(known):
        if call.operation == "DeleteMembers":
            del known[account]
        else:
            known[account]["MemberStatus"] = "Removed"
    return {"UnprocessedAccounts": unprocessed} if call.operation == "DeleteMembers" else None


@shim("securityhub", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """The administrator of a member; nothing for others."""
    read_hub(call)
    admin = call.organization_store.get(call.region, "")
    member = call.store_of(admin).get("members", {}).get(call.account)
    if member is None:
        return {}
    row = {"AccountId": admin, "MemberStatus": member["MemberStatus"], "InvitedAt": member["InvitedAt"]}
    return {"Administrator" if call.operation == "GetAdministratorAccount" else "Master": row}
