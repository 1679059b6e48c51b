"""What an AssumeRole* request asks of a role's trust policy: the actions, the condition keys, and who vouches.

One idea: the trust policy is the role's resource policy, and authorization decides it like any other; here is only what
is peculiar to these requests.
Source: AWS STS API Reference, AssumeRole; IAM User Guide, "Pass session tags in AWS STS", "Monitor and control actions
taken with assumed roles" (source identity), "IAM and AWS STS condition context keys".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bastide.iam.request import Principal as Caller
from bastide.sandbox import federation, moto
from bastide.sandbox.federation import Vouched
from bastide.sandbox.wire import AwsError

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

ASSUMING = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
Keys = Mapping[str, str | tuple[str, ...]]


def read_role(arn: str) -> Any:
    """moto's role, or None when there is no such role. Raises ValidationError when the ARN is none of a role."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/") or not parts[4].isdigit():
        raise AwsError("ValidationError", f"{arn} is invalid")
    roles = moto.backend("iam", parts[4], "aws").roles.values()
    return next((role for role in roles if role.arn == arn), None)


def assume_actions(call: Call) -> tuple[str, ...]:
    """The actions that the role must grant: the operation's own, and those of what the session is to carry.

    A session that carries transitive tags or a source identity needs the permission to pass them on.
    """
    params, session, vouched = call.params, call.principal.session, read_vouched(call)
    passed = params.get("Tags") or (vouched and vouched.tags)
    kept = session and session.transitive_tag_keys
    identity = params.get("SourceIdentity") or (vouched and vouched.source_identity)
    found = [f"sts:{call.operation}"]
    found += ["sts:TagSession"] if passed or kept else []
    found += ["sts:SetSourceIdentity"] if identity or (session and session.source_identity) else []
    found += ["sts:SetContext"] if params.get("ProvidedContexts") else []
    return tuple(found)


def read_vouched(call: Call) -> Vouched | None:
    """What the identity provider says, in the two federated operations. Raises AwsError when it says nothing valid."""
    params = call.params
    if call.operation == "AssumeRoleWithWebIdentity":
        account = params["RoleArn"].split(":")[4:5]
        return federation.read_token(params["WebIdentityToken"], account[0] if account else "", call.at)
    if call.operation == "AssumeRoleWithSAML":
        return federation.read_assertion(params["SAMLAssertion"], params["PrincipalArn"], params["RoleArn"], call.at)
    return None


def assuming(call: Call) -> Caller:
    """The caller of an operation that nobody signs, as policies name it: the provider, or nobody known."""
    vouched = read_vouched(call)
    return Caller(federated=vouched.provider) if vouched else Caller()


def assume_keys(call: Call) -> Keys:
    """Condition keys that an AssumeRole* request has beside those of every request."""
    params, vouched, session = call.params, read_vouched(call), call.principal.session
    tags = dict(vouched.tags) if vouched else {row["Key"]: row["Value"] for row in params.get("Tags") or ()}
    transitive = vouched.transitive if vouched else tuple(params.get("TransitiveTagKeys") or ())
    identity = vouched.source_identity if vouched else params.get("SourceIdentity", "")
    single = {
        "sts:ExternalId": params.get("ExternalId", ""),
        "sts:RoleSessionName": params.get("RoleSessionName", "") or (vouched.name if vouched else ""),
        "sts:SourceIdentity": identity or (session.source_identity if session else ""),
        "sts:DurationSeconds": str(params.get("DurationSeconds") or ""),
    }
    found: dict[str, str | tuple[str, ...]] = {key: value for key, value in single.items() if value}
    found |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    found |= {"aws:TagKeys": tuple(tags)} if tags else {}
    found |= {"sts:TransitiveTagKeys": transitive} if transitive else {}
    role = read_role(params["RoleArn"])
    found |= {f"aws:ResourceTag/{row['Key']}": row["Value"] for row in (role.tags or ())} if role else {}
    if vouched:
        found |= vouched.claims
    if params.get("SerialNumber"):
        found |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    return found


def require_role(call: Call) -> Any:
    """The role of the request. Raises AccessDenied in STS's words when there is none.

    Whether its trust policy lets the caller in has been decided by then.
    """
    arn = call.params["RoleArn"]
    role = read_role(arn)
    if role is not None:
        return role
    if call.operation != "AssumeRole":
        raise AwsError("AccessDenied", f"Not authorized to perform sts:{call.operation}", 403)
    text = f"User: {call.principal.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    raise AwsError("AccessDenied", text, 403)
