"""IAM Identity Center: the organization's instance, permission sets and who gets them where.

One idea: an instance lives in one Region and is administered there, whichever Region asks; permission sets become roles
in member accounts by an asynchronous provisioning, which is waited for. Users and groups are in ``identitystore``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, NoReturn

from botocore.exceptions import ClientError

from bastide.aws.differences import desired, missing
from bastide.aws.handler import Connection, Found, ask, error_code, pages, tag_list
from bastide.aws.shape import member, parse_document, pick, present, render_document, tag_changes, touched
from bastide.aws.waiting import Waiting, coded, quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope, Unknown, Value

ABSENT = "ResourceNotFoundException"
BUSY = coded("ConflictException")  # another provisioning of the same permission set is under way
WHOLE = ("InlinePolicy", "ManagedPolicies", "CustomerManagedPolicyReferences", "PermissionsBoundary")


def instances(at: Connection) -> list[dict[str, Any]]:
    """Every instance that this account can see in any Region."""
    found = pages(at.client("sso-admin"), "list_instances", "Instances", RegionScope="ALL_REGIONS")
    return [instance for instance in found if instance.get("Status") != "DELETE_IN_PROGRESS"]


def known_instances(at: Connection) -> list[dict[str, Any]]:
    """The same, asked once in a collection."""
    return at.once("identity-center-instances", lambda: instances(at))


def known_permission_sets(at: Connection) -> list[tuple[Any, str, str]]:
    """(client, instance, permission set) of every permission set, asked once in a collection."""

    def read() -> list[tuple[Any, str, str]]:
        found = []
        for instance in known_instances(at):
            client, arn = client_at(at, instance), instance["InstanceArn"]
            sets = pages(client, "list_permission_sets", "PermissionSets", InstanceArn=arn)
            found += [(client, arn, permission_set) for permission_set in sets]
        return found

    return at.once("identity-center-permission-sets", read)


def client_at(at: Connection, instance: dict[str, Any]) -> Any:
    """The sso-admin client of the Region that the instance lives in (the sandbox does not say which)."""
    return at.client("sso-admin", instance.get("PrimaryRegion", ""))


def home_of(at: Connection, key: str, value: str) -> str:
    """The Region of the instance whose member ``key`` is ``value``; empty where the sandbox does not say.

    Raises:
        TargetError: there is no such instance.
    """
    # A connection may be older than the instance: ask again before giving up.
    for read in (known_instances, instances):
        for instance in read(at):
            if instance[key] == value:
                return str(instance.get("PrimaryRegion", ""))
    raise TargetError(f"there is no IAM Identity Center instance {value}", where=at.account, fix=_ENABLE)


def client_of(at: Connection, instance: str) -> Any:
    """The sso-admin client of the Region that the instance lives in."""
    return at.client("sso-admin", home_of(at, "InstanceArn", instance))


class Instance(Waiting):
    """AWS::SSO::Instance: IAM Identity Center of the organization; there is at most one.

    In a management account only a person can enable it (in the console): creating is refused there by AWS.
    Source: IAM Identity Center API Reference, CreateInstance, ListInstances.
    """

    type = "AWS::SSO::Instance"
    removable = False  # people and assignments of others may be in it
    service = "sso-admin"
    scope = Scope.ORGANIZATION
    identified_by = ()

    def list(self, at: Connection) -> Iterable[Found]:
        return [self._found(instance) for instance in known_instances(at)]

    def read(self, at: Connection, id: str) -> Found | None:
        return next((self._found(instance) for instance in instances(at) if instance["InstanceArn"] == id), None)

    def _found(self, instance: dict[str, Any]) -> Found:
        names = ("InstanceArn", "IdentityStoreId", "OwnerAccountId", "Name", "Status")
        return Found(instance["InstanceArn"], pick(instance, *names), instance["InstanceArn"])

    def create(self, at: Connection, properties: Properties) -> str:
        existing = instances(at)
        if existing:
            return str(existing[0]["InstanceArn"])
        client = at.client("sso-admin")
        try:
            made = client.create_instance(**pick(properties, "Name", "Tags"))
        except ClientError as error:
            if error_code(error) != "ValidationException":
                raise
            what = "AWS does not let programs enable IAM Identity Center in a management account"
            raise TargetError(what, at.account, _ENABLE) from error
        arn = str(made["InstanceArn"])
        self.until(
            lambda: instances(at),
            lambda found: any(one["InstanceArn"] == arn and one.get("Status", "ACTIVE") == "ACTIVE" for one in found),
            "creating the IAM Identity Center instance",
        )
        return arn

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "Name" in touched(change):
            client_of(at, id).update_instance(InstanceArn=id, Name=desired(change)["Name"])

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("sso-admin").delete_instance, ABSENT, InstanceArn=id)


class PermissionSet(Waiting):
    """AWS::SSO::PermissionSet. Create-only: InstanceArn, Name. Identifier: ``InstanceArn|PermissionSetArn``.

    A changed set has no effect on accounts until it is provisioned to them: every update does that and waits.
    Source: IAM Identity Center API Reference, CreatePermissionSet, ProvisionPermissionSet.
    """

    type = "AWS::SSO::PermissionSet"
    service = "sso-admin"
    scope = Scope.ORGANIZATION
    identified_by = ("InstanceArn", "Name")
    actions: ClassVar = {
        "list": ("sso:ListInstances", "sso:DescribePermissionSet"),
        "update": (
            "sso:ListAccountsForProvisionedPermissionSet",
            "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
            "sso:DetachCustomerManagedPolicyReferenceFromPermissionSet",
        ),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for client, instance, arn in known_permission_sets(at):
            yield Found(f"{instance}|{arn}", self._properties(client, instance, arn), arn)

    def read(self, at: Connection, id: str) -> Found | None:
        instance, arn = id.split("|")
        try:
            return Found(id, self._properties(client_of(at, instance), instance, arn), arn)
        except ClientError as error:
            if error_code(error) != ABSENT:
                raise
            return None

    def _properties(self, client: Any, instance: str, arn: str) -> Properties:
        which = {"InstanceArn": instance, "PermissionSetArn": arn}
        described = client.describe_permission_set(**which)["PermissionSet"]
        inline = ask(lambda: client.get_inline_policy_for_permission_set(**which))
        read_boundary = client.get_permissions_boundary_for_permission_set
        boundary = ask(lambda: read_boundary(**which), absent=(ABSENT,))
        return {
            **which,
            **pick(described, "Name", "Description", "SessionDuration"),
            **present(
                RelayStateType=described.get("RelayState") or None,
                InlinePolicy=_inline(member(inline, "InlinePolicy")),
                PermissionsBoundary=member(boundary, "PermissionsBoundary"),
            ),
            "ManagedPolicies": _managed(client, which),
            "CustomerManagedPolicyReferences": _customer_managed(client, which),
            "Tags": _tags(client, instance, arn),
        }

    def create(self, at: Connection, properties: Properties) -> str:
        instance = str(properties["InstanceArn"])
        client = client_of(at, instance)
        given = pick(properties, "InstanceArn", "Name", "Description", "SessionDuration", "Tags")
        given |= present(RelayState=properties.get("RelayStateType"))
        made = quietly(client.create_permission_set, "ConflictException", **given)
        if made is None:
            return self._adopt(client, instance, properties)
        arn = str(made["PermissionSet"]["PermissionSetArn"])
        self._bring(client, instance, arn, {}, properties, frozenset(WHOLE))
        return f"{instance}|{arn}"

    def _adopt(self, client: Any, instance: str, properties: Properties) -> str:
        for arn in list(pages(client, "list_permission_sets", "PermissionSets", InstanceArn=instance)):
            before = self._properties(client, instance, arn)
            if before["Name"] == properties["Name"]:
                names = frozenset(name for name in properties if before.get(name) != properties[name])
                self._bring(client, instance, arn, before, {**before, **properties}, names)
                return f"{instance}|{arn}"
        what = f"permission set {properties['Name']} is being changed by someone else"
        raise TargetError(what, fix="run apply again")

    def update(self, at: Connection, id: str, change: Change) -> None:
        instance, arn = id.split("|")
        self._bring(client_of(at, instance), instance, arn, change.before or {}, desired(change), touched(change))

    def _bring(
        self, client: Any, instance: str, arn: str, before: Properties, after: Properties, names: frozenset[str]
    ) -> None:
        """Change the set from ``before`` to ``after`` in what ``names`` says, and provision it."""
        which = {"InstanceArn": instance, "PermissionSetArn": arn}

        def write(operation: str, **parameters: Any) -> None:
            self.insist(lambda: getattr(client, operation)(**which, **parameters), BUSY)

        if names & {"Description", "SessionDuration", "RelayStateType"}:
            given = pick(after, "Description", "SessionDuration") | present(RelayState=after.get("RelayStateType"))
            write("update_permission_set", **given)
        for name in sorted(names & _BRINGING.keys()):
            _BRINGING[name](write, before.get(name), after.get(name))
        if "Tags" in names:
            _retag(client, instance, arn, before.get("Tags"), after.get("Tags"))
        if names - {"Tags"}:
            self._provision(client, which)

    def _provision(self, client: Any, which: dict[str, str]) -> None:
        accounts = pages(client, "list_accounts_for_provisioned_permission_set", "AccountIds", **which)
        if not any(True for _ in accounts):
            return
        provision = client.provision_permission_set
        started = self.insist(lambda: provision(**which, TargetType="ALL_PROVISIONED_ACCOUNTS"), BUSY)
        key = "PermissionSetProvisioningStatus"
        _finish(
            self,
            started[key],
            lambda request: client.describe_permission_set_provisioning_status(
                InstanceArn=which["InstanceArn"], ProvisionPermissionSetRequestId=request
            )[key],
            f"provisioning {which['PermissionSetArn']}",
        )

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        instance, arn = id.split("|")
        client = client_of(at, instance)
        remove = client.delete_permission_set
        quietly(lambda: self.insist(lambda: remove(InstanceArn=instance, PermissionSetArn=arn), BUSY), ABSENT)


class Assignment(Waiting):
    """AWS::SSO::Assignment: a user or group that gets a permission set in an account. Create-only: all of it.

    Identifier: ``InstanceArn|TargetId|TargetType|PermissionSetArn|PrincipalType|PrincipalId``. AWS has no list of all
    assignments: each permission set is asked for its accounts, and each pair for its assignments.
    Source: IAM Identity Center API Reference, CreateAccountAssignment, ListAccountAssignments.
    """

    type = "AWS::SSO::Assignment"
    service = "sso-admin"
    scope = Scope.ORGANIZATION
    parts = ("InstanceArn", "TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")
    identified_by = parts
    actions: ClassVar = {
        "list": ("sso:ListInstances", "sso:ListPermissionSets", "sso:ListAccountsForProvisionedPermissionSet"),
        "read": ("sso:ListInstances",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for client, instance, arn in known_permission_sets(at):
            which = {"InstanceArn": instance, "PermissionSetArn": arn}
            for account in pages(client, "list_accounts_for_provisioned_permission_set", "AccountIds", **which):
                yield from self._assignments(client, instance, arn, account)

    def _assignments(self, client: Any, instance: str, permission_set: str, account: str) -> Iterator[Found]:
        which = {"InstanceArn": instance, "PermissionSetArn": permission_set, "AccountId": account}
        for found in pages(client, "list_account_assignments", "AccountAssignments", **which):
            parts = (instance, account, "AWS_ACCOUNT", permission_set, found["PrincipalType"], found["PrincipalId"])
            yield Found("|".join(parts), dict(zip(self.parts, parts, strict=True)))

    def read(self, at: Connection, id: str) -> Found | None:
        instance, account, _, permission_set, _, _ = id.split("|")
        try:
            there = self._assignments(client_of(at, instance), instance, permission_set, account)
            return next((found for found in there if found.id == id), None)
        except ClientError as error:
            if error_code(error) != ABSENT:
                raise
            return None

    def create(self, at: Connection, properties: Properties) -> str:
        client = client_of(at, str(properties["InstanceArn"]))
        given = {part: str(properties[part]) for part in self.parts}
        key = "AccountAssignmentCreationStatus"
        started = self.insist(lambda: client.create_account_assignment(**given), BUSY)[key]
        _finish(
            self,
            started,
            lambda request: client.describe_account_assignment_creation_status(
                InstanceArn=given["InstanceArn"], AccountAssignmentCreationRequestId=request
            )[key],
            f"assigning {given['PermissionSetArn']} in account {given['TargetId']}",
        )
        return "|".join(given.values())

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        raise TargetError(f"assignment {id} cannot change in place", fix="plan again: it is replaced")

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        given = dict(zip(self.parts, id.split("|"), strict=True))
        client = client_of(at, given["InstanceArn"])
        key = "AccountAssignmentDeletionStatus"
        remove = client.delete_account_assignment
        started = quietly(lambda: self.insist(lambda: remove(**given), BUSY), ABSENT)
        if started is not None:
            _finish(
                self,
                started[key],
                lambda request: client.describe_account_assignment_deletion_status(
                    InstanceArn=given["InstanceArn"], AccountAssignmentDeletionRequestId=request
                )[key],
                f"taking {given['PermissionSetArn']} away in account {given['TargetId']}",
            )


def _finish(waiting: Waiting, started: dict[str, Any], read: Callable[[str], dict[str, Any]], what: str) -> None:
    """Wait until the operation is over. Raises TargetError when it failed."""
    status = started
    if status["Status"] == "IN_PROGRESS":
        status = waiting.until(lambda: read(started["RequestId"]), lambda found: found["Status"] != "IN_PROGRESS", what)
    if status["Status"] == "FAILED":
        raise TargetError(f"{what} failed: {status.get('FailureReason', 'no reason given')}")


Write = Callable[..., None]


def _bring_inline(write: Write, before: Value, after: Value) -> None:
    if after:
        write("put_inline_policy_to_permission_set", InlinePolicy=render_document(after))
    elif before:
        write("delete_inline_policy_from_permission_set")


def _bring_managed(write: Write, before: Value, after: Value) -> None:
    for arn in missing(after, before):
        write("attach_managed_policy_to_permission_set", ManagedPolicyArn=arn)
    for arn in missing(before, after):
        write("detach_managed_policy_from_permission_set", ManagedPolicyArn=arn)


def _bring_customer_managed(write: Write, before: Value, after: Value) -> None:
    operation = "{}_customer_managed_policy_reference_{}_permission_set"
    for reference in missing(after, before):
        write(operation.format("attach", "to"), CustomerManagedPolicyReference=reference)
    for reference in missing(before, after):
        write(operation.format("detach", "from"), CustomerManagedPolicyReference=reference)


def _bring_boundary(write: Write, before: Value, after: Value) -> None:
    if after:
        write("put_permissions_boundary_to_permission_set", PermissionsBoundary=after)
    elif before:
        write("delete_permissions_boundary_from_permission_set")


_BRINGING = dict(zip(WHOLE, (_bring_inline, _bring_managed, _bring_customer_managed, _bring_boundary), strict=True))


def _inline(text: Value) -> Value:
    # AWS answers an empty string where there is no inline policy.
    return None if text == "" else parse_document(text)


def _managed(client: Any, which: dict[str, str]) -> Value:
    operation = "list_managed_policies_in_permission_set"
    found = ask(lambda: list(pages(client, operation, "AttachedManagedPolicies", **which)))
    return found if isinstance(found, Unknown) else sorted(policy["Arn"] for policy in found)


def _customer_managed(client: Any, which: dict[str, str]) -> Value:
    operation = "list_customer_managed_policy_references_in_permission_set"
    found = ask(lambda: list(pages(client, operation, "CustomerManagedPolicyReferences", **which)))
    if isinstance(found, Unknown):
        return found
    references = [{"Name": one["Name"], "Path": one.get("Path", "/")} for one in found]
    return sorted(references, key=lambda one: (one["Path"], one["Name"]))


def _tags(client: Any, instance: str, arn: str) -> Value:
    which = {"InstanceArn": instance, "ResourceArn": arn}
    found = ask(lambda: list(pages(client, "list_tags_for_resource", "Tags", **which)))
    return found if isinstance(found, Unknown) else tag_list(found)


def _retag(client: Any, instance: str, arn: str, before: Value, after: Value) -> None:
    wanted, removed = tag_changes(before, after)
    if wanted:
        client.tag_resource(InstanceArn=instance, ResourceArn=arn, Tags=wanted)
    if removed:
        client.untag_resource(InstanceArn=instance, ResourceArn=arn, TagKeys=removed)


_ENABLE = "enable it once by hand: IAM Identity Center console of the management account, home Region, Enable"
