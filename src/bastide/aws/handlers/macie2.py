"""Amazon Macie: its administrator, the session of an account and Region, and whether members follow.

One idea: Macie answers AccessDenied both for "not enabled" and for "not the administrator"; only IAM's own sentence
counts as a refusal. Classification jobs and findings are not resources here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from bastide.aws.delegation import ServiceAdministrator
from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler
from bastide.aws.shape import present, touched
from bastide.aws.waiting import Waiting, answer_or_nothing, coded, quietly
from bastide.model import Change, Properties, Value

OFF = ("AccessDeniedException", "ResourceNotFoundException")


class OrganizationAdmin(ServiceAdministrator):
    """Bastide::Macie::OrganizationAdmin: the account that administers Macie for the organization in this Region.

    One a Region. Create-only: AdminAccountId. Set in the management account; turns Macie on in the named one.
    Source: Macie API Reference, EnableOrganizationAdminAccount.
    """

    type = "Bastide::Macie::OrganizationAdmin"
    service = "macie2"
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

    Status is ENABLED or PAUSED. Creating adopts a session that the organization has made.
    Source: Macie API Reference, EnableMacie, GetMacieSession.
    """

    type = "AWS::Macie::Session"
    service = "macie2"
    identified_by = ()
    actions: ClassVar = {"create": ("iam:CreateServiceLinkedRole", "macie2:UpdateMacieSession")}

    def list(self, at: Connection) -> Iterable[Found]:
        session = answer_or_nothing(at.client("macie2").get_macie_session, *OFF)
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
        client, given = at.client("macie2"), _session(properties)
        answer = quietly(client.enable_macie, "ConflictException", **given)
        if answer is None and given:
            client.update_macie_session(**given)
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        after = desired(change)
        given = _session({name: after.get(name) for name in touched(change)})
        if given:
            at.client("macie2").update_macie_session(**given)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        answer_or_nothing(at.client("macie2").disable_macie, *OFF)


class OrganizationConfiguration(Waiting):
    """Bastide::Macie::OrganizationConfiguration: whether new members get Macie. In the administrator only.

    Identifier: the account's. Deleting puts AWS's default back: off.
    Source: Macie API Reference, UpdateOrganizationConfiguration.
    """

    type = "Bastide::Macie::OrganizationConfiguration"
    service = "macie2"
    identified_by = ()
    actions: ClassVar = {
        "list": ("macie2:DescribeOrganizationConfiguration",),
        "read": ("macie2:DescribeOrganizationConfiguration",),
        **dict.fromkeys(("create", "update", "delete"), ("macie2:UpdateOrganizationConfiguration",)),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        found = answer_or_nothing(at.client("macie2").describe_organization_configuration, *OFF)
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
