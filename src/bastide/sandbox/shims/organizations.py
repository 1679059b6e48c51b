"""Organizations: the tree and its accounts. Policies, and trusted services, are in files of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import JOINED, MOVED, Answer, shim
from bastide.sandbox.wire import AwsError, HttpResponse

# Source: Organizations User Guide, "Quotas and service limits". Accounts: the most that the quota can be raised to.
MAX_OU_DEPTH, MAX_UNITS, MAX_ACCOUNTS = 5, 2000, 10_000
# Source: the same page, "Number of member accounts you can close in a 30-day period": 10 %, 10 at least, 1,000 at most.
CLOSING_DAYS, CLOSING_LEAST, CLOSING_MOST = 30, 10, 1000


def tree(call: Call) -> Any:
    """moto's organization backend, whichever account of the organization asks. Raises when there is none."""
    master = moto.backend_dict("organizations").master_accounts.get(call.account, (call.account,))[0]
    backend = moto.backend("organizations", master, "aws")
    if backend.org is None:
        raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return backend


def management_account(call: Call) -> str:
    """The organization's management account. Raises when there is no organization."""
    return str(tree(call).org.master_account_id)


def violation(reason: str, message: str) -> AwsError:
    """Organizations' error for a broken rule, with the reason that clients read."""
    return AwsError("ConstraintViolationException", message, Reason=reason)


def invalid(reason: str, message: str) -> AwsError:
    """Organizations' error for a bad parameter, with the reason that clients read."""
    return AwsError("InvalidInputException", message, Reason=reason)


@shim("organizations", "CreateOrganization")
def create_organization(call: Call) -> Answer:
    """moto: names the management account `master`."""
    response = call.forward()
    account = tree(call).accounts[0]
    account.name, account.email = "management", f"aws+management@{call.account}.sandbox.example"
    tree(call).org.master_account_email = account.email
    return {"Organization": tree(call).org.describe()["Organization"]} if response else None


@shim("organizations", "DeleteOrganization")
def delete_organization(call: Call) -> Answer:
    """Only when no member is left."""
    if len(tree(call).accounts) > 1:
        text = "The organization isn't empty. To delete an organization, you must first remove all accounts."
        raise AwsError("OrganizationNotEmptyException", text)
    tree(call).accounts[0].name = "master"
    return call.forward()


@shim(
    "organizations",
    "ListRoots",
    "ListAccounts",
    "ListAccountsForParent",
    "ListChildren",
    "ListParents",
    "ListOrganizationalUnitsForParent",
    "ListPolicies",
    "ListPoliciesForTarget",
    "ListTargetsForPolicy",
    "ListTagsForResource",
    "ListDelegatedAdministrators",
    "ListDelegatedServicesForAccount",
    "ListAWSServiceAccessForOrganization",
    "DescribeAccount",
    "DescribeOrganizationalUnit",
    "DescribePolicy",
)
def read_as_delegated_administrator(call: Call) -> Answer:
    """Reads answer in the management account and to delegated administrators. moto: not in members."""
    backend = tree(call)
    if backend.account_id == call.account:
        return call.forward()
    if all(admin.account.id != call.account for admin in backend.admins):
        text = "You don't have permissions to access this resource."
        raise AwsError("AccessDeniedException", text)
    return call.invoke(call.operation, call.params, account=backend.account_id)


@shim("organizations", "CreateOrganizationalUnit")
def create_organizational_unit(call: Call) -> Answer:
    """Names are unique under a parent; five levels below the root. moto: accepts all."""
    backend, parent = tree(call), call.params["ParentId"]
    _refuse_duplicate(backend, parent, call.params["Name"], "")
    if _depth(backend, parent) >= MAX_OU_DEPTH:
        raise violation("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the maximum depth of OUs.")
    if len(backend.ou) > MAX_UNITS:  # the root is among them
        raise violation("OU_NUMBER_LIMIT_EXCEEDED", "You have exceeded the maximum number of OUs.")
    return call.forward()


@shim("organizations", "UpdateOrganizationalUnit")
def update_organizational_unit(call: Call) -> Answer:
    """Unique under its parent. moto: demands uniqueness in the whole organization."""
    backend = tree(call)
    unit = _find_unit(backend, call.params["OrganizationalUnitId"])
    if "Name" in call.params:
        _refuse_duplicate(backend, unit.parent_id, call.params["Name"], unit.id)
        unit.name = call.params["Name"]
    return dict(unit.describe())


@shim("organizations", "DeleteOrganizationalUnit")
def delete_organizational_unit(call: Call) -> Answer:
    """Only when empty; its policies are detached. moto: deletes it with all that is in it."""
    backend = tree(call)
    unit = _find_unit(backend, call.params["OrganizationalUnitId"])
    if any(child.parent_id == unit.id for child in [*backend.ou, *backend.accounts]):
        raise AwsError("OrganizationalUnitNotEmptyException", "The specified OU is not empty.")
    for policy in unit.attached_policies:
        policy.attachments.remove(unit)
    return call.forward()


def _find_unit(backend: Any, unit_id: str) -> Any:
    unit = next((unit for unit in backend.ou if unit.id == unit_id), None)
    if unit is None:
        text = "You specified an organizational unit that doesn't exist."
        raise AwsError("OrganizationalUnitNotFoundException", text)
    return unit


def _refuse_duplicate(backend: Any, parent: str, name: str, but: str) -> None:
    if any(unit.parent_id == parent and unit.name == name and unit.id != but for unit in backend.ou):
        raise AwsError("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")


def _depth(backend: Any, unit_id: str) -> int:
    """0 for the root."""
    parents = {unit.id: unit.parent_id for unit in backend.ou}
    depth = 0
    while parents.get(unit_id):
        unit_id, depth = parents[unit_id], depth + 1
    return depth


@shim("organizations", "MoveAccount")
def move_account(call: Call) -> Answer:
    """From the parent that it is in. moto: ignores the source."""
    params = call.params
    account = _find_account(tree(call), params["AccountId"])
    if account.parent_id != params["SourceParentId"]:
        raise AwsError("SourceParentNotFoundException", "The account is not in the source parent that you specified.")
    if account.parent_id == params["DestinationParentId"]:
        raise AwsError("DuplicateAccountException", "That account is already present in the specified destination.")
    return _moved(call, call.forward())


@shim("organizations", "RemoveAccountFromOrganization")
def remove_account(call: Call) -> Answer:
    """What services deployed by the account's place goes with it."""
    return _moved(call, call.forward())


def _moved(call: Call, response: HttpResponse) -> HttpResponse:
    for _, moved in sorted(MOVED.items()):
        moved(call, call.params["AccountId"])
    return response


def _find_account(backend: Any, account_id: str) -> Any:
    account = next((account for account in backend.accounts if account.id == account_id), None)
    if account is None:
        raise AwsError("AccountNotFoundException", "You specified an account that doesn't exist.")
    return account


@shim("organizations", "CreateAccount")
def create_account(call: Call) -> Answer:
    """Answers IN_PROGRESS, as AWS does; a root e-mail can be used once, for ever.

    Source: Organizations API reference, CreateAccount and CreateAccountStatus.
    """
    email = call.params["Email"].lower()
    used = call.organization_store.setdefault("emails", {account.email.lower() for account in tree(call).accounts})
    if email in used:
        return {"CreateAccountStatus": _failed_status(call, "EMAIL_ALREADY_EXISTS")}
    if len(tree(call).accounts) >= MAX_ACCOUNTS:
        return {"CreateAccountStatus": _failed_status(call, "ACCOUNT_LIMIT_EXCEEDED")}
    status: dict[str, Any] = call.forwarded()["CreateAccountStatus"]
    used.add(email)
    _finish_access_role(call, tree(call).accounts[-1].id)
    for _, joined in sorted(JOINED.items()):
        joined(call, tree(call).accounts[-1].id)
    running = {key: status[key] for key in ("Id", "AccountName", "RequestedTimestamp")}
    return {"CreateAccountStatus": running | {"State": "IN_PROGRESS"}}


def _finish_access_role(call: Call, account: str) -> None:
    """moto: makes the role without the administrator's policy."""
    name = call.params.get("RoleName") or "OrganizationAccountAccessRole"
    for role in moto.backend("iam", account, "aws").roles.values():
        role.path = role.path or "/"
    policy = {"RoleName": name, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    call.invoke("AttachRolePolicy", policy, service="iam", account=account, region="us-east-1")


def _failed_status(call: Call, reason: str) -> dict[str, Any]:
    now = moto.now()
    status = {
        "Id": "car-" + moto.random_hex(32),
        "AccountName": call.params["AccountName"],
        "State": "FAILED",
        "RequestedTimestamp": now,
        "CompletedTimestamp": now,
        "FailureReason": reason,
    }
    call.organization_store.setdefault("failed", {})[status["Id"]] = status
    return status


@shim("organizations", "DescribeCreateAccountStatus")
def describe_create_account_status(call: Call) -> Answer:
    """The finished status; failures are remembered here."""
    failed = call.organization_store.get("failed", {}).get(call.params["CreateAccountRequestId"])
    if failed:
        return {"CreateAccountStatus": failed}
    known = {account.create_account_status_id for account in tree(call).accounts}
    if call.params["CreateAccountRequestId"] not in known:
        raise AwsError("CreateAccountStatusNotFoundException", "We can't find a create account request with that Id.")
    return call.forward()


@shim("organizations", "ListCreateAccountStatus")
def list_create_account_status(call: Call) -> Answer:
    """Those that failed too, and not the management account. moto: lists the finished ones and that one."""
    management = management_account(call)
    found = [row for row in call.forwarded({})["CreateAccountStatuses"] if row.get("AccountId") != management]
    found += call.organization_store.get("failed", {}).values()
    states = call.params.get("States") or ()
    rows = [row for row in found if not states or row["State"] in states]
    start, most = int(call.params.get("NextToken") or 0), int(call.params.get("MaxResults") or 20)
    page = {"CreateAccountStatuses": rows[start : start + most]}
    return page | ({"NextToken": str(start + most)} if start + most < len(rows) else {})


@shim("organizations", "CloseAccount")
def close_account(call: Call) -> Answer:
    """Never the management account, and not many in a month. moto: suspends it, and as many as one likes."""
    if call.params["AccountId"] == management_account(call):
        raise violation("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
    backend, closed = tree(call), call.organization_store.setdefault("closed", [])
    if _find_account(backend, call.params["AccountId"]).status == "SUSPENDED":
        raise AwsError("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
    recent = [at for at in closed if call.at - at < timedelta(days=CLOSING_DAYS)]
    members = sum(account.status == "ACTIVE" for account in backend.accounts) - 1 + len(recent)
    if len(recent) >= min(max(members // 10, CLOSING_LEAST), CLOSING_MOST):
        text = "You have exceeded the quota for the number of member accounts that you can close in 30 days."
        raise violation("CLOSE_ACCOUNT_QUOTA_EXCEEDED", text)
    response = call.forward()
    closed.append(call.at)
    return response


@shim("organizations", "PutResourcePolicy")
def put_resource_policy(call: Call) -> Answer:
    """The organization's delegation policy."""
    store, org = call.organization_store, tree(call).org
    summary = {
        "Id": "rp-" + moto.random_hex(8),
        "Arn": f"arn:aws:organizations::{org.master_account_id}:resourcepolicy/{org.id}/rp-sandbox",
    }
    store["resource_policy"] = {"ResourcePolicySummary": summary, "Content": call.params["Content"]}
    return {"ResourcePolicy": store["resource_policy"]}


@shim("organizations", "DescribeResourcePolicy")
def describe_resource_policy(call: Call) -> Answer:
    """The delegation policy as put."""
    return {"ResourcePolicy": _resource_policy(call)}


@shim("organizations", "DeleteResourcePolicy")
def delete_resource_policy(call: Call) -> HttpResponse | None:
    """Forget the delegation policy."""
    _resource_policy(call)
    del call.organization_store["resource_policy"]
    return None


def _resource_policy(call: Call) -> dict[str, Any]:
    tree(call)
    if "resource_policy" not in call.organization_store:
        raise AwsError("ResourcePolicyNotFoundException", "We can't find a resource policy.")
    found: dict[str, Any] = call.organization_store["resource_policy"]
    return found
