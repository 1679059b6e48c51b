"""AWS Security Hub CSPM: hub, standards, administrator, what members get, and the Region that findings are gathered in.

One idea: a hub is on or it is not, and everything else answers InvalidAccess until it is. Findings and single controls
are not resources here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NoReturn

from bastide.aws.delegation import Membership, ServiceAdministrator, unprocessed
from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler, pages
from bastide.aws.shape import pick, present, touched
from bastide.aws.waiting import Waiting, answer_or_nothing, coded, quietly, remove, shown
from bastide.errors import TargetError
from bastide.model import Change, Properties

OFF = ("InvalidAccessException", "ResourceNotFoundException")
NOT_ADMINISTRATOR = (*OFF, "AccessDeniedException")
HUB_NAMES = ("ControlFindingGenerator", "AutoEnableControls")


class Hub(Handler):
    """AWS::SecurityHub::Hub: Security Hub in one account and Region; there is at most one. Identifier: the ARN.

    EnableDefaultStandards is used at creation only and never read. Tags are not read: DescribeHub does not give them.
    ControlFindingGenerator is a member's administrator's to choose, for all members.
    Source: Security Hub API Reference, EnableSecurityHub, DescribeHub.
    """

    type = "AWS::SecurityHub::Hub"
    service = "securityhub"
    write_only: ClassVar[tuple[str, ...]] = ("EnableDefaultStandards",)
    identified_by = ()

    def list(self, at: Connection) -> Sequence[Found]:
        hub = quietly(at.client("securityhub").describe_hub, *OFF)
        if hub is None:
            return []
        properties = {"ARN": hub["HubArn"], **pick(hub, "SubscribedAt", *HUB_NAMES)}
        return [Found(hub["HubArn"], properties, hub["HubArn"])]

    def create(self, at: Connection, properties: Properties) -> str:
        client = at.client("securityhub")
        given = pick(properties, "EnableDefaultStandards", "ControlFindingGenerator")
        quietly(client.enable_security_hub, "ResourceConflictException", **given)
        found = shown(self.list(at), "the hub")
        # Enabling knows nothing of AutoEnableControls, and a hub that was there may differ in both.
        wanted = pick(properties, *(name for name in HUB_NAMES if properties.get(name) != found.properties.get(name)))
        if wanted:
            client.update_security_hub_configuration(**wanted)
        return found.id

    def update(self, at: Connection, id: str, change: Change) -> None:
        after = desired(change)
        wanted = pick(after, *(name for name in HUB_NAMES if name in touched(change)))
        if wanted:
            at.client("securityhub").update_security_hub_configuration(**wanted)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        remove(at.client("securityhub").disable_security_hub, *OFF, there=lambda: self.list(at))


class DelegatedAdmin(ServiceAdministrator):
    """AWS::SecurityHub::DelegatedAdmin: the account that administers Security Hub for the organization in this Region.

    Create-only: AdminAccountId. Identifier: ``account/Region``. Set in the management account.
    Source: Security Hub API Reference, EnableOrganizationAdminAccount.
    """

    type = "AWS::SecurityHub::DelegatedAdmin"
    service = "securityhub"
    builds_on = ("AWS::SecurityHub::Hub",)
    result = ("AdminAccounts", "AccountId", "Status")
    nothing = ("InvalidAccessException", "AccessDeniedException", "InvalidInputException")
    conflict = ("ResourceConflictException", "InvalidInputException", "InvalidAccessException")
    actions: ClassVar = {"list": ("organizations:DescribeOrganization",)}

    def identifier(self, at: Connection, account: str) -> str:
        """``account/Region``, as the registry says."""
        return f"{account}/{at.region}"

    def describe(self, at: Connection, account: str) -> Properties:
        """Properties in registry shape."""
        return {"AdminAccountId": account, "DelegatedAdminIdentifier": self.identifier(at, account)}


def configuration_for_members(at: Connection) -> dict[str, Any] | None:
    """The organization's configuration, asked once in a collection; None in an account that is not administrator."""
    describe = at.client("securityhub").describe_organization_configuration
    found: dict[str, Any] | None = at.once(
        "securityhub-organization", lambda: answer_or_nothing(describe, *NOT_ADMINISTRATOR)
    )
    return found


class Members(Membership):
    """Bastide::SecurityHub::Members: the accounts that the administrator administers here (``Membership``).

    AutoEnable is for accounts that join later. The management account must have a hub of its own before.
    Source: Security Hub API Reference, CreateMembers, DisassociateMembers.
    """

    type = "Bastide::SecurityHub::Members"
    service = "securityhub"
    builds_on = ("AWS::SecurityHub::DelegatedAdmin",)
    actions: ClassVar = {
        **dict.fromkeys(("list", "read"), ("securityhub:DescribeOrganizationConfiguration", "securityhub:ListMembers")),
        "create": ("securityhub:CreateMembers",),
        "update": ("securityhub:CreateMembers", "securityhub:DisassociateMembers"),
        "delete": ("securityhub:DisassociateMembers",),
    }

    def administers(self, at: Connection) -> bool:
        """Whether this account administers Security Hub here."""
        return configuration_for_members(at) is not None

    def members(self, at: Connection) -> Iterable[str]:
        """Associated accounts."""
        return (one["AccountId"] for one in pages(at.client("securityhub"), "list_members", "Members"))

    def enrol(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With CreateMembers."""
        details = [{"AccountId": account} for account in accounts]
        answer = at.client("securityhub").create_members(AccountDetails=details)
        return unprocessed(answer, "ProcessingResult")

    def release(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With DisassociateMembers, which says nothing."""
        at.client("securityhub").disassociate_members(AccountIds=list(accounts))
        return {}


class OrganizationConfiguration(Waiting):
    """AWS::SecurityHub::OrganizationConfiguration: what Security Hub turns on in members. In the administrator only.

    Identifier: ``account/Region``. ConfigurationType CENTRAL needs a finding aggregator and excludes AutoEnable; it is
    reached after a while and waited for. Deleting puts AWS's default back.
    Source: Security Hub API Reference, UpdateOrganizationConfiguration.
    """

    type = "AWS::SecurityHub::OrganizationConfiguration"
    service = "securityhub"
    builds_on = ("Bastide::SecurityHub::Members",)
    identified_by = ()
    DEFAULT: ClassVar = {"AutoEnable": False, "AutoEnableStandards": "DEFAULT", "ConfigurationType": "LOCAL"}

    def list(self, at: Connection) -> Iterable[Found]:
        found = configuration_for_members(at)
        if found is None:
            return []
        kind = found.get("OrganizationConfiguration") or {}
        id = f"{at.account}/{at.region}"
        properties = {
            "OrganizationConfigurationIdentifier": id,
            **pick(found, "AutoEnable", "AutoEnableStandards", "MemberAccountLimitReached"),
            "ConfigurationType": kind.get("ConfigurationType", "LOCAL"),
            **pick(kind, "Status", "StatusMessage"),
        }
        return [Found(id, properties)]

    def create(self, at: Connection, properties: Properties) -> str:
        self._put(at, properties)
        return f"{at.account}/{at.region}"

    def update(self, at: Connection, id: str, change: Change) -> None:
        self._put(at, desired(change))

    def _put(self, at: Connection, properties: Properties) -> None:
        given = {**self.DEFAULT, **pick(properties, *self.DEFAULT)}
        kind = given.pop("ConfigurationType")
        if [kind] != [found.properties["ConfigurationType"] for found in self.list(at)]:
            given["OrganizationConfiguration"] = {"ConfigurationType": kind}
        put = at.client("securityhub").update_organization_configuration
        # The administrator just designated may not be seen yet.
        self.insist(lambda: put(**given), coded("InvalidAccessException", "ResourceConflictException"))
        if kind == "CENTRAL":
            self.until(
                lambda: [found.properties.get("Status") for found in self.list(at)],
                lambda statuses: statuses != ["PENDING"],
                "central configuration of Security Hub",
            )

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        if self.read(at, id) is not None:
            self._put(at, self.DEFAULT)


class Standard(Handler):
    """AWS::SecurityHub::Standard: a standard that the hub checks. Create-only: StandardsArn.

    Identifier: the subscription's ARN. Controls that were disabled one by one are not read.
    Source: Security Hub API Reference, BatchEnableStandards, GetEnabledStandards.
    """

    type = "AWS::SecurityHub::Standard"
    service = "securityhub"
    identified_by = ("StandardsArn",)

    def list(self, at: Connection) -> Iterable[Found]:
        for subscription in self._subscriptions(at):
            arn = subscription["StandardsSubscriptionArn"]
            yield Found(arn, pick(subscription, "StandardsArn", "StandardsSubscriptionArn"), arn)

    def _subscriptions(self, at: Connection, **parameters: Any) -> Sequence[dict[str, Any]]:
        client, operation = at.client("securityhub"), "get_enabled_standards"
        found = quietly(lambda: list(pages(client, operation, "StandardsSubscriptions", **parameters)), *OFF)
        return [one for one in found or () if one["StandardsStatus"] != "DELETING"]

    def read(self, at: Connection, id: str) -> Found | None:
        found = self._subscriptions(at, StandardsSubscriptionArns=[id])
        names = ("StandardsArn", "StandardsSubscriptionArn")
        return Found(id, pick(found[0], *names), id) if found else None

    def create(self, at: Connection, properties: Properties) -> str:
        request = [{"StandardsArn": properties["StandardsArn"]}]
        made = at.client("securityhub").batch_enable_standards(StandardsSubscriptionRequests=request)
        subscription = made["StandardsSubscriptions"][0]
        if subscription["StandardsStatus"] == "FAILED":
            reason = (subscription.get("StandardsStatusReason") or {}).get("StatusReasonCode", "no reason given")
            raise TargetError(f"standard {properties['StandardsArn']} could not be enabled: {reason}", at.region)
        return str(subscription["StandardsSubscriptionArn"])

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        raise TargetError(f"standard {id} cannot change in place", fix="plan again: it is replaced")

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("securityhub").batch_disable_standards, *OFF, StandardsSubscriptionArns=[id])


class FindingAggregator(Handler):
    """AWS::SecurityHub::FindingAggregator: this Region gathers the findings of others; one an account.

    Identifier: the ARN. Every Region answers with the same aggregator, so it is listed in the Region of its ARN only.
    Regions are sorted, and absent in mode ALL_REGIONS.
    Source: Security Hub API Reference, CreateFindingAggregator, ListFindingAggregators.
    """

    type = "AWS::SecurityHub::FindingAggregator"
    service = "securityhub"
    identified_by = ()
    actions: ClassVar = {"list": ("securityhub:GetFindingAggregator",)}

    def list(self, at: Connection) -> Iterable[Found]:
        return [found for found in (self.read(at, arn) for arn in self._arns(at)) if found is not None]

    def _arns(self, at: Connection) -> Sequence[str]:
        client = at.client("securityhub")
        found = answer_or_nothing(
            lambda: list(pages(client, "list_finding_aggregators", "FindingAggregators")), *NOT_ADMINISTRATOR
        )
        arns = [str(one["FindingAggregatorArn"]) for one in found or ()]
        return [arn for arn in arns if arn.split(":")[3] == at.region]

    def read(self, at: Connection, id: str) -> Found | None:
        found = quietly(at.client("securityhub").get_finding_aggregator, *OFF, FindingAggregatorArn=id)
        if found is None:
            return None
        properties = pick(found, "FindingAggregatorArn", "FindingAggregationRegion", "RegionLinkingMode")
        return Found(id, properties | present(Regions=sorted(found.get("Regions") or ()) or None), id)

    def create(self, at: Connection, properties: Properties) -> str:
        client = at.client("securityhub")
        given = pick(properties, "RegionLinkingMode", "Regions")
        for arn in self._arns(at):
            client.update_finding_aggregator(FindingAggregatorArn=arn, **given)
            return arn
        return str(client.create_finding_aggregator(**given)["FindingAggregatorArn"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        given = pick(desired(change), "RegionLinkingMode", "Regions")
        at.client("securityhub").update_finding_aggregator(FindingAggregatorArn=id, **given)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("securityhub").delete_finding_aggregator, *OFF, FindingAggregatorArn=id)
