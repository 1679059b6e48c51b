"""One batch of files into Parquet files, in a process of its own.

One idea: a batch is a pure function of the files' bytes: read, inflate, hash, tell the kind, parse, write. It
touches nothing but its own folder, so that a batch that is killed is simply thrown away. A file that cannot be taken is
named with the reason and does not hold up the others.
"""

from __future__ import annotations

import gc
import hashlib
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bastide.errors import IncompleteError
from bastide.ingest.encoding import unmarked
from bastide.ingest.inflate import LIMIT, InflateError, inflate
from bastide.ingest.kinds import HEAD, Gathering, Kind, NotThisKindError, Rendered, detect
from bastide.ingest.source import Item
from bastide.lake import convert, parquet
from bastide.lake.parquet import Written
from bastide.lake.table import read_tables

DIGEST = "cloudtrail-digest"
_DIGEST_MARKS = (b'"digestStartTime"', b'"digestEndTime"', b'"digestS3Object"')


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker does: `paths` holds each item's bytes; Parquet goes under `out`, scratch files under `scratch`.

    `now`: aware UTC; what is much later is flagged. `memory_mb` bounds DuckDB, `limit` is in bytes, inflated. `part`
    begins the files' names when a batch is done piece by piece.
    """

    batch: str
    items: tuple[Item, ...]
    paths: tuple[Path, ...]
    out: Path
    scratch: Path
    now: datetime
    memory_mb: int = 700
    limit: int = LIMIT
    part: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that was taken, or (`reason`) was not: `kind` is empty when nobody knew it.

    `left`: it is a digest file, which holds no events and is for `bastide trail verify`.
    """

    item: Item
    kind: str = ""
    table: str = ""
    rows: int = 0
    odd: int = 0
    bytes: int = 0
    sha256: str = ""
    reason: str = ""
    left: bool = False


@dataclass(slots=True)
class Outcome:
    """A batch's end: what became of each item, and the Parquet files by kind."""

    batch: str
    taken: list[Taken] = field(default_factory=list)
    written: dict[str, list[Written]] = field(default_factory=dict)


def perform(job: Job) -> Outcome:
    """Do the batch. Raises IncompleteError when the disk is full."""
    gc.disable()  # the records of a file are many and none is part of a cycle
    try:
        job.scratch.mkdir(parents=True, exist_ok=True)
        return _perform(job)
    except OSError as wrong:
        raise IncompleteError(
            f"a batch could not be written: {wrong.strerror or wrong}", str(job.out), "make room and run again"
        ) from wrong
    finally:
        gc.enable()


def _perform(job: Job) -> Outcome:
    """The batch at once; when its rows cannot be converted, file by file, so that only the bad one is refused."""
    batch = _Batch(job)
    try:
        for item, path in zip(job.items, job.paths, strict=True):
            batch.outcome.taken.append(batch.take(item, path))
        batch.write()
        return batch.outcome
    except (convert.NotConvertedError, OverflowError) as wrong:
        if len(job.items) == 1:
            return Outcome(job.batch, [Taken(job.items[0], reason=f"its rows do not fit the table: {wrong}")])
    finally:
        batch.close()
    for folder in job.out.glob(f"*/{job.batch}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    outcome = Outcome(job.batch)
    for number, (item, path) in enumerate(zip(job.items, job.paths, strict=True)):
        alone = _perform(replace(job, part=f"{number}-", items=(item,), paths=(path,)))
        outcome.taken += alone.taken
        for kind, written in alone.written.items():
            outcome.written.setdefault(kind, []).extend(written)
    return outcome


class _Batch:
    """The rows of a batch while they are gathered."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.outcome = Outcome(job.batch)
        self._gathered: dict[str, tuple[Kind, Gathering]] = {}
        self._lines: dict[str, tuple[Kind, Path]] = {}

    def take(self, item: Item, path: Path) -> Taken:
        """Gather an item's rows."""
        try:
            stored = path.read_bytes()
        except OSError as wrong:
            return Taken(item, reason=f"it cannot be read: {wrong.strerror}")
        try:
            data = inflate(stored, self.job.limit)
        except InflateError as wrong:
            return Taken(item, reason=str(wrong))
        digest = hashlib.sha256(data).hexdigest()
        data = unmarked(data)
        if all(mark in data[:HEAD] for mark in _DIGEST_MARKS):
            return Taken(item, DIGEST, bytes=len(data), sha256=digest, left=True)
        # What is in a Parquet file stands at its end.
        kind = detect(item.key or item.source, data if data[:4] == b"PAR1" else data[:HEAD])
        if kind is None:
            reason = "it is empty" if not data.strip() else "no kind of log is known that begins like this"
            return Taken(item, bytes=len(data), sha256=digest, reason=reason)
        try:
            found = self._add(kind, data, item)
        except (NotThisKindError, UnicodeDecodeError, RecursionError) as wrong:
            return Taken(item, kind.name, kind.table, bytes=len(data), sha256=digest, reason=str(wrong))
        return Taken(item, kind.name, kind.table, found.rows, found.odd, len(data), digest)

    def _add(self, kind: Kind, data: bytes, item: Item) -> Rendered:
        if kind.gather is not None:
            if kind.name not in self._gathered:
                self._gathered[kind.name] = (kind, kind.gather(self.job.now))
            return self._gathered[kind.name][1].add(data, item)
        if kind.render is None:
            return Rendered(b"", 0)
        found = kind.render(data, item)
        if found.rows:
            path = self.job.scratch / f"{self.job.batch}-{self.job.part}{kind.name}.ndjson"
            self._lines[kind.name] = (kind, path)
            with path.open("ab") as file:
                file.write(found.lines)
                file.write(b"\n")
        return found

    def write(self) -> None:
        """Write the Parquet files."""
        for name, (kind, gathered) in sorted(self._gathered.items()):
            table = read_tables()[kind.table]
            rows = gathered.table()
            del gathered
            self.outcome.written[name] = parquet.write_partitions(
                table, rows, self.job.out / kind.table, f"{self.job.batch}-{name}", self.job.part
            )
        for name, (kind, path) in sorted(self._lines.items()):
            self.outcome.written[name] = _convert(self.job, name, kind, path)

    def close(self) -> None:
        """Remove what was only needed on the way."""
        for _, path in self._lines.values():
            path.unlink(missing_ok=True)


def _convert(job: Job, name: str, kind: Kind, path: Path) -> list[Written]:
    table = read_tables()[kind.table]
    with convert.connect(memory_mb=job.memory_mb, spill=job.scratch) as connection:
        rows = convert.read_rows(connection, table, path, read=kind.read, derive=kind.derive, select=kind.select)
    return parquet.write_partitions(table, rows, job.out / kind.table, f"{job.batch}-{name}", job.part)
