"""Whom a resource policy lets in: is a statement public?

The one idea is S3's and Access Analyzer's: an Allow for everybody is public unless a condition holds the caller to
*fixed* values (an organization, an account, a VPC, a narrow address range). A wildcard, a policy variable, a negated
operator, ``…IfExists`` and ``ForAllValues`` fix nothing. A Deny for everybody that leaves out only such callers
shields as well. It decides no request: that is ``iam.decide``; it asks who could come at all.

Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public";
IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_network

from bastide.iam.wildcards import action_like, like
from bastide.model import Statement
from bastide.model.policy import Condition

# Condition keys (lower case) whose fixed value says who calls, by how a value is fixed.
NAMES = frozenset({
    "aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount", "s3:dataaccesspointaccount",
    "aws:vpceaccount", "aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid", "aws:sourcevpc", "aws:sourcevpce",
    "aws:principalservicename",
})  # fmt: skip
ACCOUNTS = frozenset({"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount"})
OWNERS = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount"})
PATHS = frozenset({"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"})
ARNS = frozenset({"aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn"})
USER_ID = "aws:userid"
SOURCE_IP = "aws:sourceip"
SERVICE_CALL = "aws:principalisawsservice"

POSITIVE = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
NEGATIVE = {
    "stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequals", "stringnotlike": "stringlike",
    "arnnotequals": "arnlike", "arnnotlike": "arnlike", "notipaddress": "ipaddress",
}  # fmt: skip
WILD = re.compile(r"[*?]|\$\{")
MANY = 40  # stands for "any number of characters" when one pattern is compared with another
# S3 takes a range broader than these for public: "The meaning of public".
NARROWEST = {4: 8, 6: 32}


def public(statements: Iterable[Statement]) -> list[int]:
    """Positions of the statements that let the public in, those left out that a Deny of the same policy shields."""
    every = list(statements)
    denies = [statement for statement in every if statement.effect == "Deny"]
    return [
        index
        for index, statement in enumerate(every)
        if is_public(statement) and not any(shields(deny, statement) for deny in denies)
    ]


def is_public(statement: Statement) -> bool:
    """The statement allows something to everybody, and no condition holds the caller to fixed values."""
    return statement.effect == "Allow" and names_everyone(statement) and not limits_caller(statement.condition)


def names_everyone(statement: Statement) -> bool:
    """The principal element takes in everybody: ``*`` in any form, or ``NotPrincipal``, which leaves out only a few."""
    if statement.not_principal is not None:
        return True
    principal = statement.principal or {}
    return any(_is_everyone(value) for kind in ("*", "AWS") for value in principal.get(kind, ()))


def _is_everyone(value: str) -> bool:
    """``*``, or an ARN that leaves the account open (AWS refuses the latter; a template may still hold it)."""
    return value == "*" or (value.count(":") >= 5 and "*" in value.split(":")[4])


def limits_caller(condition: Condition) -> bool:
    """One of the tests holds the caller to fixed values. Tests are joined by AND, so that one is enough."""
    for name, tests in condition.items():
        base = name.lower().removeprefix("foranyvalue:")
        for key, values in tests.items():
            if _fixes(base, key.lower(), values):
                return True
    return False


def _fixes(operator: str, key: str, values: Iterable[str]) -> bool:
    """The test lets pass fixed callers only. An operator with IfExists lets pass who does not carry the key."""
    if operator == "ipaddress":
        return key == SOURCE_IP and _narrow(tuple(values))
    if operator not in POSITIVE:
        return False
    if key in NAMES:
        return not any(map(WILD.search, values))
    if key in PATHS:
        return all(not WILD.search(value.partition("/")[0]) for value in values)
    if key == USER_ID:
        return all(not WILD.search(value.partition(":")[0]) for value in values)
    return key in ARNS and all(map(names_account, values))


def limits_resource(statement: Statement) -> bool:
    """The statement is about resources of fixed owners: by a condition, or because each ARN names its account."""
    for name, tests in statement.condition.items():
        base = name.lower().removeprefix("foranyvalue:")
        for key, values in tests.items():
            fixed = not any(WILD.search(value.partition("/")[0]) for value in values)
            if base in POSITIVE and key.lower() in OWNERS and fixed:
                return True
    return statement.resource is not None and all(map(names_account, statement.resource))


def limits_to_account(statement: Statement, account: str) -> bool:
    """Nobody of another account comes in: each principal is of this one or a service, or a condition says so."""
    if _holds_to(statement.condition, account):
        return True
    if statement.not_principal is not None:
        return False
    principal = statement.principal or {}
    if "*" in principal or principal.get("CanonicalUser"):
        return False
    return all(_account_of(value) in (account, "", "cloudfront") for value in principal.get("AWS", ()))


def _account_of(principal: str) -> str:
    """The account that an AWS principal names; empty for the unique id of a principal that is gone."""
    parts = principal.split(":")
    if len(parts) >= 5:
        return parts[4]
    return "" if re.fullmatch(r"A[A-Z0-9]{15,}", principal) else principal


def _holds_to(condition: Condition, account: str) -> bool:
    """A test lets only callers of one account pass."""
    for name, tests in condition.items():
        base = name.lower().removeprefix("foranyvalue:")
        for key, values in tests.items():
            known = key.lower()
            if base not in POSITIVE:
                continue
            if known in ACCOUNTS and all(value == account for value in values):
                return True
            if known in ("aws:principalarn", "aws:sourcearn") and all(
                _account_of(value) == account for value in values
            ):
                return True
    return False


def names_account(arn: str) -> bool:
    """The ARN pattern fixes one account; for S3, whose ARNs name none, one bucket.

    >>> (
    ...     names_account("arn:aws:sns:*:111122223333:*"),
    ...     names_account("arn:aws:s3:::*"),
    ...     names_account("arn:aws:s3:::logs"),
    ... )
    (True, False, True)
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return not WILD.search(arn)
    if re.fullmatch(r"\d{12}", parts[4]):
        return True
    return parts[2] == "s3" and not WILD.search(parts[5].partition("/")[0])


@lru_cache(maxsize=4096)
def _narrow(values: tuple[str, ...]) -> bool:
    """The address ranges are not so broad, alone or together, that they take in the internet."""
    sizes = {4: 0, 6: 0}
    for value in set(values):
        try:
            network = ip_network(value.strip(), strict=False)
        except ValueError:
            return False
        if network.prefixlen < NARROWEST[network.version]:
            return False
        sizes[network.version] += network.num_addresses
    return sizes[4] < 1 << 30 and sizes[6] < 1 << 126  # a quarter of all addresses


def shields(deny: Statement, allow: Statement) -> bool:
    """The Deny hits everything that the Allow grants, for everybody but callers with fixed values.

    Each test of the Deny must be one that only such callers escape: a negated one on a fixed value, or that the caller
    is no AWS service.
    """
    if deny.effect != "Deny" or not (deny.principal and names_everyone(deny)):
        return False
    if not (covers_actions(deny, allow) and covers_resources(deny, allow)):
        return False
    return all(_spares_fixed(name.lower(), tests) for name, tests in deny.condition.items())


def _spares_fixed(operator: str, tests: Mapping[str, tuple[str, ...]]) -> bool:
    base = operator.removeprefix("forallvalues:").removesuffix("ifexists")
    for key, values in tests.items():
        name = key.lower()
        if base == "bool" and name == SERVICE_CALL and [value.lower() for value in values] == ["false"]:
            continue
        if base not in NEGATIVE or not _fixes(NEGATIVE[base], name, values):
            return False
    return True


def covers_actions(wide: Statement, narrow: Statement) -> bool:
    """Every action of ``narrow`` is one of ``wide``; False where that cannot be seen from the patterns."""
    if narrow.action is None:
        return any(covers(pattern, "*:*", fold=True) for pattern in wide.action or ())
    if wide.action is not None:
        return all(any(covers(pattern, action, fold=True) for pattern in wide.action) for action in narrow.action)
    return not any(overlaps(left, right) for left in wide.not_action or () for right in narrow.action)


def covers_resources(wide: Statement, narrow: Statement) -> bool:
    """Every resource of ``narrow`` is one of ``wide``; statements without a resource are about the same one."""
    if wide.resource is None and wide.not_resource is None:
        return True
    if narrow.resource is None:
        return any(map(is_all_resources, wide.resource or ()))
    return any(map(is_all_resources, wide.resource or ())) or all(
        any(covers(pattern, resource) for pattern in wide.resource or ()) for resource in narrow.resource
    )


@lru_cache(maxsize=65536)
def covers(pattern: str, other: str, *, fold: bool = False) -> bool:
    """Everything that ``other`` matches, ``pattern`` matches as well. Sound; exact for patterns that people write.

    >>> covers("s3:*", "s3:Get*"), covers("s3:Get*", "s3:*"), covers("s3:Put?", "s3:Put*")
    (True, False, False)
    """
    if fold and is_all_actions(other):
        return is_all_actions(pattern)
    short = other.replace("*", "").replace("?", "\ufffe")
    long = other.replace("*", "\uffff" * MANY).replace("?", "\ufffe")
    match = action_like if fold else like
    return match(pattern, long) and match(pattern, short)


@lru_cache(maxsize=65536)
def is_all_actions(pattern: str) -> bool:
    """The pattern takes in every action of every service: ``*``, ``*:*`` and their longer spellings."""
    service, colon, name = pattern.partition(":")
    return "*" in service and set(service) <= {"*", "?"} and (not colon or ("*" in name and set(name) <= {"*", "?"}))


@lru_cache(maxsize=65536)
def is_all_resources(pattern: str) -> bool:
    """The pattern takes in every resource: ``*``, or an ARN with nothing but wildcards behind ``arn`` or the partition.

    >>> [is_all_resources(text) for text in ("*", "arn:aws:*:*:*:*", "arn:aws:*", "arn:aws:s3:::*")]
    [True, True, True, False]
    """
    parts = pattern.split(":")
    if parts[0] == "arn":
        parts = parts[2:] if len(parts) > 1 and (parts[1].startswith("aws") or set(parts[1]) == {"*"}) else parts
        return all(set(part) == {"*"} for part in parts)
    return "*" in pattern and set(pattern) <= {"*", "?"}


@lru_cache(maxsize=16384)
def overlaps(left: str, right: str) -> bool:
    """Some action matches both patterns. Exact: both are walked side by side, case ignored.

    >>> overlaps("s3:Get*", "s3:*Object"), overlaps("s3:Get*", "s3:Put*")
    (True, False)
    """
    first, second = left.lower(), right.lower()
    states, seen = [(0, 0)], set()
    while states:
        at, to = states.pop()
        if (at, to) in seen:
            continue
        seen.add((at, to))
        if at == len(first) and to == len(second):
            return True
        states += _steps(first, at, second, to)
    return False


def _steps(first: str, at: int, second: str, to: int) -> list[tuple[int, int]]:
    """Where two patterns may stand one step further."""
    found = []
    if first[at : at + 1] == "*":
        found += [(at + 1, to), *([(at, to + 1)] if to < len(second) else [])]
    if second[to : to + 1] == "*":
        found += [(at, to + 1), *([(at + 1, to)] if at < len(first) else [])]
    if at < len(first) and to < len(second):
        pair = (first[at], second[to])
        if "*" not in pair and (pair[0] == pair[1] or "?" in pair):
            found.append((at + 1, to + 1))
    return found
