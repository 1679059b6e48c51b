"""``bastide iam lint``: what is wrong with policies before anybody attaches them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.iam.lint import LintReport, LintSeverity

GATE_HIT = 1
FORMATS = ("table", "json", "sarif")
NEVER = "never"


def command(
    paths: Annotated[list[Path], typer.Argument(help="Policies in JSON, or folders of them; - reads stdin.")],
    kind: Annotated[
        str,
        typer.Option(help="identity, resource, trust, boundary, session, scp, rcp, endpoint, key; auto: by content."),
    ] = "auto",
    output: Annotated[
        str, typer.Option("-o", "--output", help="table, json or sarif; FORMAT=PATH for a file.")
    ] = "table",
    fail_on: Annotated[
        str,
        typer.Option(help="Exit with 1 on this or worse: error, security-warning, warning, suggestion; or never."),
    ] = "error",
) -> None:
    """Judge policies by grammar, vocabulary, conditions, breadth and redundancy."""
    from bastide.iam.lint import KINDS, LintSeverity, lint_policy
    from bastide.show.reports.formats import parse_outputs, write_text

    _among("kind", kind, ("auto", *KINDS))
    _among("severity", fail_on, (NEVER, *(one.value for one in LintSeverity)))
    (wanted,) = parse_outputs([output], FORMATS)
    reports = [lint_policy(text, kind=kind, where=where) for where, text in _sources(paths)]
    write_text(_rendered(reports, wanted.format), wanted.path)
    if fail_on != NEVER and _hits(reports, LintSeverity(fail_on)):
        raise typer.Exit(GATE_HIT)


def _among(what: str, value: str, known: tuple[str, ...]) -> None:
    from bastide.iam.vocabulary import suggest

    if value not in known:
        raise InputError(f"{value!r} is no {what}", fix=suggest(value, known))


def _hits(reports: list[LintReport], worst: LintSeverity) -> bool:
    return any(issue.severity.rank <= worst.rank for report in reports for issue in report.issues)


def _sources(paths: list[Path]) -> list[tuple[str, bytes]]:
    """(name, bytes) of every policy named, of folders every ``.json`` in them, sorted."""
    found = []
    for path in paths:
        if str(path) == "-":
            found.append(("-", sys.stdin.buffer.read(_limit())))
            continue
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files:
            raise InputError(f"{path} holds no .json file", fix="name the policies")
        found += [(str(file), _bytes(file)) for file in files]
    return found


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_limit())
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", fix="give a policy in JSON, or - for stdin"
        ) from error


def _limit() -> int:
    """One byte more than is read, so that a longer policy is told apart."""
    from bastide.iam.json_text import LIMIT

    return LIMIT + 1


def _rendered(reports: list[LintReport], form: str) -> str:
    if form == "table":
        return "\n".join(_lines(reports))
    from bastide import __version__
    from bastide.iam.lint.sarif import plain, sarif

    value = sarif(reports, __version__) if form == "sarif" else {"policies": [plain(one) for one in reports]}
    return json.dumps(value, indent=2, ensure_ascii=False)


def _lines(reports: list[LintReport]) -> list[str]:
    """Three lines an issue, then what was left out, then the counts."""
    from bastide.iam.lint import LintSeverity
    from bastide.show.reports.report import shown

    lines = []
    for report in reports:
        for issue in report.issues:
            place = issue.position
            where = f"{report.where}:{place.line}:{place.column}" if place.line else report.where
            lines.append(shown(f"{issue.severity}: {issue.message}  [{issue.rule}]"))
            sid = f" ({issue.sid})" if issue.sid else ""
            lines.append(shown(f"  at   {where} {place.pointer}{sid}".rstrip()))
            lines.append(shown(f"  fix  {issue.fix}"))
        lines += [f"note: {report.where}: {note}" for note in report.notes]
    counts = Counter(issue.severity for report in reports for issue in report.issues)
    total = ", ".join(f"{counts[one]} {one}" for one in LintSeverity if counts[one]) or "nothing found"
    kinds = ", ".join(f"{number} {name}" for name, number in sorted(Counter(one.kind for one in reports).items()))
    return [*lines, f"{len(reports)} {'policy' if len(reports) == 1 else 'policies'} ({kinds}): {total}"]
