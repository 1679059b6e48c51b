"""CloudFormation: stacks. moto: skips most types without a word, and needs a package that is not installed.

One idea: the operation checks what it was given and answers; `stacks` does the work, as the caller or as the stack's
role, and every operation is over when it is answered.
Source: AWS CloudFormation API Reference, the operations' pages.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import management_account
from bastide.sandbox.stacks.acting import Actor, Place, acting, client
from bastide.sandbox.stacks.assumed import stack_actor
from bastide.sandbox.stacks.deploy import Deployment, Made, Stack, exports_of, new_stack
from bastide.sandbox.stacks.template import MAX_BODY, check_capabilities, invalid, parse_tree
from bastide.sandbox.wire import AwsError

NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
SETTINGS = ("Capabilities", "Tags", "RoleARN", "OnFailure", "DisableRollback", "EnableTerminationProtection",
             "NotificationARNs", "TimeoutInMinutes")  # fmt: skip
PAGE = 100


def stacks_in(call: Call, account: str, region: str) -> dict[str, Stack]:
    """The stacks of an account and Region by id, deleted ones too."""
    found: dict[str, Stack] = call.front.store("cloudformation", account, region).setdefault("stacks", {})
    return found


def find_stack(call: Call, name: str) -> Stack:
    """A stack by name or id. Raises ValidationError; deleted ones are found by id only."""
    known = stacks_in(call, call.account, call.region)
    found = known.get(name) or next((one for one in known.values() if one.name == name and one.deleted is None), None)
    if found is None:
        raise invalid(f"Stack with id {name} does not exist")
    return found


def place_of(call: Call, account: str, region: str) -> Place:
    """Where a stack of the account and Region lies."""
    try:
        return Place(account, region, management_account(call))
    except AwsError:  # no organization
        return Place(account, region, account)


def deployment_of(call: Call, stack: Stack) -> Deployment:
    """An operation on the stack, now."""
    place = stack.place
    return Deployment(stack, call.at, exports_of(stacks_in(call, place.account, place.region)))


def read_body(call: Call, previous: str | None = None) -> str:
    """The template that the request gives or points to. Raises ValidationError."""
    params = call.params
    if params.get("UsePreviousTemplate") and previous is not None:
        return previous
    body, url = params.get("TemplateBody"), params.get("TemplateURL")
    if bool(body) == bool(url):
        raise invalid("Either Template URL or Template Body must be specified.")
    if url:
        return _read_url(call, str(url))
    if len(str(body).encode()) > MAX_BODY:
        text = f"failed to satisfy constraint: Member must have length less than or equal to {MAX_BODY}"
        raise invalid(f"1 validation error detected: Value at 'templateBody' {text}")
    return str(body)


def _read_url(call: Call, url: str) -> str:
    parts = urlsplit(url)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    virtual = re.fullmatch(r"(.+)\.s3[.-].*amazonaws\.com", host) or re.fullmatch(r"(.+)\.s3\.amazonaws\.com", host)
    bucket, key = (virtual[1], path) if virtual else (path.partition("/")[0], path.partition("/")[2])
    if not host.endswith("amazonaws.com") or not bucket or not key:
        raise invalid(f"TemplateURL must be a supported URL: {url}")
    with acting(Actor(call, call.principal, forwards=True)):
        try:
            content: bytes = client("s3", call.region).get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as refused:
            raise invalid(f"S3 error: {refused.response['Error'].get('Message', '')}") from refused
    return content.decode("utf-8", "replace")


def read_parameters(given: Any, previous: dict[str, str] | None = None) -> dict[str, str]:
    """Parameters of a request by name, with the previous values where it says so. Raises ValidationError."""
    found: dict[str, str] = {}
    for row in given or ():
        name = str(row["ParameterKey"])
        if row.get("UsePreviousValue"):
            if name in (previous or {}):
                found[name] = (previous or {})[name]
            continue
        if "ParameterValue" not in row:
            raise invalid(f"Parameter {name} must have a value")
        found[name] = str(row["ParameterValue"])
    return found


@shim("cloudformation", "CreateStack")
def create_stack(call: Call) -> Answer:
    """Everything that the template says, or a rollback that the events explain."""
    params, name = call.params, str(call.params["StackName"])
    if not NAME.fullmatch(name):
        pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        raise invalid(f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy: {pattern}")
    known = stacks_in(call, call.account, call.region)
    if any(one.name == name and one.deleted is None for one in known.values()):
        raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
    body = read_body(call)
    settings = {key: params[key] for key in SETTINGS if key in params}
    place = place_of(call, call.account, call.region)
    stack = new_stack(name, place, body, read_parameters(params.get("Parameters")), call.at, **settings)
    deployment_of(call, stack).open(body, stack.parameters)
    check_capabilities(parse_tree(body), list(params.get("Capabilities") or ()))
    actor = stack_actor(call, str(params.get("RoleARN") or ""))
    known[stack.id] = stack
    with acting(actor):
        deployment_of(call, stack).create()
    return {"StackId": stack.id}


@shim("cloudformation", "UpdateStack")
def update_stack(call: Call) -> Answer:
    """What differs; refused when nothing does. A failure brings the old template back."""
    params, stack = call.params, find_stack(call, call.params["StackName"])
    if not stack.status.endswith(("_COMPLETE",)) or stack.status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    body = read_body(call, stack.body)
    parameters = read_parameters(params.get("Parameters"), stack.parameters)
    check_capabilities(parse_tree(body), list(params.get("Capabilities") or ()))
    deployment = deployment_of(call, stack)
    deployment.open(body, parameters)
    tags = params.get("Tags", stack.settings.get("Tags"))
    if (body, parameters, tags) == (stack.body, stack.parameters, stack.settings.get("Tags")):
        raise invalid("No updates are to be performed.")
    actor = stack_actor(call, str(params.get("RoleARN") or stack.settings.get("RoleARN") or ""))
    stack.settings |= {key: params[key] for key in SETTINGS if key in params}
    with acting(actor):
        deployment.update(body, parameters)
    return {"StackId": stack.id}


@shim("cloudformation", "DeleteStack")
def delete_stack(call: Call) -> Answer:
    """Gone with its resources; a stack that is not there is deleted already."""
    try:
        stack = find_stack(call, call.params["StackName"])
    except AwsError:
        return None
    if stack.deleted is not None:
        return None
    if stack.settings.get("EnableTerminationProtection"):
        text = "cannot be deleted while TerminationProtection is enabled"
        raise invalid(f"Stack [{stack.name}] {text}")
    role = str(call.params.get("RoleARN") or stack.settings.get("RoleARN") or "")
    for logical in call.params.get("RetainResources") or ():
        if logical in stack.resources:
            stack.resources[logical].policy = "Retain"
    with acting(stack_actor(call, role)):
        deployment_of(call, stack).delete()
    return None


@shim("cloudformation", "UpdateTerminationProtection")
def update_termination_protection(call: Call) -> Answer:
    """On or off."""
    stack = find_stack(call, call.params["StackName"])
    stack.settings["EnableTerminationProtection"] = bool(call.params["EnableTerminationProtection"])
    return {"StackId": stack.id}


@shim("cloudformation", "ValidateTemplate", "GetTemplateSummary")
def validate_template(call: Call) -> Answer:
    """The template's parameters, or what is wrong with it."""
    stack = find_stack(call, call.params["StackName"]) if call.params.get("StackName") else None
    tree = parse_tree(stack.body if stack else read_body(call))
    rows = [
        {"ParameterKey": str(name), "NoEcho": bool(body.get("NoEcho")), "Description": str(body.get("Description", ""))}
        | ({"DefaultValue": str(body["Default"])} if "Default" in body else {})
        for name, body in (tree.get("Parameters") or {}).items()
    ]
    found: dict[str, Any] = {"Parameters": rows, "Description": str(tree.get("Description") or "")}
    try:
        check_capabilities(tree, [])
    except AwsError as needed:
        found |= {"Capabilities": [needed.message.partition("[")[2].rstrip("]")], "CapabilitiesReason": needed.message}
    if call.operation == "GetTemplateSummary":
        found["ResourceTypes"] = sorted({str(body["Type"]) for body in tree["Resources"].values()})
    return found


@shim("cloudformation", "GetTemplate")
def get_template(call: Call) -> Answer:
    """The template as it was given."""
    stack = find_stack(call, call.params["StackName"])
    return {"TemplateBody": stack.body, "StagesAvailable": ["Original", "Processed"]}


# ── what is there ───────────────────────────────────────────────────────────────────────────────────────────────────


def page(call: Call, name: str, rows: list[Any]) -> dict[str, Any]:
    """A page of rows under a name, with the token of the next."""
    start = int(call.params.get("NextToken") or 0)
    size = int(call.params.get("MaxResults") or PAGE)
    more = {"NextToken": str(start + size)} if start + size < len(rows) else {}
    return {name: rows[start : start + size]} | more


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in (None, "")}


def _parameters(stack: Stack) -> list[dict[str, str]]:
    rows = []
    for name, body in (parse_tree(stack.body).get("Parameters") or {}).items():
        value = stack.parameters.get(str(name), body.get("Default", ""))
        hidden = str(body.get("NoEcho")).lower() == "true"
        rows.append({"ParameterKey": str(name), "ParameterValue": "****" if hidden else str(value)})
    return rows


def _described(stack: Stack) -> dict[str, Any]:
    settings = stack.settings
    return _present({
        "StackId": stack.id, "StackName": stack.name, "StackStatus": stack.status, "StackStatusReason": stack.reason,
        "Description": str(parse_tree(stack.body).get("Description") or ""), "Parameters": _parameters(stack),
        "CreationTime": stack.at, "LastUpdatedTime": stack.updated, "DeletionTime": stack.deleted,
        "Outputs": stack.outputs, "RoleARN": settings.get("RoleARN"), "Tags": settings.get("Tags", []),
        "Capabilities": settings.get("Capabilities", []), "NotificationARNs": settings.get("NotificationARNs", []),
        "DisableRollback": bool(settings.get("DisableRollback")),
        "EnableTerminationProtection": bool(settings.get("EnableTerminationProtection")),
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    })  # fmt: skip


@shim("cloudformation", "DescribeStacks")
def describe_stacks(call: Call) -> Answer:
    """One stack, deleted or not when named by id, or all that are there."""
    if call.params.get("StackName"):
        return {"Stacks": [_described(find_stack(call, call.params["StackName"]))]}
    there = [one for one in stacks_in(call, call.account, call.region).values() if one.deleted is None]
    return page(call, "Stacks", [_described(one) for one in reversed(there)])


@shim("cloudformation", "ListStacks")
def list_stacks(call: Call) -> Answer:
    """All of the statuses that were asked for, deleted ones too."""
    wanted = call.params.get("StackStatusFilter") or ()
    rows = [
        _present({
            "StackId": one.id, "StackName": one.name, "StackStatus": one.status, "StackStatusReason": one.reason,
            "CreationTime": one.at, "LastUpdatedTime": one.updated, "DeletionTime": one.deleted,
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        })
        for one in reversed(stacks_in(call, call.account, call.region).values())
        if not wanted or one.status in wanted
    ]  # fmt: skip
    return page(call, "StackSummaries", rows)


def _resource(stack: Stack, made: Made, at: str) -> dict[str, Any]:
    return _present({
        "StackId": stack.id, "StackName": stack.name, "LogicalResourceId": made.logical, at: made.at,
        "PhysicalResourceId": made.physical, "ResourceType": made.type, "ResourceStatus": made.status,
        "ResourceStatusReason": made.reason, "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    })  # fmt: skip


@shim("cloudformation", "ListStackResources")
def list_stack_resources(call: Call) -> Answer:
    """The stack's resources."""
    stack = find_stack(call, call.params["StackName"])
    rows = [_resource(stack, made, "LastUpdatedTimestamp") for made in stack.resources.values()]
    return page(call, "StackResourceSummaries", [{k: v for k, v in row.items() if k not in ("StackId", "StackName")}
                                                 for row in rows])  # fmt: skip


@shim("cloudformation", "DescribeStackResources")
def describe_stack_resources(call: Call) -> Answer:
    """The resources of a stack, or of the stack that has a resource of this physical id."""
    params, known = call.params, stacks_in(call, call.account, call.region)
    physical = params.get("PhysicalResourceId")
    if params.get("StackName"):
        stack = find_stack(call, params["StackName"])
    else:
        holders = (one for one in known.values() if any(made.physical == physical for made in one.resources.values()))
        found = next(holders, None)
        if not physical or found is None:
            raise invalid(f"Stack for {physical} does not exist")
        stack = found
    wanted = params.get("LogicalResourceId")
    rows = [made for made in stack.resources.values() if wanted in (None, made.logical)]
    return {"StackResources": [_resource(stack, made, "Timestamp") for made in rows]}


@shim("cloudformation", "DescribeStackResource")
def describe_stack_resource(call: Call) -> Answer:
    """One resource."""
    stack, wanted = find_stack(call, call.params["StackName"]), call.params["LogicalResourceId"]
    if wanted not in stack.resources:
        raise invalid(f"Resource {wanted} does not exist for stack {stack.name}")
    return {"StackResourceDetail": _resource(stack, stack.resources[wanted], "LastUpdatedTimestamp")}


@shim("cloudformation", "DescribeStackEvents")
def describe_stack_events(call: Call) -> Answer:
    """What happened, the last first."""
    return page(call, "StackEvents", list(reversed(find_stack(call, call.params["StackName"]).events)))


@shim("cloudformation", "ListExports")
def list_exports(call: Call) -> Answer:
    """What stacks of this account and Region export."""
    stacks = [one for one in stacks_in(call, call.account, call.region).values() if one.deleted is None]
    rows = [{"ExportingStackId": one.id, "Name": row["ExportName"], "Value": row["OutputValue"]}
            for one in stacks for row in one.outputs if "ExportName" in row]  # fmt: skip
    return page(call, "Exports", rows)
