"""CloudFormation StackSets at work: instances are deployed, changed and removed, and follow accounts from OU to OU.

One idea: an operation is a list of (account, Region) with one thing to do; failures count against its tolerance and end
it. Auto-deployment is the same operation, started by Organizations instead of a person.
Source: AWS CloudFormation User Guide, "StackSets concepts" (operation options), "Manage automatic deployments".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import on_join, on_move
from bastide.sandbox.shims.cloudformation import deployment_of, place_of, stacks_in
from bastide.sandbox.shims.organizations import tree
from bastide.sandbox.stacks.acting import Actor, acting
from bastide.sandbox.stacks.assumed import member_actor, self_managed_actor
from bastide.sandbox.stacks.deploy import Stack, first_failure, new_stack
from bastide.sandbox.stacks.sets import Instance, Operation, StackSet
from bastide.sandbox.wire import AwsError

CANCELLED = "Cancelled since failure tolerance has exceeded"
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def sets_in(call: Call, administrator: str, region: str) -> list[StackSet]:
    """The stack sets of an administrator in a Region, deleted ones too."""
    found: list[StackSet] = call.front.store("cloudformation", administrator, region).setdefault("sets", [])
    return found


def run(call: Call, found: StackSet, action: str, instances: Iterable[Instance], *, id: str = "", given: Any = None,
        retain: bool = False) -> Operation:  # fmt: skip
    """The operation, over: instances in the order given, until more failed in a Region than are tolerated."""
    operation = Operation(id or moto.random_uuid(), action, call.at, dict(given or {}))
    found.operations.append(operation)
    rows, actors = list(instances), dict[str, Actor | str]()
    tolerated = _tolerated(operation.given, len({row.account for row in rows}))
    failures: dict[str, int] = {}
    for instance in rows:
        instance.operation = operation.id
        if max(failures.values(), default=0) > tolerated:
            _settle(operation, instance, "CANCELLED", CANCELLED)
            continue
        reason = _deploy(call, found, action, instance, actors, retain=retain)
        failures[instance.region] = failures.get(instance.region, 0) + bool(reason)
        _settle(operation, instance, "FAILED" if reason else "SUCCEEDED", reason)
        if action == "DELETE" and not reason:
            found.instances.pop((instance.account, instance.region), None)
    operation.status = "FAILED" if max(failures.values(), default=0) > tolerated else "SUCCEEDED"
    return operation


def _tolerated(given: dict[str, Any], accounts: int) -> int:
    percentage = int(given.get("FailureTolerancePercentage") or 0)
    return int(given.get("FailureToleranceCount") or accounts * percentage // 100)


def _settle(operation: Operation, instance: Instance, status: str, reason: str) -> None:
    instance.detail, instance.reason = status, reason
    instance.status = "CURRENT" if status == "SUCCEEDED" else "OUTDATED"
    row = {"Account": instance.account, "Region": instance.region, "Status": status}
    row |= {"OrganizationalUnitId": instance.unit} if instance.unit else {}
    operation.results.append(row | ({"StatusReason": reason} if reason else {}))


def _deploy(call: Call, found: StackSet, action: str, instance: Instance, actors: dict[str, Actor | str], *,
            retain: bool) -> str:  # fmt: skip
    """Do it in one account and Region; why it failed, or an empty string."""
    known = stacks_in(call, instance.account, instance.region)
    stack = known.get(instance.stack)
    if action == "DELETE" and (retain or stack is None or stack.deleted is not None):
        return ""
    if instance.account not in actors:
        actors[instance.account] = _actor(call, found, instance.account)
    actor = actors[instance.account]
    if isinstance(actor, str):
        return actor
    with acting(actor):
        return _work(call, found, action, instance, stack, known)


def _actor(call: Call, found: StackSet, account: str) -> Actor | str:
    """Whom the set acts as in the account, or why it may not act there."""
    try:
        if found.service_managed:
            return member_actor(call, account)
        settings = found.settings
        roles = (str(settings.get("AdministrationRoleARN") or ""), str(settings.get("ExecutionRoleName") or ""))
        return self_managed_actor(call, account, *roles)
    except (ClientError, AwsError) as refused:
        return str(refused)


def _work(call: Call, found: StackSet, action: str, instance: Instance, stack: Stack | None,
          known: dict[str, Stack]) -> str:  # fmt: skip
    parameters = {**found.parameters, **instance.overrides}
    try:
        if action == "DELETE" and stack is not None:
            deployment_of(call, stack).delete()
            return "" if stack.status == "DELETE_COMPLETE" else first_failure(stack)
        if stack is not None and stack.deleted is None and stack.status == "ROLLBACK_COMPLETE":
            deployment_of(call, stack).delete()  # a stack that never was is made anew
        if stack is None or stack.deleted is not None:
            stack = _made(call, found, instance, parameters)
            deployment_of(call, stack).open(found.body, parameters)
            known[stack.id], instance.stack = stack, stack.id
            deployment_of(call, stack).create()
        elif (stack.body, stack.parameters) != (found.body, parameters) or stack.status not in GOOD:
            deployment_of(call, stack).update(found.body, parameters)
    except AwsError as refused:
        return refused.message
    return "" if stack.status in GOOD else first_failure(stack)


def _made(call: Call, found: StackSet, instance: Instance, parameters: dict[str, str]) -> Stack:
    name = f"StackSet-{found.name}-{moto.random_uuid()}"
    settings = {key: found.settings[key] for key in ("Capabilities", "Tags") if key in found.settings}
    place = place_of(call, instance.account, instance.region)
    return new_stack(name, place, found.body, parameters, call.at, **settings)


# ── accounts that come and go ───────────────────────────────────────────────────────────────────────────────────────


def units_above(call: Call, account: str) -> list[str]:
    """The OUs that an active member is in, from its own up to the root; empty for other accounts."""
    backend = tree(call)
    found = next((one for one in backend.accounts if one.id == account), None)
    if found is None or found.status != "ACTIVE" or account == backend.org.master_account_id:
        return []
    parents = {unit.id: unit.parent_id for unit in backend.ou}
    above, unit = [], found.parent_id
    while unit:
        above.append(str(unit))
        unit = parents.get(unit)
    return above


@on_join("cloudformation")
@on_move("cloudformation")
def follow_account(call: Call, account: str) -> None:
    """Deploy what an account's OUs have as targets; remove, or let go, what they no longer have."""
    here, management = units_above(call, account), str(tree(call).org.master_account_id)
    for store in call.front.stores("cloudformation", management):
        for found in list(store.get("sets", ())):
            if found.auto and not found.deleted:
                _follow(call, found, account, here)


def _follow(call: Call, found: StackSet, account: str, here: list[str]) -> None:
    wanted = {region: unit for unit in reversed(here) for region in found.units.get(unit, ())}
    leaving = [one for (owner, region), one in found.instances.items()
               if owner == account and one.unit and region not in wanted]  # fmt: skip
    if leaving:
        run(call, found, "DELETE", leaving, retain=found.retains)
    coming = []
    for region, unit in wanted.items():
        if (account, region) not in found.instances:
            found.instances[account, region] = Instance(account, region, unit)
            coming.append(found.instances[account, region])
        elif found.instances[account, region].unit:
            found.instances[account, region].unit = unit
    if coming:
        run(call, found, "CREATE", coming)
