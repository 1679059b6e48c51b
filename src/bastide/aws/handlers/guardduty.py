"""Amazon GuardDuty: its administrator, one detector a Region, what members get, and where findings go.

One idea: of features only those that are on are properties, so that a list that does not name one means "off", and a
feature that AWS adds later is no drift until it is on. Members follow the organization's configuration by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bastide.aws.delegation import ServiceAdministrator
from bastide.aws.differences import desired, tag_map
from bastide.aws.handler import Connection, Found, Handler, pages, tag_list
from bastide.aws.shape import arn_of, pick, present, tag_changes, touched
from bastide.aws.waiting import answer_or_nothing, quietly
from bastide.model import Change, Properties, Value

# Always on and not to be set. Source: GuardDuty API Reference, DetectorFeatureConfigurationResult.
FOUNDATION = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
SETTINGS = ("Enable", "FindingPublishingFrequency")
GONE = "BadRequestException"  # GuardDuty's answer for everything that is not there


class OrganizationAdmin(ServiceAdministrator):
    """Bastide::GuardDuty::OrganizationAdmin: the account that administers GuardDuty for the organization here.

    One a Region. Create-only: AdminAccountId. Set in the management account; turns GuardDuty on in the named one.
    Source: GuardDuty API Reference, EnableOrganizationAdminAccount.
    """

    type = "Bastide::GuardDuty::OrganizationAdmin"
    service = "guardduty"
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
    return at.once("guardduty-detectors", lambda: detectors(at))


class Detector(Handler):
    """AWS::GuardDuty::Detector: GuardDuty in one account and Region; there is at most one.

    Features: those that are on, sorted by name, each ``{Name, Status: ENABLED}`` with AdditionalConfiguration where
    there is any. Creating adopts a detector that the organization has made.
    Source: GuardDuty API Reference, CreateDetector, GetDetector.
    """

    type = "AWS::GuardDuty::Detector"
    service = "guardduty"
    identified_by = ()

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
        given = pick(properties, *SETTINGS, "Features")
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
        client = at.client("guardduty")
        given = pick(properties, *SETTINGS)
        given |= _features(before.get("Features"), properties.get("Features"), "Status", "DISABLED")
        if any(before.get(name) != value for name, value in given.items()):
            client.update_detector(DetectorId=id, **given)
        if properties.get("Tags"):
            self._retag(at, id, before.get("Tags"), properties["Tags"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        names, before, after = touched(change), change.before or {}, desired(change)
        given = pick(after, *(name for name in SETTINGS if name in names))
        if "Features" in names:
            given |= _features(before.get("Features"), after.get("Features", ()), "Status", "DISABLED")
        if given:
            at.client("guardduty").update_detector(DetectorId=id, **given)
        if "Tags" in names:
            self._retag(at, id, before.get("Tags"), after.get("Tags"))

    def _retag(self, at: Connection, id: str, before: Value, after: Value) -> None:
        wanted, removed = tag_changes(before, after)
        client, arn = at.client("guardduty"), arn_of(at, "guardduty", f"detector/{id}")
        if wanted:
            client.tag_resource(ResourceArn=arn, Tags=tag_map(wanted))
        if removed:
            client.untag_resource(ResourceArn=arn, TagKeys=removed)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("guardduty").delete_detector, GONE, DetectorId=id)


class OrganizationConfiguration(Handler):
    """Bastide::GuardDuty::OrganizationConfiguration: what GuardDuty turns on in members. In the administrator only.

    Identifier: the detector's. Features: those that are on (AutoEnable NEW or ALL), sorted by name. Deleting puts
    AWS's default back: nothing is turned on by itself.
    Source: GuardDuty API Reference, UpdateOrganizationConfiguration.
    """

    type = "Bastide::GuardDuty::OrganizationConfiguration"
    service = "guardduty"
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
        client = at.client("guardduty")
        # AWS answers BadRequest to every account that is not the administrator.
        errors = (GONE, "AccessDeniedException")
        found = answer_or_nothing(client.describe_organization_configuration, *errors, DetectorId=id)
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
