"""Whether a permission of a function lets in everybody, or a service that anybody can have call it.

The one idea: a permission is one statement of the function's policy, and is judged as one. A service acts for whoever
uses it: without a fixed account, organization or source its calls are anybody's. S3's bucket ARNs name no account, and
a bucket's name is free again once it is deleted, so that for S3 only the account or organization counts.

Source: AWS Security Hub User Guide, Lambda.1; AWS Lambda Developer Guide, "Granting function access to AWS services";
IAM User Guide, "The confused deputy problem".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.iam.exposure import is_public, names_account
from bastide.model import PASS, Resource, Statement, Unknown, Value, Verdict, fail, unknown

# Properties of a permission as tests of a condition: operator and key. Source: AWS Lambda API Reference, AddPermission.
TESTS = {
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
}
S3 = "s3.amazonaws.com"
PROPERTIES = ("Principal", *TESTS)


def judge_permission(permission: Resource) -> Verdict:
    """FAIL when nothing fixed limits who may call; UNKNOWN when what is not known could limit it."""
    principal = permission.get("Principal")
    if isinstance(principal, Unknown):
        return unknown(principal, "Principal")
    name = str(principal).strip()
    known, gap = _tests(permission, name == S3)
    if not _open(name, known):
        return PASS
    if gap is not None:
        return unknown(gap[1], gap[0])
    who = "everybody" if name == "*" else f"{name}, whoever it acts for,"
    return fail(f"{who} may call the function", "Principal")


def _open(principal: str, known: Mapping[str, str]) -> bool:
    """Everybody, or a service without a fixed caller."""
    condition: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, value in known.items():
        operator, key = TESTS[name]
        condition.setdefault(operator, {})[key] = (value,)
    if principal.endswith((".amazonaws.com", ".amazon.com", ".amazonaws.com.cn")):
        return not any(_fixed(name, value) for name, value in known.items())
    everyone = Statement(
        "Allow", principal={"AWS": (principal,)}, action=("lambda:InvokeFunction",), condition=condition
    )
    return is_public(everyone)


def _fixed(name: str, value: str) -> bool:
    """A value that one account, organization or source has.

    ARNs of some services name no account (``arn:aws:apigateway:eu-west-1::/apis/a1b2c3``); a whole one is one source.
    """
    whole = bool(value) and not any(mark in value for mark in "*?$")
    return whole or (name == "SourceArn" and names_account(value))


def _tests(permission: Resource, s3: bool) -> tuple[dict[str, str], tuple[str, Unknown] | None]:
    """The tests that are known, and the first that is not."""
    known: dict[str, str] = {}
    gap: tuple[str, Unknown] | None = None
    for name in TESTS:
        value: Value = permission.get(name)
        if value is None or (s3 and name == "SourceArn"):
            continue
        if isinstance(value, Unknown) and value.filled and name == "SourceArn":
            known[name] = "one resource"  # which one is not known, but its ARN has no wildcards
        elif isinstance(value, Unknown):
            gap = gap or (name, value)
        else:
            known[name] = str(value)
    return known, gap
