"""IAM for the whole organization: central management of members' root users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from bastide.aws.differences import desired, missing
from bastide.aws.handler import Connection, Found
from bastide.aws.waiting import Waiting, coded, quietly
from bastide.model import Change, Properties, Scope

OFF = (
    "ServiceAccessNotEnabledException",
    "OrganizationNotFoundException",
    "OrganizationNotInAllFeaturesModeException",
    "AWSOrganizationsNotInUseException",
)

OPERATIONS = {"RootCredentialsManagement": "root_credentials_management", "RootSessions": "root_sessions"}


class OrganizationsFeatures(Waiting):
    """Bastide::IAM::OrganizationsFeatures: RootCredentialsManagement and RootSessions, those that are on, sorted.

    Needs service access for iam.amazonaws.com, which a new organization may not show at once. AWS's default is none.
    Source: IAM User Guide, "Centralize root access for member accounts".
    """

    type = "Bastide::IAM::OrganizationsFeatures"
    service = "iam"
    scope = Scope.ORGANIZATION
    identified_by = ()
    actions: ClassVar = {
        "list": ("iam:ListOrganizationsFeatures",),
        "read": ("iam:ListOrganizationsFeatures",),
        **dict.fromkeys(
            ("create", "update"),
            (
                "iam:EnableOrganizationsRootCredentialsManagement",
                "iam:EnableOrganizationsRootSessions",
                "iam:DisableOrganizationsRootCredentialsManagement",
                "iam:DisableOrganizationsRootSessions",
                "iam:ListOrganizationsFeatures",
                "organizations:DescribeOrganization",
                "organizations:ListAWSServiceAccessForOrganization",
            ),
        ),
        "delete": ("iam:DisableOrganizationsRootCredentialsManagement", "iam:DisableOrganizationsRootSessions"),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        found = quietly(at.client("iam").list_organizations_features, *OFF)
        if found is None:
            return []
        return [Found(found["OrganizationId"], {"EnabledFeatures": sorted(found.get("EnabledFeatures") or ())})]

    def create(self, at: Connection, properties: Properties) -> str:
        client = at.client("iam")
        pending = coded("ServiceAccessNotEnabledException")
        found = self.insist(client.list_organizations_features, pending)
        self._bring(at, found.get("EnabledFeatures"), properties.get("EnabledFeatures"))
        return str(found["OrganizationId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        self._bring(at, (change.before or {}).get("EnabledFeatures"), desired(change).get("EnabledFeatures"))

    def _bring(self, at: Connection, before: Iterable[str] | None, after: Iterable[str] | None) -> None:
        client = at.client("iam")
        before, after = list(before or ()), list(after or ())
        # Credentials management first: sessions without it are of little use, and it is the order of the console.
        for feature in sorted(missing(after, before)):
            getattr(client, f"enable_organizations_{OPERATIONS[feature]}")()
        for feature in sorted(missing(before, after), reverse=True):
            getattr(client, f"disable_organizations_{OPERATIONS[feature]}")()

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        for found in self.list(at):
            self._bring(at, found.properties["EnabledFeatures"], ())
