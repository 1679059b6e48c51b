"""IAM: permissions boundaries of users, and their access keys. moto: has boundaries for roles only."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


def _user(call: Call, name: str) -> Any:
    return moto.backend("iam", call.account, "aws").get_user(name)


def _boundary(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


@shim("iam", "CreateUser")
def create_user(call: Call) -> Answer:
    """With its boundary, when one is given."""
    result = call.forwarded()
    arn = call.params.get("PermissionsBoundary")
    if arn:
        _user(call, call.params["UserName"]).boundary = arn
        result["User"]["PermissionsBoundary"] = _boundary(arn)
    return result


@shim("iam", "CreateAccessKey")
def create_access_key(call: Call) -> Answer:
    """The front knows the user by it from now on."""
    result = call.forwarded()
    key = result["AccessKey"]
    call.front.sessions.add_user(call.account, _user(call, key["UserName"]), key["AccessKeyId"])
    return result


@shim("iam", "PutUserPermissionsBoundary")
def put_user_permissions_boundary(call: Call) -> Answer:
    """The boundary's policy must exist, as for roles."""
    call.invoke("GetPolicy", {"PolicyArn": call.params["PermissionsBoundary"]})
    call.invoke("GetUser", {"UserName": call.params["UserName"]})
    _user(call, call.params["UserName"]).boundary = call.params["PermissionsBoundary"]
    return None


@shim("iam", "DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(call: Call) -> Answer:
    """No boundary any more."""
    call.invoke("GetUser", {"UserName": call.params["UserName"]})
    _user(call, call.params["UserName"]).boundary = None
    return None


@shim("iam", "GetUser")
def get_user(call: Call) -> Answer:
    """With its boundary."""
    result = call.forwarded()
    user = moto.backend("iam", call.account, "aws").users.get(result["User"]["UserName"])
    if getattr(user, "boundary", None):
        result["User"]["PermissionsBoundary"] = _boundary(user.boundary)
    return result


@shim("iam", "GetAccountAuthorizationDetails")
def get_account_authorization_details(call: Call) -> Answer:
    """Boundaries of users, and names of policies. moto: leaves both out."""
    result = call.forwarded()
    users = moto.backend("iam", call.account, "aws").users
    for detail in result.get("UserDetailList", ()):
        arn = getattr(users.get(detail["UserName"]), "boundary", None)
        if arn:
            detail["PermissionsBoundary"] = _boundary(arn)
    for policy in result.get("Policies", ()):
        policy.setdefault("PolicyName", policy["Arn"].rpartition("/")[2])
    return result
