"""Organizations: trusted services and their delegated administrators. moto: knows an old list of both."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.service_principals import TRUSTED
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import management_account, tree, violation
from bastide.sandbox.wire import AwsError

moto.extend_services(tuple(TRUSTED), tuple(name for name, most in TRUSTED.items() if most != 0))


@shim("organizations", "RegisterDelegatedAdministrator")
def register_delegated_administrator(call: Call) -> Answer:
    """A member, for a service with access enabled, within the service's number of administrators.

    Source: Organizations API reference, RegisterDelegatedAdministrator, "ConstraintViolationException".
    """
    account, service = call.params["AccountId"], call.params["ServicePrincipal"]
    backend = tree(call)
    member = next((found for found in backend.accounts if found.id == account), None)
    if account == management_account(call):
        text = "You cannot register the management account as a delegated administrator for your organization."
        raise violation("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", text)
    if member is not None and member.status == "SUSPENDED":
        text = "You cannot register a suspended account as a delegated administrator."
        raise violation("CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR", text)
    if service in TRUSTED and all(row["ServicePrincipal"] != service for row in backend.services):
        raise violation("SERVICE_ACCESS_NOT_ENABLED", f"Service access is not enabled for {service}.")
    most = TRUSTED.get(service)
    others = [admin for admin in backend.admins if service in admin.services and admin.account.id != account]
    if most and len(others) >= most:
        text = "The service has the maximum number of delegated administrators."
        raise violation("MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED", text)
    return call.forward()


def delegate(call: Call, principal: str, account: str) -> None:
    """What a service's own EnableOrganizationAdminAccount does: service access, and one delegated administrator.

    Raises AwsError when another account has it already, or the caller isn't the management account.
    """
    management = management_account(call)
    if call.account != management:
        text = "You must be the management account of the organization to do this."
        raise AwsError("AccessDeniedException", text, 403)
    if account not in {found.id for found in tree(call).accounts}:
        raise AwsError("BadRequestException", "The account is not a member of the organization.")
    _organizations(call, "EnableAWSServiceAccess", {"ServicePrincipal": principal})
    if delegated(call, principal) != account:
        register = {"AccountId": account, "ServicePrincipal": principal}
        _organizations(call, "RegisterDelegatedAdministrator", register)


def undelegate(call: Call, principal: str, account: str) -> None:
    """What a service's own DisableOrganizationAdminAccount does."""
    if delegated(call, principal) == account:
        parameters = {"AccountId": account, "ServicePrincipal": principal}
        _organizations(call, "DeregisterDelegatedAdministrator", parameters)


def appoint(call: Call, principal: str, account: str, refusal: AwsError) -> None:
    """Make an account the service's administrator in the call's Region. Raises ``refusal`` when another one is."""
    if (call.organization_store.get(call.region) or account) != account:
        raise refusal
    delegate(call, principal, account)
    call.organization_store[call.region] = account


def dismiss(call: Call, principal: str, account: str, refusal: AwsError) -> None:
    """The service has no administrator in the call's Region, and no members; the delegation ends with the last one.

    Raises ``refusal`` when the account is not the administrator.
    """
    if call.organization_store.get(call.region) != account:
        raise refusal
    del call.organization_store[call.region]
    call.store_of(account).pop("members", None)
    if account not in call.organization_store.values():
        undelegate(call, principal, account)


def _organizations(call: Call, operation: str, params: dict[str, Any]) -> None:
    call.invoke(operation, params, service="organizations", account=management_account(call), region="us-east-1")


def delegated(call: Call, principal: str) -> str:
    """The first delegated administrator of a service, or an empty string."""
    return next((str(admin.account.id) for admin in tree(call).admins if principal in admin.services), "")


# What services answer to an account that is not the administrator.
# Source: GuardDuty, Security Hub, Macie and Inspector, as reported in AWS samples' and Terraform's issue lists.
NOT_ADMINISTRATOR = {
    "guardduty": (
        "BadRequestException",
        "The request failed because you do not have required AWS Organization master permission.",
    ),
    "securityhub": ("InvalidAccessException", "Account {account} is not an administrator for this organization"),
    "macie2": (
        "AccessDeniedException",
        "The request failed because you must be the Macie administrator for an organization to perform this operation",
    ),
    "inspector2": (
        "AccessDeniedException",
        "Invoking account does not have access to describe the organization configuration.",
    ),
}


def require_administrator(call: Call, principal: str) -> None:
    """Raises AwsError unless the caller is the service's delegated administrator."""
    try:
        administrator = delegated(call, principal)
    except AwsError:  # no organization: services say the same as to any other account
        administrator = ""
    if administrator != call.account:
        code, text = NOT_ADMINISTRATOR[call.service]
        raise AwsError(code, text.format(account=call.account), 403)


def administering(call: Call, *, status: str = "") -> str:
    """The account that administers the caller's in this Region, or an empty string for an account that stands alone.

    ``status``: the service's name of a member's status.
    """
    admin = str(call.organization_store.get(call.region, ""))
    row = call.store_of(admin).get("members", {}).get(call.account, {}) if admin else {}
    return "" if str(row.get(status, "Removed")).upper() == "REMOVED" else admin


def at_administrators(call: Call, service: str) -> list[Call]:
    """The call as the service sees it in each Region that has an administrator, in the administrator's account."""
    found = call.front.store(service, "", "")
    return [call.as_service(service, account, region) for region, account in sorted(found.items())]


def administrator_of(call: Call, account: str, status: str, since: str) -> dict[str, Any]:
    """What a member is told of its administrator, under the service's names of these three; empty for others."""
    admin = administering(call, status=status)
    if not admin:
        return {}
    row = call.store_of(admin)["members"][call.account]
    return {account: admin, status: row[status], since: row[since]}


def members(call: Call) -> list[dict[str, str]]:
    """The organization's active accounts: Id, Email, Name."""
    accounts = [found for found in tree(call).accounts if found.status == "ACTIVE"]
    return [{"Id": found.id, "Email": found.email, "Name": found.name} for found in accounts]
