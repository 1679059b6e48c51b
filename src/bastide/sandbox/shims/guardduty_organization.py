"""GuardDuty across the organization: delegated administrator, auto-enable, members. moto: only the first."""

from __future__ import annotations

from typing import Any

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, on_join, shim
from bastide.sandbox.shims.guardduty import (
    AGENTS,
    DEFAULT_FEATURES,
    bad_request,
    make_detector,
    read_detector,
    render_features,
    set_features,
    status_of,
)
from bastide.sandbox.shims.organizations import management_account
from bastide.sandbox.shims.organizations_services import (
    administrator_of,
    appoint,
    at_administrators,
    dismiss,
    members,
    require_administrator,
)

PRINCIPAL = "guardduty.amazonaws.com"


@shim("guardduty", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Per Region; enables GuardDuty in the administrator's account.

    Source: GuardDuty API reference, EnableOrganizationAdminAccount; User Guide, "Managing accounts with Organizations".
    """
    account = call.params["AdminAccountId"]
    taken = bad_request("a different account is already the delegated administrator in this Region.")
    appoint(call, PRINCIPAL, account, taken)
    if "detector" not in call.store_of(account):
        make_detector(call, account, {})
    return None


@shim("guardduty", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """In this Region; the delegation ends with the last one."""
    account = call.params["AdminAccountId"]
    other = bad_request("the account is not the delegated administrator in this Region.")
    dismiss(call, PRINCIPAL, account, other)
    return None


@shim("guardduty", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """None or one."""
    account = call.organization_store.get(call.region)
    return {"AdminAccounts": [{"AdminAccountId": account, "AdminStatus": "ENABLED"}] if account else []}


def _configuration(call: Call) -> dict[str, Any]:
    """The organization's configuration in this Region. Raises unless the delegated administrator asks."""
    read_detector(call)
    require_administrator(call, PRINCIPAL)
    found: dict[str, Any] = call.store.setdefault(
        "organization", {"AutoEnableOrganizationMembers": "NONE", "Features": dict.fromkeys(DEFAULT_FEATURES, "NONE")}
    )
    return found


@shim("guardduty", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Auto-enable of the service and of each plan."""
    configuration = _configuration(call)
    mode = configuration["AutoEnableOrganizationMembers"]
    agents = configuration.get("Agents", {})
    features = [_render_feature(name, enable, agents) for name, enable in configuration["Features"].items()]
    return {
        "AutoEnable": mode != "NONE",
        "AutoEnableOrganizationMembers": mode,
        "MemberAccountLimitReached": False,
        "Features": features,
    }


def _render_feature(name: str, enable: str, agents: dict[str, str]) -> dict[str, Any]:
    rows = [{"Name": agent, "AutoEnable": agents.get(f"{name}/{agent}", "NONE")} for agent in AGENTS.get(name, ())]
    return {"Name": name, "AutoEnable": enable} | ({"AdditionalConfiguration": rows} if rows else {})


@shim("guardduty", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """ALL reaches every member at once (on AWS within 24 hours), NEW those that join later."""
    configuration, params = _configuration(call), call.params
    mode = params.get("AutoEnableOrganizationMembers") or ("NEW" if params.get("AutoEnable") else None)
    if mode is None and "AutoEnable" in params:
        mode = "NONE"
    configuration["AutoEnableOrganizationMembers"] = mode or configuration["AutoEnableOrganizationMembers"]
    for row in params.get("Features", []):
        if row["Name"] not in DEFAULT_FEATURES:
            raise bad_request(f"the feature {row['Name']} is unknown.")
        configuration["Features"][row["Name"]] = row.get("AutoEnable", "NONE")
        for agent in row.get("AdditionalConfiguration", []):
            configuration.setdefault("Agents", {})[f"{row['Name']}/{agent['Name']}"] = agent["AutoEnable"]
    if configuration["AutoEnableOrganizationMembers"] == "ALL":
        management = management_account(call)
        for member in members(call):
            # The management account is not enabled by the organization's configuration.
            if member["Id"] not in (call.account, management):
                _enrol(call, call.account, member, ("ALL",))
    return None


def _enrol(call: Call, admin: str, member: dict[str, str], modes: tuple[str, ...]) -> None:
    """Make the account a member, with a detector and the plans that are auto-enabled by one of the modes."""
    store = call.store_of(member["Id"])
    if "detector" not in store:
        make_detector(call, member["Id"], {})
    store["detector"]["FindingPublishingFrequency"] = call.store_of(admin)["detector"]["FindingPublishingFrequency"]
    if "ALL" in modes:
        store["detector"]["Status"] = "ENABLED"
    configuration = call.store_of(admin).get("organization", {"Features": {}})
    agents = configuration.get("Agents", {})
    wanted = [
        {
            "Name": name,
            "Status": "ENABLED",
            "AdditionalConfiguration": [
                {"Name": agent, "Status": "ENABLED"}
                for agent in AGENTS.get(name, ())
                if agents.get(f"{name}/{agent}") in modes
            ],
        }
        for name, enable in configuration["Features"].items()
        if enable in modes
    ]
    set_features(store["detector"], {"Features": wanted})
    now = store["detector"]["UpdatedAt"]
    call.store_of(admin).setdefault("members", {})[member["Id"]] = {
        "AccountId": member["Id"],
        "DetectorId": store["detector"]["DetectorId"],
        "MasterId": admin,
        "AdministratorId": admin,
        "Email": member["Email"],
        "RelationshipStatus": "Enabled",
        "InvitedAt": now,
        "UpdatedAt": now,
    }


@on_join("guardduty")
def enrol_new_account(call: Call, account: str) -> None:
    """What auto-enable (NEW or ALL) does in every Region with a delegated administrator."""
    member = next(found for found in members(call) if found["Id"] == account)
    for here in at_administrators(call, "guardduty"):
        if here.store.get("organization", {}).get("AutoEnableOrganizationMembers", "NONE") != "NONE":
            _enrol(here, here.account, member, ("NEW", "ALL"))


@shim("guardduty", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Accounts of the organization; GuardDuty is enabled in them, save in the management account.

    Source: GuardDuty API reference, CreateMembers: the organization's auto-enable settings are applied.
    """
    read_detector(call)
    require_administrator(call, PRINCIPAL)
    known = {member["Id"]: member for member in members(call)}
    unprocessed = []
    for row in call.params["AccountDetails"]:
        why = _why_not(call, row["AccountId"], known)
        if why:
            unprocessed.append({"AccountId": row["AccountId"], "Result": why})
        else:
            _enrol(call, call.account, known[row["AccountId"]], ("NEW", "ALL"))
    return {"UnprocessedAccounts": unprocessed}


def _why_not(call: Call, account: str, known: dict[str, dict[str, str]]) -> str:
    if account not in known:
        return "The request is rejected because the account is not part of your organization."
    if _members(call).get(account, {}).get("RelationshipStatus") in ("Enabled", "Disabled"):
        return "The request is rejected because the given account ID is already a member or associated member."
    if account == management_account(call) and "detector" not in call.store_of(account):
        return "Operation failed because your organization master must first enable GuardDuty to be added as a member"
    return ""


def _members(call: Call) -> dict[str, dict[str, Any]]:
    read_detector(call)
    found: dict[str, dict[str, Any]] = call.store.setdefault("members", {})
    return found


@shim("guardduty", "ListMembers")
def list_members(call: Call) -> Answer:
    """Members in the order in which they joined; by default the associated ones."""
    everyone = call.params.get("OnlyAssociated", "true").lower() == "false"
    rows = [row for row in _members(call).values() if everyone or row["RelationshipStatus"] != "Removed"]
    return {"Members": rows}


@shim("guardduty", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members asked for, and those that are none."""
    known, asked = _members(call), call.params["AccountIds"]
    return {
        "Members": [known[account] for account in asked if account in known],
        "UnprocessedAccounts": _unprocessed(known, asked),
    }


def _unprocessed(known: dict[str, dict[str, Any]], asked: list[str]) -> list[dict[str, str]]:
    text = "The request is rejected because the given account ID is not an associated member of the current account."
    return [{"AccountId": account, "Result": text} for account in asked if account not in known]


@shim("guardduty", "DisassociateMembers", "DeleteMembers")
def drop_members(call: Call) -> Answer:
    """Their detectors stay. Refused while every account is enrolled by itself.

    Source: GuardDuty API reference, DisassociateMembers, StopMonitoringMembers.
    """
    known, asked = _members(call), call.params["AccountIds"]
    _not_all(call)
    unprocessed = _unprocessed(known, asked)
    for account in set(asked) & set(known):
        if call.operation == "DeleteMembers":
            del known[account]
        else:
            known[account]["RelationshipStatus"] = "Removed"
    return {"UnprocessedAccounts": unprocessed}


def _not_all(call: Call) -> None:
    if call.store.get("organization", {}).get("AutoEnableOrganizationMembers") == "ALL":
        raise bad_request("auto-enable for organization members is set to ALL.")


@shim("guardduty", "StartMonitoringMembers", "StopMonitoringMembers")
def monitor_members(call: Call) -> Answer:
    """The administrator suspends members, unless every account is enrolled by itself."""
    known, asked = _members(call), call.params["AccountIds"]
    on = call.operation.startswith("Start")
    if not on:
        _not_all(call)
    for account in set(asked) & set(known):
        read_detector(call, account)["Status"] = status_of(on)
        known[account]["RelationshipStatus"] = "Enabled" if on else "Disabled"
    return {"UnprocessedAccounts": _unprocessed(known, asked)}


@shim("guardduty", "GetMemberDetectors")
def get_member_detectors(call: Call) -> Answer:
    """The plans of each member."""
    known, asked = _members(call), call.params["AccountIds"]
    rows = [
        {"AccountId": account, "Features": render_features(read_detector(call, account))}
        for account in asked
        if account in known
    ]
    return {"MemberDataSourceConfigurations": rows, "UnprocessedAccounts": _unprocessed(known, asked)}


@shim("guardduty", "UpdateMemberDetectors")
def update_member_detectors(call: Call) -> Answer:
    """The administrator switches plans in members."""
    known, asked = _members(call), call.params["AccountIds"]
    for account in set(asked) & set(known):
        set_features(read_detector(call, account), call.params)
    return {"UnprocessedAccounts": _unprocessed(known, asked)}


@shim("guardduty", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """The administrator of a member; nothing for others."""
    read_detector(call)
    found = administrator_of(call, "AccountId", "RelationshipStatus", "InvitedAt")
    return {"Administrator" if call.operation == "GetAdministratorAccount" else "Master": found} if found else {}
