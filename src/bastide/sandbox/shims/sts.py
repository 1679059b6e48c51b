"""STS: who am I, and which roles can be assumed at all."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError


@shim("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Answer:
    """The principal that the front knows the access key by."""
    principal = call.principal
    if not principal.access_key:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


@shim("sts", "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
def assume_role(call: Call) -> Answer:
    """A session of a role that exists, for no longer than the role allows. moto: makes sessions of any ARN."""
    role = _read_role(call.params["RoleArn"])
    if role is None:
        who, what = call.principal.arn, call.params["RoleArn"]
        text = f"User: {who} is not authorized to perform: sts:{call.operation} on resource: {what}"
        raise AwsError("AccessDenied", text, 403)
    seconds = call.params.get("DurationSeconds") or 3600
    # Source: STS API reference, AssumeRole: one hour unless the role says more.
    if int(seconds) > int(role.max_session_duration or 3600):
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsError("ValidationError", text, 400)
    return call.forward()


def _read_role(arn: str) -> Any:
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        raise AwsError("ValidationError", f"{arn} is invalid", 400)
    roles = moto.backend("iam", parts[4], "aws").roles.values()
    return next((role for role in roles if role.arn == arn), None)
