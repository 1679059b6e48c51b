"""Does one statement say everything that another says?

The one idea: compare element by element, each by pattern inclusion; a condition covers only when its tests are a part
of the other's. Where inclusion needs more than one pattern it is not seen: the answer is then no, which accuses nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bastide.iam.canonical import canonical
from bastide.iam.lint.globs import within
from bastide.model import PolicyDocument, Statement

MOST_PAIRS = 40_000  # pairs of statements that are compared in one policy
MOST_VALUES = 400_000  # pairs of values
Group = dict[str, list[str]]


def within_any(values: tuple[str, ...], outer: tuple[str, ...], *, lower: bool = False) -> bool:
    """Whether every value lies within one of the outer patterns."""
    wide = tuple(one.lower() for one in outer) if lower else outer
    return all(any(within(value.lower() if lower else value, one) for one in wide) for value in values)


def covers(wide: Statement, narrow: Statement, *, effects: bool = True) -> bool:
    """Whether ``wide`` applies wherever ``narrow`` does; with ``effects`` they must also have the same one."""
    if effects and wide.effect != narrow.effect:
        return False
    return (
        _listed(wide.action, wide.not_action, narrow.action, narrow.not_action, lower=True)
        and _listed(wide.resource, wide.not_resource, narrow.resource, narrow.not_resource, lower=False)
        and _principals(wide, narrow)
        and _condition(wide, narrow)
    )


def _listed(
    wide: tuple[str, ...] | None,
    wide_not: tuple[str, ...] | None,
    narrow: tuple[str, ...] | None,
    narrow_not: tuple[str, ...] | None,
    *,
    lower: bool,
) -> bool:
    if wide is None and wide_not is None:
        return narrow is None and narrow_not is None
    if wide is not None and "*" in wide:
        return True
    if wide is not None and narrow is not None:
        return within_any(narrow, wide, lower=lower)
    if wide_not is not None and narrow_not is not None:
        return within_any(wide_not, narrow_not, lower=lower)
    return False


def _principals(wide: Statement, narrow: Statement) -> bool:
    if wide.not_principal is not None or narrow.not_principal is not None:
        return wide.not_principal == narrow.not_principal and wide.principal == narrow.principal
    if wide.principal is None or narrow.principal is None:
        return wide.principal is None and narrow.principal is None
    if "*" in wide.principal or "*" in wide.principal.get("AWS", ()):
        return True
    return all(set(values) <= set(wide.principal.get(kind, ())) for kind, values in narrow.principal.items())


def _condition(wide: Statement, narrow: Statement) -> bool:
    """Every test of the wide one is one of the narrow one, values and all."""
    if not wide.condition:
        return True
    return bool(narrow.condition) and _tests(wide) <= _tests(narrow)


def _tests(statement: Statement) -> frozenset[str]:
    bare = Statement("Deny", action=("*",), resource=("*",), condition=statement.condition)
    (form,) = canonical(PolicyDocument((bare,)))["Statement"]
    return frozenset(
        f"{operator}|{key}|{values}" for operator, keys in form["Condition"].items() for key, values in keys.items()
    )


def pairs(statements: tuple[Statement, ...]) -> Iterator[tuple[Statement, Statement]]:
    """(one, other) of statements that could cover each other, by the services that they name; bounded."""
    by_service: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(statements):
        for name in _services(one):
            by_service[name].append(number)
    everywhere = set(by_service.pop("*", ()))
    left, values = MOST_PAIRS, MOST_VALUES
    for number, narrow in enumerate(statements):
        if not narrow.action and not narrow.not_action:
            continue
        names = _services(narrow)
        near = set(by_service.get(names[0], ())) if names[0] != "*" else set()
        for other in sorted(near | everywhere):
            if other == number:
                continue
            left -= 1
            values -= _weight(narrow) * _weight(statements[other])
            if left < 0 or values < 0:
                return
            yield statements[other], narrow


def _services(statement: Statement) -> list[str]:
    if statement.action is None:
        return ["*"]
    names = {one.lower().partition(":")[0] for one in statement.action}
    return ["*"] if any("*" in name or "?" in name for name in names) else sorted(names)


def _weight(statement: Statement) -> int:
    return 1 + len(statement.action or ()) + len(statement.resource or ())
