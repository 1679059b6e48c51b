"""The words of the policy language: element names, principal types, condition operators.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

DOCUMENT = ("Version", "Id", "Statement")
STATEMENT = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
VERSIONS = ("2012-10-17", "2008-10-17")
SETS = ("ForAllValues:", "ForAnyValue:")
NULL = "Null"
PLAIN = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
    "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
    "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
    "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike",
)  # fmt: skip
OPERATORS: dict[str, str] = {
    f"{prefix}{name}{suffix}".lower(): f"{prefix}{name}{suffix}"
    for prefix in ("", *SETS)
    for name in (*PLAIN, NULL)
    for suffix in ("", "IfExists")
    if name != NULL or not suffix  # IfExists is not valid on Null
}


@cache
def operator(name: str) -> str | None:
    """The documented spelling of a condition operator, whatever its case; None when there is no such operator."""
    return OPERATORS.get(name.lower())


def suggest(word: str, known: Iterable[str]) -> str:
    """``did you mean X?`` for the nearest known word, ignoring case, or the list of what is known."""
    names = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {names[near[0]]}?"
    return f"known: {', '.join(names.values())}" if len(names) <= 12 else ""


@cache
def negated(name: str) -> bool:
    """Whether an operator is a negated one, which is true where its key is absent."""
    return "not" in name.lower().rpartition(":")[2]
