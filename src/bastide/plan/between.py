"""What changed between two observations of one estate.

The one idea: neither side is the wish of anybody, so every property counts, both ways. Only what both observations
looked at is compared, and only with values that both could read; nothing is concluded from silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bastide.model import Action, Change, Difference, Estate, Properties, Unknown, Value
from bastide.plan.compare import canonical_value

Place = tuple[str, str, str]  # type, account, region


def between(
    before: Estate,
    after: Estate,
    places: Collection[Place],
    asked: Mapping[str, Collection[str] | None] | None = None,
) -> tuple[Change, ...]:
    """Creations, updates and deletions from one observation to the next, by resource key.

    ``places``: those that both listed completely. ``asked``: top-level properties that both asked for, by type; types
    that are not named, and None, mean all.
    """
    found: list[Change] = []
    for key in sorted({*before.by_key, *after.by_key}):
        if (key.type, key.account, key.region) not in places:
            continue
        old, new = before.by_key.get(key), after.by_key.get(key)
        if old is None or new is None:
            action = Action.CREATE if old is None else Action.DELETE
            was, is_ = old.properties if old else None, new.properties if new else None
            found.append(Change(action, key, was, is_, account_name=after.account_name(key.account), reason="observed"))
            continue
        only = (asked or {}).get(key.type)
        differences = tuple(_differences(old.properties, new.properties, only))
        if differences:
            found.append(Change(Action.UPDATE, key, old.properties, new.properties, differences, reason="observed",
                                account_name=after.account_name(key.account)))  # fmt: skip
    return tuple(found)


def _differences(old: Properties, new: Properties, only: Collection[str] | None) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        if only is None or name in only:
            yield from _walk(name, old.get(name), new.get(name))


def _walk(path: str, old: Value, new: Value) -> Iterator[Difference]:
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and "Statement" not in old:
        for name in sorted({*old, *new}):
            yield from _walk(f"{path}.{name}", old.get(name), new.get(name))
    elif canonical_value(old) != canonical_value(new):
        yield Difference(path, old, new)
