"""The few policies of AWS whose text is known here; all others are read from the target, or not known.

AWS's own policies are many and change weekly. What is not known may grant more than is seen, never less, but for the
ones that exist to deny.

Source: AWS Managed Policy Reference Guide, AdministratorAccess (v1, 2015), AWSDenyAll (v1, 2019).
"""

from __future__ import annotations

from functools import cache

from bastide.model import PolicyDocument, Position, Statement

NAME = "arn:aws:iam::aws:policy/"


def is_aws_managed(arn: str) -> bool:
    """Whether a policy is one of AWS's own, in any partition."""
    return arn.split(":")[3:5] == ["", "aws"] and ":policy/" in arn


@cache
def managed_policy(arn: str) -> PolicyDocument | None:
    """The text of one of AWS's policies; None when it is not known here."""
    name = arn.rpartition("/")[2]
    if name == "AdministratorAccess":
        return PolicyDocument((Statement("Allow", action=("*",), resource=("*",), position=Position(name)),))
    if name == "AWSDenyAll":
        return PolicyDocument(
            (Statement("Deny", sid="DenyAll", action=("*",), resource=("*",), position=Position(name)),)
        )
    return None


def may_deny(arn: str) -> bool:
    """Whether one of AWS's policies exists to deny, by its name."""
    return any(word in arn.rpartition("/")[2] for word in ("Deny", "Quarantine"))
