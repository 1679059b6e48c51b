"""The organization tree and the policies attached to it, read with the fewest calls.

One list of accounts; for each root and unit one list of its accounts and one of its units; for each policy type one
list of policies, and for each policy its document and targets. Organizations throttles early: nothing runs in parallel.
What was refused of policies is a policy at the root that could not be read: it might forbid or allow anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bastide.aws.failure import ClientError, refusal
from bastide.aws.handler import DENIED, THROTTLED, error_code, pages
from bastide.aws.session import Target
from bastide.errors import InputError, TargetError
from bastide.iam.parse import parse_policy
from bastide.model import GLOBAL, Account, Organization, OrganizationPolicy, PolicyDocument, Unit

# The types whose documents have IAM's grammar; the others are read by nobody yet.
POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def read_organization(target: Target) -> Organization | None:
    """The organization as it is; None when the account is in none.

    Raises:
        TargetError: the tree itself could not be read. A policy that could not be read says so in ``unreadable``.
    """
    client = target.connection(target.management_account, GLOBAL).client("organizations")
    try:
        return _read(client)
    except ClientError as error:
        if error_code(error) == "AWSOrganizationsNotInUseException":
            return None
        why = refusal(error, "organizations")
        raise TargetError(
            f"the organization cannot be read: {why.reason}",
            where=target.management_account,
            fix=f"allow {why.action}, or use credentials of the management account" if why.action else "",
        ) from error


def _read(client: Any) -> Organization:
    about = client.describe_organization()["Organization"]
    root = next(pages(client, "list_roots", "Roots"))
    # A policy of a type that is not enabled is listed, but has no effect.
    enabled = {kind["Type"] for kind in root.get("PolicyTypes", ()) if kind.get("Status") == "ENABLED"}
    units = list(_units(client, root["Id"], ""))
    parents = {
        child["Id"]: parent
        for parent in (root["Id"], *(unit.id for unit in units))
        for child in pages(client, "list_accounts_for_parent", "Accounts", ParentId=parent)
    }
    accounts = sorted(pages(client, "list_accounts", "Accounts"), key=lambda account: str(account["Id"]))
    return Organization(
        id=about["Id"],
        root_id=root["Id"],
        management_account=about["MasterAccountId"],
        accounts=tuple(_account(account, parents.get(account["Id"], root["Id"])) for account in accounts),
        units=tuple(sorted(units, key=lambda unit: unit.path)),
        policies=tuple(
            policy for kind in POLICY_TYPES if kind in enabled for policy in _policies(client, kind, root["Id"])
        ),
    )


def _account(account: dict[str, Any], parent: str) -> Account:
    # State is the newer, finer field: PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED.
    status = account.get("State") or account.get("Status") or "ACTIVE"
    return Account(account["Id"], account.get("Name", account["Id"]), account.get("Email", ""), parent, status)


def _units(client: Any, parent: str, path: str) -> Iterator[Unit]:
    for unit in pages(client, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent):
        own_path = f"{path}/{unit['Name']}" if path else unit["Name"]
        yield Unit(unit["Id"], unit["Name"], parent, own_path)
        yield from _units(client, unit["Id"], own_path)


def _policies(client: Any, kind: str, root: str) -> Iterator[OrganizationPolicy]:
    """Policies of one type sorted by name; those that are attached to nothing too."""
    found = _told(pages(client, "list_policies", "Policies", Filter=kind))
    if isinstance(found, str):
        yield OrganizationPolicy("", f"any {kind}", kind, None, (root,), found)
        return
    for policy in sorted(found, key=lambda policy: str(policy["Name"])):
        targets = _told(pages(client, "list_targets_for_policy", "Targets", PolicyId=policy["Id"]))
        if isinstance(targets, str):
            yield OrganizationPolicy(policy["Id"], policy["Name"], kind, None, (root,), targets)
            continue
        document, unreadable = _document(client, policy)
        attached = tuple(sorted(target["TargetId"] for target in targets))
        yield OrganizationPolicy(policy["Id"], policy["Name"], kind, document, attached, unreadable)


def _told(items: Iterator[Any]) -> list[Any] | str:
    """All items; or why they were refused, or throttled to the end.

    Raises:
        ClientError: any other error.
    """
    try:
        return list(items)
    except ClientError as error:
        if error_code(error) not in DENIED | THROTTLED:
            raise
        return refusal(error, "organizations").reason


def _document(client: Any, policy: dict[str, Any]) -> tuple[PolicyDocument | None, str]:
    """(document, ""), or (None, why it could not be read)."""
    try:
        content = client.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"]
        return parse_policy(content, where=policy.get("Arn", policy["Id"])), ""
    except ClientError as error:
        return None, refusal(error, "organizations").reason
    except InputError as error:
        return None, error.what
