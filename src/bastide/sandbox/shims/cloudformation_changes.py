"""CloudFormation change sets: what would change is told first, then done (`aws cloudformation deploy`).

One idea: a change set is the request of CreateStack or UpdateStack kept for later; nothing has happened to the stack.
Source: AWS CloudFormation API Reference, CreateChangeSet, DescribeChangeSet, ExecuteChangeSet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.cloudformation import (
    NAME,
    SETTINGS,
    deployment_of,
    find_stack,
    page,
    place_of,
    read_body,
    read_parameters,
    stacks_in,
)
from bastide.sandbox.stacks.acting import acting
from bastide.sandbox.stacks.assumed import stack_actor
from bastide.sandbox.stacks.deploy import Stack, new_stack
from bastide.sandbox.stacks.template import check_capabilities, invalid, parse_tree
from bastide.sandbox.wire import AwsError

EMPTY = "The submitted information didn't contain changes. Submit different information to create a change set."


@dataclass
class ChangeSet:
    """A change set, and the stack that it is about."""

    id: str
    name: str
    stack: Stack
    body: str
    parameters: dict[str, str]
    at: datetime
    settings: dict[str, Any] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    execution: str = "AVAILABLE"

    @property
    def failed(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changes


def _kept(call: Call) -> dict[str, ChangeSet]:
    found: dict[str, ChangeSet] = call.store.setdefault("changes", {})
    return found


@shim("cloudformation", "CreateChangeSet")
def create_change_set(call: Call) -> Answer:
    """The changes that a template would make; to a stack of which nothing is there yet for the type CREATE."""
    params = call.params
    stack = _subject(call)
    body = read_body(call, stack.body)
    parameters = read_parameters(params.get("Parameters"), stack.parameters)
    deployment = deployment_of(call, stack)
    changes = deployment.preview(body, parameters)
    check_capabilities(parse_tree(body), list(params.get("Capabilities") or ()))
    stacks_in(call, call.account, call.region)[stack.id] = stack
    settings = {key: params[key] for key in SETTINGS if key in params}
    id = f"arn:aws:cloudformation:{call.region}:{call.account}:changeSet/{params['ChangeSetName']}/{moto.random_uuid()}"
    made = ChangeSet(id, params["ChangeSetName"], stack, body, parameters, call.at, settings, changes)
    if made.failed:
        made.execution = "UNAVAILABLE"
    _kept(call)[id] = made
    return {"Id": id, "StackId": stack.id}


def _subject(call: Call) -> Stack:
    """The stack of the request; a new one under review for the type CREATE. Raises ValidationError."""
    name, create = str(call.params["StackName"]), call.params.get("ChangeSetType") == "CREATE"
    known = stacks_in(call, call.account, call.region).values()
    there = next((one for one in known if one.deleted is None and name in (one.name, one.id)), None)
    if there is not None and create and there.status != "REVIEW_IN_PROGRESS":
        raise invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet [{name}].")
    if there is not None:
        return there
    if not create or not NAME.fullmatch(name):
        raise invalid(f"Stack [{name}] does not exist")
    stack = new_stack(name, place_of(call, call.account, call.region), read_body(call), {}, call.at)
    stack.status = "REVIEW_IN_PROGRESS"
    return stack


def _find(call: Call) -> ChangeSet:
    name, stack = call.params["ChangeSetName"], call.params.get("StackName")
    for one in reversed(_kept(call).values()):
        if one.id == name or (one.name == name and stack in (one.stack.name, one.stack.id)):
            return one
    raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


def _told(one: ChangeSet) -> dict[str, Any]:
    reason = {"StatusReason": EMPTY} if one.failed else {}
    return {
        "ChangeSetId": one.id, "ChangeSetName": one.name, "StackId": one.stack.id, "StackName": one.stack.name,
        "CreationTime": one.at, "Status": "FAILED" if one.failed else "CREATE_COMPLETE",
        "ExecutionStatus": one.execution, **reason,
    }  # fmt: skip


@shim("cloudformation", "DescribeChangeSet")
def describe_change_set(call: Call) -> Answer:
    """What would change. Raises ChangeSetNotFound."""
    one = _find(call)
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in one.parameters.items()]
    settings = {key: one.settings[key] for key in ("Capabilities", "Tags") if key in one.settings}
    return _told(one) | settings | {"Parameters": parameters, "Changes": one.changes}


@shim("cloudformation", "ListChangeSets")
def list_change_sets(call: Call) -> Answer:
    """Those of a stack."""
    stack = find_stack(call, call.params["StackName"])
    return page(call, "Summaries", [_told(one) for one in _kept(call).values() if one.stack is stack])


@shim("cloudformation", "ExecuteChangeSet")
def execute_change_set(call: Call) -> Answer:
    """Do it. Raises InvalidChangeSetStatus when there is nothing to do, or it was done."""
    one = _find(call)
    if one.execution != "AVAILABLE":
        text = f"ChangeSet [{one.id}] cannot be executed in its current execution status of [{one.execution}]"
        raise AwsError("InvalidChangeSetStatus", text)
    stack, new = one.stack, one.stack.status == "REVIEW_IN_PROGRESS"
    stack.settings |= one.settings
    actor = stack_actor(call, str(stack.settings.get("RoleARN") or ""))
    deployment = deployment_of(call, stack)
    with acting(actor):
        if new:
            stack.body, stack.parameters = one.body, one.parameters
            deployment.create()
        else:
            deployment.update(one.body, one.parameters)
    one.execution = "EXECUTE_COMPLETE"
    for other in _kept(call).values():
        if other.stack is stack and other.execution == "AVAILABLE":
            other.execution = "OBSOLETE"
    return {}


@shim("cloudformation", "DeleteChangeSet")
def delete_change_set(call: Call) -> Answer:
    """Gone; one that is not there is gone already."""
    try:
        del _kept(call)[_find(call).id]
    except AwsError:
        return {}
    return {}
