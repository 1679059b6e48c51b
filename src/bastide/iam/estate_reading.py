"""Policies out of an estate's properties: what they hold, and what of it could not be read.

The one idea: a value that is unknown, or no policy, is noted where a policy was looked for, and never skipped.
Whose policy it is and when it is in force is ``estate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bastide.errors import InputError
from bastide.iam.in_force import Unread
from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument, Unknown, Value
from bastide.model.unknown import unknowns_in


@dataclass
class Gathered:
    """Policies of one holder as they are found, and what could not be read."""

    documents: list[PolicyDocument] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_policy(value: Value, where: str) -> PolicyDocument | Unknown:
    """The policy in a property, text or decoded; Unknown with the reason where it cannot be read."""
    missing = [] if isinstance(value, str) else unknowns_in(value)
    if missing:
        return missing[0]
    if not isinstance(value, Mapping | str):
        return Unknown(f"not a policy: {type(value).__name__}")
    try:
        return parse_policy(value, where=where, positions=False)
    except InputError as error:
        return Unknown(f"not a policy: {error.what}")


def take(policy: PolicyDocument | Unknown | None, what: str, into: Gathered) -> None:
    """Put a policy, or what is unknown of it, where it belongs; None is no policy."""
    if isinstance(policy, Unknown):
        into.unread.append(Unread(what, policy.reason))
    elif policy is not None:
        into.documents.append(policy)


def texts_of(value: Value, into: Gathered, what: str) -> list[str]:
    """Texts in a list; what is unknown is noted."""
    if isinstance(value, Unknown):
        into.unread.append(Unread(what, value.reason))
        return []
    found = value if isinstance(value, list | tuple) else []
    into.unread += [Unread(what, one.reason) for one in found if isinstance(one, Unknown)]
    return [one for one in found if isinstance(one, str)]


def holder_of(arn: str) -> str:
    """The resource that has the policy: the bucket of an object, else the resource itself."""
    return arn.partition("/")[0] if arn.startswith("arn:") and ":s3:::" in arn else arn
