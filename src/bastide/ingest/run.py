"""Ingest: what is new in the sources goes into the lake, exactly once.

One idea: list, leave out what the manifest knows, convert in batches (a process a core), commit batch by batch. A batch
is noted as pending, committed to Iceberg under its name, and confirmed; a process killed anywhere in between is put
right by the next one, which asks the lake for the batch's name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from bastide.errors import IncompleteError, Problem
from bastide.ingest.manifest import Entry, Manifest
from bastide.ingest.source import Filter, Folder, Item, Source, in_order
from bastide.ingest.worker import Job, Outcome, perform
from bastide.lake import Lake, doubles
from bastide.lake.table import read_tables

# A batch's stored bytes, of compressed and of plain files: about 100 MB of records, which one process converts in 2 s.
_PACKED, _PLAIN, _MOST = 12_000_000, 96_000_000, 2_000


@dataclass(slots=True)
class Report:
    """What a run did. `quarantined` names each item that was not taken, with the reason."""

    listed: int = 0
    known: int = 0
    taken: int = 0
    rows: int = 0
    odd: int = 0
    doubles: int = 0
    bytes: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    quarantined: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: items and stored bytes done of all, and rows so far."""

    items: int
    of_items: int
    bytes: int
    of_bytes: int
    rows: int


def ingest(
    lake: Lake,
    sources: Iterable[Source],
    *,
    wanted: Filter | None = None,
    clock: Callable[[], datetime],
    workers: int = 0,
    wait_for_lock: bool = False,
    dry_run: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Take everything new from the sources. `clock` gives aware UTC times.

    Raises InputError (no such source, a locked or read-only lake), TargetError (a bucket that cannot be listed) and
    IncompleteError (a full disk); what was committed until then stays and is not taken again.
    """
    with lake.lock(wait=wait_for_lock):
        manifest = Manifest(lake.root / "manifest.db")
        try:
            recover(lake, manifest)
            run = _Run(lake, manifest, clock, workers or os.cpu_count() or 1, progress)
            found = [(source, run.new_items(source, wanted or Filter())) for source in sources]
            if not dry_run:
                run.take(found)
            return run.report
        finally:
            manifest.close()
            shutil.rmtree(lake.root / "scratch", ignore_errors=True)


def recover(lake: Lake, manifest: Manifest) -> None:
    """Put right what a killed run left: batches that reached the lake are confirmed, all others thrown away."""
    for batch, name in manifest.pending().items():
        table = read_tables()[name]
        if batch in lake.batches(table):
            manifest.confirm(batch)
        else:
            manifest.forget(batch)
            shutil.rmtree(lake.data / name / batch, ignore_errors=True)
    shutil.rmtree(lake.root / "scratch", ignore_errors=True)


@dataclass(slots=True)
class _Run:
    lake: Lake
    manifest: Manifest
    clock: Callable[[], datetime]
    workers: int
    progress: Callable[[Progress], None]
    report: Report = field(default_factory=Report)
    done_bytes: int = 0
    of_bytes: int = 0
    done_items: int = 0

    def new_items(self, source: Source, wanted: Filter) -> list[Item]:
        """What the source has and the manifest does not know."""
        known: dict[str, set[tuple[str, str]]] = {}
        new = []
        for item in source.list(wanted):
            self.report.listed += 1
            seen = known.get(item.source)
            if seen is None:
                seen = known[item.source] = self.manifest.known(item.source)
            if (item.key, item.etag) in seen:
                self.report.known += 1
            else:
                new.append(item)
        self.of_bytes += sum(item.size for item in new)
        return new

    def take(self, found: Sequence[tuple[Source, list[Item]]]) -> None:
        """Convert and commit every batch."""
        batches = [(source, batch) for source, items in found for batch in split(in_order(items))]
        if not batches:
            return
        ledger = doubles.Seen(self.lake)
        jobs = (self._job(source, items, number) for number, (source, items) in enumerate(batches))
        for outcome in _outcomes(jobs, min(self.workers, len(batches))):
            self._commit(outcome, ledger)

    def _job(self, source: Source, items: Sequence[Item], number: int) -> Job:
        batch = f"{self.clock():%Y%m%dT%H%M%S%f}-{number}"
        scratch = self.lake.root / "scratch"
        paths = tuple(fetch(source, item, scratch / batch / str(n)) for n, item in enumerate(items))
        return Job(batch, tuple(items), paths, self.lake.data, scratch)

    def _commit(self, outcome: Outcome, seen: doubles.Seen) -> None:
        moment = self.clock().isoformat()
        refused = [one for one in outcome.taken if one.reason]
        empty = [one for one in outcome.taken if not one.reason and not one.rows]
        self.manifest.add(
            Entry(one.item.source, one.item.key, one.item.etag, "quarantined" if one.reason else "done", outcome.batch,
                  one.kind, one.table, 0, 0, one.bytes, one.sha256, one.reason, moment)
            for one in (*refused, *empty)
        )  # fmt: skip
        self.report.quarantined += [Problem(one.reason, one.item.address) for one in refused]
        kinds = sorted({(one.kind, one.table) for one in outcome.taken if one.rows and not one.reason})
        for kind, name in kinds:
            batch = f"{outcome.batch}-{kind}"
            table = read_tables()[name]
            mine = [one for one in outcome.taken if one.kind == kind and one.rows and not one.reason]
            files = [one.path for one in outcome.written[name] if one.path.name.startswith(f"{batch}-")]
            dropped = seen.drop(table, files)
            self.manifest.add(
                Entry(one.item.source, one.item.key, one.item.etag, "pending", batch, kind, name, one.rows, one.odd,
                      one.bytes, one.sha256, "", moment)
                for one in mine
            )  # fmt: skip
            self.lake.append(table, [file for file in files if file.exists()], batch)
            self.manifest.confirm(batch)
            rows = sum(one.rows for one in mine)
            self.report.taken += len(mine)
            self.report.rows += rows - dropped
            self.report.doubles += dropped
            self.report.odd += sum(one.odd for one in mine)
            self.report.kinds[kind] = self.report.kinds.get(kind, 0) + rows - dropped
        self.report.bytes += sum(one.bytes for one in outcome.taken)
        self.done_items += len(outcome.taken)
        self.done_bytes += sum(one.item.size for one in outcome.taken)
        new = self.report.listed - self.report.known
        self.progress(Progress(self.done_items, new, self.done_bytes, self.of_bytes, self.report.rows))


def split(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in batches of about 100 MB of records each, in their order."""
    batch: list[Item] = []
    share = 0.0
    for item in items:
        packed = item.key.endswith((".gz", ".zst", ".parquet")) or item.source.endswith((".gz", ".zst", ".parquet"))
        batch.append(item)
        share += item.size / (_PACKED if packed else _PLAIN)
        if share >= 1 or len(batch) >= _MOST:
            yield batch
            batch, share = [], 0.0
    if batch:
        yield batch


def fetch(source: Source, item: Item, path: Path) -> Path:
    """A path with the item's bytes: its own when it is a file of this machine, else a copy at `path`.

    Raises TargetError when the object cannot be read.
    """
    if isinstance(source, Folder):
        return Path(item.source) / item.key if item.key else Path(item.source)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source.read(item))
    return path


def _outcomes(jobs: Iterator[Job], workers: int) -> Iterator[Outcome]:
    """The jobs' outcomes as they come; a single batch is done in this process."""
    if workers <= 1:
        for job in jobs:
            yield perform(job)
        return
    # Spawned, not forked: DuckDB and pyarrow have threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running: set[Future[Outcome]] = set()
        try:
            for job in jobs:
                running.add(pool.submit(perform, job))
                if len(running) > workers:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def raise_incomplete(report: Report) -> None:
    """Raises IncompleteError that names what was quarantined, when anything was."""
    if report.quarantined:
        first, *others = report.quarantined
        raise IncompleteError(first.what, first.where, first.fix, others=others)
