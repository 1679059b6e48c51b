"""Ingest: what is new in the sources goes into the lake, exactly once.

One idea: list, leave out what the manifest knows, convert in batches (a process a core), commit batch by batch. What
each of these steps is, and why a kill between any two of them costs nothing, is told in ``batches`` and ``commit``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bastide.errors import IncompleteError
from bastide.ingest.batches import perform_all, read_batch, split
from bastide.ingest.commit import Committer, Report, recover
from bastide.ingest.manifest import Manifest
from bastide.ingest.source import Filter, Item, Source, in_order
from bastide.ingest.worker import Job
from bastide.lake import Lake

__all__ = ["Progress", "Report", "ingest", "raise_incomplete", "recover"]


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
    retry_quarantined: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Take everything new from the sources. `clock` gives aware UTC times.

    Raises InputError (no such source, a locked or read-only lake), TargetError (a bucket that cannot be listed or read)
    and IncompleteError (a full disk); what was committed until then stays and is not taken again.
    """
    with lake.lock(wait=wait_for_lock):
        manifest = Manifest(lake.root / "manifest.db")
        try:
            recover(lake, manifest)
            if retry_quarantined and not dry_run:
                manifest.release()
            report = Report()
            found = [(source, _new(source, wanted or Filter(), manifest, report)) for source in sources]
            found = _once(found, report)
            if not dry_run:
                _take(lake, found, Committer(lake, manifest, clock, lake.new_stamp(clock()), report), workers, progress)
            return report
        finally:
            manifest.close()
            shutil.rmtree(lake.root / "scratch", ignore_errors=True)


def _new(source: Source, wanted: Filter, manifest: Manifest, report: Report) -> list[Item]:
    """What the source has and the manifest does not know."""
    known: dict[str, set[tuple[str, str]]] = {}
    new = []
    for item in source.list(wanted):
        report.listed += 1
        if item.source not in known:
            known[item.source] = manifest.known(item.source, source.prefix)
        if (item.key, item.etag) in known[item.source]:
            report.known += 1
        else:
            new.append(item)
    return new


def _once(found: Sequence[tuple[Source, list[Item]]], report: Report) -> list[tuple[Source, list[Item]]]:
    """Without what is named twice, by a folder and a folder in it."""
    seen: set[Item] = set()
    once = []
    for source, items in found:
        fresh = [item for item in dict.fromkeys(items) if item not in seen]
        report.known += len(items) - len(fresh)
        report.new += len(fresh)
        seen.update(fresh)
        once.append((source, fresh))
    return once


def _take(
    lake: Lake,
    found: Sequence[tuple[Source, list[Item]]],
    committer: Committer,
    workers: int,
    progress: Callable[[Progress], None],
) -> None:
    """Convert and commit every batch."""
    batches = [(source, batch) for source, items in found for batch in split(in_order(items))]
    of_bytes = sum(item.size for _, items in found for item in items)
    items = size = rows = 0
    at_once = min(workers or os.cpu_count() or 1, len(batches))
    for outcome in perform_all(_jobs(lake, batches, committer), at_once):
        committer.add(outcome)
        items += len(outcome.taken)
        size += sum(one.item.size for one in outcome.taken)
        rows += sum(one.rows for one in outcome.taken)
        progress(Progress(items, committer.report.new, size, of_bytes, rows))
        shutil.rmtree(lake.root / "scratch" / outcome.batch, ignore_errors=True)
    committer.close()


def _jobs(lake: Lake, batches: Sequence[tuple[Source, list[Item]]], committer: Committer) -> Iterator[Job]:
    scratch = lake.root / "scratch"
    for number, (source, items) in enumerate(batches):
        batch = f"{committer.stamp}-{number}"
        paths = read_batch(source, items, scratch / batch)
        yield Job(batch, tuple(items), paths, lake.data, scratch, committer.clock())


def raise_incomplete(report: Report) -> None:
    """Raises IncompleteError that names what was quarantined, when anything was."""
    if report.quarantined:
        first, *others = report.quarantined
        raise IncompleteError(first.what, first.where, first.fix, others=others)
