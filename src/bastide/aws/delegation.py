"""A security service's own delegated administrator for the organization, and its members: one of each per Region.

One idea: GuardDuty, Security Hub, Macie and Inspector do the same under four spellings; a subclass is the spelling. The
administrator is set and seen in the management account, the members in the administrator's, so other accounts are not
asked. Organizations' own register of delegated administrators is another type
(``Bastide::Organizations::DelegatedAdministrator``).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from botocore.exceptions import ClientError

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, error_code, pages
from bastide.aws.waiting import Waiting, coded, quietly, refused_by_policy
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope

# What services answer while service access or the account's own enabling is still on its way.
NOT_YET = ("InternalServerErrorException", "InternalServerException", "InternalException")


class ServiceAdministrator(Waiting):
    """The delegated administrator of one service in one Region; ``identifier`` says its primary identifier."""

    scope = Scope.REGION
    identified_by = ()
    create_only = ("AdminAccountId",)
    list_operation: ClassVar[str] = "list_organization_admin_accounts"
    enable_operation: ClassVar[str] = "enable_organization_admin_account"
    disable_operation: ClassVar[str] = "disable_organization_admin_account"
    name: ClassVar[str] = "AdminAccountId"  # of the property
    parameter: ClassVar[str] = "AdminAccountId"  # of the enabling and disabling operations
    result: ClassVar[tuple[str, str, str]] = ("AdminAccounts", "AdminAccountId", "AdminStatus")  # list, account, status
    nothing: ClassVar[tuple[str, ...]] = ()  # errors of the list that may mean: there is no organization
    conflict: ClassVar[tuple[str, ...]] = ()  # errors of enabling that may mean: there is an administrator already

    def identifier(self, at: Connection, account: str) -> str:
        """The primary identifier."""
        return account

    def describe(self, at: Connection, account: str) -> Properties:
        """Properties in registry shape."""
        return {self.name: account}

    def list(self, at: Connection) -> Iterable[Found]:  # noqa: D102 - see Handler
        if at.account != at.management_account:
            return []
        try:
            accounts = self._administrators(at)
        except ClientError as error:
            if error_code(error) in self.nothing and not _in_organization(at):
                return []
            raise
        return [Found(self.identifier(at, account), self.describe(at, account)) for account in accounts]

    def _administrators(self, at: Connection) -> Sequence[str]:
        key, account, status = self.result
        found: Iterable[Any] = pages(at.client(self.service), self.list_operation, key)
        # moto: answers without a status, or with a blank one, in places.
        return [str(one[account]) for one in found if not str(one.get(status, "")).startswith("DISABL")]

    def create(self, at: Connection, properties: Properties) -> str:  # noqa: D102 - see Handler
        account = str(properties[self.name])
        try:
            enable = getattr(at.client(self.service), self.enable_operation)
            self.insist(lambda: enable(**{self.parameter: account}), coded(*NOT_YET))
        except ClientError as error:
            if error_code(error) not in self.conflict:
                raise
            self._adopt(at, account, error)
        return self.identifier(at, account)

    def _adopt(self, at: Connection, account: str, error: ClientError) -> None:
        existing = self._administrators(at)
        if existing and account not in existing:
            raise TargetError(
                f"{self.service} has another delegated administrator: {existing[0]}",
                where=f"{at.account}/{at.region}",
                fix=f"remove it first, or declare {existing[0]} as the administrator",
            ) from error
        if not existing:
            raise error

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        """Refused: a service has one administrator at a time, so another one replaces it."""
        raise TargetError(f"{self.type} {id} cannot change in place", fix="plan again: it is replaced")

    def delete(self, at: Connection, id: str, properties: Properties) -> None:  # noqa: D102 - see Handler
        account = str(properties[self.name])
        try:
            getattr(at.client(self.service), self.disable_operation)(**{self.parameter: account})
        except ClientError as error:
            if error_code(error) not in (*self.conflict, "ResourceNotFoundException"):
                raise
            if account in self._administrators(at):
                raise


def _in_organization(at: Connection) -> bool:
    return quietly(at.client("organizations").describe_organization, "AWSOrganizationsNotInUseException") is not None


BATCH = 50  # accounts in one call. Source: API references of GuardDuty and Security Hub, CreateMembers


class Membership(Waiting):
    """Which accounts a service's administrator administers in one Region: ``Members``, account id → true.

    In the administrator only; identifier: its account's. One resource holds the set, so that it is read with one list
    and written in batches. Accounts that are not named are left alone: AWS enrols those that join. Creating and
    updating enrol what is missing; an update that takes an account away, and deleting, make it stand alone again.
    """

    scope = Scope.REGION
    identified_by = ()

    @abstractmethod
    def administers(self, at: Connection) -> bool:
        """Whether this account is the service's administrator here; asked once in a collection."""

    @abstractmethod
    def members(self, at: Connection) -> Iterable[str]:
        """Accounts that are members now; those that were taken out are not."""

    @abstractmethod
    def enrol(self, at: Connection, accounts: Sequence[str]) -> Mapping[str, str]:
        """Make the accounts members: account → reason for each that AWS refused in its answer."""

    @abstractmethod
    def release(self, at: Connection, accounts: Sequence[str]) -> Mapping[str, str]:
        """Make the members stand alone: account → reason for each that AWS refused in its answer."""

    def list(self, at: Connection) -> Iterable[Found]:  # noqa: D102 - see Handler
        if not self.administers(at):
            return []
        return [Found(at.account, {"Members": dict.fromkeys(sorted(self.members(at)), True)})]

    def create(self, at: Connection, properties: Properties) -> str:  # noqa: D102 - see Handler
        self._enrol(at, [account for account, wanted in (properties.get("Members") or {}).items() if wanted])
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:  # noqa: D102 - see Handler
        wanted = desired(change).get("Members") or {}
        gone = [account for account in _named(change) if not wanted.get(account)]
        self.create(at, {"Members": wanted})
        self._release(at, gone)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:  # noqa: D102 - see Handler
        if self.administers(at):
            self._release(at, properties.get("Members") or ())

    def _enrol(self, at: Connection, accounts: Iterable[str]) -> None:
        there = set(self.members(at))
        missing = sorted(set(accounts) - there)
        refused = {account: why for part in _batches(missing) for account, why in self.enrol(at, part).items()}
        wanted = set(missing) - set(refused)
        if wanted:
            self.until(
                lambda: wanted - set(self.members(at)),
                lambda left: not left,
                f"making accounts members of {self.service} in {at.region}",
            )
        check_processed(refused, "CreateMembers")

    def _release(self, at: Connection, accounts: Iterable[str]) -> None:
        gone = sorted(set(accounts) & set(self.members(at)))
        refused = {account: why for part in _batches(gone) for account, why in self.release(at, part).items()}
        check_processed(refused, "DisassociateMembers")


def _named(change: Change) -> Iterator[str]:
    """Accounts whose membership the change is about: by paths like ``Members.111122223333``, or all of them."""
    for difference in change.differences:
        name, _, account = difference.path.partition(".")
        if name == "Members":
            yield from [account] if account else (change.before or {}).get("Members") or ()


def _batches(accounts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (accounts[start : start + BATCH] for start in range(0, len(accounts), BATCH))


def unprocessed(answer: Mapping[str, Any], reason: str) -> dict[str, str]:
    """Account → reason of what a batch call did not do; ``reason``: the service's name of the reason."""
    return {str(one["AccountId"]): str(one.get(reason, "")) for one in answer.get("UnprocessedAccounts") or ()}


def check_processed(refused: Mapping[str, str], operation: str) -> None:
    """Raise what a batch call refused in its answer as the error that it is (code UnprocessedAccounts).

    Raises:
        ClientError: for some accounts it was not done. What may pass can be told by its message, as with other errors.
    """
    if refused:
        text = "; ".join(f"{account}: {why}" for account, why in sorted(refused.items()))
        raise ClientError({"Error": {"Code": "UnprocessedAccounts", "Message": text}}, operation)


def refusals(accounts: Sequence[str], call: Callable[[str], Any]) -> dict[str, str]:
    """Account → reason, where a service has no batch call: one failure does not keep the others from being done.

    Raises:
        ClientError: IAM refused.
    """
    refused: dict[str, str] = {}
    for account in accounts:
        try:
            call(account)
        except ClientError as error:
            if refused_by_policy(error):
                raise
            refused[account] = f"{error_code(error)}: {error.response['Error'].get('Message', '')}"
    return refused


def emails(at: Connection, accounts: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """(account → e-mail address, account → why there is none); a delegated administrator may ask Organizations."""
    found = pages(at.client("organizations"), "list_accounts", "Accounts")
    known = {str(account["Id"]): str(account.get("Email", "")) for account in found}
    strangers = {one: "the account is not part of your organization" for one in accounts if not known.get(one)}
    return {one: known[one] for one in accounts if one not in strangers}, strangers
