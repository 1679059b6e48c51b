"""Amazon Macie: its administrator, the session of an account and Region, and whether members follow.

One idea: Macie answers AccessDenied both for "not enabled" and for "not the administrator"; only IAM's own sentence
counts as a refusal. Classification jobs and findings are not resources here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bastide.aws.delegation import Membership, ServiceAdministrator, emails, refusals
from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler, pages, whole
from bastide.aws.shape import present, touched
from bastide.aws.waiting import Waiting, answer_or_nothing, coded, quietly, remove, shown
from bastide.model import Change, Properties, Value

OFF = ("AccessDeniedException", "ResourceNotFoundException")
ASSOCIATED = ("Enabled", "Paused")


class OrganizationAdmin(ServiceAdministrator):
    """Bastide::Macie::OrganizationAdmin: the account that administers Macie for the organization in this Region.

    One a Region. Create-only: AdminAccountId. Set in the management account; turns Macie on in the named one.
    Source: Macie API Reference, EnableOrganizationAdminAccount.
    """

    type = "Bastide::Macie::OrganizationAdmin"
    service = "macie2"
    builds_on = ("AWS::Macie::Session",)
    parameter = "adminAccountId"
    result = ("adminAccounts", "accountId", "status")
    nothing = OFF
    conflict = ("ConflictException",)
    actions: ClassVar = {
        "list": ("macie2:ListOrganizationAdminAccounts", "organizations:DescribeOrganization"),
        "read": ("macie2:ListOrganizationAdminAccounts", "organizations:DescribeOrganization"),
        "create": (
            "iam:CreateServiceLinkedRole",
            "macie2:EnableOrganizationAdminAccount",
            "macie2:ListOrganizationAdminAccounts",
            "organizations:EnableAWSServiceAccess",
            "organizations:RegisterDelegatedAdministrator",
        ),
        "delete": ("macie2:DisableOrganizationAdminAccount", "organizations:DeregisterDelegatedAdministrator"),
    }


class Session(Handler):
    """AWS::Macie::Session: Macie in one account and Region; there is at most one. Identifier: the account's.

    Status is ENABLED or PAUSED; a member's is written by its administrator. Creating adopts a session that the
    organization has made.
    Source: Macie API Reference, EnableMacie, GetMacieSession, UpdateMemberSession; Macie User Guide, "Understanding
    the relationship between Macie administrator and member accounts".
    """

    type = "AWS::Macie::Session"
    service = "macie2"
    identified_by = ()
    actions: ClassVar = {
        "create": ("iam:CreateServiceLinkedRole",),
        "update": ("macie2:GetAdministratorAccount", "macie2:UpdateMacieSession", "macie2:UpdateMemberSession"),
    }

    def list(self, at: Connection) -> Sequence[Found]:
        session = answer_or_nothing(lambda: whole(at, "macie2", "get_macie_session"), *OFF)
        if session is None:
            return []
        properties = {
            "AwsAccountId": at.account,
            "Status": session["status"],
            "FindingPublishingFrequency": session["findingPublishingFrequency"],
            "ServiceRole": session.get("serviceRole", ""),
        }
        return [Found(at.account, properties)]

    def create(self, at: Connection, properties: Properties) -> str:
        answer = quietly(at.client("macie2").enable_macie, "ConflictException", **_session(properties))
        if answer is None:
            there = shown(self.list(at), "the Macie session").properties
            self._write(at, {name: value for name, value in properties.items() if there.get(name) != value})
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        after = desired(change)
        self._write(at, {name: after.get(name) for name in touched(change)})

    def _write(self, at: Connection, wanted: Properties) -> None:
        given, client = _session(wanted), at.client("macie2")
        administrator = _administrator_of(at) if "status" in given else ""
        if administrator:
            status = given.pop("status")
            at.of(administrator).client("macie2").update_member_session(id=at.account, status=status)
        if given:
            client.update_macie_session(**given)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        remove(at.client("macie2").disable_macie, *OFF, there=lambda: self.list(at))


def _administrator_of(at: Connection) -> str:
    """The account that administers Macie for this one; an empty string for an account that stands alone."""
    found = at.client("macie2").get_administrator_account().get("administrator") or {}
    # A member whose session is paused is one still.
    return str(found["accountId"]) if found.get("relationshipStatus") in ASSOCIATED else ""


def configuration_for_members(at: Connection) -> dict[str, Any] | None:
    """The organization's configuration, asked once in a collection; None in an account that is not administrator."""
    describe = at.client("macie2").describe_organization_configuration
    found: dict[str, Any] | None = at.once("macie2-organization", lambda: answer_or_nothing(describe, *OFF))
    return found


class Members(Membership):
    """Bastide::Macie::Members: the accounts that the administrator administers here (``Membership``).

    AutoEnable is for accounts that join later. One call an account.
    Source: Macie API Reference, CreateMember, DisassociateMember.
    """

    type = "Bastide::Macie::Members"
    service = "macie2"
    builds_on = ("Bastide::Macie::OrganizationAdmin",)
    actions: ClassVar = {
        **dict.fromkeys(("list", "read"), ("macie2:DescribeOrganizationConfiguration", "macie2:ListMembers")),
        "create": ("macie2:CreateMember", "organizations:ListAccounts"),
        "update": ("macie2:CreateMember", "macie2:DisassociateMember", "organizations:ListAccounts"),
        "delete": ("macie2:DisassociateMember",),
    }

    def administers(self, at: Connection) -> bool:
        """Whether this account administers Macie here."""
        return configuration_for_members(at) is not None

    def members(self, at: Connection) -> Iterable[str]:
        """Associated accounts."""
        found = pages(at.client("macie2"), "list_members", "members")
        return (one["accountId"] for one in found if one["relationshipStatus"] in ASSOCIATED)

    def enrol(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With CreateMember."""
        (known, strangers), create = emails(at, accounts), at.client("macie2").create_member
        return strangers | refusals([*known], lambda one: create(account={"accountId": one, "email": known[one]}))

    def release(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With DisassociateMember."""
        disassociate = at.client("macie2").disassociate_member
        return refusals(accounts, lambda one: disassociate(id=one))


class OrganizationConfiguration(Waiting):
    """Bastide::Macie::OrganizationConfiguration: whether new members get Macie. In the administrator only.

    Identifier: the account's. Deleting puts AWS's default back: off.
    Source: Macie API Reference, UpdateOrganizationConfiguration.
    """

    type = "Bastide::Macie::OrganizationConfiguration"
    service = "macie2"
    builds_on = ("Bastide::Macie::Members",)
    identified_by = ()
    actions: ClassVar = {
        "list": ("macie2:DescribeOrganizationConfiguration",),
        "read": ("macie2:DescribeOrganizationConfiguration",),
        **dict.fromkeys(("create", "update", "delete"), ("macie2:UpdateOrganizationConfiguration",)),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        found = configuration_for_members(at)
        return [] if found is None else [Found(at.account, {"AutoEnable": bool(found.get("autoEnable"))})]

    def create(self, at: Connection, properties: Properties) -> str:
        self._put(at, bool(properties.get("AutoEnable", False)))
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        self._put(at, bool(desired(change).get("AutoEnable", False)))

    def _put(self, at: Connection, enabled: bool) -> None:
        put = at.client("macie2").update_organization_configuration
        # The administrator just designated may not be seen yet.
        self.insist(lambda: put(autoEnable=enabled), coded("ConflictException"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        if self.read(at, id) is not None:
            self._put(at, False)


def _session(properties: Properties) -> dict[str, Value]:
    return present(
        status=properties.get("Status"), findingPublishingFrequency=properties.get("FindingPublishingFrequency")
    )
