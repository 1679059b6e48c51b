"""AWS Organizations: accounts. Closing one is a person's decision and not done here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from botocore.exceptions import ClientError

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, error_code
from bastide.aws.handlers.organizations import (
    BUSY,
    NO_ORGANIZATION,
    OrganizationsHandler,
    known_nodes,
    listed,
    parent_of,
    reason_of,
    tags_of,
)
from bastide.aws.shape import touched
from bastide.aws.waiting import coded, quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties

# Seconds before each look for an account whose address AWS knows: a new one is not listed at once.
LOOKS = (0.0, 1.0, 2.0)


class Account(OrganizationsHandler):
    """AWS::Organizations::Account: a member account (the management account is listed too).

    Create-only: Email (its owner must confirm a new one). RoleName is used at creation only. A new account lands in the
    root and is moved at once. Deleting is refused: an account leaves production by being moved to a quarantine unit.
    Source: AWS Organizations API Reference, CreateAccount, CreateAccountStatus, MoveAccount; Account Management
    Reference, PutAccountName.
    """

    type = "AWS::Organizations::Account"
    removable = False  # an account is never closed by an undo
    identified_by = ("Email",)
    create_only = ("Email",)
    actions: ClassVar = {
        "list": (
            "organizations:ListRoots",
            "organizations:ListAccountsForParent",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListTagsForResource",
        ),
        "create": ("organizations:ListCreateAccountStatus",),
        "update": ("account:PutAccountName",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for node in known_nodes(at):
            for account in listed(at, "list_accounts_for_parent", "Accounts", ParentId=node):
                yield self._found(at, node, account)

    def read(self, at: Connection, id: str) -> Found | None:
        client = at.client("organizations")
        found = quietly(client.describe_account, "AccountNotFoundException", NO_ORGANIZATION, AccountId=id)
        return None if found is None else self._found(at, parent_of(at, id), found["Account"])

    def _found(self, at: Connection, parent: str, account: dict[str, Any]) -> Found:
        names = {"AccountId": "Id", "AccountName": "Name", "Arn": "Arn", "Email": "Email"}
        properties: dict[str, Any] = {ours: account[theirs] for ours, theirs in names.items()}
        optional = ("Status", "State", "JoinedMethod")
        properties |= {name: account[name] for name in optional if name in account}
        return Found(
            account["Id"], {**properties, "ParentIds": [parent], "Tags": tags_of(at, account["Id"])}, account["Arn"]
        )

    def create(self, at: Connection, properties: Properties) -> str:
        id = self._make(at, properties)
        parents = properties.get("ParentIds")
        if parents:
            self._move(at, id, str(parents[0]))
        if properties.get("Tags"):
            self.retag(at, id, tags_of(at, id), properties["Tags"])
        return id

    def _make(self, at: Connection, properties: Properties) -> str:
        client = at.client("organizations")
        given = {name: properties[name] for name in ("Email", "AccountName", "RoleName") if name in properties}
        for _ in range(5):
            made = self.insist(lambda: client.create_account(**given), _account_pending, seconds=600)
            status = self._finished(client, made["CreateAccountStatus"])
            if status.get("FailureReason") == "EMAIL_ALREADY_EXISTS":
                status = self._existing(at, properties) or status
            if status["State"] == "SUCCEEDED":
                return str(status["AccountId"])
            if status.get("FailureReason") not in ("CONCURRENT_ACCOUNT_MODIFICATION", "INTERNAL_FAILURE"):
                break
            self.sleep(5)
        reason = status.get("FailureReason", "unknown")
        raise TargetError(
            f"account {properties['AccountName']} could not be created: {reason}",
            where=str(properties["Email"]),
            fix=_ACCOUNT_FIXES.get(reason, "see the failure reasons of CreateAccountStatus in the Organizations API"),
        )

    def _existing(self, at: Connection, properties: Properties) -> dict[str, Any] | None:
        """The status of an account of this organization that has the e-mail address or is about to; None without one.

        An e-mail address identifies an account for ever, so this is what an interrupted run left.
        """
        email = str(properties["Email"]).lower()
        for pause in LOOKS:
            self.sleep(pause)
            found = self._shown(at, email, str(properties["AccountName"]))
            if found is not None:
                return found
        return None

    def _shown(self, at: Connection, email: str, name: str) -> dict[str, Any] | None:
        for account in listed(at, "list_accounts", "Accounts"):
            if account["Email"].lower() == email:
                return {"State": "SUCCEEDED", "AccountId": account["Id"]}
        for status in listed(at, "list_create_account_status", "CreateAccountStatuses", States=["IN_PROGRESS"]):
            if status.get("AccountName") == name:
                return self._finished(at.client("organizations"), status)
        return None

    def _finished(self, client: Any, status: dict[str, Any]) -> dict[str, Any]:
        if status["State"] != "IN_PROGRESS":
            return status

        def read() -> dict[str, Any]:
            found = client.describe_create_account_status(CreateAccountRequestId=status["Id"])
            made: dict[str, Any] = found["CreateAccountStatus"]
            return made

        what = f"creating account {status.get('AccountName', '')}"
        return self.until(read, lambda found: found["State"] != "IN_PROGRESS", what, seconds=900)

    def _move(self, at: Connection, id: str, parent: str) -> None:
        # A new account is not seen everywhere at once.
        current = self.insist(lambda: parent_of(at, id), coded("ChildNotFoundException"))
        if current != parent:
            move = at.client("organizations").move_account
            self.write(move, AccountId=id, SourceParentId=current, DestinationParentId=parent)

    def update(self, at: Connection, id: str, change: Change) -> None:
        names, after = touched(change), desired(change)
        if "ParentIds" in names:
            self._move(at, id, str(after["ParentIds"][0]))
        if "AccountName" in names:
            at.client("account").put_account_name(AccountId=id, AccountName=after["AccountName"])
        if "Tags" in names:
            self.retag(at, id, (change.before or {}).get("Tags"), after.get("Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> NoReturn:
        raise TargetError(
            f"Bastide does not close account {properties.get('AccountName', id)}: after 90 days that cannot be undone",
            where=id,
            fix="move the account to a quarantine unit, or close it by hand with organizations close-account",
        )


def _account_pending(error: ClientError) -> bool:
    # About five accounts can be under creation at a time. Source: User Guide, "Quotas for AWS Organizations".
    return error_code(error) in BUSY or "ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED" in reason_of(error)


_ACCOUNT_FIXES = {
    "EMAIL_ALREADY_EXISTS": "give another e-mail address: one that ever belonged to an account cannot be used again",
    "ACCOUNT_LIMIT_EXCEEDED": "ask AWS to raise the quota of accounts in the organization",
    "INVALID_EMAIL": "correct the e-mail address",
    "MISSING_PAYMENT_INSTRUMENT": "add a payment method to the management account",
}
