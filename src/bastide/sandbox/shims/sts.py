"""STS: who am I, and temporary credentials of every kind. moto: gives them to anybody, of any role, the same twice.

One idea: an operation checks its own rules (duration, chaining, tags, MFA) and leaves a `Principal` with its `Session`
with the front. Whether the caller may ask, and whether the role trusts it, authorization has decided by then.
Source: AWS STS API Reference; IAM User Guide, "Compare AWS STS credentials", "Methods to assume a role".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bastide.sandbox import moto, trust
from bastide.sandbox.call import Call
from bastide.sandbox.federation import Vouched
from bastide.sandbox.principal import Principal, PrincipalType, Session
from bastide.sandbox.session_rules import check_name, check_tags, inherit, read_duration, read_mfa, read_policies
from bastide.sandbox.shims import Answer, owner, shim
from bastide.sandbox.shims.organizations import management_account, tree
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.wire import AwsError

HOUR, DAY = 3600, 86400
ROOT_TASKS = "arn:aws:iam::aws:policy/root-task/"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@owner("sts")
def role_owner(call: Call) -> str:
    """The role's account, for calls that nobody signed."""
    named = str(call.params.get("RoleArn", "")).split(":") if not call.principal.access_key else []
    return named[4] if len(named) == 6 and named[4].isdigit() else call.account


@shim("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Answer:
    """The principal that the front knows the access key by."""
    principal = call.principal
    if not principal.access_key:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


@shim("sts", "GetAccessKeyInfo")
def get_access_key_info(call: Call) -> Answer:
    """The account of a key, in force or not. moto: says the caller's own for keys that it does not know."""
    found = call.front.sessions.read(call.params["AccessKeyId"])
    if found is None:
        raise AwsError("ValidationError", "The specified access key is not valid")
    return {"Account": found.account}


@shim("sts", "AssumeRole")
def assume_role(call: Call) -> Answer:
    """A session of a role that trusts the caller, for an hour unless the role says more, in a chain never more."""
    params, caller = call.params, call.principal
    check_name(params["RoleSessionName"], "roleSessionName")
    check_name(params.get("SourceIdentity"), "sourceIdentity")
    if caller.type == "Root":
        raise AwsError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    tags = check_tags(params)
    mfa = read_mfa(call)
    seconds = read_duration(params, HOUR, 900, 12 * HOUR)
    role = trust.require_role(call)
    chained = caller.session is not None and caller.type == "AssumedRole"
    if chained and seconds > HOUR:
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise AwsError("ValidationError", text)
    _check_longest(role, seconds)
    policies, arns, packed = read_policies(call, role.account_id, tags)
    tags, transitive, identity = inherit(caller.session, tags, params)
    session = Session(
        call.at, call.at + timedelta(seconds=seconds), role.arn, role.id, params["RoleSessionName"], policies, arns,
        tags, transitive, identity, mfa, chained,
    )  # fmt: skip
    return _assumed(call, role, session, packed)


def _check_longest(role: Any, seconds: int) -> None:
    # Source: STS API reference, AssumeRole, DurationSeconds.
    if seconds > int(role.max_session_duration or HOUR):
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsError("ValidationError", text)


def _assumed(call: Call, role: Any, session: Session, packed: int) -> dict[str, Any]:
    arn = f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{session.name}"
    user_id = f"{role.id}:{session.name}"
    role.last_used, role.last_used_region = call.at.replace(tzinfo=None), call.region
    answer: dict[str, Any] = {
        "Credentials": _issue(call, role.account_id, arn, user_id, "AssumedRole", session),
        "AssumedRoleUser": {"AssumedRoleId": user_id, "Arn": arn},
    }
    answer |= {"PackedPolicySize": packed} if packed else {}
    return answer | ({"SourceIdentity": session.source_identity} if session.source_identity else {})


def _issue(call: Call, account: str, arn: str, user_id: str, kind: PrincipalType, session: Session) -> dict[str, Any]:
    """New credentials, which the front knows from now on."""
    key = "ASIA" + moto.random_text(_LETTERS, 16)
    token = "IQoJb3JpZ2luX2Vj" + moto.random_text(_BASE64, 240)
    secret = moto.random_text(_BASE64, 40)
    call.front.sessions.add(Principal(account, arn, user_id, key, kind, session), secret, token)
    return {
        "AccessKeyId": key,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": session.expires_at,
    }


@shim("sts", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
def assume_role_with_federation(call: Call) -> Answer:
    """A session of a role that trusts the provider and its claims. The call is not signed."""
    params = call.params
    vouched = trust.read_vouched(call)
    if vouched is None:  # both operations have a provider
        raise call.not_implemented()
    name = params.get("RoleSessionName") or vouched.name
    check_name(name, "roleSessionName")
    check_name(vouched.source_identity, "sourceIdentity")
    seconds = read_duration(params, HOUR, 900, 12 * HOUR)
    role = trust.require_role(call)
    _check_longest(role, seconds)
    seconds = min(seconds, vouched.seconds or seconds)
    policies, arns, packed = read_policies(call, role.account_id, vouched.tags)
    session = Session(
        call.at, call.at + timedelta(seconds=seconds), role.arn, role.id, name, policies, arns, vouched.tags,
        vouched.transitive, vouched.source_identity, provider=vouched.provider, claims=_flat(vouched),
    )  # fmt: skip
    answer = _assumed(call, role, session, packed)
    if call.operation == "AssumeRoleWithSAML":
        answer |= {
            "Subject": vouched.subject,
            "SubjectType": vouched.subject_type,
            "Issuer": vouched.issuer,
            "NameQualifier": vouched.claims["saml:namequalifier"],
        }
    else:
        answer |= {"SubjectFromWebIdentityToken": vouched.subject, "Provider": vouched.provider}
    return answer | {"Audience": vouched.audience}


def _flat(vouched: Vouched) -> dict[str, str]:
    """The claims that have one value: those alone are in the context of later requests."""
    return {key: value for key, value in vouched.claims.items() if isinstance(value, str)}


@shim("sts", "GetSessionToken")
def get_session_token(call: Call) -> Answer:
    """The user again, for a while, with MFA when it was shown. moto: gives everybody the same key."""
    caller = _long_term(call)
    longest = HOUR if caller.type == "Root" else 36 * HOUR
    seconds = read_duration(call.params, min(longest, 12 * HOUR), 900, longest)
    session = Session(call.at, call.at + timedelta(seconds=seconds), caller.arn, caller.user_id, mfa=read_mfa(call))
    return {"Credentials": _issue(call, caller.account, caller.arn, caller.user_id, caller.type, session)}


@shim("sts", "GetFederationToken")
def get_federation_token(call: Call) -> Answer:
    """A federated user, with what session policies and the user's own policies both allow."""
    caller, params = _long_term(call), call.params
    check_name(params["Name"], "name", most=32)
    longest = HOUR if caller.type == "Root" else 36 * HOUR
    seconds = read_duration(params, min(longest, 12 * HOUR), 900, longest)
    tags = check_tags(params)
    policies, arns, packed = read_policies(call, caller.account, tags)
    session = Session(
        call.at, call.at + timedelta(seconds=seconds), caller.arn, caller.user_id, params["Name"], policies, arns, tags
    )
    arn = f"arn:aws:sts::{caller.account}:federated-user/{params['Name']}"
    user_id = f"{caller.account}:{params['Name']}"
    answer = {
        "Credentials": _issue(call, caller.account, arn, user_id, "FederatedUser", session),
        "FederatedUser": {"FederatedUserId": user_id, "Arn": arn},
    }
    return answer | ({"PackedPolicySize": packed} if packed else {})


def _long_term(call: Call) -> Principal:
    """The caller. Raises AccessDenied for one with temporary credentials."""
    if call.principal.type not in ("IAMUser", "Root") or call.principal.session is not None:
        raise AwsError("AccessDenied", f"Cannot call {call.operation} with session credentials", 403)
    return call.principal


@shim("sts", "AssumeRoot")
def assume_root(call: Call) -> Answer:
    """The root user of a member, for a quarter of an hour and one task. moto: has none.

    Source: AWS STS API Reference, AssumeRoot; IAM User Guide, "Perform a privileged task on an AWS Organizations member
    account".
    """
    account = call.params["TargetPrincipal"].removeprefix("arn:aws:iam::").removesuffix(":root")
    task = call.params["TaskPolicyArn"]["arn"]
    seconds = read_duration(call.params, 900, 0, 900)
    _check_central_root(call, account)
    try:
        call.invoke("GetPolicy", {"PolicyArn": task}, service="iam", region="us-east-1")
    except AwsError as missing:
        raise AwsError("ValidationError", f"{task} is no task policy") from missing
    if not task.startswith(ROOT_TASKS):
        raise AwsError("ValidationError", f"{task} is no task policy")
    arn = f"arn:aws:iam::{account}:root"
    identity = call.principal.session.source_identity if call.principal.session else ""
    session = Session(
        call.at, call.at + timedelta(seconds=seconds), arn, account, policy_arns=(task,), source_identity=identity
    )
    answer = {"Credentials": _issue(call, account, arn, account, "Root", session)}
    return answer | ({"SourceIdentity": identity} if identity else {})


def _check_central_root(call: Call, account: str) -> None:
    text = f"User: {call.principal.arn} is not authorized to perform: sts:AssumeRoot on resource:"
    denied = AwsError("AccessDenied", f"{text} arn:aws:iam::{account}:root", 403)
    try:
        members = {found.id for found in tree(call).accounts} - {management_account(call)}
        allowed = {management_account(call), delegated(call, "iam.amazonaws.com")}
    except AwsError as alone:
        raise denied from alone
    features = call.as_service("iam", call.account, call.region).organization_store.get("features", [])
    if call.account not in allowed or account not in members or "RootSessions" not in features:
        raise denied
