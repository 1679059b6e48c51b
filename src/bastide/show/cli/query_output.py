"""Answers as people and programs read them: table, CSV, JSON, JSON lines, Parquet."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.lake.engine import Answer

FORMATS = ("table", "csv", "json", "jsonl", "parquet")
SCHEMA = "bastide.query/1"
WIDEST = 60  # characters of a table's cell


def write_answer(answer: Answer, form: str, path: Path | None) -> int:
    """Write the answer to the file (whole or not at all) or to stdout. The number of rows.

    Raises:
        InputError: the file cannot be written, or Parquet would go to a terminal.
    """
    if form == "parquet" and path is None and sys.stdout.isatty():
        raise InputError("Parquet is not for a terminal", fix="name a file: -o parquet=FILE")
    with _opened(path) as stream:
        if form == "parquet":
            return _write_parquet(answer, stream)
        text = io.TextIOWrapper(stream, "utf-8", errors="replace", newline="", write_through=True)
        try:
            return _WRITERS[form](answer, text)
        finally:
            text.flush()
            text.detach()


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as wrong:
        raise InputError(f"{path} cannot be written: {wrong.strerror}") from wrong
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _write_parquet(answer: Answer, stream: BinaryIO) -> int:
    import pyarrow.parquet

    count = 0
    with pyarrow.parquet.ParquetWriter(stream, answer.schema, compression="zstd") as writer:
        for batch in answer.limited():
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _write_csv(answer: Answer, stream: io.TextIOWrapper) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(answer.columns)
    count = 0
    for row in answer.rows():
        writer.writerow(["" if value is None else _flat(value) for value in row])
        count += 1
    return count


def _write_json(answer: Answer, stream: io.TextIOWrapper) -> int:
    stream.write(f'{{"schema": "{SCHEMA}", "columns": {json.dumps(answer.columns)}, "rows": [')
    count = 0
    for row in answer.rows():
        stream.write((",\n" if count else "\n") + _line(answer.columns, row))
        count += 1
    stream.write(f'\n], "more": {"true" if answer.more else "false"}}}\n')
    return count


def _write_jsonl(answer: Answer, stream: io.TextIOWrapper) -> int:
    count = 0
    for row in answer.rows():
        stream.write(_line(answer.columns, row) + "\n")
        count += 1
    return count


def _line(columns: list[str], row: tuple[Any, ...]) -> str:
    values = {name: _plain(value) for name, value in zip(columns, row, strict=True)}
    return json.dumps(values, ensure_ascii=False)


def _write_table(answer: Answer, stream: io.TextIOWrapper) -> int:
    """Aligned columns; long values are cut, with a mark, only where a person looks. A plan is drawn as it is."""
    if answer.columns == ["explain_key", "explain_value"]:
        return sum(stream.write(f"{value}\n") > 0 for _, value in answer.rows())
    rows = [[_cell(value) for value in row] for row in answer.rows()]
    cut = sys.stdout.isatty()
    shown = [[_shortened(cell) if cut else cell for cell in row] for row in (answer.columns, *rows)]
    widths = [max(len(row[place]) for row in shown) for place in range(len(answer.columns))]
    for number, row in enumerate(shown):
        stream.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
        if number == 0:
            stream.write("  ".join("─" * width for width in widths) + "\n")
    return len(rows)


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json, "jsonl": _write_jsonl}


def _cell(value: Any) -> str:
    """One line without control characters: what a log holds must not move a terminal's cursor."""
    text = "" if value is None else _flat(value)
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _shortened(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _flat(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """The value in JSON's types: times in ISO 8601, UTC."""
    if isinstance(value, datetime):
        aware = value.astimezone(UTC) if value.tzinfo else value
        return aware.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else _span(value)


def _span(value: Any) -> str:
    return f"{value.total_seconds():g} s" if isinstance(value, timedelta) else str(value)
