"""AWS Organizations: the organization, its units, accounts and policies, and who may act for it.

One idea: Organizations is a single writer, so a write that meets another one is repeated. All of it lives in the
management account and is asked for there only. Effective policies are not computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NoReturn

from botocore.exceptions import ClientError

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, ask, error_code, pages, tag_list
from bastide.aws.shape import tag_changes, touched
from bastide.aws.waiting import Waiting, coded, quietly, shown
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope, Unknown

NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
# Another write is under way, or a new organization is still being set up.
BUSY = ("ConcurrentModificationException", "FinalizingOrganizationException", "PolicyChangesInProgressException")


def listed(at: Connection, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
    """Every item of an Organizations list; nothing when the account is in no organization."""
    try:
        yield from pages(at.client("organizations"), operation, key, **parameters)
    except ClientError as error:
        if error_code(error) != NO_ORGANIZATION:
            raise


def root_of(at: Connection) -> str:
    """The root's id. Raises NotYet when the organization shows none."""
    return str(shown(listed(at, "list_roots", "Roots"), "the organization's root")["Id"])


def tags_of(at: Connection, id: str) -> list[dict[str, str]] | Unknown:
    """Tags of a unit, account, policy or the root in registry shape; Unknown when they may not be read."""
    client = at.client("organizations")
    found = ask(client.list_tags_for_resource, ResourceId=id)
    if isinstance(found, Unknown):
        return found
    more = found.get("NextToken")
    tags = list(found["Tags"])
    while more:
        found = client.list_tags_for_resource(ResourceId=id, NextToken=more)
        tags, more = tags + found["Tags"], found.get("NextToken")
    return tag_list(tags)


class OrganizationsHandler(Waiting):
    """What all types of this service share: one place, one writer."""

    service = "organizations"
    scope = Scope.ORGANIZATION

    def write(self, call: Callable[..., Any], *fine: str, **parameters: Any) -> Any:
        """The answer of a write, repeated while another one is under way; None for an error in ``fine``."""
        return quietly(lambda: self.insist(lambda: call(**parameters), coded(*BUSY), seconds=120), *fine)

    def retag(self, at: Connection, id: str, before: Any, after: Any) -> None:
        """Bring the tags of ``id`` from ``before`` to ``after``."""
        wanted, removed = tag_changes(before, after)
        client = at.client("organizations")
        if wanted:
            self.write(client.tag_resource, ResourceId=id, Tags=wanted)
        if removed:
            self.write(client.untag_resource, ResourceId=id, TagKeys=removed)


class Organization(OrganizationsHandler):
    """AWS::Organizations::Organization: the organization that this account manages; there is at most one.

    From consolidated billing to all features is possible in place (invited accounts must agree); back is not.
    Source: AWS Organizations API Reference, CreateOrganization, EnableAllFeatures.
    """

    type = "AWS::Organizations::Organization"
    removable = False  # it cannot go while accounts are in it
    identified_by = ()
    actions: ClassVar = {"update": ("organizations:EnableAllFeatures",)}

    def list(self, at: Connection) -> Iterable[Found]:
        found = quietly(at.client("organizations").describe_organization, NO_ORGANIZATION)
        if found is None:
            return []
        organization = found["Organization"]
        root = ask(lambda: root_of(at))
        properties = {
            "Id": organization["Id"],
            "Arn": organization["Arn"],
            "FeatureSet": organization["FeatureSet"],
            "ManagementAccountId": organization["MasterAccountId"],
            "ManagementAccountArn": organization["MasterAccountArn"],
            "ManagementAccountEmail": organization["MasterAccountEmail"],
            "RootId": root,
        }
        return [Found(organization["Id"], properties, organization["Arn"])]

    def create(self, at: Connection, properties: Properties) -> str:
        client = at.client("organizations")
        features = str(properties.get("FeatureSet", "ALL"))
        made = self.write(client.create_organization, "AlreadyInOrganizationException", FeatureSet=features)
        return str((made or client.describe_organization())["Organization"]["Id"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "FeatureSet" in touched(change):
            if desired(change)["FeatureSet"] != "ALL":
                raise TargetError(f"organization {id} cannot go back from all features", fix="declare FeatureSet: ALL")
            self.write(at.client("organizations").enable_all_features)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        try:
            self.write(at.client("organizations").delete_organization, NO_ORGANIZATION)
        except ClientError as error:
            if error_code(error) != "OrganizationNotEmptyException":
                raise
            fix = "remove its member accounts, units and policies first"
            raise TargetError(f"organization {id} is not empty", fix=fix) from error


class PolicyType(OrganizationsHandler):
    """Bastide::Organizations::PolicyType: a policy type that is enabled on the root. Create-only: PolicyType.

    Disabling a type detaches all its policies. Source: AWS Organizations API Reference, EnablePolicyType.
    """

    type = "Bastide::Organizations::PolicyType"
    identified_by = ("PolicyType",)
    create_only = ("PolicyType",)
    actions: ClassVar = {
        "list": ("organizations:ListRoots",),
        "read": ("organizations:ListRoots",),
        "create": ("organizations:EnablePolicyType", "organizations:ListRoots"),
        "delete": ("organizations:DisablePolicyType", "organizations:ListRoots"),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        return [Found(name, {"PolicyType": name}) for name in policy_types(known_roots(at))]

    def read(self, at: Connection, id: str) -> Found | None:
        return Found(id, {"PolicyType": id}) if id in policy_types(listed(at, "list_roots", "Roots")) else None

    def create(self, at: Connection, properties: Properties) -> str:
        name = str(properties["PolicyType"])
        root = root_of(at)
        client = at.client("organizations")
        self.write(client.enable_policy_type, "PolicyTypeAlreadyEnabledException", RootId=root, PolicyType=name)
        self.until(lambda: self.read(at, name), lambda found: found is not None, f"enabling policy type {name}")
        return name

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        raise nothing_to_update(self.type, id)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        root = root_of(at)
        client = at.client("organizations")
        self.write(client.disable_policy_type, "PolicyTypeNotEnabledException", RootId=root, PolicyType=id)


class ServiceAccess(OrganizationsHandler):
    """Bastide::Organizations::ServiceAccess: a service that is trusted with the organization.

    Create-only: ServicePrincipal. Must precede the service's delegated administrators and organization-wide resources.
    Source: AWS Organizations API Reference, EnableAWSServiceAccess.
    """

    type = "Bastide::Organizations::ServiceAccess"
    identified_by = ("ServicePrincipal",)
    create_only = ("ServicePrincipal",)
    actions: ClassVar = {
        "list": ("organizations:ListAWSServiceAccessForOrganization",),
        "read": ("organizations:ListAWSServiceAccessForOrganization",),
        "create": ("organizations:EnableAWSServiceAccess", "iam:CreateServiceLinkedRole"),
        "delete": ("organizations:DisableAWSServiceAccess",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for found in listed(at, "list_aws_service_access_for_organization", "EnabledServicePrincipals"):
            name = found["ServicePrincipal"]
            yield Found(name, {"ServicePrincipal": name})

    def create(self, at: Connection, properties: Properties) -> str:
        name = str(properties["ServicePrincipal"])
        self.write(at.client("organizations").enable_aws_service_access, ServicePrincipal=name)
        return name

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        raise nothing_to_update(self.type, id)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        self.write(at.client("organizations").disable_aws_service_access, ServicePrincipal=id)


class DelegatedAdministrator(OrganizationsHandler):
    """Bastide::Organizations::DelegatedAdministrator: an account that administers a service for the organization.

    Create-only: both properties. Identifier: ``ServicePrincipal|AccountId``. The management account cannot be one;
    service access just enabled may not be seen yet, so registering is repeated.
    Source: AWS Organizations API Reference, RegisterDelegatedAdministrator.
    """

    type = "Bastide::Organizations::DelegatedAdministrator"
    identified_by = ("ServicePrincipal", "AccountId")
    create_only = ("ServicePrincipal", "AccountId")
    actions: ClassVar = {
        "list": ("organizations:ListDelegatedAdministrators", "organizations:ListDelegatedServicesForAccount"),
        "read": ("organizations:ListDelegatedServicesForAccount",),
        "create": ("organizations:RegisterDelegatedAdministrator",),
        "delete": ("organizations:DeregisterDelegatedAdministrator",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for administrator in listed(at, "list_delegated_administrators", "DelegatedAdministrators"):
            yield from self._services(at, administrator["Id"])

    def _services(self, at: Connection, account: str) -> Iterator[Found]:
        for service in listed(at, "list_delegated_services_for_account", "DelegatedServices", AccountId=account):
            name = service["ServicePrincipal"]
            yield Found(f"{name}|{account}", {"ServicePrincipal": name, "AccountId": account})

    def read(self, at: Connection, id: str) -> Found | None:
        try:
            return next((found for found in self._services(at, id.split("|")[1]) if found.id == id), None)
        except ClientError as error:
            if error_code(error) not in ("AccountNotRegisteredException", "AccountNotFoundException"):
                raise
            return None

    def create(self, at: Connection, properties: Properties) -> str:
        service, account = str(properties["ServicePrincipal"]), str(properties["AccountId"])
        register = at.client("organizations").register_delegated_administrator
        quietly(
            lambda: self.insist(lambda: register(AccountId=account, ServicePrincipal=service), _service_access_pending),
            "AccountAlreadyRegisteredException",
        )
        return f"{service}|{account}"

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        raise nothing_to_update(self.type, id)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        service, account = id.split("|")
        deregister = at.client("organizations").deregister_delegated_administrator
        self.write(deregister, "AccountNotRegisteredException", AccountId=account, ServicePrincipal=service)


class OrganizationalUnit(OrganizationsHandler):
    """AWS::Organizations::OrganizationalUnit. Create-only: ParentId; only an empty unit can be deleted.

    The same name under two parents is legal, so a unit is identified by both.
    Source: AWS Organizations API Reference, CreateOrganizationalUnit, DeleteOrganizationalUnit.
    """

    type = "AWS::Organizations::OrganizationalUnit"
    identified_by = ("ParentId", "Name")
    actions: ClassVar = {"list": ("organizations:ListRoots", "organizations:ListTagsForResource")}

    def list(self, at: Connection) -> Iterable[Found]:
        for parent, unit in known_units(at):
            yield self._found(at, parent, unit)

    def read(self, at: Connection, id: str) -> Found | None:
        client = at.client("organizations")
        absent = "OrganizationalUnitNotFoundException"
        found = quietly(client.describe_organizational_unit, absent, NO_ORGANIZATION, OrganizationalUnitId=id)
        if found is None:
            return None
        return self._found(at, parent_of(at, id), found["OrganizationalUnit"])

    def _found(self, at: Connection, parent: str, unit: dict[str, Any]) -> Found:
        properties = {
            "Id": unit["Id"],
            "Arn": unit["Arn"],
            "Name": unit["Name"],
            "ParentId": parent,
            "Tags": tags_of(at, unit["Id"]),
        }
        return Found(unit["Id"], properties, unit["Arn"])

    def create(self, at: Connection, properties: Properties) -> str:
        parent, name, tags = str(properties["ParentId"]), str(properties["Name"]), properties.get("Tags")
        client = at.client("organizations")
        given = {"ParentId": parent, "Name": name} | ({"Tags": tags} if tags else {})
        made = self.write(client.create_organizational_unit, "DuplicateOrganizationalUnitException", **given)
        if made is not None:
            return str(made["OrganizationalUnit"]["Id"])
        siblings = listed(at, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent)
        unit = shown((str(unit["Id"]) for unit in siblings if unit["Name"] == name), f"the unit {name}")
        if tags is not None:
            self.retag(at, unit, tags_of(at, unit), tags)
        return unit

    def update(self, at: Connection, id: str, change: Change) -> None:
        names, after = touched(change), desired(change)
        if "Name" in names:
            rename = at.client("organizations").update_organizational_unit
            self.write(rename, OrganizationalUnitId=id, Name=after["Name"])
        if "Tags" in names:
            self.retag(at, id, (change.before or {}).get("Tags"), after.get("Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        try:
            remove = at.client("organizations").delete_organizational_unit
            self.write(remove, "OrganizationalUnitNotFoundException", OrganizationalUnitId=id)
        except ClientError as error:
            if error_code(error) != "OrganizationalUnitNotEmptyException":
                raise
            what = f"organizational unit {properties.get('Name', id)} is not empty"
            raise TargetError(what, where=id, fix="move its accounts and delete its units first") from error


def nothing_to_update(type: str, id: str) -> TargetError:
    """The error for a type of which nothing can change in place."""
    return TargetError(f"{type} {id} cannot change in place", fix="plan again: it is replaced")


def policy_types(roots: Iterable[dict[str, Any]]) -> list[str]:
    """Policy types in force on the roots, sorted."""
    types = [kind for root in roots for kind in root["PolicyTypes"]]
    return sorted(kind["Type"] for kind in types if kind["Status"] in ("ENABLED", "PENDING_ENABLE"))


def _units_below(waiting: list[str], at: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    while waiting:
        parent = waiting.pop(0)
        for unit in listed(at, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent):
            yield parent, unit
            waiting.append(unit["Id"])


def known_roots(at: Connection) -> Sequence[dict[str, Any]]:
    """The root (AWS allows one), asked once in a collection; empty without an organization."""
    return at.once("organizations-roots", lambda: list(listed(at, "list_roots", "Roots")))


def known_units(at: Connection) -> Sequence[tuple[str, dict[str, Any]]]:
    """(parent id, unit) of every organizational unit, parents first, asked once in a collection."""
    return at.once("organizations-units", lambda: list(_units_below([root["Id"] for root in known_roots(at)], at)))


def known_nodes(at: Connection) -> Sequence[str]:
    """Ids of the root and of all units, parents first."""
    return [root["Id"] for root in known_roots(at)] + [unit["Id"] for _, unit in known_units(at)]


def parent_of(at: Connection, id: str) -> str:
    """The id of the root or unit that holds an account or unit."""
    return str(at.client("organizations").list_parents(ChildId=id)["Parents"][0]["Id"])


def reason_of(error: ClientError) -> str:
    """The reason and message that Organizations gives with a constraint's violation."""
    return f"{error.response.get('Reason', '')} {error.response.get('Error', {}).get('Message', '')}"


def _service_access_pending(error: ClientError) -> bool:
    return error_code(error) in BUSY or "SERVICE_ACCESS_NOT_ENABLED" in reason_of(error)
