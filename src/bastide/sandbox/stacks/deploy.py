"""Stacks: made, changed and removed resource by resource, with the events that CloudFormation tells.

One idea: a stack is what it has made, in the order of its making; a failure undoes what the operation did, in reverse.
Source: AWS CloudFormation User Guide, "Stack status codes", "DeletionPolicy attribute", "Update behaviors of stack
resources"; API Reference, CreateStack (`OnFailure`), UpdateStack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bastide.declare.templates.template import Declared
from bastide.errors import BastideError
from bastide.model import Unknown, Value
from bastide.model.unknown import unknowns_in
from bastide.sandbox import moto
from bastide.sandbox.stacks import types
from bastide.sandbox.stacks.acting import Place
from bastide.sandbox.stacks.template import Deployed, open_template, order, parse_tree

STACK = "AWS::CloudFormation::Stack"
KEEP = ("Retain", "RetainExceptOnCreate")


@dataclass
class Made:
    """A resource of a stack. `result` is None when it was never made or is gone."""

    logical: str
    type: str
    at: datetime
    status: str = ""
    reason: str = ""
    result: types.Result | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    policy: str = "Delete"

    @property
    def physical(self) -> str:
        """What Ref gives."""
        return self.result.identity.ref if self.result else ""


@dataclass
class Stack:
    """A stack and its story. `events` are oldest first."""

    id: str
    name: str
    place: Place
    body: str
    parameters: dict[str, str]
    at: datetime
    settings: dict[str, Any] = field(default_factory=dict)  # what CreateStack was told besides, in its own names
    status: str = ""
    reason: str = ""
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Made] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[dict[str, str]] = field(default_factory=list)


class Failed(Exception):
    """A resource could not be made, changed or removed."""


def new_stack(name: str, place: Place, body: str, parameters: dict[str, str], at: datetime, **settings: Any) -> Stack:
    """A stack of which nothing has been made."""
    id = f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{name}/{moto.random_uuid()}"
    return Stack(id, name, place, body, parameters, at, settings)


@dataclass
class Deployment:
    """One operation on a stack, at a moment; `exports` gives what other stacks of the account and Region export."""

    stack: Stack
    now: datetime
    exports: Callable[[str], Value]

    def open(self, body: str, parameters: Mapping[str, str]) -> Deployed:
        """The template as this stack would deploy it. Raises ValidationError."""
        stack, place = self.stack, self.stack.place
        pseudo = {
            "AWS::AccountId": place.account, "AWS::Region": place.region, "AWS::Partition": place.partition,
            "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": stack.name, "AWS::StackId": stack.id,
            "AWS::NotificationARNs": [],
        }  # fmt: skip
        return open_template(parse_tree(body), parameters, pseudo, self.exports)

    def create(self) -> None:
        """Make everything, or roll back as the stack was told."""
        stack = self.stack
        self._tell("CREATE_IN_PROGRESS", "User Initiated")
        template = self.open(stack.body, stack.parameters)
        try:
            for logical in order(template):
                self._create(template, logical)
            stack.outputs = self._outputs(template)
        except Failed as failure:
            return self._create_failed(failure)
        self._tell("CREATE_COMPLETE")

    def _create_failed(self, failure: Failed) -> None:
        keeps = self.stack.settings.get("OnFailure") == "DO_NOTHING" or self.stack.settings.get("DisableRollback")
        if keeps:
            return self._tell("CREATE_FAILED", str(failure))
        self._tell("ROLLBACK_IN_PROGRESS", f"{failure} Rollback requested by user.")
        kept = self._remove_all(("Retain",))
        self._tell("ROLLBACK_FAILED" if kept else "ROLLBACK_COMPLETE", kept)
        if self.stack.settings.get("OnFailure") == "DELETE" and not kept:
            self.delete()

    def update(self, body: str, parameters: dict[str, str]) -> None:
        """Bring the stack to another template, or back to the one that it has."""
        stack = self.stack
        template = self.open(body, parameters)
        self._tell("UPDATE_IN_PROGRESS", "User Initiated")
        stack.updated = self.now
        try:
            self._change_to(template)
            stack.outputs = self._outputs(template)
        except Failed as failure:
            self._tell("UPDATE_ROLLBACK_IN_PROGRESS", str(failure))
            try:
                self._change_to(self.open(stack.body, stack.parameters))
            except Failed as again:
                return self._tell("UPDATE_ROLLBACK_FAILED", str(again))
            return self._tell("UPDATE_ROLLBACK_COMPLETE")
        stack.body, stack.parameters = body, parameters
        self._tell("UPDATE_COMPLETE")

    def preview(self, body: str, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
        """What an update to a template would do, as change sets tell it. Raises ValidationError."""
        template = self.open(body, parameters)
        changes, leaving = [], dict(self.stack.resources)
        for logical in order(template):
            old = leaving.pop(logical, None)
            if old is None or old.result is None:
                declared, _ = template.resolved(logical)
                changes.append(_change("Add", logical, declared.type))
                continue
            template.bind(logical, old.result.identity, old.result.attributes)
            declared, wanted = self._wanted(template, old)
            if declared.type != old.type or wanted != old.properties:
                replaced = declared.type != old.type or types.replaces(old.type, old.properties, wanted)
                changes.append(_change("Modify", logical, declared.type, old.physical, replaced))
        return changes + [_change("Remove", old.logical, old.type, old.physical) for old in leaving.values()]

    def delete(self) -> None:
        """Remove everything that no policy keeps, the last made first."""
        self._tell("DELETE_IN_PROGRESS", "User Initiated")
        kept = self._remove_all(KEEP)
        self._tell("DELETE_FAILED" if kept else "DELETE_COMPLETE", kept)
        self.stack.deleted = None if kept else self.now

    # ── one resource ────────────────────────────────────────────────────────────────────────────────────────────────

    def _create(self, template: Deployed, logical: str) -> None:
        declared, wrong = template.resolved(logical)
        made = Made(logical, declared.type, self.now, policy=declared.deletion_policy or "Delete")
        self.stack.resources.pop(logical, None)
        self.stack.resources[logical] = made  # the last made stands last
        self._note(made, "CREATE_IN_PROGRESS")
        unknown = unknowns_in(declared.properties)
        reason = wrong or (unknown[0].reason if unknown else "")
        if not reason and not types.can_make(declared.type):
            reason = f"the sandbox cannot make resources of type {declared.type}"
        if reason:
            raise self._failed(made, "CREATE_FAILED", reason)
        name = types.name_of(declared.type)
        named = not name or name in declared.properties
        made.properties = dict(declared.properties)
        if not named:
            made.properties = {**made.properties, name: types.generated(declared.type, self.stack.name, logical)}
        stated = bool(name) and named
        work = partial(types.create, made.type, self.stack.place, made.properties, stated)
        made.result = self._do(made, "CREATE_FAILED", work)
        self._note(made, "CREATE_COMPLETE")
        template.bind(logical, made.result.identity, made.result.attributes)

    def _change_to(self, template: Deployed) -> None:
        leaving = dict(self.stack.resources)
        replaced: list[Made] = []
        for logical in order(template):
            old = leaving.pop(logical, None)
            if old is None or old.result is None:
                self._create(template, logical)
            elif not self._update(template, old):
                replaced.append(old)
                self._create(template, logical)
        for old in [*reversed(leaving.values()), *reversed(replaced)]:
            self._remove(old, KEEP)
            if old.logical in leaving:
                self.stack.resources.pop(old.logical, None)

    def _update(self, template: Deployed, old: Made) -> bool:
        """Whether the resource is as the template says afterwards; False when it must be replaced."""
        wrong = template.resolved(old.logical)[1]
        declared, wanted = self._wanted(template, old)
        if declared.type != old.type or old.result is None:
            return False
        unknown = unknowns_in(wanted)
        if wrong or unknown:
            raise self._failed(old, "UPDATE_FAILED", wrong or unknown[0].reason)
        old.policy = declared.deletion_policy or "Delete"
        result: types.Result | None = old.result
        if wanted != old.properties:
            id, before = old.result.identity.id, old.properties
            result = self._do(old, "UPDATE_FAILED",
                              lambda: types.update(old.type, self.stack.place, id, before, wanted))  # fmt: skip
            if result is None:
                return False
            old.result, old.properties = result, wanted
            self._note(old, "UPDATE_COMPLETE")
        if result is not None:
            template.bind(old.logical, result.identity, result.attributes)
        return True

    @staticmethod
    def _wanted(template: Deployed, old: Made) -> tuple[Declared, dict[str, Any]]:
        """A resource as the template has it, under the name that was generated for it before."""
        declared, _ = template.resolved(old.logical)
        name = types.name_of(old.type) if types.can_make(old.type) else ""
        kept = {name: old.properties[name]} if name and name in old.properties else {}
        return declared, {**kept, **declared.properties}

    def _remove_all(self, keep: tuple[str, ...]) -> str:
        """Why not everything could be removed; empty when it could."""
        failed = []
        for made in reversed(list(self.stack.resources.values())):
            try:
                self._remove(made, keep)
            except Failed:
                failed.append(made.logical)
        return f"The following resource(s) failed to delete: [{', '.join(failed)}]. " if failed else ""

    def _remove(self, made: Made, keep: tuple[str, ...]) -> None:
        if made.result is None:
            return
        if made.policy in keep:
            return self._note(made, "DELETE_SKIPPED")
        id = made.result.identity.id
        self._note(made, "DELETE_IN_PROGRESS")
        self._do(made, "DELETE_FAILED", lambda: types.delete(made.type, self.stack.place, id, made.properties))
        self._note(made, "DELETE_COMPLETE")
        made.result = None

    def _do(self, made: Made, status: str, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (ClientError, BotoCoreError, BastideError) as refused:
            text = getattr(refused, "what", "") or str(refused)
            raise self._failed(made, status, f'Resource handler returned message: "{text}"') from refused
        except (KeyError, TypeError, ValueError, AttributeError) as malformed:  # properties that a handler cannot read
            text = f"Model validation failed ({type(malformed).__name__}: {malformed})"
            raise self._failed(made, status, f'Resource handler returned message: "{text}"') from malformed

    def _failed(self, made: Made, status: str, reason: str) -> Failed:
        self._note(made, status, reason)
        return Failed(f"The following resource(s) failed to {status[:6].lower()}: [{made.logical}].")

    # ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────

    def _outputs(self, template: Deployed) -> list[dict[str, str]]:
        found = []
        for name, value, description, export in template.outputs():
            for one in (value, export):
                if isinstance(one, Unknown):
                    raise Failed(f"Output {name}: {one.reason}")
            row = {"OutputKey": name, "OutputValue": _spoken(value)}
            row |= {"Description": description} if description else {}
            found.append(row | ({"ExportName": str(export)} if export else {}))
        return found

    def _note(self, made: Made, status: str, reason: str = "") -> None:
        made.status, made.reason, made.at = status, reason, self.now
        self._event(made.logical, made.physical, made.type, status, reason)

    def _tell(self, status: str, reason: str = "") -> None:
        self.stack.status, self.stack.reason = status, reason
        self._event(self.stack.name, self.stack.id, STACK, status, reason)

    def _event(self, logical: str, physical: str, kind: str, status: str, reason: str) -> None:
        row = {
            "StackId": self.stack.id, "EventId": moto.random_uuid(), "StackName": self.stack.name,
            "LogicalResourceId": logical, "PhysicalResourceId": physical, "ResourceType": kind,
            "Timestamp": self.now, "ResourceStatus": status,
        }  # fmt: skip
        self.stack.events.append(row | ({"ResourceStatusReason": reason} if reason else {}))


def _change(action: str, logical: str, kind: str, physical: str = "", replaced: bool | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"Action": action, "LogicalResourceId": logical, "ResourceType": kind, "Scope": []}
    row |= {"PhysicalResourceId": physical} if physical else {}
    if replaced is not None:
        row |= {"Replacement": "True" if replaced else "False", "Scope": ["Properties"]}
    return {"Type": "Resource", "ResourceChange": row}


def first_failure(stack: Stack) -> str:
    """Why the stack's last operation failed, as StackSets tell it."""
    rows = [
        row for row in stack.events if str(row["ResourceStatus"]).endswith("_FAILED") and row["ResourceType"] != STACK
    ]
    if not rows:
        return stack.reason
    row = rows[0]
    return (f"ResourceLogicalId:{row['LogicalResourceId']}, ResourceType:{row['ResourceType']}, "
            f"ResourceStatusReason:{row.get('ResourceStatusReason', '')}.")  # fmt: skip


def _spoken(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def exports_of(stacks: Mapping[str, Stack]) -> Callable[[str], Value]:
    """What the stacks that are there export."""

    def find(name: str) -> Value:
        rows = [row for stack in stacks.values() if stack.deleted is None for row in stack.outputs]
        found = next((row["OutputValue"] for row in rows if row.get("ExportName") == name), None)
        return found if found is not None else Unknown(f"No export named {name} found.")

    return find
