"""DuckDB in this process, over the wanted files and nothing else.

One idea: views on the files are made first, then the door is shut: no file but those, no network, no extension, no
Python variable, no setting that opens it again. A question that got past the SQL guard finds nothing to open.

Source: DuckDB documentation, "Securing DuckDB" (enable_external_access, allowed_paths, lock_configuration).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow

from bastide.errors import IncompleteError, InputError
from bastide.lake.convert import connect
from bastide.lake.engine.answer import Answer
from bastide.lake.engine.source import Source, arrow_rows
from bastide.lake.table import SQL_TYPES, Column

T = TypeVar("T")
BATCH = 20_000
SPILL_MB = 20_000
_LOCKS = (
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "allow_community_extensions = false",
    "allow_unsigned_extensions = false",
    "python_enable_replacements = false",
    "enable_external_access = false",
    "lock_configuration = true",
)
# The same meaning as get_json_object and json_extract_scalar: null, not an error, where the text is no JSON.
_MACROS = "CREATE MACRO json_text(j, p) AS TRY(json_extract_string(j, p))"


class Duck:
    """A locked DuckDB with a view for each source. Use it as a context: closing it removes what was spilled to disk."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        views: Mapping[str, str] | None = None,
        threads: int = 0,
        memory_mb: int = 0,
    ) -> None:
        """Open and lock. `views` are SELECTs of our own over the sources, by name.

        `threads` and `memory_mb` default to all cores and half of the machine's memory.
        """
        self.spill = Path(tempfile.mkdtemp(prefix="bastide-query-"))
        self._connection = connect(threads or os.cpu_count() or 1, memory_mb or _half_of_memory(), self.spill)
        run = self._connection.execute
        run(f"SET preserve_insertion_order = true; SET max_temp_directory_size = '{SPILL_MB}MB'")
        run(_MACROS)
        for source in sources:
            self._show(source)
        for name, select in (views or {}).items():
            run(f"CREATE VIEW {_name(name)} AS {select}")
        files = ", ".join(sorted({_quoted(file) for source in sources for file in source.files}))
        run(f"SET allowed_paths = [{files}]")
        for lock in _LOCKS:
            run(f"SET {lock}")

    def __enter__(self) -> Duck:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self._connection.close()
        shutil.rmtree(self.spill, ignore_errors=True)

    def _show(self, source: Source) -> None:
        """A view on a source's files, or a table of its rows."""
        name = _name(source.name)
        if source.files:
            self._connection.execute(f"CREATE VIEW {name} AS {render_view(source)}")
            return
        self._connection.register("bastide_rows", arrow_rows(source))
        columns = ", ".join(f"{_name(one.name)}::{SQL_TYPES[one.type]} AS {_name(one.name)}" for one in source.columns)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM bastide_rows")
        self._connection.unregister("bastide_rows")

    def run(self, sql: str, *, seconds: float = 0, limit: int = 0, where: str = "query") -> Answer:
        """The answer to a question. It is given up after `seconds` (0: never), and by Ctrl-C at once.

        Raises:
            InputError: the question has no meaning over these tables.
            IncompleteError: it took too long, or more memory and disk than there is.
        """
        clock = _Deadline(self._connection, seconds, where)

        def begin() -> Any:
            return self._connection.sql(sql).to_arrow_reader(BATCH)

        reader = clock.guarded(begin)

        def batches() -> Iterator[pyarrow.RecordBatch]:
            while (batch := clock.guarded(lambda: next(reader, None))) is not None:
                yield batch

        return Answer(reader.schema, batches(), limit)


class _Deadline:
    """Runs DuckDB's calls aside, so that Ctrl-C and the time limit reach them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float, where: str) -> None:
        self._connection = connection
        self._seconds = seconds
        self._end = time.monotonic() + (seconds or float("inf"))
        self._where = where

    def guarded(self, call: Callable[[], T]) -> T:
        found: list[T] = []
        failed: list[BaseException] = []
        # Not Thread.join: Ctrl-C inside it makes Python 3.11 take a running thread for an ended one.
        over = threading.Event()

        def work() -> None:
            try:
                found.append(call())
            except BaseException as wrong:  # noqa: BLE001 - raised again below, in the caller's thread
                failed.append(wrong)
            finally:
                over.set()

        if self._late(threading.Thread(target=work, daemon=True), over):
            raise IncompleteError(
                f"the query was given up after {self._seconds:g} seconds",
                self._where,
                "ask for less (--since, --account), or allow more (--timeout)",
            )
        if failed:
            raise _explained(failed[0], self._where) from failed[0]
        return found[0]

    def _late(self, thread: threading.Thread, over: threading.Event) -> bool:
        """Start the call and wait for it; whether the time ran out first. Ctrl-C stops DuckDB and goes on up."""
        try:
            thread.start()
            while not over.wait(0.05):
                if time.monotonic() >= self._end:
                    self._stop(over)
                    return True
        except KeyboardInterrupt:
            self._stop(over)
            raise
        return False

    def _stop(self, over: threading.Event) -> None:
        while not over.wait(0.05):
            self._connection.interrupt()


def _explained(wrong: BaseException, where: str) -> BaseException:
    text = str(wrong).partition("\n\nLINE")[0].strip()
    if isinstance(wrong, duckdb.OutOfMemoryException):
        fix = "ask for less (--since, --account), or group before sorting"
        return IncompleteError("the query needs more memory than there is", where, fix)
    if isinstance(wrong, duckdb.IOException | duckdb.HTTPException):
        return IncompleteError(
            f"a file of the lake cannot be read: {text.partition(chr(10))[0]}", where, "run it again"
        )
    if isinstance(wrong, duckdb.Error):
        text = text.partition(" Error: ")[2] or text
        return InputError(text.replace("\n", " "), where, "bastide query 'DESCRIBE table' lists the columns of a table")
    return wrong


def render_view(source: Source) -> str:
    """The SELECT over a source's files that gives exactly its declared columns and the rows of its span."""
    files = ", ".join(_quoted(file) for file in source.files)
    merged = ", union_by_name = true" if source.merged else ""
    columns = ", ".join(_column(column, source) for column in source.columns)
    query = f"SELECT {columns} FROM read_parquet([{files}], hive_partitioning = false{merged})"
    parts = []
    if source.time and source.span.since:
        parts.append(f"{_name(source.time)} >= TIMESTAMPTZ '{source.span.since.isoformat()}'")
    if source.time and source.span.until:
        parts.append(f"{_name(source.time)} < TIMESTAMPTZ '{source.span.until.isoformat()}'")
    if source.span.accounts:
        parts.append(f"account IN ({', '.join(_quoted(account) for account in source.span.accounts)})")
    if selection := source.span.selection(source.name):
        parts.append(f"({selection})")
    return f"{query} WHERE {' AND '.join(parts)}" if parts else query


def _column(column: Column, source: Source) -> str:
    known = not source.stored or column.name in source.stored
    return _name(column.name) if known else f"CAST(NULL AS {SQL_TYPES[column.type]}) AS {_name(column.name)}"


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2_000_000


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
