"""One batch of files into Parquet files, in a process of its own.

One idea: a batch is a pure function of the files' bytes: read, inflate, hash, tell the kind, render, convert. It
touches nothing but its own folder, so that a batch that is killed is simply thrown away. A file that cannot be taken is
named with the reason and does not hold up the others.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bastide.errors import ContractError, IncompleteError
from bastide.ingest.inflate import LIMIT, InflateError, inflate
from bastide.ingest.kinds import HEAD, Kind, NotThisKindError, detect
from bastide.ingest.source import Item
from bastide.lake import convert
from bastide.lake.table import read_tables


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker does: `paths` holds each item's bytes; Parquet goes under `out`, scratch files under `scratch`."""

    batch: str
    items: tuple[Item, ...]
    paths: tuple[Path, ...]
    out: Path
    scratch: Path
    memory_mb: int = 700
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that was taken, or (`reason`) was not: `kind` is empty when nobody knew it."""

    item: Item
    kind: str = ""
    table: str = ""
    rows: int = 0
    odd: int = 0
    bytes: int = 0
    sha256: str = ""
    reason: str = ""


@dataclass(slots=True)
class Outcome:
    """A batch's end: what became of each item, and the Parquet files by table."""

    batch: str
    taken: list[Taken] = field(default_factory=list)
    written: dict[str, list[convert.Written]] = field(default_factory=dict)


def perform(job: Job) -> Outcome:
    """Do the batch. Raises IncompleteError when the disk is full, ContractError when a kind renders no NDJSON."""
    gc.disable()  # the records of a file are many and none is part of a cycle
    outcome = Outcome(job.batch)
    job.scratch.mkdir(parents=True, exist_ok=True)
    lines: dict[str, tuple[Kind, Path]] = {}
    try:
        for item, path in zip(job.items, job.paths, strict=True):
            outcome.taken.append(_take(job, item, path, lines))
        for name, (kind, path) in sorted(lines.items()):
            outcome.written.setdefault(kind.table, []).extend(_convert(job, name, kind, path))
    except OSError as wrong:
        raise IncompleteError(
            f"a batch could not be written: {wrong.strerror or wrong}", str(job.out), "make room and run again"
        ) from wrong
    finally:
        gc.enable()
        for _, path in lines.values():
            path.unlink(missing_ok=True)
    return outcome


def _take(job: Job, item: Item, path: Path, lines: dict[str, tuple[Kind, Path]]) -> Taken:
    """Append the item's rows to its kind's lines."""
    try:
        stored = path.read_bytes()
    except OSError as wrong:
        return Taken(item, reason=f"it cannot be read: {wrong.strerror}")
    try:
        data = inflate(stored, job.limit)
    except InflateError as wrong:
        return Taken(item, reason=str(wrong))
    digest = hashlib.sha256(data).hexdigest()
    kind = detect(item.key or item.source, data[:HEAD])
    if kind is None:
        reason = "it is empty" if not data.strip() else "no kind of log is known that begins like this"
        return Taken(item, bytes=len(data), sha256=digest, reason=reason)
    try:
        rendered = kind.render(data, item)
    except (NotThisKindError, UnicodeDecodeError, RecursionError) as wrong:
        return Taken(item, kind.name, kind.table, bytes=len(data), sha256=digest, reason=str(wrong))
    if rendered.rows:
        known = lines.setdefault(kind.name, (kind, job.scratch / f"{job.batch}-{kind.name}.ndjson"))
        with known[1].open("ab") as file:
            file.write(rendered.lines)
            file.write(b"\n")
    return Taken(item, kind.name, kind.table, rendered.rows, rendered.odd, len(data), digest)


def _convert(job: Job, name: str, kind: Kind, path: Path) -> Sequence[convert.Written]:
    table = read_tables()[kind.table]
    folder = job.out / kind.table
    with convert.connect(memory_mb=job.memory_mb, spill=job.scratch) as connection:
        try:
            return convert.write_partitions(
                connection,
                table,
                path,
                folder,
                f"{job.batch}-{name}",
                read=kind.read,
                derive=kind.derive,
                select=kind.select,
            )
        except convert.NotConvertedError as wrong:
            raise ContractError(f"rows of the kind {name} do not fit its table: {wrong}", kind.table) from wrong
