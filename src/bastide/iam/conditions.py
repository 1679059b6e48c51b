"""Whether the condition block of a statement holds for a request.

Operators must all hold, keys within one must all hold, one value of a key is enough; a negated operator holds when no
value matches. An absent key fails a positive operator, satisfies a negated one and every ``IfExists``. A variable
without a value equals nothing: a positive operator fails, a negated one holds.

An empty text is a null data set to ``Null`` and ``ForAllValues``, and a text like any other to all other operators.

A key with several values under an operator without a set prefix is not documented by AWS: here one matching value is
enough for a positive operator, and a negated one needs all of them to differ. ``holds`` is the definition; ``test`` is
the same, made ready once.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multi-valued keys".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from ipaddress import ip_address
from itertools import takewhile

from bastide.iam.addresses import network, within_networks
from bastide.iam.quantities import ORDER, number, seconds
from bastide.iam.variables import Keys, Template, fill, has_variables, plain, template
from bastide.iam.vocabulary import NULL, SETS, operator
from bastide.iam.wildcards import ARN_PARTS, Item, Wild, items, match_items, matcher_of
from bastide.model.policy import Condition

Values = tuple[str, ...]
Pattern = tuple[Item, ...]  # a value in the policy, its variables filled in
Matcher = Callable[[Pattern, str], bool]  # (value in the policy, value in the request)
Test = Callable[[Keys], bool]
EVERY = SETS[0].lower()
LOOKED_UP = frozenset({"stringequals", "stringequalsignorecase", "bool"})


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator taken apart: set prefix, whether negated, whether an absent key is enough, and how values match."""

    name: str  # without prefix, negation and IfExists, in lower case
    prefix: str
    negated: bool
    if_exists: bool
    matcher: Matcher
    variables: bool

    @property
    def holds_without_key(self) -> bool:
        """Whether an absent key satisfies it."""
        if self.if_exists or self.prefix == EVERY:
            return True
        return self.negated and not self.prefix

    @property
    def needs_every_value(self) -> bool:
        """Whether all values of the request have to satisfy it, or one is enough."""
        return self.prefix == EVERY or (not self.prefix and self.negated)


def holds(condition: Condition, keys: Keys, *, variables: bool = True) -> bool:
    """Whether every test holds; ``keys`` are in lower case, ``variables`` is off for policies before 2012-10-17."""
    return all(
        satisfied(name, values, keys.get(key.lower(), ()), keys, variables=variables)
        for name, tests in condition.items()
        for key, values in tests.items()
    )


def satisfied(name: str, wanted: Values, found: Values, keys: Keys, *, variables: bool = True) -> bool:
    """Whether one operator holds for one key: ``wanted`` stands in the policy, ``found`` in the request."""
    if is_null(name):
        return any(value.lower() == ("false" if any(found) else "true") for value in wanted)
    how = operator_named(name)
    if how.prefix == EVERY:
        found = tuple(filter(None, found))
    if not found:
        return how.holds_without_key
    patterns = [fill(one, keys) for one in _templates(how, wanted, variables)]
    known = [one for one in patterns if one is not None]  # a variable without a value equals nothing

    def satisfies(value: str) -> bool:
        return any(how.matcher(one, value) for one in known) != how.negated

    return all(map(satisfies, found)) if how.needs_every_value else any(map(satisfies, found))


def test(condition: Condition, *, variables: bool = True) -> Test | None:
    """``holds`` as a function of the keys alone; None for a condition that always holds.

    Raises:
        InputError: a value holds a variable that is none.
    """
    return all_of([one for _, one in tests_by_key(condition, variables=variables)])


def tests_by_key(condition: Condition, *, variables: bool = True) -> tuple[tuple[str, Test], ...]:
    """The tests of a condition block, each with its key in lower case; all have to hold. Raises as ``test``."""
    return tuple(
        (key.lower(), _test(name, key.lower(), values, variables))
        for name, tests in sorted(condition.items(), key=_cost)
        for key, values in tests.items()
    )


def all_of(tests: Sequence[Test]) -> Test | None:
    """Several tests as one; None for none."""
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda keys: first(keys) and second(keys)

    def hold(keys: Keys) -> bool:
        for one in tests:  # noqa: SIM110  (loops here cost half of all(…), at every decision)
            if not one(keys):
                return False
        return True

    return hold


def _cost(tested: tuple[str, Mapping[str, Values]]) -> bool:
    """Whether a test does more than look values up: all have to hold, so those that only do are asked first."""
    name = tested[0]
    return not is_null(name) and operator_named(name).name not in LOOKED_UP


def imprecise(condition: Condition, keys: Keys) -> list[str]:
    """Keys with several values under an operator without set prefix: what AWS does then is not documented."""
    return sorted({
        key
        for name, tests in condition.items()
        if not name.lower().startswith(tuple(one.lower() for one in SETS)) and not is_null(name)
        for key in tests
        if len(keys.get(key.lower(), ())) > 1
    })  # fmt: skip


def _test(name: str, key: str, wanted: Values, variables: bool) -> Test:
    if is_null(name):
        when = {value.lower() for value in wanted}
        absent, present = "true" in when, "false" in when
        return _null(key, present, absent)
    how = operator_named(name)
    templates = _templates(how, wanted, variables)
    if any(map(has_variables, templates)):
        return _filled(how, key, templates)
    return _static(how, key, [fill(one, {}) or () for one in templates])


def _null(key: str, present: bool, absent: bool) -> Test:
    """``Null``: what holds where the key has a value that is not empty, and where it has none."""

    def hold(keys: Keys) -> bool:
        found = keys.get(key)
        return present if found and any(found) else absent

    return hold


def _static(how: Operator, key: str, patterns: Sequence[Pattern]) -> Test:
    """A test whose policy values never change: one look-up, and one call for each value of the request."""
    matches = _any_of(how, patterns)
    if not how.prefix:
        return _plain_static(how, key, matches)
    negated, without, every = how.negated, how.holds_without_key, how.needs_every_value
    skips_empty = how.prefix == EVERY

    def hold(keys: Keys) -> bool:
        found = keys.get(key)
        if not found or (skips_empty and not any(found)):
            return without
        if len(found) == 1:
            return matches(found[0]) != negated
        satisfied_by = (matches(value) != negated for value in found if value or not skips_empty)
        return all(satisfied_by) if every else any(satisfied_by)

    return hold


def _plain_static(how: Operator, key: str, matches: Callable[[str], bool]) -> Test:
    """``_static`` for an operator without set prefix, which most are: a negated one holds when no value matches."""
    negated, without = how.negated, how.holds_without_key
    listed = getattr(matches, "__self__", None)  # the values themselves, where they are only looked up
    if isinstance(listed, frozenset):
        return _looked_up(key, listed, negated, without)

    def hold(keys: Keys) -> bool:
        found = keys.get(key)
        if not found:
            return without
        if len(found) == 1:
            return matches(found[0]) is not negated
        return any(map(matches, found)) is not negated

    return hold


def _looked_up(key: str, listed: frozenset[str], negated: bool, without: bool) -> Test:
    """``_plain_static`` where values are only looked up: no call for each."""

    def hold(keys: Keys) -> bool:
        found = keys.get(key)
        if not found:
            return without
        if len(found) == 1:
            return (found[0] in listed) is not negated
        return listed.isdisjoint(found) is negated

    return hold


def _filled(how: Operator, key: str, templates: Sequence[Template]) -> Test:
    """``satisfied`` where values of the policy hold variables: the templates are taken apart beforehand."""
    matcher, negated, without, every = how.matcher, how.negated, how.holds_without_key, how.needs_every_value
    skips_empty = how.prefix == EVERY

    def hold(keys: Keys) -> bool:
        found: Iterable[str] = keys.get(key, ())
        if skips_empty:
            found = tuple(filter(None, found))
        if not found:
            return without
        known = [one for parts in templates if (one := fill(parts, keys)) is not None]
        satisfied_by = (any(matcher(one, value) for one in known) != negated for value in found)
        return all(satisfied_by) if every else any(satisfied_by)

    return hold


def _any_of(how: Operator, patterns: Sequence[Pattern]) -> Callable[[str], bool]:
    """Whether one value of the request matches any of the policy's, all that can be done before being done."""
    if how.name == "stringequals" or (how.name == "stringlike" and not any(map(_is_wild, patterns))):
        return frozenset(map(plain, patterns)).__contains__
    if how.name in ("bool", "stringequalsignorecase"):
        wanted = frozenset(plain(pattern).lower() for pattern in patterns)
        known = wanted & {"true", "false"} if how.name == "bool" else wanted
        return lambda value: value.lower() in known
    if how.name == "ipaddress":
        return within_networks([found for pattern in patterns if (found := network(plain(pattern))) is not None])
    ready = [_ready(how, pattern) for pattern in patterns]
    if len(ready) == 1:
        return ready[0]

    def matches(value: str) -> bool:
        for match in ready:  # noqa: SIM110
            if match(value):
                return True
        return False

    return matches


def _ready(how: Operator, pattern: Pattern) -> Callable[[str], bool]:
    if how.name == "stringlike":
        return matcher_of(pattern)
    if how.name.startswith("arn"):
        return _arn_matcher(pattern)
    return partial(how.matcher, (plain(pattern),))


def _arn_matcher(pattern: Pattern) -> Callable[[str], bool]:
    """``_arn`` for one pattern: the parts that hold a wildcard made ready, the others compared."""
    patterns = _split(pattern)
    if len(patterns) != ARN_PARTS:
        return partial(_arn, pattern)
    asked = [(place, matcher_of(part)) for place, part in enumerate(patterns) if part != [Wild.ANY]]
    asked.reverse()  # the last part differs most
    start = "".join(str(item) for item in takewhile(lambda item: not isinstance(item, Wild), pattern))
    last = [str(item) for item in takewhile(lambda item: not isinstance(item, Wild), reversed(pattern))]
    end = "".join(reversed(last))

    def match(value: str) -> bool:
        if not value.endswith(end) or not value.startswith(start):
            return False
        parts = value.split(":", ARN_PARTS - 1)
        if len(parts) != ARN_PARTS:
            return _arn(pattern, value)
        for place, matches in asked:  # noqa: SIM110
            if not matches(parts[place]):
                return False
        return True

    return match


def _is_wild(pattern: Pattern) -> bool:
    return any(isinstance(item, Wild) for item in pattern)


def is_null(name: str) -> bool:
    """Whether an operator asks only if the key is there; a set prefix changes nothing about that."""
    return name.lower().rpartition(":")[2] == NULL.lower()


def _templates(how: Operator, wanted: Iterable[str], variables: bool) -> list[Template]:
    return [template(one) if how.variables and variables else items(one) for one in wanted]


@cache
def operator_named(name: str) -> Operator:
    """The operator taken apart.

    Raises:
        KeyError: there is no such operator, or it is ``Null``, which compares nothing.
    """
    known = operator(name)
    if known is None:
        raise KeyError(name)
    prefix, colon, rest = known.lower().rpartition(":")
    if_exists = rest.endswith("ifexists")
    base = rest.removesuffix("ifexists")
    positive = base.replace("not", "", 1) if "not" in base else base
    variables = positive.startswith(("string", "arn"))
    return Operator(positive, prefix + colon, "not" in base, if_exists, MATCHERS[positive], variables)


def _equals(wanted: Pattern, found: str) -> bool:
    return plain(wanted) == found


def _equals_ignoring_case(wanted: Pattern, found: str) -> bool:
    return plain(wanted).lower() == found.lower()


def _like(wanted: Pattern, found: str) -> bool:
    return match_items(wanted, found)


def _arn(wanted: Pattern, found: str) -> bool:
    """Part by part; what is no ARN matches itself and ``*`` alone."""
    patterns, parts = _split(wanted), found.split(":", ARN_PARTS - 1)
    if len(patterns) != ARN_PARTS or len(parts) != ARN_PARTS:
        return wanted == (Wild.ANY,) or (plain(wanted) == found and not _is_wild(wanted))
    return all(map(match_items, patterns, parts))


def _split(pattern: Pattern) -> list[list[Item]]:
    """The pattern at its first five colons."""
    parts: list[list[Item]] = [[]]
    for item in pattern:
        if isinstance(item, Wild):
            parts[-1].append(item)
            continue
        first, *others = item.split(":", ARN_PARTS - len(parts)) if len(parts) < ARN_PARTS else [item]
        parts[-1].append(first)
        parts += [[other] for other in others]
    return parts


def _bool(wanted: Pattern, found: str) -> bool:
    return plain(wanted).lower() == found.lower() and found.lower() in ("true", "false")


def _binary(wanted: Pattern, found: str) -> bool:
    try:
        return base64.b64decode(plain(wanted), validate=True) == base64.b64decode(found, validate=True)
    except (binascii.Error, ValueError):
        return False


def _address(wanted: Pattern, found: str) -> bool:
    listed = network(plain(wanted))
    try:
        return listed is not None and ip_address(found) in listed
    except ValueError:
        return False


def _ordered(parse: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]) -> Matcher:
    """A matcher of numbers: what is no number matches nothing."""

    def match(wanted: Pattern, found: str) -> bool:
        right, left = parse(plain(wanted)), parse(found)
        return right is not None and left is not None and compare(left, right)

    return match


MATCHERS: Mapping[str, Matcher] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignoring_case,
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _address,
    **{f"numeric{name}": _ordered(number, compare) for name, compare in ORDER.items()},
    **{f"date{name}": _ordered(seconds, compare) for name, compare in ORDER.items()},
}
