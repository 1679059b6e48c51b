"""A plan as people read it: what is created (+), changed (~), replaced (±) and deleted (-), property by property."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from bastide.model import Action, Change, Difference, Plan, Value
from bastide.model.serialize import to_json_value
from bastide.plan.compare import canonical_value, is_policy, sort_key
from bastide.show.reports.report import shown
from bastide.show.reports.terminal import text_of

SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "red"),
    Action.DELETE: ("-", "red"),
}
WIDEST = 100  # characters of a value before it is shortened


def render(plan: Plan, *, details: bool = False) -> str:
    """The plan grouped by account; creates are one line each unless ``details`` asks for their properties."""
    parts: list[RenderableType] = []
    for account, changes in _by_account(plan.changes):
        parts.append(Text(f"{shown(account)}", style="bold"))
        for change in changes:
            parts += _lines(change, details)
    for key, path, reason in plan.uncertain:
        where = f"{key.account} {key.region} {key.type}{' ' + path if path else ''}"
        parts.append(Text(shown(f"? could not compare {where}: {reason.reason}"), style="magenta"))
    return text_of(*parts, Text(summary(plan)))


def summary(plan: Plan) -> str:
    """``Plan: 3 to create, 1 to change …`` or that there is nothing to do."""
    if plan.empty:
        return "No changes: what runs is what the file says."
    counts = Counter(change.action for change in plan.changes)
    words = {Action.CREATE: "create", Action.UPDATE: "change", Action.REPLACE: "replace", Action.DELETE: "delete"}
    parts = [f"{counts[action]} to {word}" for action, word in words.items() if counts[action]]
    open_points = f" {len(plan.uncertain)} could not be compared (the plan is incomplete)." if plan.uncertain else ""
    return f"Plan: {', '.join(parts) or 'no changes'}.{open_points}"


def _by_account(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """Changes by account, accounts in the order in which they first occur."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(f"{change.account_name} ({change.key.account})", []).append(change)
    return list(found.items())


def _lines(change: Change, details: bool) -> Iterator[RenderableType]:
    sign, style = SIGNS[change.action]
    reason = {"declared": "", "undeclared": "  # Bastide made it, and the file no longer says it"}.get(
        change.reason, f"  # {change.reason}"
    )
    name = change.name or change.key.id
    identifier = (
        f" {change.key.id}" if change.name and change.name != change.key.id and change.before is not None else ""
    )
    yield Text.assemble(
        (f"  {sign} ", style),
        shown(f"{change.key.type} {name}{identifier} [{change.key.region}]"),
        (shown(reason), "dim"),
    )
    if change.data_bearing and change.action in (Action.REPLACE, Action.DELETE):
        yield Text(f"      holds data: needs --allow-data-loss {shown(change.key.id)}", style="bold red")
    if change.action in (Action.UPDATE, Action.REPLACE) or details:
        for difference in change.differences:
            yield from _difference(difference)


def _difference(difference: Difference) -> Iterator[Text]:
    if is_policy(difference.before) and is_policy(difference.after):
        yield Text(f"      {difference.path}:")
        yield from _set_lines(_statements(difference.before), _statements(difference.after))
    elif isinstance(difference.before, list) and isinstance(difference.after, list) and difference.before:
        yield Text(f"      {difference.path}:")
        yield from _set_lines(_items(difference.before), _items(difference.after))
    else:
        before = "(absent)" if difference.before is None else short(difference.before)
        text = f"      {difference.path}: {short(difference.after)}"
        yield Text(
            text if difference.before is None else f"      {difference.path}: {before} → {short(difference.after)}"
        )


def _statements(policy: Value) -> list[str]:
    return _items(canonical_value(policy).get("Statement") or [])


def _items(values: Iterable[Value]) -> list[str]:
    return [sort_key(to_json_value(canonical_value(value))) for value in values]


def _set_lines(before: list[str], after: list[str]) -> Iterator[Text]:
    """What only one side has."""
    for text in before:
        if text not in after:
            yield Text(shown(f"        - {text[: WIDEST * 3]}"), style="red")
    for text in after:
        if text not in before:
            yield Text(shown(f"        + {text[: WIDEST * 3]}"), style="green")


def short(value: Value) -> str:
    """A value as JSON on one line, shortened in its middle of nowhere rather than wrapped."""
    text = json.dumps(to_json_value(value), ensure_ascii=False, sort_keys=True)
    return shown(text if len(text) <= WIDEST else f"{text[:WIDEST]}… ({len(text)} characters)")
