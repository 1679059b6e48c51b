"""The few policies of AWS whose text never changes; all others are read when an account is (``iam_aws_policies``).

AWS's own policies are many and change weekly. What was not read may grant more than is seen, never less, but for the
ones that exist to deny.

Source: AWS Managed Policy Reference Guide, AdministratorAccess (v1, 2015), AWSDenyAll (v1, 2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bastide.model import Estate, PolicyDocument, Position, Statement, Unknown, Value

OF_AWS = "Bastide::IAM::AwsManagedPolicies"  # the type under which an account's are kept


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


def texts_of_aws(estate: Estate) -> dict[str, Value]:
    """Texts of AWS's own policies by ARN, as far as they were read in any account: they are the same in all."""
    listed = [resource.get("Policies") for resource in estate.of_type(OF_AWS)]
    return {
        str(one.get("PolicyArn")): one.get("PolicyDocument")
        for policies in listed
        for one in (policies if isinstance(policies, list | tuple) else ())
        if isinstance(one, Mapping) and not isinstance(one.get("PolicyDocument"), Unknown)
    }
