"""The rules that STS has for what a session may carry: its length, name, tags, MFA, policies, and what a chain keeps.

One idea: one function a rule, each in AWS's words when it refuses. What a session may do is not decided here.
Source: AWS STS API Reference, AssumeRole; IAM User Guide, "IAM and AWS STS quotas", "Pass session tags in AWS STS".
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError
from bastide.iam import parse_policy
from bastide.sandbox import moto
from bastide.sandbox.principal import Session
from bastide.sandbox.wire import AwsError

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

MAX_POLICY, MAX_POLICY_ARNS, MAX_TAGS = 2048, 10, 50
# How much the packed policies and tags may come to. AWS names a share only; this is our measure of the whole.
PACKED_BYTES = 2048
_NAME = re.compile(r"[\w+=,.@-]*")
_TAG = re.compile(r"[\w\s.:/=+\-@]*")


def _constraint(value: Any, member: str, rule: str) -> AwsError:
    text = (
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
    )
    return AwsError("ValidationError", text)


def check_name(name: str | None, member: str, *, least: int = 2, most: int = 64) -> None:
    """A session's name or source identity, if there is one. Raises ValidationError."""
    if name is None or (name == "" and member == "sourceIdentity"):
        return
    if len(name) > most:
        raise _constraint(name, member, f"have length less than or equal to {most}")
    if len(name) < least:
        raise _constraint(name, member, f"have length greater than or equal to {least}")
    if not _NAME.fullmatch(name, 0) or not name.isascii():
        raise _constraint(name, member, r"satisfy regular expression pattern: [\w+=,.@-]*")


def read_duration(params: Mapping[str, Any], default: int, least: int, most: int) -> int:
    """Seconds that the session is to last. Raises ValidationError outside of what the operation takes."""
    seconds = int(params["DurationSeconds"]) if params.get("DurationSeconds") is not None else default
    if seconds > most:
        raise _constraint(seconds, "durationSeconds", f"have value less than or equal to {most}")
    if seconds < least:
        raise _constraint(seconds, "durationSeconds", f"have value greater than or equal to {least}")
    return seconds


def check_tags(params: Mapping[str, Any]) -> dict[str, str]:
    """The session tags of the request. Raises InvalidParameterValue: keys are told apart regardless of their case."""
    rows = params.get("Tags") or []
    if len(rows) > MAX_TAGS:
        raise _constraint(len(rows), "tags", f"have length less than or equal to {MAX_TAGS}")
    tags = {row["Key"]: row.get("Value", "") for row in rows}
    if len({key.lower() for key in tags}) < len(rows):
        raise AwsError(
            "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or not _TAG.fullmatch(key):
            raise _constraint(key, "tags.member.key", "have length between 1 and 128")
        if len(value) > 256 or not _TAG.fullmatch(value):
            raise _constraint(value, "tags.member.value", "have length less than or equal to 256")
        if key.lower().startswith("aws:"):
            raise AwsError("InvalidParameterValue", "Tag keys cannot start with aws:, which is reserved for AWS.")
    return tags


def inherit(
    caller: Session | None, tags: Mapping[str, str], params: Mapping[str, Any]
) -> tuple[dict[str, str], tuple[str, ...], str]:
    """(tags, transitive keys, source identity) of a role's session: what the chain keeps, and what the request adds.

    Raises:
        AwsError: a tag that the chain keeps is set again, or a source identity that it has is changed.
    """
    chosen = tuple(params.get("TransitiveTagKeys") or ())
    if not {key.lower() for key in chosen} <= {key.lower() for key in tags}:
        text = "The specified transitive tag key must be included in the requested tags."
        raise AwsError("InvalidParameterValue", text)
    identity = params.get("SourceIdentity", "")
    if caller is None:
        return dict(tags), chosen, identity
    kept = {key: caller.tags[key] for key in caller.transitive_tag_keys if key in caller.tags}
    if {key.lower() for key in kept} & {key.lower() for key in tags}:
        text = (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session."
        )
        raise AwsError("InvalidParameterValue", text)
    if caller.source_identity and identity and identity != caller.source_identity:
        raise AwsError("AccessDenied", "The source identity of a session cannot be changed in a role chain.", 403)
    return {**kept, **tags}, (*kept, *chosen), caller.source_identity or identity


def read_mfa(call: Call) -> bool:
    """Whether the caller showed MFA: a device of its own, and six digits (which ones is not checked).

    Raises:
        AwsError: AccessDenied, ValidationError when only one of the two is given.
    """
    serial, code = call.params.get("SerialNumber"), call.params.get("TokenCode")
    if not serial and not code:
        return False
    if not serial or not code:
        raise AwsError("ValidationError", "Both the serial number and the token code must be given for MFA.")
    users = moto.backend("iam", call.principal.account, "aws").users.values()
    user = next((user for user in users if user.arn == call.principal.arn), None)
    if user is None or serial not in user.mfa_devices:
        text = "MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is"
        raise AwsError("AccessDenied", f"{text} valid and associated with this user.", 403)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise AwsError("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", 403)
    return True


def read_policies(call: Call, account: str, tags: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """(inline session policies, ARNs of managed ones, percent of the packed size that they and the tags take).

    Raises:
        AwsError: ValidationError, MalformedPolicyDocument or PackedPolicyTooLarge.
    """
    text = call.params.get("Policy") or ""
    arns = tuple(row["arn"] for row in call.params.get("PolicyArns") or ())
    if len(text) > MAX_POLICY:
        raise _constraint(text, "policy", f"have length less than or equal to {MAX_POLICY}")
    if len(arns) > MAX_POLICY_ARNS:
        raise _constraint(list(arns), "policyArns", f"have length less than or equal to {MAX_POLICY_ARNS}")
    if text:
        _check_policy(text)
    for arn in arns:
        if arn not in moto.backend("iam", account, "aws").managed_policies and not arn.startswith("arn:aws:iam::aws:"):
            raise AwsError("ValidationError", f"{arn} is no policy of the account {account}")
    if not text and not arns and not tags:
        return (), (), 0
    packed = len(zlib.compress(json.dumps([text, arns, dict(tags)]).encode(), 9))
    percent = max(1, round(100 * packed / PACKED_BYTES))
    if percent > 100:
        raise AwsError(
            "PackedPolicyTooLarge", f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        )
    return ((text,) if text else ()), arns, percent


def _check_policy(text: str) -> None:
    try:
        document = parse_policy(text, positions=False)
    except InputError as wrong:
        raise AwsError(
            "MalformedPolicyDocument", f"The policy is not in the valid JSON format: {wrong.what}"
        ) from wrong
    if any(one.principal is not None or one.not_principal is not None for one in document.statements):
        raise AwsError("MalformedPolicyDocument", "Policy document should not specify a principal.")
