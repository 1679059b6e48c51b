"""Writes ``docs/reference`` from the rule files: ``python -m bastide.show.reference [--check] DIR``.

The one idea: what a rule's own file says is the documentation; nobody writes it a second time. Pages are the same for
the same code, so ``--check`` can compare them (exit code 1 names the stale ones). It explains no concepts: those pages
are written by hand.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bastide.iam.lint import lint_reference
from bastide.show.markdown import code, page, table
from bastide.show.reference_file import architecture

HELP_WIDTH = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` say which are stale. Exit code: 0, or 1 when some are."""
    parser = argparse.ArgumentParser(prog="python -m bastide.show.reference")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page is stale")
    parser.add_argument("folder", type=Path, metavar="DIR")
    options = parser.parse_args(arguments)
    pages = {f"{name}.md": text() for name, text in PAGES.items()}
    if options.check:
        return _check(options.folder, pages)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (options.folder / name).write_text(text, encoding="utf-8")
    return 0


def _check(folder: Path, pages: dict[str, str]) -> int:
    stale = [name for name, text in pages.items() if _written(folder / name) != text]
    unknown = sorted(path.name for path in folder.glob("*.md") if path.name not in pages)
    for name in stale:
        print(f"error: {folder / name} is stale\n  fix  make docs", file=sys.stderr)
    for name in unknown:
        print(f"error: {folder / name} is made by nothing\n  fix  remove it", file=sys.stderr)
    return 1 if stale or unknown else 0


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def controls() -> str:
    """Every control by service: what it judges, who asks for it, how it is mended."""
    from bastide.controls import all_controls

    def service(control: Any) -> str:
        return str(control.module.split(".")[2])

    found = sorted(all_controls(), key=lambda one: (service(one), one.id))
    blocks = []
    for name, group in groupby(found, service):
        blocks.append(f"## {name}")
        for one in group:
            rule = f", Config rule `{one.config_rule}`" if one.config_rule else ""
            heal = "`bastide plan --heal` proposes the repair." if one.heal is not None else ""
            reads = f" Reads {code(one.reads)}." if one.reads else ""
            blocks.append(
                f"### {one.id}\n\n**{one.title}** · {one.severity} · judges `{one.resource_type}`{_looked_at(one)}."
                f"{reads}\n\nMaps to {', '.join(one.maps_to)}{rule}.\n\n{_parameters(one)}"
                f"Mend: {one.remediation} {heal}".rstrip()
                + f"\n\nSource: {one.source}."
            )
    by_severity = Counter(str(one.severity) for one in found)
    numbers = ", ".join(
        f"{by_severity[name]} {name}" for name in ("critical", "high", "medium", "low") if by_severity[name]
    )
    return page("Controls", f"{len(found)} controls: {numbers}. Each is one file in `src/bastide/controls`.", *blocks)


def _looked_at(control: Any) -> str:
    """The properties that a control reads, as part of a sentence."""
    return f" by {code(control.properties)}" if control.properties else ""


def _parameters(control: Any) -> str:
    """A paragraph of the parameters of a control; empty when it has none."""
    told = (f"`{one.name}` ({one.kind}, {'not set' if one.default is None else json.dumps(one.default)})"
            + (f": {one.about}" if one.about else "") for one in control.parameters)  # fmt: skip
    text = "; ".join(told)
    return f"Parameters: {text}.\n\n" if text else ""


def standards() -> str:
    """Every standard: its requirements, the controls that each rests on, and what is not covered or manual."""
    from bastide.controls import all_controls
    from bastide.standards import all_standards, coverage

    blocks = []
    for one in all_standards().values():
        rows = []
        for each in coverage(one, all_controls()):
            words = [f"not covered: {', '.join(each.missing)}"] if each.missing else []
            words += [f"by hand: {each.requirement.manual}"] if each.requirement.manual else []
            controls = code([control.id for control in each.controls])
            rows.append((each.requirement.id, each.requirement.title, controls, "; ".join(words)))
        about = f"`{one.slug}`; mapping of {one.date}. Source: {one.source}."
        blocks.append(f"## {one.title}\n\n{about}\n\n" + table(("requirement", "is", "controls", "else"), rows))
    intro = (
        "`bastide assess --standard SLUG` judges by one of them. Titles are our own. See [standards](../standards.md)."
    )
    return page("Standards", intro, *blocks)


def guardrails() -> str:
    """Every guardrail: intent, level, what it denies and still allows."""
    from bastide.prove.guardrail import CHOSEN, SCP, all_guardrails

    found = all_guardrails()
    rows = [
        (f"[{one.name}](#{one.name})", "SCP" if one.kind == SCP else "RCP", one.default, one.intent)
        for one in found.values()
    ]
    blocks = []
    for one in found.values():
        denied, allowed = (sum(claim.denied is wanted for claim in one.claims) for wanted in (True, False))
        parameters = [(f"`{p.name}`", p.about, json.dumps(p.default)) for p in one.parameters.values()]
        level = f"On from level `{one.default}`" if one.default != CHOSEN else "On where it is named"
        claims = f"{denied} claims of what it denies, {allowed} of what it leaves allowed"
        blocks.append(
            f"### {one.name}\n\n{one.intent} {one.rationale}\n\n{level}; {claims}. Maps to {', '.join(one.maps_to)}."
            f"\n\nSource: {one.source}."
        )
        blocks.append(table(("parameter", "is", "default"), parameters) if parameters else "")
        blocks.append(f"```json\n{json.dumps(list(one.statements), indent=1)}\n```")
    intro = f"{len(found)} guardrails, each one file in `src/bastide/prove/guardrails`. `<<name>>` is a parameter."
    return page("Guardrails", intro, table(("guardrail", "kind", "level", "intent"), rows), *blocks)


def handlers() -> str:
    """Every resource type that can be read and changed, and what tells two resources of it apart."""
    from bastide.aws.registry import kinds
    from bastide.controls import all_controls

    judged = Counter(control.resource_type for control in all_controls())
    rows = [
        (f"`{one.type}`", one.scope, code(one.identified_by) or "one a place", code(sorted(one.create_only)),
         "yes" if one.data_bearing else "", judged[one.type] or "")
        for one in kinds().values()
    ]  # fmt: skip
    heads = ("type", "lives in", "identified by", "changing these replaces it", "holds data", "controls")
    intro = "`bastide iam deployer-policy` and `reader-policy` print the IAM actions that they need."
    return page("Handlers", f"{len(rows)} resource types. {intro}", table(heads, rows))


def commands() -> str:
    """The help of every command, as the terminal shows it."""
    from bastide.show.cli.main import COMMANDS, help_text

    blocks = [f"```text\n{help_text()}\n```"]
    for name in COMMANDS:
        blocks.append(f"## bastide {name}")
        blocks += [f"```text\n{text}\n```" for text in helps(name)]
    return page("Commands", "What `bastide COMMAND --help` prints.", *blocks)


def helps(name: str) -> list[str]:
    """The help of a command, then of each of its own commands."""
    import click
    import typer

    module = importlib.import_module(f"bastide.show.cli.{name}")
    app = module.command
    if not isinstance(app, typer.Typer):
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command()(module.command)
    root = typer.main.get_command(app)
    found: list[tuple[str, Any]] = [(f"bastide {name}", root)]
    found += [(f"bastide {name} {sub}", command) for sub, command in getattr(root, "commands", {}).items()]
    return [
        command.get_help(
            click.Context(command, info_name=path, max_content_width=HELP_WIDTH, terminal_width=HELP_WIDTH)
        )
        for path, command in found
    ]


def coverage() -> str:
    """The sandbox's operations: how many are real, shimmed and refused, and which are shimmed."""
    from bastide.sandbox import coverage as covered

    operations = covered.coverage()
    rows = []
    for name, group in groupby(operations, lambda one: one.service):
        members = list(group)
        count = Counter(one.kind for one in members)
        shimmed = [one.operation for one in members if one.kind == "shimmed"]
        rows.append((name, count["real"], count["shimmed"], count["refused"], ", ".join(shimmed)))
    intro = "Real: moto has code for it. Shimmed: ours. Refused: answered `NotImplementedInSandbox`."
    return page("Sandbox coverage", intro, table(("service", "real", "shimmed", "refused", "shimmed operations"), rows))


def attacks() -> str:
    """Every attack technique by tactic: its story, its ids, what stops it or why nothing does."""
    from bastide.attack import Prevented, all_techniques
    from bastide.attack.matrix import advice
    from bastide.prove.guardrail import all_guardrails

    library = frozenset(all_guardrails())
    found = [script.technique for script in all_techniques()]
    blocks = []
    for tactic, group in groupby(found, lambda one: one.tactic):
        blocks.append(f"## {tactic}")
        for one in group:
            wanted = one.expected
            if isinstance(wanted, Prevented):
                ends = f"Prevented by {' or '.join(f'[{name}](guardrails.md#{name})' for name in wanted.by)}."
            else:
                ends = f"Recorded, not prevented: {advice(wanted, library)}."
            blocks.append(
                f"### {one.id}\n\n**{one.title}** · {', '.join(one.mitre)}\n\n{one.story}\n\n{ends}\n\n"
                f"AWS's detectors: {'; '.join(one.detectors)}.\n\nSource: {one.source}."
            )
    stopped = sum(isinstance(one.expected, Prevented) for one in found)
    intro = f"{len(found)} techniques, each one file in `src/bastide/attack/techniques`. A strict landing zone prevents"
    return page("Attack techniques", f"{intro} {stopped}; the rest leaves a record.", *blocks)


def tables() -> str:
    """Every table of the lake: the kinds of log that fill it, how it is laid out, its columns."""
    from bastide.ingest.kinds import walk
    from bastide.lake.table import read_tables

    found = read_tables()
    blocks = []
    for name, one in found.items():
        kinds = code(kind.name for kind in walk() if kind.table == name) or "none yet"
        blocks.append(
            f"## {name}\n\n{one.about} Filled by: {kinds}. Partitioned by the day of `{one.time}` and by `account`, "
            f"sorted by {code(one.sort)}; doubles are told by {code(one.identity) or 'nothing'}.\n\n"
            f"Source: {one.source}."
        )
        rows = ((f"`{column.name}`", column.type, column.about) for column in one.columns)
        blocks.append(table(("column", "type", "meaning"), rows))
    intro = (
        f"{len(found)} tables, each one file in `src/bastide/lake/tables`. A `json` column is JSON text; times are UTC."
    )
    return page("Tables of the lake", intro, *blocks)


def queries() -> str:
    """The lake's named queries by category: what they find, and their parameters."""
    from bastide.lake.query import read_queries
    from bastide.lake.query.library import CATEGORIES

    blocks = []
    for category in CATEGORIES:
        blocks.append(f"## {category.capitalize()}")
        for one in (query for query in read_queries().values() if query.category == category):
            ids = f" · {', '.join(one.attack)}" if one.attack else ""
            rows = [(f"`{p.name}`", p.type, p.default or "—", p.about) for p in one.parameters.values()]
            asked = "\n\n" + table(("parameter", "type", "default", "meaning"), rows) if rows else ""
            blocks.append(f"### {one.name}\n\n**{one.title}**{ids}\n\n{one.description}{asked}")
    intro = f"{len(read_queries())} queries, each one file in `src/bastide/lake/queries`: `bastide query NAME`."
    return page("Queries of the lake", intro, *blocks)


PAGES: dict[str, Callable[[], str]] = {
    "lint": lint_reference,
    "architecture": architecture,
    "attacks": attacks,
    "cli": commands,
    "controls": controls,
    "guardrails": guardrails,
    "handlers": handlers,
    "queries": queries,
    "sandbox-coverage": coverage,
    "standards": standards,
    "tables": tables,
}

if __name__ == "__main__":
    raise SystemExit(main())
