"""IAM Identity Center: permission sets become roles in members. moto: keeps the sets and makes no role.

The organization's instance exists from the start, one in each Region that is asked (on AWS it is enabled by hand, in
one home Region). The delegated administrator works on the management account's instance.
"""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, owner, shim
from bastide.sandbox.shims.organizations import management_account, tree
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.wire import AwsError

PRINCIPAL = "sso.amazonaws.com"
INLINE = "AwsSSOInlinePolicy"


@owner("sso-admin", "identitystore")
def instance_owner(call: Call) -> str:
    """The management account, for its delegated administrator too."""
    try:
        management = management_account(call)
    except AwsError:
        return call.account
    return management if delegated(call, PRINCIPAL) == call.account else call.account


@shim("sso-admin", "ListInstances")
def list_instances(call: Call) -> Answer:
    """The organization's, for its management account; members have none of their own."""
    try:
        visible = management_account(call) == call.account
    except AwsError:
        visible = False
    if not visible:
        return {"Instances": []}
    return call.forward()


@shim("sso-admin", "CreateInstance")
def create_instance(call: Call) -> Answer:
    """Not for an organization's management account. Source: Identity Center API reference, CreateInstance."""
    text = "An organization instance of IAM Identity Center exists already."
    raise AwsError("ConflictException", text)


@shim("sso-admin", "PutPermissionsBoundaryToPermissionSet")
def put_permissions_boundary(call: Call) -> Answer:
    """A customer's policy by name, or AWS's by ARN."""
    _read_set(call)
    _boundaries(call)[call.params["PermissionSetArn"]] = call.params["PermissionsBoundary"]
    return None


@shim("sso-admin", "GetPermissionsBoundaryForPermissionSet")
def get_permissions_boundary(call: Call) -> Answer:
    """Raises ResourceNotFoundException when there is none."""
    return {"PermissionsBoundary": _read_boundary(call)}


@shim("sso-admin", "DeletePermissionsBoundaryFromPermissionSet")
def delete_permissions_boundary(call: Call) -> Answer:
    """Gone for the set; roles follow when it is provisioned again."""
    _read_boundary(call)
    del _boundaries(call)[call.params["PermissionSetArn"]]
    return None


def _boundaries(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = call.store.setdefault("boundaries", {})
    return found


def _read_boundary(call: Call) -> dict[str, Any]:
    _read_set(call)
    found: dict[str, Any] | None = _boundaries(call).get(call.params["PermissionSetArn"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "The permission set has no permissions boundary", 404)
    return found


def _read_set(call: Call) -> Any:
    sets = _backend(call).permission_sets
    found = next((row for row in sets if row.permission_set_arn == call.params["PermissionSetArn"]), None)
    if found is None:
        raise AwsError("ResourceNotFoundException", "Could not find PermissionSet with id", 404)
    return found


def _backend(call: Call) -> Any:
    return moto.backend("sso-admin", call.account, call.region)


@shim("sso-admin", "CreateAccountAssignment")
def create_account_assignment(call: Call) -> Answer:
    """Provisions the permission set's role in the account."""
    params = call.params
    known = {account.id for account in tree(call).accounts}
    if params["TargetId"] not in known:
        raise AwsError("ResourceNotFoundException", f"Account {params['TargetId']} is not in the organization", 404)
    _provision(call, params["TargetId"])
    existing = next((row for row in _backend(call).account_assignments if _same(row, params)), None)
    if existing is not None:
        status = existing.to_json(include_creation_date=True, include_request_id=True)
        return {"AccountAssignmentCreationStatus": status | {"Status": "SUCCEEDED"}}
    return call.forward()


def _same(assignment: Any, params: dict[str, Any]) -> bool:
    names = {"permission_set_arn": "PermissionSetArn", "principal_id": "PrincipalId", "target_id": "TargetId"}
    return all(getattr(assignment, ours) == params[theirs] for ours, theirs in names.items())


@shim("sso-admin", "CreatePermissionSet")
def create_permission_set(call: Call) -> Answer:
    """Names are unique in an instance. moto: makes another one, and writes ARNs of its own form."""
    backend = _backend(call)
    if any(row.name == call.params["Name"] for row in backend.permission_sets):
        raise AwsError("ConflictException", f"PermissionSet with name {call.params['Name']} already exists.")
    call.forward()
    made = backend.permission_sets[-1]
    made.permission_set_arn = made.permission_set_arn.replace(":instance/", ":permissionSet/")
    return {"PermissionSet": made.to_json(True)}


@shim("sso-admin", "AttachManagedPolicyToPermissionSet")
def attach_managed_policy(call: Call) -> Answer:
    """AWS's policies of every path. moto: finds those of path / only."""
    arn = call.params["ManagedPolicyArn"]
    _, _, path_and_name = arn.partition(":policy/")
    if "/" not in path_and_name:
        return call.forward()
    found = _read_set(call)
    if any(policy.arn == arn for policy in found.managed_policies):
        raise AwsError("ConflictException", "The policy is attached to the permission set already")
    try:
        call.invoke("GetPolicy", {"PolicyArn": arn}, service="iam", region="us-east-1")
    except AwsError as missing:
        raise AwsError("ResourceNotFoundException", f"Policy does not exist with ARN: {arn}", 404) from missing
    found.managed_policies.append(SimpleNamespace(arn=arn, name=path_and_name.rpartition("/")[2]))
    found.total_managed_policies_attached += 1
    return None


@shim("sso-admin", "DeleteAccountAssignment")
def delete_account_assignment(call: Call) -> Answer:
    """The role goes with the last assignment of its set to the account."""
    response = call.forward()
    params = call.params
    left = [row for row in _backend(call).account_assignments if row.permission_set_arn == params["PermissionSetArn"]]
    if all(row.target_id != params["TargetId"] for row in left):
        _delete_role(call, params["TargetId"], _read_set(call))
    return response


@shim("sso-admin", "DeletePermissionSet")
def delete_permission_set(call: Call) -> Answer:
    """Not while it is assigned. moto: leaves the assignments and their roles behind."""
    arn = _read_set(call).permission_set_arn
    if any(row.permission_set_arn == arn for row in _backend(call).account_assignments):
        raise AwsError("ConflictException", "The permission set is assigned to accounts and cannot be deleted.")
    response = call.forward()
    _boundaries(call).pop(arn, None)
    return response


@shim("sso-admin", "ProvisionPermissionSet")
def provision_permission_set(call: Call) -> Answer:
    """Brings the roles of the set up to date, in one account or in all that it is assigned to."""
    found = _read_set(call)
    response = call.forward()
    assignments = _backend(call).account_assignments
    targets = {row.target_id for row in assignments if row.permission_set_arn == found.permission_set_arn}
    if call.params["TargetType"] == "AWS_ACCOUNT":
        targets &= {call.params["TargetId"]}
    for account in sorted(targets):
        _provision(call, account)
    status = call.result(response)["PermissionSetProvisioningStatus"]
    call.store.setdefault("provisioned", {})[status["RequestId"]] = status
    return response


@shim("sso-admin", "DescribePermissionSetProvisioningStatus")
def describe_permission_set_provisioning_status(call: Call) -> Answer:
    """Done at once."""
    status = call.store.get("provisioned", {}).get(call.params["ProvisionPermissionSetRequestId"])
    if status is None:
        raise AwsError("ResourceNotFoundException", "Could not find the provisioning request", 404)
    return {"PermissionSetProvisioningStatus": status}


@shim("sso-admin", "DescribeInstance")
def describe_instance(call: Call) -> Answer:
    """By ARN."""
    found = next((row for row in _backend(call).instances if row.instance_arn == call.params["InstanceArn"]), None)
    if found is None:
        raise AwsError("ResourceNotFoundException", "Could not find the instance", 404)
    return dict(found.to_json())


@shim("sso-admin", "TagResource", "UntagResource", "ListTagsForResource")
def permission_set_tags(call: Call) -> Answer:
    """Tags of a permission set. moto: keeps those of its creation and cannot tell them."""
    found = next(
        (row for row in _backend(call).permission_sets if row.permission_set_arn == call.params["ResourceArn"]), None
    )
    if found is None:
        raise AwsError("ResourceNotFoundException", "Could not find the resource", 404)
    tags = {row["Key"]: row["Value"] for row in found.tags or []}
    tags |= {row["Key"]: row["Value"] for row in call.params.get("Tags", [])}
    found.tags = [
        {"Key": key, "Value": value} for key, value in tags.items() if key not in call.params.get("TagKeys", [])
    ]
    return {"Tags": found.tags} if call.operation == "ListTagsForResource" else None


@shim("sso-admin", "ListPermissionSetsProvisionedToAccount")
def list_permission_sets_provisioned_to_account(call: Call) -> Answer:
    """Those assigned to the account. moto: those provisioned anywhere."""
    assignments = _backend(call).account_assignments
    arns = {row.permission_set_arn for row in assignments if row.target_id == call.params["AccountId"]}
    return {"PermissionSets": sorted(arns)}


@shim("sso-admin", "ListAccountsForProvisionedPermissionSet")
def list_accounts_for_provisioned_permission_set(call: Call) -> Answer:
    """The accounts that the set is assigned to."""
    arn = call.params["PermissionSetArn"]
    return {
        "AccountIds": sorted(
            {row.target_id for row in _backend(call).account_assignments if row.permission_set_arn == arn}
        )
    }


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]


def _role_name(account: str, found: Any) -> str:
    return f"AWSReservedSSO_{found.name}_{_digest(account, found.permission_set_arn)}"


def _provision(call: Call, account: str) -> None:
    """Make the set's role in the account what the set says.

    Source: Identity Center User Guide, "Referencing permission sets in resource policies": path and name.
    """
    found = _read_set(call)
    name = _role_name(account, found)
    role = _find_role(account, found)
    if role is None:
        _create_role(call, account, found)
        role = _find_role(account, found)
    # The role stays the same one, so that sessions of it go on with what the set says now.
    _iam(call, account, "UpdateRoleDescription", {"RoleName": name, "Description": found.description or ""})
    _bring_policies(call, account, found, role)
    inline = {"RoleName": name, "PolicyName": INLINE}
    if found.inline_policy:
        _iam(call, account, "PutRolePolicy", {**inline, "PolicyDocument": found.inline_policy})
    elif INLINE in role.policies:
        _iam(call, account, "DeleteRolePolicy", inline)
    boundary = _boundaries(call).get(found.permission_set_arn)
    if boundary:
        arn = _boundary_arn(account, boundary)
        _iam(call, account, "PutRolePermissionsBoundary", {"RoleName": name, "PermissionsBoundary": arn})
    elif role.permissions_boundary_arn:
        _iam(call, account, "DeleteRolePermissionsBoundary", {"RoleName": name})


def _bring_policies(call: Call, account: str, found: Any, role: Any) -> None:
    """Attach what the set names, detach what it names no more."""
    wanted = [policy.arn for policy in found.managed_policies]
    wanted += [f"arn:aws:iam::{account}:policy{one.path}{one.name}" for one in found.customer_managed_policies]
    for arn in [arn for arn in role.managed_policies if arn not in wanted]:
        _iam(call, account, "DetachRolePolicy", {"RoleName": role.name, "PolicyArn": arn})
    for arn in [arn for arn in wanted if arn not in role.managed_policies]:
        _iam(call, account, "AttachRolePolicy", {"RoleName": role.name, "PolicyArn": arn})


def _create_role(call: Call, account: str, found: Any) -> None:
    region = "" if call.region == "us-east-1" else f"{call.region}/"
    provider = f"arn:aws:iam::{account}:saml-provider/AWSSSO_{_digest(account)}_DO_NOT_DELETE"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    role = {
        "RoleName": _role_name(account, found),
        "Path": f"/aws-reserved/sso.amazonaws.com/{region}",
        "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        "Description": found.description or "",
        # The role allows 12 hours; the set's own length holds at the portal.
        "MaxSessionDuration": 43200,
    }
    _iam(call, account, "CreateRole", role)


def _find_role(account: str, found: Any) -> Any:
    name = _role_name(account, found)
    return next((row for row in moto.backend("iam", account, "aws").roles.values() if row.name == name), None)


def _boundary_arn(account: str, boundary: dict[str, Any]) -> str:
    reference = boundary.get("CustomerManagedPolicyReference")
    if reference is None:
        return str(boundary["ManagedPolicyArn"])
    return f"arn:aws:iam::{account}:policy{reference.get('Path', '/')}{reference['Name']}"


def _delete_role(call: Call, account: str, found: Any) -> None:
    name, role = _role_name(account, found), _find_role(account, found)
    if role is None:
        return
    for arn in list(role.managed_policies):
        _iam(call, account, "DetachRolePolicy", {"RoleName": name, "PolicyArn": arn})
    for policy in list(role.policies):
        _iam(call, account, "DeleteRolePolicy", {"RoleName": name, "PolicyName": policy})
    _iam(call, account, "DeleteRole", {"RoleName": name})


def _iam(call: Call, account: str, operation: str, params: dict[str, Any]) -> None:
    call.invoke(operation, params, service="iam", account=account, region="us-east-1")
