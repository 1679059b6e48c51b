"""A security service's own delegated administrator for the organization: one per Region.

One idea: GuardDuty, Security Hub, Macie and Inspector do the same under four spellings; a subclass is the spelling. It
is set and seen in the management account, so other accounts are not asked. Organizations' own register of delegated
administrators is another type (``Bastide::Organizations::DelegatedAdministrator``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NoReturn

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, error_code, pages
from bastide.aws.waiting import Waiting, coded, quietly
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
