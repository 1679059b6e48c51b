"""Inspector: scan types by account, delegated administrator, auto-enable. moto: checks nothing; keeps filters."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, on_join, shim
from bastide.sandbox.shims.organizations_services import (
    administering,
    appoint,
    at_administrators,
    dismiss,
    members,
    require_administrator,
)
from bastide.sandbox.wire import AwsError

PRINCIPAL = "inspector2.amazonaws.com"
# API value → member name in answers.
SCANS = {
    "EC2": "ec2",
    "ECR": "ecr",
    "LAMBDA": "lambda",
    "LAMBDA_CODE": "lambdaCode",
    "CODE_REPOSITORY": "codeRepository",
}


def _switch(call: Call, account: str, names: list[str], on: bool) -> None:
    scans = call.store_of(account).setdefault("scans", {})
    scans |= {SCANS[name]: on for name in names or list(SCANS)}


def _statuses(call: Call, account: str) -> dict[str, str]:
    scans = call.store_of(account).get("scans", {})
    return {name: "ENABLED" if scans.get(name) else "DISABLED" for name in SCANS.values()}


def _status(call: Call, account: str) -> str:
    return "ENABLED" if "ENABLED" in _statuses(call, account).values() else "DISABLED"


@shim("inspector2", "Enable", "Disable")
def switch(call: Call) -> Answer:
    """Scan types in the caller's account, or in members by the administrator; never in a member by itself.

    Source: Inspector User Guide, "Understanding the delegated administrator account and member account".
    """
    accounts = call.params.get("accountIds") or [call.account]
    own = set() if administering(call, status="relationshipStatus") else {call.account}
    rows = call.store.get("members", {})
    allowed = own | {account for account, row in rows.items() if row["relationshipStatus"] == "ENABLED"}
    done = [account for account in accounts if account in allowed]
    for account in done:
        _switch(call, account, call.params.get("resourceTypes", []), call.operation == "Enable")
    rows = [
        {"accountId": account, "status": _status(call, account), "resourceStatus": _statuses(call, account)}
        for account in done
    ]
    return {"accounts": rows, "failedAccounts": [_denied(account) for account in accounts if account not in allowed]}


def _denied(account: str) -> dict[str, Any]:
    text = "Invoking account does not have access to this account"
    return {"accountId": account, "errorCode": "ACCESS_DENIED", "errorMessage": text}


@shim("inspector2", "BatchGetAccountStatus")
def batch_get_account_status(call: Call) -> Answer:
    """The state of each scan type."""
    accounts = call.params.get("accountIds") or [call.account]
    rows = [
        {
            "accountId": account,
            "state": {"status": _status(call, account)},
            "resourceState": {name: {"status": status} for name, status in _statuses(call, account).items()},
        }
        for account in accounts
    ]
    return {"accounts": rows, "failedAccounts": []}


@shim("inspector2", "EnableDelegatedAdminAccount")
def enable_delegated_admin_account(call: Call) -> Answer:
    """Per Region."""
    account = call.params["delegatedAdminAccountId"]
    taken = AwsError("ConflictException", "A delegated administrator is already set", 409)
    appoint(call, PRINCIPAL, account, taken)
    return {"delegatedAdminAccountId": account}


@shim("inspector2", "DisableDelegatedAdminAccount")
def disable_delegated_admin_account(call: Call) -> Answer:
    """In this Region; the delegation ends with the last one."""
    account = call.params["delegatedAdminAccountId"]
    other = AwsError("ResourceNotFoundException", "The account is not the delegated administrator", 404)
    dismiss(call, PRINCIPAL, account, other)
    return {"delegatedAdminAccountId": account}


@shim("inspector2", "ListDelegatedAdminAccounts")
def list_delegated_admin_accounts(call: Call) -> Answer:
    """None or one."""
    account = call.organization_store.get(call.region)
    return {"delegatedAdminAccounts": [{"accountId": account, "status": "ENABLED"}] if account else []}


@shim("inspector2", "GetDelegatedAdminAccount")
def get_delegated_admin_account(call: Call) -> Answer:
    """Raises ResourceNotFoundException when there is none."""
    account = call.organization_store.get(call.region)
    if not account:
        raise AwsError("ResourceNotFoundException", "There is no delegated administrator", 404)
    return {"delegatedAdmin": {"accountId": account, "relationshipStatus": "ENABLED"}}


@shim("inspector2", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Off at first."""
    require_administrator(call, PRINCIPAL)
    automatic = dict.fromkeys(SCANS.values(), False) | call.store.get("auto_enable", {})
    return {"autoEnable": automatic, "maxAccountLimitReached": False}


@shim("inspector2", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """For accounts that join later only."""
    require_administrator(call, PRINCIPAL)
    call.store["auto_enable"] = dict.fromkeys(SCANS.values(), False) | call.params["autoEnable"]
    return {"autoEnable": call.store["auto_enable"]}


def _enrol(call: Call, admin: str, account: str) -> None:
    row = {
        "accountId": account,
        "relationshipStatus": "ENABLED",
        "delegatedAdminAccountId": admin,
        "updatedAt": moto.now(),
    }
    call.store_of(admin).setdefault("members", {})[account] = row


@on_join("inspector2")
def enrol_new_account(call: Call, account: str) -> None:
    """What autoEnable does in every Region with a delegated administrator."""
    for here in at_administrators(call, "inspector2"):
        automatic = here.store.get("auto_enable", {})
        if any(automatic.values()):
            _enrol(here, here.account, account)
            here.store_of(account).setdefault("scans", {}).update(automatic)


@shim("inspector2", "AssociateMember")
def associate_member(call: Call) -> Answer:
    """An account of the organization."""
    require_administrator(call, PRINCIPAL)
    account = call.params["accountId"]
    if account not in {member["Id"] for member in members(call)}:
        raise AwsError("ValidationException", "The account is not part of your organization", 400)
    _enrol(call, call.account, account)
    return {"accountId": account}


@shim("inspector2", "DisassociateMember")
def disassociate_member(call: Call) -> Answer:
    """Its scans stay."""
    _read_member(call)["relationshipStatus"] = "REMOVED"
    return {"accountId": call.params["accountId"]}


def _read_member(call: Call) -> dict[str, Any]:
    found: dict[str, Any] | None = call.store.get("members", {}).get(call.params["accountId"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "The member does not exist", 404)
    return found


@shim("inspector2", "ListMembers")
def list_members(call: Call) -> Answer:
    """By default the associated ones."""
    everyone = call.params.get("onlyAssociated") is False
    rows = call.store.get("members", {}).values()
    return {"members": [row for row in rows if everyone or row["relationshipStatus"] == "ENABLED"]}


@shim("inspector2", "GetMember")
def get_member(call: Call) -> Answer:
    """As enrolled."""
    return {"member": _read_member(call)}
