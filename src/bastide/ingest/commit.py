"""Batches into the lake: doubles dropped, noted as pending, committed to Iceberg, confirmed.

One idea: several batches become one commit, since a commit costs the same whatever it adds; its snapshot names them
all, so a process killed anywhere in between is put right by the next one, which asks the lake for their names.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bastide.errors import IncompleteError, Problem
from bastide.ingest.manifest import Entry, Manifest
from bastide.ingest.worker import Outcome, Taken
from bastide.lake import Lake, doubles
from bastide.lake.parquet import Written
from bastide.lake.table import Table, read_tables

_EVERY = 3.0  # seconds between commits
MARK = "ingest.run"


@dataclass(slots=True)
class Report:
    """What a run did. `quarantined` names each item that was not taken, with the reason; `left`: digest files."""

    listed: int = 0
    known: int = 0
    new: int = 0
    taken: int = 0
    left: int = 0
    rows: int = 0
    odd: int = 0
    doubles: int = 0
    bytes: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    quarantined: list[Problem] = field(default_factory=list)


def recover(lake: Lake, manifest: Manifest) -> None:
    """Put right what a killed run left: batches that reached the lake are confirmed, all others thrown away."""
    for batch, name in manifest.pending().items():
        if batch in lake.batches(read_tables()[name]):
            manifest.confirm(batch)
        else:
            manifest.forget(batch)
    mark = lake.root / MARK
    if mark.exists():
        _sweep(lake, mark.read_text(encoding="utf-8").strip())
        mark.unlink()
    shutil.rmtree(lake.root / "scratch", ignore_errors=True)


def _sweep(lake: Lake, stamp: str) -> None:
    """Remove the files of a run's batches that the lake does not have."""
    for folder in lake.data.glob(f"*/{stamp}-*") if stamp else ():
        table = read_tables().get(folder.parent.name)
        if table is not None and folder.name not in lake.batches(table):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Committer:
    """The commits of one run, under the lake's lock. `stamp` begins the name of each of its batches."""

    lake: Lake
    manifest: Manifest
    clock: Callable[[], datetime]
    stamp: str
    report: Report
    _seen: doubles.Seen = field(init=False)
    _contents: set[tuple[str, str]] = field(default_factory=set)
    _waiting: list[Outcome] = field(default_factory=list)
    _last: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Leave a mark by which a later run finds what this one left behind, if it is killed."""
        self._seen = doubles.Seen(self.lake)
        (self.lake.root / MARK).write_text(self.stamp, encoding="utf-8")

    def add(self, outcome: Outcome) -> None:
        """Commit now or with later batches."""
        self._waiting.append(outcome)
        if time.monotonic() - self._last >= _EVERY:
            self.flush()

    def close(self) -> None:
        """Commit what waits; nothing is left behind."""
        self.flush()
        _sweep(self.lake, self.stamp)
        (self.lake.root / MARK).unlink(missing_ok=True)

    def flush(self) -> None:
        """Commit what waits. Raises IncompleteError when the disk is full."""
        waiting, self._waiting = self._waiting, []
        try:
            self._note_untaken(waiting)
            for name in sorted({one.table for outcome in waiting for one in outcome.taken if _has_rows(one)}):
                self._commit(read_tables()[name], waiting)
        except OSError as wrong:
            raise IncompleteError(
                f"a batch could not be committed: {wrong.strerror or wrong}",
                str(self.lake.root),
                "make room and run again; what was committed before stays",
            ) from wrong
        self.report.bytes += sum(one.bytes for outcome in waiting for one in outcome.taken)
        self._last = time.monotonic()

    def _note_untaken(self, outcomes: Sequence[Outcome]) -> None:
        """Items that were refused, left for another command, or hold nothing."""
        rest = [(outcome, one) for outcome in outcomes for one in outcome.taken if not _has_rows(one)]
        self.manifest.add(self._entry(outcome.batch, one, one.rows, _status(one)) for outcome, one in rest)
        self.report.quarantined += [Problem(one.reason, one.item.address) for _, one in rest if one.reason]
        self.report.left += sum(1 for _, one in rest if one.left)
        empty = [one for _, one in rest if not one.reason and not one.left]
        self.report.taken += len(empty)

    def _commit(self, table: Table, outcomes: Sequence[Outcome]) -> None:
        batches: list[str] = []
        files = []
        entries: list[Entry] = []
        self._seen.look(table, [file for outcome in outcomes for file in _files_of(outcome, table)])
        for outcome in outcomes:
            for kind in sorted({one.kind for one in outcome.taken if one.table == table.name and _has_rows(one)}):
                batch = f"{outcome.batch}-{kind}"
                mine = [one for one in outcome.taken if one.kind == kind and _has_rows(one)]
                written = outcome.written[kind]
                dropped = self._seen.drop(table, written)
                dropped |= doubles.leave_out(table, written, self._known_contents(table, mine))
                batches.append(batch)
                files += [file.path for file in written if file.path.exists()]
                entries += [
                    self._entry(batch, one, one.rows - dropped.get(one.item.address, 0), "pending") for one in mine
                ]
                self._count(kind, mine, sum(dropped.values()))
        self.manifest.add(entries)
        self.lake.append(table, files, batches)
        for batch in batches:
            self.manifest.confirm(batch)

    def _known_contents(self, table: Table, mine: Sequence[Taken]) -> set[str]:
        """Addresses of items whose content is in the lake under another name, where rows have no identity."""
        again = set()
        for one in mine if not table.identity else ():
            if (table.name, one.sha256) in self._contents or self.manifest.holds(table.name, one.sha256):
                again.add(one.item.address)
            self._contents.add((table.name, one.sha256))
        return again

    def _count(self, kind: str, mine: Sequence[Taken], dropped: int) -> None:
        rows = sum(one.rows for one in mine) - dropped
        self.report.taken += len(mine)
        self.report.rows += rows
        self.report.doubles += dropped
        self.report.odd += sum(one.odd for one in mine)
        self.report.kinds[kind] = self.report.kinds.get(kind, 0) + rows

    def _entry(self, batch: str, one: Taken, rows: int, status: str) -> Entry:
        item = one.item
        return Entry(
            item.source, item.key, item.etag, status, batch, one.kind, one.table, rows, one.odd, one.bytes,
            one.sha256, one.reason, self.clock().isoformat(),
        )  # fmt: skip


def _files_of(outcome: Outcome, table: Table) -> list[Written]:
    kinds = {one.kind for one in outcome.taken if one.table == table.name and _has_rows(one)}
    return [file for kind in sorted(kinds) for file in outcome.written[kind]]


def _has_rows(one: Taken) -> bool:
    return bool(one.rows) and not one.reason and not one.left


def _status(one: Taken) -> str:
    return "quarantined" if one.reason else "left" if one.left else "done"
