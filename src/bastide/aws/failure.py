"""What a failed read means to a person: the reason in one line, and the IAM action that was refused."""

from __future__ import annotations

import re
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from bastide.aws.actions import iam_actions
from bastide.aws.handler import DENIED, IN_VAIN, THROTTLED, error_code, forbidden_by
from bastide.errors import BastideError

__all__ = ["BotoCoreError", "ClientError", "Failure", "Refusal", "failure", "refusal"]

# What services answer in a region that the account has not enabled.
# Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions in your account".
NOT_ENABLED = frozenset(
    {
        "AuthFailure",
        "InvalidClientTokenId",
        "InvalidToken",
        "OptInRequired",
        "SubscriptionRequiredException",
        "UnrecognizedClientException",
    }
)
_PERFORM = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")


class Refusal(NamedTuple):
    """Why something could not be read. ``action``: what has to be allowed; ``expected`` is False for our own fault."""

    reason: str
    action: str = ""
    expected: bool = True


def refusal(error: Exception, service: str) -> Refusal:
    """What ``error`` of a read of ``service`` (boto3's name) means."""
    if isinstance(error, ClientError):
        return _answered(error, service)
    if isinstance(error, BastideError):
        return Refusal(error.what)
    if isinstance(error, BotoCoreError):
        return Refusal(f"{service}: {error}")
    if isinstance(error, ResponseParserError):  # of a proxy or an emulator; the page itself helps nobody
        return Refusal(f"{service}: the answer is not one that AWS gives")
    return Refusal(f"Bastide's own fault: {type(error).__name__}: {error}", expected=False)


def _answered(error: ClientError, service: str) -> Refusal:
    code, operation = error_code(error), error.operation_name
    if operation == "AssumeRole":
        return Refusal(f"the account's role cannot be assumed: {code}", "sts:AssumeRole")
    if code in NOT_ENABLED:
        return Refusal(f"{operation}: {code} (is the region enabled in this account?)")
    if code in THROTTLED:
        return Refusal(f"{operation}: {code} {IN_VAIN}")
    if code in DENIED:
        if explicit := forbidden_by(error):
            return Refusal(f"{operation}: {code}{explicit}")
        said = _PERFORM.search(str(error.response.get("Error", {}).get("Message", "")))
        return Refusal(f"{operation}: {code}", said.group(1) if said else iam_actions(service, operation)[0])
    return Refusal(f"{operation}: {code}")


class Failure(NamedTuple):
    """Why a change failed: AWS's code (or our error's class) and what it said."""

    code: str
    message: str


def failure(error: Exception) -> Failure:
    """What ``error`` of a write means."""
    if isinstance(error, ClientError):
        said = error.response.get("Error", {})
        return Failure(str(said.get("Code", "")), f"{error.operation_name}: {said.get('Message', '')}")
    if isinstance(error, BastideError):
        return Failure(type(error).__name__, str(error))
    return Failure(type(error).__name__, str(error))
