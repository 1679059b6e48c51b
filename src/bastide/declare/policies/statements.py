"""What the builders share: the frame of a policy, and the one pattern of principals that platform policies exempt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Policy = dict[str, Any]
Statement = dict[str, Any]

# The pipeline in every account: a path, and the role that AWS makes with an account. platform-roles-protect holds both.
PIPELINE = ("arn:*:iam::*:role/bastide/*", "arn:*:iam::*:role/OrganizationAccountAccessRole")


def policy(*statements: Statement) -> Policy:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, principal: Any, action: Iterable[str] | str, resource: Any, condition: dict[str, Any] | None = None
) -> Statement:
    """An Allow; ``condition`` may be left out only where the principal is named one by one."""
    return _statement(sid, "Allow", principal, action, resource, condition)


def deny(sid: str, action: Iterable[str] | str, resource: Any, condition: dict[str, Any] | None = None) -> Statement:
    """A Deny for everybody."""
    return _statement(sid, "Deny", "*", action, resource, condition)


def service(name: str) -> dict[str, str]:
    """An AWS service as principal."""
    return {"Service": f"{name}.amazonaws.com"}


def _statement(
    sid: str, effect: str, principal: Any, action: Iterable[str] | str, resource: Any, condition: dict[str, Any] | None
) -> Statement:
    actions = action if isinstance(action, str) else list(action)
    found = {"Sid": sid, "Effect": effect, "Principal": principal, "Action": actions, "Resource": resource}
    return found | ({"Condition": condition} if condition else {})
