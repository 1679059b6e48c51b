"""Whether the condition block of a statement holds for a request.

Operators must all hold, keys within one must all hold, one value of a key is enough; a negated operator holds when no
value matches. An absent key fails a positive operator, satisfies a negated one and every ``IfExists``.

A key with several values under an operator without a set prefix is not documented by AWS: here one matching value is
enough for a positive operator, and a negated one needs all of them to differ.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multi-valued keys".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from ipaddress import ip_address, ip_network

from bastide.iam.variables import literal, marked, resolve
from bastide.iam.vocabulary import NULL, SETS, operator
from bastide.iam.wildcards import arn_like, like
from bastide.model.policy import Condition

Values = tuple[str, ...]
Matcher = Callable[[str, str], bool]  # (value in the policy, value in the request)


@dataclass(frozen=True, slots=True)
class _Operator:
    """An operator taken apart: set prefix, whether negated, whether an absent key is enough, and how values match."""

    prefix: str
    negated: bool
    if_exists: bool
    matcher: Matcher
    variables: bool


def holds(condition: Condition, keys: Mapping[str, Values], *, variables: bool = True) -> bool:
    """Whether every test holds; ``keys`` are in lower case, ``variables`` is off for policies before 2012-10-17."""
    return all(
        satisfied(name, values, keys.get(key.lower(), ()), keys, variables=variables)
        for name, tests in condition.items()
        for key, values in tests.items()
    )


def satisfied(name: str, wanted: Values, found: Values, keys: Mapping[str, Values], *, variables: bool = True) -> bool:
    """Whether one operator holds for one key: ``wanted`` stands in the policy, ``found`` in the request."""
    if name.lower() == NULL.lower():
        return any(value.lower() == ("false" if found else "true") for value in wanted)
    how = _operator(name)
    if not found:
        return _absent(how)
    patterns: list[str | None] = [resolve(one, keys) for one in wanted] if how.variables and variables else [*wanted]
    known = [one for one in patterns if one is not None]  # a variable without a value equals nothing

    def satisfies(value: str) -> bool:
        return any(how.matcher(one, value) for one in known) != how.negated

    every = how.prefix == SETS[0].lower() or (not how.prefix and how.negated)
    return all(map(satisfies, found)) if every else any(map(satisfies, found))


def _absent(how: _Operator) -> bool:
    if how.if_exists or how.prefix == SETS[0].lower():
        return True
    return how.negated and not how.prefix


@cache
def _operator(name: str) -> _Operator:
    known = operator(name)
    if known is None:
        raise KeyError(name)
    prefix, colon, rest = known.lower().rpartition(":")
    if_exists = rest.endswith("ifexists")
    plain = rest.removesuffix("ifexists")
    positive = plain.replace("not", "", 1) if "not" in plain else plain
    family = positive[:6] if positive.startswith("string") else positive[:3]
    return _Operator(prefix + colon, "not" in plain, if_exists, MATCHERS[positive], family in ("string", "arn"))


def _equals(wanted: str, found: str) -> bool:
    return literal(wanted) == literal(found)


def _equals_ignoring_case(wanted: str, found: str) -> bool:
    return literal(wanted).lower() == literal(found).lower()


def _like(wanted: str, found: str) -> bool:
    return like(wanted, marked(wanted, found))


def _arn(wanted: str, found: str) -> bool:
    return arn_like(wanted, marked(wanted, found))


def _bool(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower()


def _binary(wanted: str, found: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(found, validate=True)
    except (binascii.Error, ValueError):
        return False


def _address(wanted: str, found: str) -> bool:
    try:
        return ip_address(found) in ip_network(wanted, strict=False)
    except ValueError:
        return False


def _ordered(parse: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]) -> Matcher:
    """A matcher of numbers: what is no number matches nothing."""

    def match(wanted: str, found: str) -> bool:
        right, left = parse(wanted), parse(found)
        return right is not None and left is not None and compare(left, right)

    return match


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _time(text: str) -> Decimal | None:
    """Seconds since 1970; a date without a zone is UTC."""
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Decimal(str((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "equals": lambda left, right: left == right,
    "lessthan": lambda left, right: left < right,
    "lessthanequals": lambda left, right: left <= right,
    "greaterthan": lambda left, right: left > right,
    "greaterthanequals": lambda left, right: left >= right,
}
MATCHERS: Mapping[str, Matcher] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignoring_case,
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _address,
    **{f"numeric{name}": _ordered(_number, compare) for name, compare in ORDER.items()},
    **{f"date{name}": _ordered(_time, compare) for name, compare in ORDER.items()},
}
