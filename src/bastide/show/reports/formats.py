"""Which formats there are, and where each goes: ``-o FORMAT[=PATH]``, as often as one likes."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bastide.errors import InputError
from bastide.show.reports import (
    findings_asff,
    findings_code_scanning,
    findings_config,
    findings_csv,
    findings_github,
    findings_html,
    findings_json,
    findings_jsonl,
    findings_junit,
    findings_markdown,
    findings_ocsf,
    findings_sarif,
    findings_table,
)
from bastide.show.reports.report import Report

FORMATS: dict[str, Callable[[Report], str]] = {
    "table": findings_table.render,
    "json": findings_json.render,
    "jsonl": findings_jsonl.render,
    "html": findings_html.render,
    "sarif": findings_sarif.render,
    "code-scanning": findings_code_scanning.render,
    "ocsf": findings_ocsf.render,
    "csv": findings_csv.render,
    "asff": findings_asff.render,
    "config": findings_config.render,
    "junit": findings_junit.render,
    "github": findings_github.render,
    "markdown": findings_markdown.render,
}


class Output(NamedTuple):
    """One wanted format, and the file that it goes to (None for stdout)."""

    format: str
    path: Path | None


def parse_outputs(texts: Sequence[str], known: Sequence[str]) -> list[Output]:
    """Outputs from ``FORMAT`` or ``FORMAT=PATH``.

    Raises:
        InputError: an unknown format, two formats for stdout, or a path whose folder does not exist.
    """
    outputs = [_output(text, known) for text in texts]
    if sum(output.path is None for output in outputs) > 1:
        raise InputError("two formats cannot share stdout", fix="write all but one to files: -o html=report.html")
    return outputs


def _output(text: str, known: Sequence[str]) -> Output:
    name, _, path = text.partition("=")
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        fix = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
        raise InputError(f"{name!r} is not a format", fix=fix)
    if path and not Path(path).parent.is_dir():
        raise InputError(f"the folder of {path} does not exist", fix="make it first")
    return Output(name, Path(path) if path else None)


def write(report: Report, outputs: Sequence[Output]) -> None:
    """Render each format into its file (written whole or not at all) or to stdout.

    Raises:
        InputError: a file cannot be written.
    """
    placed = replace(report, folder=str(Path.cwd()))
    for output in outputs:
        write_text(FORMATS[output.format](placed), output.path)


def write_text(text: str, path: Path | None) -> None:
    """Text into a file, whole or not at all, or to stdout.

    Raises:
        InputError: the file, or stdout, cannot be written.
    """
    written = text.encode("utf-8", "replace")  # JSON from AWS can hold half a surrogate pair, UTF-8 cannot
    if path is None:
        try:
            sys.stdout.write(written.decode() if text.endswith("\n") else written.decode() + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            raise  # the reader has seen enough
        except OSError as error:
            raise InputError(f"stdout cannot be written: {error.strerror}") from error
        return
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            path.write_bytes(written)  # a pipe or a device, whose place nothing must take
        else:
            _replace(path.resolve(), written)  # what a link leads to, not the link
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def _replace(path: Path, written: bytes) -> None:
    """Put a whole file where there may be another."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(written)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
