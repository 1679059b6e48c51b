"""CloudFormation StackSets: the operations. moto: deploys most types in name only, and new accounts never.

One idea: a service-managed set lives in the management account, whoever administers it; who may do that is asked first.
Source: AWS CloudFormation API Reference, CreateStackSet, CreateStackInstances and their kin; User Guide, "Prepare to
perform StackSets operations with service-managed permissions".
"""

from __future__ import annotations

import re
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.cloudformation import page, read_body, read_parameters
from bastide.sandbox.shims.cloudformation_instances import run, sets_in, units_above
from bastide.sandbox.shims.organizations import management_account, tree
from bastide.sandbox.stacks.assumed import MEMBER_SERVICE
from bastide.sandbox.stacks.sets import Instance, Operation, StackSet
from bastide.sandbox.stacks.template import check_capabilities, check_parameters, invalid, parse_tree
from bastide.sandbox.wire import AwsError

NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_SETTINGS = ("Description", "Capabilities", "Tags", "AdministrationRoleARN", "ExecutionRoleName", "PermissionModel",
             "AutoDeployment", "ManagedExecution")  # fmt: skip
NOT_ACTIVE = "You must enable organizations access to operate a service managed stack set"
NOT_ADMINISTRATOR = ("You must be the management account or delegated admin account of an organization before "
                     "operating a SERVICE_MANAGED stack set")  # fmt: skip


@shim("cloudformation", "ActivateOrganizationsAccess", "DeactivateOrganizationsAccess")
def activate_organizations_access(call: Call) -> Answer:
    """Trusted access for StackSets, on or off; only in the management account."""
    if management_account(call) != call.account:
        raise AwsError("InvalidOperationException", "Only the organization management account can do this.")
    verb = "Enable" if call.operation.startswith("Activate") else "Disable"
    service = {"ServicePrincipal": MEMBER_SERVICE}
    call.invoke(f"{verb}AWSServiceAccess", service, service="organizations", region="us-east-1")
    return {}


def _is_active(call: Call) -> bool:
    return any(row["ServicePrincipal"] == MEMBER_SERVICE for row in tree(call).services)


@shim("cloudformation", "DescribeOrganizationsAccess")
def describe_organizations_access(call: Call) -> Answer:
    """Whether trusted access is on."""
    management_account(call)
    return {"Status": "ENABLED" if _is_active(call) else "DISABLED"}


def _home(call: Call, *, service_managed: bool) -> str:
    """The account that the sets in question live in. Raises ValidationError for who may not administer them."""
    delegated = call.params.get("CallAs") == "DELEGATED_ADMIN"
    if not service_managed and not delegated:
        return call.account
    try:
        management, admins = management_account(call), tree(call).admins
    except AwsError as alone:
        raise invalid(NOT_ADMINISTRATOR) from alone
    may = any(str(one.account.id) == call.account and MEMBER_SERVICE in one.services for one in admins)
    if call.account != management and not (may and delegated):
        raise invalid(NOT_ADMINISTRATOR)
    return management


@shim("cloudformation", "CreateStackSet")
def create_stack_set(call: Call) -> Answer:
    """A set without instances."""
    params, name = call.params, str(call.params["StackSetName"])
    if not NAME.fullmatch(name):
        raise invalid(f"Value '{name}' at 'stackSetName' failed to satisfy constraint: [a-zA-Z][-a-zA-Z0-9]*")
    settings = {"PermissionModel": "SELF_MANAGED"} | {key: params[key] for key in _SETTINGS if key in params}
    managed = settings["PermissionModel"] == "SERVICE_MANAGED"
    home = _home(call, service_managed=managed)
    if managed and not _is_active(call):
        raise invalid(NOT_ACTIVE)
    _check_settings(settings)
    if any(one.name == name and not one.deleted for one in sets_in(call, home, call.region)):
        raise AwsError("NameAlreadyExistsException", f"StackSet {name} already exists", 409)
    body, parameters = read_body(call), read_parameters(params.get("Parameters"))
    tree_ = parse_tree(body)
    check_parameters(tree_, parameters)
    check_capabilities(tree_, list(params.get("Capabilities") or ()))
    made = StackSet(f"{name}:{moto.random_uuid()}", name, home, call.region, body, parameters, settings)
    sets_in(call, home, call.region).append(made)
    return {"StackSetId": made.id}


def _check_settings(settings: dict[str, Any]) -> None:
    managed, auto = settings["PermissionModel"] == "SERVICE_MANAGED", settings.get("AutoDeployment") or {}
    if not managed and auto:
        raise invalid("AutoDeployment can only be specified for stack sets with SERVICE_MANAGED permission model")
    if managed and (settings.get("AdministrationRoleARN") or settings.get("ExecutionRoleName")):
        text = "AdministrationRoleARN and ExecutionRoleName cannot be used with SERVICE_MANAGED permission model"
        raise invalid(text)
    if auto and not auto.get("Enabled") and auto.get("RetainStacksOnAccountRemoval"):
        raise invalid("RetainStacksOnAccountRemoval can only be specified when AutoDeployment is enabled")


def _find(call: Call) -> StackSet:
    """The set of the request. Raises StackSetNotFoundException."""
    name = str(call.params["StackSetName"])
    homes = [_home(call, service_managed=False)]
    for home in homes:
        for found in sets_in(call, home, call.region):
            if found.id == name or (found.name == name and not found.deleted):
                return found
    raise AwsError("StackSetNotFoundException", f"StackSet {name} not found", 404)


def _target_accounts(call: Call, found: StackSet) -> dict[str, str]:
    """The OU by account that the request is about; an empty OU where accounts were named themselves.

    Raises ValidationError where the request names what its set's permission model does not take.
    """
    params = call.params
    targets = params.get("DeploymentTargets") or {}
    accounts, units = list(targets.get("Accounts") or ()), list(targets.get("OrganizationalUnitIds") or ())
    if not found.service_managed:
        named = list(params.get("Accounts") or accounts)
        if units or not named:
            raise invalid(
                "Accounts must be specified, and OrganizationalUnitIds cannot be, for SELF_MANAGED stack sets"
            )
        return dict.fromkeys(map(str, named), "")
    if params.get("Accounts") or not units:
        raise invalid("StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target")
    backend = tree(call)
    lost = sorted(set(units) - {unit.id for unit in backend.ou})
    if lost:
        raise invalid(f"OrganizationalUnit {lost[0]} not found in the organization")
    inside = {}
    for account in sorted(str(one.id) for one in backend.accounts):
        unit = next((one for one in units_above(call, account) if one in units), "")
        if unit:
            inside[account] = unit
    kind = targets.get("AccountFilterType") or "NONE"
    if kind == "INTERSECTION":
        return {account: unit for account, unit in inside.items() if account in accounts}
    if kind == "DIFFERENCE":
        return {account: unit for account, unit in inside.items() if account not in accounts}
    if kind == "UNION":
        above = {account: units_above(call, account)[:1] for account in accounts}
        return inside | {account: units[0] for account, units in above.items() if account not in inside and units}
    if accounts:
        raise invalid("AccountFilterType must be specified when Accounts are given with OrganizationalUnitIds")
    return inside


def _regions(call: Call) -> list[str]:
    order = (call.params.get("OperationPreferences") or {}).get("RegionOrder") or ()
    given = [str(one) for one in call.params["Regions"]]
    return [one for one in order if one in given] + [one for one in given if one not in order]


def _operate(call: Call, found: StackSet, action: str, instances: list[Instance], *, retain: bool = False) -> Answer:
    id = str(call.params.get("OperationId") or "")
    if id and any(one.id == id for one in found.operations):
        raise AwsError("OperationIdAlreadyExistsException", f"Operation {id} already exists", 409)
    given = call.params.get("OperationPreferences")
    return {"OperationId": run(call, found, action, instances, id=id, given=given, retain=retain).id}


@shim("cloudformation", "CreateStackInstances")
def create_stack_instances(call: Call) -> Answer:
    """Stacks in every account and Region of the targets; OUs become targets of auto-deployment."""
    found = _find(call)
    if found.service_managed and not _is_active(call):
        raise invalid(NOT_ACTIVE)
    targets, regions = _target_accounts(call, found), _regions(call)
    overrides = read_parameters(call.params.get("ParameterOverrides"))
    deployment = call.params.get("DeploymentTargets") or {}
    if not deployment.get("Accounts"):
        for unit in deployment.get("OrganizationalUnitIds") or ():
            known = found.units.setdefault(unit, [])
            known += [region for region in regions if region not in known]
    rows = []
    for region in regions:
        for account, unit in targets.items():
            row = found.instances.setdefault((account, region), Instance(account, region, unit))
            row.overrides = overrides or row.overrides
            rows.append(row)
    return _operate(call, found, "CREATE", rows)


def _chosen(call: Call, found: StackSet) -> list[Instance]:
    """The instances that the request is about, Region by Region."""
    targets = _target_accounts(call, found)
    keys = [(account, region) for region in _regions(call) for account in targets]
    return [found.instances[key] for key in keys if key in found.instances]


@shim("cloudformation", "UpdateStackInstances")
def update_stack_instances(call: Call) -> Answer:
    """Other values of parameters for some instances. Raises StackInstanceNotFoundException."""
    found = _find(call)
    rows = _chosen(call, found)
    if not rows:
        raise AwsError("StackInstanceNotFoundException", "No stack instances found for the given targets", 404)
    for row in rows:
        row.overrides = read_parameters(call.params.get("ParameterOverrides"), row.overrides)
    return _operate(call, found, "UPDATE", rows)


@shim("cloudformation", "DeleteStackInstances")
def delete_stack_instances(call: Call) -> Answer:
    """Gone with their stacks, unless those are retained; OUs are targets no longer."""
    found = _find(call)
    rows = _chosen(call, found)
    deployment = call.params.get("DeploymentTargets") or {}
    if not deployment.get("Accounts"):
        for unit in deployment.get("OrganizationalUnitIds") or ():
            left = [one for one in found.units.pop(unit, []) if one not in call.params["Regions"]]
            found.units |= {unit: left} if left else {}
    return _operate(call, found, "DELETE", rows, retain=bool(call.params.get("RetainStacks")))


@shim("cloudformation", "UpdateStackSet")
def update_stack_set(call: Call) -> Answer:
    """Another template, other parameters or settings; all instances follow, or those that are named."""
    found, params = _find(call), call.params
    body = read_body(call, found.body)
    parameters = read_parameters(params.get("Parameters"), found.parameters)
    settings = found.settings | {key: params[key] for key in _SETTINGS if key in params}
    if settings["PermissionModel"] != found.settings["PermissionModel"]:
        raise invalid("The permission model of a stack set with instances cannot be changed")
    _check_settings(settings)
    tree_ = parse_tree(body)
    check_parameters(tree_, parameters)
    check_capabilities(tree_, list(params.get("Capabilities") or settings.get("Capabilities") or ()))
    found.body, found.parameters, found.settings = body, parameters, settings
    named = params.get("DeploymentTargets") or params.get("Accounts")
    rows = _chosen(call, found) if named and params.get("Regions") else list(found.instances.values())
    for row in found.instances.values():
        if row not in rows:
            row.status = "OUTDATED"
    return _operate(call, found, "UPDATE", rows)


@shim("cloudformation", "DeleteStackSet")
def delete_stack_set(call: Call) -> Answer:
    """Only when no instance is left; one that is not there is deleted already."""
    try:
        found = _find(call)
    except AwsError as lost:
        if lost.code != "StackSetNotFoundException":
            raise
        return {}
    if found.instances:
        raise AwsError("StackSetNotEmptyException", "StackSet is not empty", 409)
    found.deleted = True
    return {}


# ── what is there ───────────────────────────────────────────────────────────────────────────────────────────────────


def _summary(found: StackSet) -> dict[str, Any]:
    row: dict[str, Any] = {
        "StackSetName": found.name,
        "StackSetId": found.id,
        "Status": "DELETED" if found.deleted else "ACTIVE",
        "PermissionModel": found.settings["PermissionModel"],
        "DriftStatus": "NOT_CHECKED",
    }
    return row | {key: found.settings[key] for key in ("Description", "AutoDeployment", "ManagedExecution")
                  if key in found.settings}  # fmt: skip


@shim("cloudformation", "ListStackSets")
def list_stack_sets(call: Call) -> Answer:
    """The sets of this Region, of a status if one is asked for."""
    wanted = call.params.get("Status")
    rows = [_summary(one) for one in sets_in(call, _home(call, service_managed=False), call.region)]
    return page(call, "Summaries", [row for row in rows if wanted in (None, row["Status"])])


@shim("cloudformation", "DescribeStackSet")
def describe_stack_set(call: Call) -> Answer:
    """The set, with its template."""
    found = _find(call)
    row = _summary(found) | {
        "StackSetARN": found.arn,
        "TemplateBody": found.body,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in found.parameters.items()],
        "Capabilities": found.settings.get("Capabilities", []),
        "Tags": found.settings.get("Tags", []),
        "OrganizationalUnitIds": sorted({one.unit for one in found.instances.values() if one.unit} | {*found.units}),
        "Regions": sorted({one.region for one in found.instances.values()}),
    }
    row.pop("DriftStatus")
    roles = ("AdministrationRoleARN", "ExecutionRoleName")
    return {"StackSet": row | {key: found.settings[key] for key in roles if key in found.settings}}


def _instance(found: StackSet, one: Instance) -> dict[str, Any]:
    row = {
        "StackSetId": found.id, "Account": one.account, "Region": one.region, "Status": one.status,
        "StackInstanceStatus": {"DetailedStatus": one.detail}, "DriftStatus": "NOT_CHECKED",
        "StackId": one.stack, "OrganizationalUnitId": one.unit, "StatusReason": one.reason,
        "LastOperationId": one.operation,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value}


@shim("cloudformation", "ListStackInstances")
def list_stack_instances(call: Call) -> Answer:
    """The set's instances, by account and Region."""
    params, found = call.params, _find(call)
    filters = {row["Name"]: row["Values"] for row in params.get("Filters") or ()}
    rows = [
        _instance(found, one)
        for _, one in sorted(found.instances.items())
        if params.get("StackInstanceAccount") in (None, one.account)
        and params.get("StackInstanceRegion") in (None, one.region)
        and filters.get("DETAILED_STATUS", one.detail) == one.detail
        and filters.get("LAST_OPERATION_ID", one.operation) == one.operation
    ]
    return page(call, "Summaries", rows)


@shim("cloudformation", "DescribeStackInstance")
def describe_stack_instance(call: Call) -> Answer:
    """One instance. Raises StackInstanceNotFoundException."""
    found, params = _find(call), call.params
    key = (params["StackInstanceAccount"], params["StackInstanceRegion"])
    if key not in found.instances:
        text = f"Stack instance not found: {found.name}, account {key[0]}, Region {key[1]}"
        raise AwsError("StackInstanceNotFoundException", text, 404)
    one = found.instances[key]
    overrides = [{"ParameterKey": name, "ParameterValue": value} for name, value in one.overrides.items()]
    return {"StackInstance": _instance(found, one) | {"ParameterOverrides": overrides}}


def _told(found: StackSet, one: Operation) -> dict[str, Any]:
    failed = sum(row["Status"] == "FAILED" for row in one.results)
    return {
        "OperationId": one.id, "Action": one.action, "Status": one.status, "CreationTimestamp": one.at,
        "EndTimestamp": one.at, "OperationPreferences": one.given,
        "StatusDetails": {"FailedStackInstancesCount": failed},
    }  # fmt: skip


def _operation(found: StackSet, id: str) -> Operation:
    one = next((one for one in found.operations if one.id == id), None)
    if one is None:
        raise AwsError("OperationNotFoundException", f"Operation {id} not found", 404)
    return one


@shim("cloudformation", "DescribeStackSetOperation")
def describe_stack_set_operation(call: Call) -> Answer:
    """One operation. Raises OperationNotFoundException."""
    found = _find(call)
    row = _told(found, _operation(found, call.params["OperationId"]))
    return {"StackSetOperation": row | {"StackSetId": found.id}}


@shim("cloudformation", "ListStackSetOperations")
def list_stack_set_operations(call: Call) -> Answer:
    """The set's operations, the last first."""
    found = _find(call)
    return page(call, "Summaries", [_told(found, one) for one in reversed(found.operations)])


@shim("cloudformation", "ListStackSetOperationResults")
def list_stack_set_operation_results(call: Call) -> Answer:
    """What became of an operation in each account and Region."""
    return page(call, "Summaries", list(_operation(_find(call), call.params["OperationId"]).results))


@shim("cloudformation", "ListStackSetAutoDeploymentTargets")
def list_stack_set_auto_deployment_targets(call: Call) -> Answer:
    """The OUs that auto-deployment follows, with their Regions."""
    rows = [{"OrganizationalUnitId": unit, "Regions": regions} for unit, regions in sorted(_find(call).units.items())]
    return page(call, "Summaries", rows)
