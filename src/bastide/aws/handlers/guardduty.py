"""Amazon GuardDuty: its administrator, one detector a Region, what members get, and where findings go.

One idea: of features only those that are on are properties, so that a list that does not name one means "off", and a
feature that AWS adds later is no drift until it is on. A member's detector is its administrator's to change, so a
change of it goes through the administrator's account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bastide.aws.delegation import Membership, ServiceAdministrator, check_processed, emails, unprocessed
from bastide.aws.differences import desired, tag_map
from bastide.aws.handler import Connection, Found, Handler, pages, tag_list, whole
from bastide.aws.shape import arn_of, pick, present, tag_changes, touched
from bastide.aws.waiting import answer_or_nothing, quietly, remove
from bastide.errors import TargetError
from bastide.model import Change, Properties, Value

# Always on and not to be set. Source: GuardDuty API Reference, DetectorFeatureConfigurationResult.
FOUNDATION = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
SETTINGS = ("Enable", "FindingPublishingFrequency")
ASSOCIATED = ("Enabled", "Disabled")  # a member whose monitoring was stopped is one still
GONE = "BadRequestException"  # GuardDuty's answer for everything that is not there


class OrganizationAdmin(ServiceAdministrator):
    """Bastide::GuardDuty::OrganizationAdmin: the account that administers GuardDuty for the organization here.

    One a Region. Create-only: AdminAccountId. Set in the management account; turns GuardDuty on in the named one.
    Source: GuardDuty API Reference, EnableOrganizationAdminAccount.
    """

    type = "Bastide::GuardDuty::OrganizationAdmin"
    service = "guardduty"
    builds_on = ("AWS::GuardDuty::Detector",)
    nothing = (GONE,)
    conflict = (GONE,)
    actions: ClassVar = {
        "list": ("guardduty:ListOrganizationAdminAccounts", "organizations:DescribeOrganization"),
        "read": ("guardduty:ListOrganizationAdminAccounts", "organizations:DescribeOrganization"),
        "create": (
            "guardduty:EnableOrganizationAdminAccount",
            "guardduty:ListOrganizationAdminAccounts",
            "iam:CreateServiceLinkedRole",
            "organizations:EnableAWSServiceAccess",
            "organizations:RegisterDelegatedAdministrator",
        ),
        "delete": ("guardduty:DisableOrganizationAdminAccount", "organizations:DeregisterDelegatedAdministrator"),
    }


def detectors(at: Connection) -> Sequence[str]:
    """Ids of the account's detectors in this Region: none or one."""
    return list(pages(at.client("guardduty"), "list_detectors", "DetectorIds"))


def known_detectors(at: Connection) -> Sequence[str]:
    """The same, asked once in a collection."""
    return list(whole(at, "guardduty", "list_detectors").get("DetectorIds", ()))


def administrator_of(at: Connection, detector: str) -> str:
    """The account that administers this one's detector; an empty string for an account that stands alone."""
    found = at.client("guardduty").get_administrator_account(DetectorId=detector).get("Administrator") or {}
    return str(found["AccountId"]) if found.get("RelationshipStatus") in ASSOCIATED else ""


class Detector(Handler):
    """AWS::GuardDuty::Detector: GuardDuty in one account and Region; there is at most one.

    Features: those that are on, sorted by name, each ``{Name, Status: ENABLED}`` with AdditionalConfiguration where
    there is any. Creating adopts a detector that the organization has made. In a member, Enable and Features are
    written by its administrator, and FindingPublishingFrequency is the administrator's own.
    Source: GuardDuty API Reference, CreateDetector, GetDetector, UpdateMemberDetectors; GuardDuty User Guide,
    "Understanding the relationship between GuardDuty administrator account and member accounts".
    """

    type = "AWS::GuardDuty::Detector"
    service = "guardduty"
    identified_by = ()
    actions: ClassVar = {
        "update": (
            "guardduty:GetAdministratorAccount",
            "guardduty:StartMonitoringMembers",
            "guardduty:StopMonitoringMembers",
            "guardduty:UpdateMemberDetectors",
        )
    }

    def list(self, at: Connection) -> Iterable[Found]:
        return [found for found in (self.read(at, id) for id in known_detectors(at)) if found is not None]

    def read(self, at: Connection, id: str) -> Found | None:
        detector = quietly(at.client("guardduty").get_detector, GONE, DetectorId=id)
        if detector is None:
            return None
        properties = {
            "Id": id,
            "Enable": detector["Status"] == "ENABLED",
            **pick(detector, "FindingPublishingFrequency"),
            "Features": parse_features(detector.get("Features"), "Status", "DISABLED"),
            "Tags": tag_list(detector.get("Tags")),
        }
        return Found(id, properties, arn_of(at, "guardduty", f"detector/{id}"))

    def create(self, at: Connection, properties: Properties) -> str:
        existing = detectors(at)
        if existing:
            self._bring(at, existing[0], properties)
            return existing[0]
        given = pick(properties, *SETTINGS, "Features", "DataSources")
        given |= present(Tags=tag_map(properties.get("Tags")) or None)
        made = at.client("guardduty").create_detector(**given)
        id = str(made["DetectorId"])
        # A new detector has features on that nobody named.
        if "Features" in properties:
            self._bring(at, id, {"Features": properties["Features"]})
        return id

    def _bring(self, at: Connection, id: str, properties: Properties) -> None:
        found = self.read(at, id)
        before = found.properties if found else {}
        given = pick(properties, *SETTINGS)
        given |= _features(before.get("Features"), properties.get("Features"), "Status", "DISABLED")
        self._write(at, id, {name: value for name, value in given.items() if before.get(name) != value})
        if properties.get("Tags"):
            self._retag(at, id, before.get("Tags"), properties["Tags"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        names, before, after = touched(change), change.before or {}, desired(change)
        given = pick(after, *(name for name in SETTINGS if name in names))
        if "Features" in names:
            given |= _features(before.get("Features"), after.get("Features", ()), "Status", "DISABLED")
        self._write(at, id, given)
        if "Tags" in names:
            self._retag(at, id, before.get("Tags"), after.get("Tags"))

    def _write(self, at: Connection, id: str, given: Properties) -> None:
        administrator = administrator_of(at, id) if given else ""
        if administrator:
            self._write_member(at.of(administrator), at.account, given)
        elif given:
            at.client("guardduty").update_detector(DetectorId=id, **given)

    def _write_member(self, at: Connection, account: str, given: Properties) -> None:
        """Change a member's detector from its administrator's account."""
        if "FindingPublishingFrequency" in given:
            what = f"GuardDuty publishes the findings of {account} as often as those of its administrator {at.account}"
            raise TargetError(what, f"{account}/{at.region}", "declare FindingPublishingFrequency there only")
        client = at.client("guardduty")
        member = {"DetectorId": detectors(at)[0], "AccountIds": [account]}
        if "Enable" in given:
            enable = client.start_monitoring_members if given["Enable"] else client.stop_monitoring_members
            check_processed(unprocessed(enable(**member), "Result"), "StartMonitoringMembers")
        if "Features" in given:
            answer = client.update_member_detectors(**member, Features=given["Features"])
            check_processed(unprocessed(answer, "Result"), "UpdateMemberDetectors")

    def _retag(self, at: Connection, id: str, before: Value, after: Value) -> None:
        wanted, removed = tag_changes(before, after)
        client, arn = at.client("guardduty"), arn_of(at, "guardduty", f"detector/{id}")
        if wanted:
            client.tag_resource(ResourceArn=arn, Tags=tag_map(wanted))
        if removed:
            client.untag_resource(ResourceArn=arn, TagKeys=removed)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        delete = at.client("guardduty").delete_detector
        remove(delete, GONE, there=lambda: self.read(at, id), DetectorId=id)


def configuration_for_members(at: Connection, detector: str) -> dict[str, Any] | None:
    """The organization's configuration, asked once in a collection; None where this account is not the administrator.

    AWS answers BadRequest to every account that is not.
    """
    describe = at.client("guardduty").describe_organization_configuration
    found: dict[str, Any] | None = at.once(
        f"guardduty-organization-{detector}",
        lambda: answer_or_nothing(describe, GONE, "AccessDeniedException", DetectorId=detector),
    )
    return found


class Members(Membership):
    """Bastide::GuardDuty::Members: the accounts that the administrator administers here (``Membership``).

    AutoEnableOrganizationMembers ALL enrols every account, but within a day; this does at once, and asks for the
    management account, too, which must have a detector of its own. While it is ALL, AWS lets no member go.
    Source: GuardDuty API Reference, CreateMembers, DisassociateMembers.
    """

    type = "Bastide::GuardDuty::Members"
    service = "guardduty"
    builds_on = ("Bastide::GuardDuty::OrganizationAdmin",)
    actions: ClassVar = {
        "list": (
            "guardduty:DescribeOrganizationConfiguration", "guardduty:ListDetectors", "guardduty:ListMembers",
        ),
        "read": (
            "guardduty:DescribeOrganizationConfiguration", "guardduty:ListDetectors", "guardduty:ListMembers",
        ),
        "create": ("guardduty:CreateMembers", "organizations:ListAccounts"),
        "update": ("guardduty:CreateMembers", "guardduty:DisassociateMembers", "organizations:ListAccounts"),
        "delete": ("guardduty:DisassociateMembers",),
    }  # fmt: skip

    def administers(self, at: Connection) -> bool:
        """Whether this account administers GuardDuty here."""
        return any(configuration_for_members(at, id) is not None for id in known_detectors(at))

    def members(self, at: Connection) -> Iterable[str]:
        """Associated accounts."""
        for detector in detectors(at):
            found = pages(at.client("guardduty"), "list_members", "Members", DetectorId=detector)
            yield from (one["AccountId"] for one in found if one["RelationshipStatus"] in ASSOCIATED)

    def enrol(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With CreateMembers."""
        known, strangers = emails(at, accounts)
        if not known:
            return strangers
        details = [{"AccountId": account, "Email": email} for account, email in known.items()]
        answer = at.client("guardduty").create_members(DetectorId=detectors(at)[0], AccountDetails=details)
        return strangers | unprocessed(answer, "Result")

    def release(self, at: Connection, accounts: Sequence[str]) -> dict[str, str]:
        """With DisassociateMembers."""
        disassociate = at.client("guardduty").disassociate_members
        return unprocessed(disassociate(DetectorId=detectors(at)[0], AccountIds=list(accounts)), "Result")


class OrganizationConfiguration(Handler):
    """Bastide::GuardDuty::OrganizationConfiguration: what GuardDuty turns on in members. In the administrator only.

    Identifier: the detector's. Features: those that are on (AutoEnable NEW or ALL), sorted by name. Deleting puts
    AWS's default back: nothing is turned on by itself.
    Source: GuardDuty API Reference, UpdateOrganizationConfiguration.
    """

    type = "Bastide::GuardDuty::OrganizationConfiguration"
    service = "guardduty"
    builds_on = ("Bastide::GuardDuty::Members",)
    identified_by = ()
    create_only = ("DetectorId",)
    actions: ClassVar = {
        "list": ("guardduty:ListDetectors", "guardduty:DescribeOrganizationConfiguration"),
        "read": ("guardduty:DescribeOrganizationConfiguration",),
        **dict.fromkeys(
            ("create", "update", "delete"),
            ("guardduty:UpdateOrganizationConfiguration", "guardduty:DescribeOrganizationConfiguration"),
        ),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        return [found for found in (self.read(at, id) for id in known_detectors(at)) if found is not None]

    def read(self, at: Connection, id: str) -> Found | None:
        found = configuration_for_members(at, id)
        if found is None:
            return None
        members = found.get("AutoEnableOrganizationMembers") or ("NEW" if found.get("AutoEnable") else "NONE")
        properties = {
            "DetectorId": id,
            "AutoEnableOrganizationMembers": members,
            "Features": parse_features(found.get("Features"), "AutoEnable", "NONE"),
        }
        return Found(id, properties)

    def create(self, at: Connection, properties: Properties) -> str:
        id = str(properties["DetectorId"])
        self._bring(at, id, properties)
        return id

    def update(self, at: Connection, id: str, change: Change) -> None:
        self._bring(at, id, desired(change))

    def _bring(self, at: Connection, id: str, properties: Properties) -> None:
        found = self.read(at, id)
        before = found.properties.get("Features") if found else ()
        at.client("guardduty").update_organization_configuration(
            DetectorId=id,
            AutoEnableOrganizationMembers=properties.get("AutoEnableOrganizationMembers", "NONE"),
            **_features(before, properties.get("Features"), "AutoEnable", "NONE"),
        )

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        if self.read(at, id) is not None:
            self._bring(at, id, {"AutoEnableOrganizationMembers": "NONE", "Features": ()})


class PublishingDestination(Handler):
    """AWS::GuardDuty::PublishingDestination: where findings are exported to; one a detector. Create-only: DetectorId.

    Identifier: ``DetectorId|Id``. Bucket and key must let GuardDuty in before this is made, and live in its Region.
    Source: GuardDuty User Guide, "Exporting findings".
    """

    type = "AWS::GuardDuty::PublishingDestination"
    service = "guardduty"
    identified_by = ("DetectorId", "DestinationType")
    actions: ClassVar = {"list": ("guardduty:ListDetectors", "guardduty:DescribePublishingDestination")}

    def list(self, at: Connection) -> Iterable[Found]:
        for detector in known_detectors(at):
            for destination in self._destinations(at, detector):
                found = self.read(at, f"{detector}|{destination['DestinationId']}")
                if found is not None:
                    yield found

    def _destinations(self, at: Connection, detector: str) -> Iterable[Any]:
        return pages(at.client("guardduty"), "list_publishing_destinations", "Destinations", DetectorId=detector)

    def read(self, at: Connection, id: str) -> Found | None:
        detector, destination = id.split("|")
        describe = at.client("guardduty").describe_publishing_destination
        found = quietly(describe, GONE, DetectorId=detector, DestinationId=destination)
        if found is None:
            return None
        properties = {
            "DetectorId": detector,
            "Id": destination,
            **pick(found, "DestinationType", "Status"),
            "DestinationProperties": pick(found["DestinationProperties"], "DestinationArn", "KmsKeyArn"),
            "Tags": tag_list(found.get("Tags")),
        }
        return Found(id, properties)

    def create(self, at: Connection, properties: Properties) -> str:
        detector, kind = str(properties["DetectorId"]), properties["DestinationType"]
        client = at.client("guardduty")
        for existing in self._destinations(at, detector):
            if existing["DestinationType"] == kind:
                id = str(existing["DestinationId"])
                self._point(at, detector, id, properties)
                return f"{detector}|{id}"
        made = client.create_publishing_destination(
            DetectorId=detector,
            DestinationType=kind,
            DestinationProperties=properties["DestinationProperties"],
            **present(Tags=tag_map(properties.get("Tags")) or None),
        )
        return f"{detector}|{made['DestinationId']}"

    def _point(self, at: Connection, detector: str, id: str, properties: Properties) -> None:
        at.client("guardduty").update_publishing_destination(
            DetectorId=detector, DestinationId=id, DestinationProperties=properties["DestinationProperties"]
        )

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "DestinationProperties" in touched(change):
            detector, destination = id.split("|")
            self._point(at, detector, destination, desired(change))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        detector, destination = id.split("|")
        remove = at.client("guardduty").delete_publishing_destination
        quietly(remove, GONE, DetectorId=detector, DestinationId=destination)


def parse_features(features: Iterable[dict[str, Any]] | None, setting: str, off: str) -> list[dict[str, Any]]:
    """Features that are not ``off`` in registry shape, sorted by name; the foundational ones, always on, left out."""
    parsed = []
    for feature in features or ():
        if feature["Name"] in FOUNDATION or feature.get(setting) in (off, None):
            continue
        more = [pick(one, "Name", setting) for one in feature.get("AdditionalConfiguration") or ()]
        more = sorted((one for one in more if one.get(setting) != off), key=lambda one: str(one["Name"]))
        parsed.append(pick(feature, "Name", setting) | present(AdditionalConfiguration=more or None))
    return sorted(parsed, key=lambda feature: str(feature["Name"]))


def _features(before: Value, after: Value, setting: str, off: str) -> dict[str, Any]:
    """The parameter that turns on what ``after`` names and off what only ``before`` does; none for None."""
    if after is None:
        return {}
    named = {feature["Name"] for feature in after}
    gone = [{"Name": feature["Name"], setting: off} for feature in before or () if feature["Name"] not in named]
    return {"Features": [*after, *gone]} if after or gone else {}
