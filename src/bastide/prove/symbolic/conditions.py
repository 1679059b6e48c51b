"""A condition block as Tests, exact or, where a policy variable leaves it open, from above and with a mark.

A test whose variable has no known value becomes two: one that holds at least where it holds, and a *mark*, a pseudo key
that stands for "this very test holds". The same text is the same mark wherever it stands, so a Deny that repeats an
Allow's condition still covers it; whatever is shut out with marks is shut out in truth, and an example with marks is
only a candidate.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators"; "Variables and tags" (which take them).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from bastide.iam.conditions import is_null
from bastide.iam.variables import VARIABLE
from bastide.iam.vocabulary import SETS, operator
from bastide.model.policy import Condition
from bastide.prove.symbolic.constraint import (
    ADDRESS,
    ANYTHING,
    BOOLEANS,
    DATE,
    NOTHING,
    NUMBER,
    SOMETHING,
    Numbers,
    Strings,
    Test,
    Values,
    parse_number,
    present,
)  # fmt: skip
from bastide.prove.symbolic.intervals import NO_NUMBER, Intervals, below, network, point
from bastide.prove.symbolic.pattern import Pattern, arn, exact, glob, with_variables
from bastide.prove.symbolic.tokens import Token, joined

Scope = Mapping[str, str | None]  # keys whose value is known, or known to be absent (None)
EVERYTHING, EMPTY = glob("*"), exact("")


@dataclass(frozen=True, slots=True)
class _Operator:
    every: bool
    some: bool
    if_exists: bool
    negated: bool
    plain: str


def tests_of(condition: Condition, scope: Scope, *, variables: bool = True) -> list[Test]:
    """The tests of a condition block; all have to hold."""
    return [
        test
        for name, tests in condition.items()
        for key, values in tests.items()
        for test in _tests(name, key.lower(), values, scope, variables)
    ]


def mark(*words: object) -> Test:
    """The pseudo test that something holds which is not known."""
    return present(f"@holds {words!r}")


def variables_of(texts: Iterable[str]) -> frozenset[str]:
    """Keys, in lower case, that stand as variables in some texts."""
    return frozenset(
        match["key"].strip().lower()
        for text in texts
        if "${" in text
        for match in VARIABLE.finditer(text)
        if match["key"]
    )


def _tests(name: str, key: str, values: tuple[str, ...], scope: Scope, variables: bool) -> tuple[Test, ...]:
    if is_null(name):
        return (_null(key, values),)
    how = _operator(name)
    upper, lower = _values(how.plain, values, scope, variables)
    found = _test(how, key, upper, lower)
    return (found,) if upper == lower else (found, mark(name.lower(), key, *sorted(values)))


def _test(how: _Operator, key: str, wide: Values, narrow: Values) -> Test:
    """The test with the wide set of values; a negated operator turns the narrow one round."""
    found = narrow.negated() if how.negated else wide
    every = how.every or (how.negated and not how.some)
    present = how.some or not (how.negated or how.every)
    if how.every and isinstance(found, Strings):
        found = _or_empty(found)
    return Test(key, found, every, how.if_exists or not present, how.every or how.some)


def _or_empty(values: Strings) -> Strings:
    """The values and the empty text, which ForAllValues passes over."""
    if values.inside:
        return replace(values, patterns=(*values.patterns, EMPTY))
    kept = (glob("?*") if one.is_everything else one for one in values.patterns if one.tokens)
    return replace(values, patterns=tuple(kept))


def _null(key: str, values: tuple[str, ...]) -> Test:
    asked = {value.lower() for value in values} & {"true", "false"}
    if len(asked) != 1:
        return Test(key, ANYTHING if asked else NOTHING, every=True, absent=bool(asked))
    null = Test(key, SOMETHING.negated(), every=True, absent=True)
    return null if "true" in asked else null.negated


@cache
def _operator(name: str) -> _Operator:
    known = operator(name)
    if known is None:
        raise KeyError(name)
    prefix, colon, rest = known.lower().rpartition(":")
    plain = rest.removesuffix("ifexists")
    negated = "not" in plain
    return _Operator(
        f"{prefix}{colon}" == SETS[0].lower(),
        f"{prefix}{colon}" == SETS[1].lower(),
        rest.endswith("ifexists"),
        negated,
        plain.replace("not", "", 1) if negated else plain,
    )


def _values(plain: str, values: tuple[str, ...], scope: Scope, variables: bool) -> tuple[Values, Values]:
    """What a positive operator accepts, from above and from below."""
    if plain.startswith(("string", "arn")):
        return _strings(plain, values, scope, variables)
    found = _fixed_values(plain, values)
    return found, found


def _strings(plain: str, values: tuple[str, ...], scope: Scope, variables: bool) -> tuple[Strings, Strings]:
    kind = "arn" if plain.startswith("arn") else "glob" if plain == "stringlike" else "exact"
    fold = plain == "stringequalsignorecase"
    upper: list[Pattern] = []
    lower: list[Pattern] = []
    for text in values:
        above, below_ = pattern_bounds(text, kind, scope, fold=fold, variables=variables)
        upper += above
        lower += below_
    return Strings(tuple(upper)), Strings(tuple(lower))


def pattern_bounds(
    text: str, kind: str, scope: Scope, *, fold: bool = False, variables: bool = True
) -> tuple[list[Pattern], list[Pattern]]:
    """The pattern of a text from above and from below; empty where it matches nothing."""
    if "${" not in text or not variables:
        found = arn(text) if kind == "arn" else {"glob": glob, "exact": exact}[kind](text, fold=fold)
        return [found], [found]
    if variables_of((text,)) <= scope.keys():
        known = with_variables(text, kind, scope, fold=fold)
        return ([known], [known]) if known else ([], [])
    # From above, any value may stand for the variable; a literal comparison becomes a pattern for that.
    return [EVERYTHING if kind == "arn" else _widened(text, kind, fold)], []


def _widened(text: str, kind: str, fold: bool) -> Pattern:
    parts, position = [], 0
    for match in VARIABLE.finditer(text):
        parts += [text[position : match.start()], match["literal"] or ""]
        position = match.end()
    parts.append(text[position:])
    tokens: list[Token] = []
    for index, part in enumerate(parts):
        is_text = index % 2 == 0
        tokens += (glob if kind == "glob" and is_text else exact)(part, fold=fold).tokens
        if not is_text and not part:
            tokens += EVERYTHING.tokens
    return Pattern(joined(tokens), text)


def _fixed_values(plain: str, values: tuple[str, ...]) -> Values:
    if plain == "bool":
        held = {value.lower() for value in values}
        return Strings(tuple(exact(one) for one in BOOLEANS if one in held), booleans=True)
    if plain == "binaryequals":
        return Strings(tuple(exact(text) for text in map(_binary, values) if text is not None))
    if plain == "ipaddress":
        return Numbers(ADDRESS, _united(map(network, values)))
    kind = NUMBER if plain.startswith("numeric") else DATE
    return Numbers(kind, _united(_ordered(kind, plain.removeprefix("numeric").removeprefix("date"), v) for v in values))


def _united(sets: Iterable[Intervals]) -> Intervals:
    found = NO_NUMBER
    for each in sets:
        found |= each
    return found


def _ordered(kind: str, compare: str, text: str) -> Intervals:
    number = parse_number(kind, text)
    if number is None:
        return NO_NUMBER
    if compare == "equals":
        return point(number)
    if compare.startswith("lessthan"):
        return below(number, closed=compare.endswith("equals"))
    return ~below(number, closed=not compare.endswith("equals"))


def _binary(text: str) -> str | None:
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode()
    except (binascii.Error, ValueError):
        return None
