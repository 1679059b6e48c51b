"""The one database, as the engine sees it: runs, ledger, ownership, bindings, findings.

One idea: every method is one short transaction, so that a killed process loses nothing that a method has returned from.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select

from bastide.errors import InputError
from bastide.model import Finding, ResourceKey
from bastide.model.serialize import from_json_value, to_json_value
from bastide.store import created, database, history, ledger, lock, runs, scores
from bastide.store.created import Owned
from bastide.store.ledger import Entry, Phase
from bastide.store.runs import Run, RunStatus
from bastide.store.schema import BINDINGS, FINDINGS, META, OWNED
from bastide.store.scores import KeptScore

_EXTERNAL_ID = "external-id {}"  # by the target's label


class Store:
    """An open database. Safe under threads."""

    def __init__(self, engine: Engine, where: str) -> None:
        """Take over ``engine``; tables are made where there are none yet. Use ``open``."""
        self._engine = engine
        self._where = where
        self._lock = threading.Lock()
        self._applying: set[tuple[str, str]] = set()  # (target, run) whose lock this store holds
        database.check(engine, where)

    @classmethod
    def open(cls, location: str | Path) -> Store:
        """The store at a path (SQLite; folders are made) or a database URL.

        What a method wrote outlives a killed process, and a power cut too, save for runs on a sandbox, which does not
        outlive one either: syncing every entry to a busy disk took 40 % of an apply there.

        Raises:
            InputError: the file is no database of ours, or of a version that this Bastide does not know.
        """
        return cls(database.open_engine(str(location)), str(location))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # Runs

    @contextmanager
    def applying(self, target: str, run: str) -> Iterator[None]:
        """Keeps every other apply and undo off a target while the block runs; within the same run it does nothing.

        A database that was opened by URL has no such lock.

        Raises:
            InputError: another run is being applied to the target; it is named, with its process.
        """
        if (target, run) in self._applying or "://" in self._where:
            yield
            return
        with lock.applying(Path(self._where), target, run):
            self._applying.add((target, run))
            try:
                yield
            finally:
                self._applying.discard((target, run))

    def start_run(self, run: Run) -> None:
        """Remember that a run began.

        Raises:
            InputError: there is a run of that id.
        """
        with self._transaction() as connection:
            runs.start(connection, self._where, run)
        database.sync(self._engine, fully=not run.target.startswith("sandbox/"))

    def end_run(self, run_id: str, status: RunStatus, at: str) -> None:
        """Remember how a run ended."""
        with self._transaction() as connection:
            runs.end(connection, run_id, status, at)

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        with self._transaction() as connection:
            return runs.read(connection)

    def open_runs(self) -> list[Run]:
        """Runs that began and were never ended: killed, or still going on elsewhere."""
        return [run for run in self.runs() if run.status is RunStatus.RUNNING]

    def run(self, run_id: str) -> Run:
        """One run.

        Raises:
            InputError: there is none of that id; the latest ones are named.
        """
        known = {run.id: run for run in self.runs()}
        if run_id not in known:
            latest = ", ".join(list(known)[-3:]) or "none"
            raise InputError(f"there is no run {run_id!r}", self._where, f"the latest runs are: {latest}")
        return known[run_id]

    # Ledger

    def append(self, entry: Entry) -> None:
        """Write one ledger entry; it is on disk when this returns."""
        with self._transaction() as connection:
            ledger.append(connection, entry)

    def settle(
        self,
        target: str,
        entry: Entry,
        *,
        own: Owned | None = None,
        disown: ResourceKey | None = None,
        bindings: Mapping[str, str] | None = None,
    ) -> None:
        """Write the ledger entry behind a call, and what follows from it, all or nothing."""
        with self._transaction() as connection:
            ledger.append(connection, entry)
            if disown:
                created.disown(connection, target, disown)
            if own:
                created.own(connection, target, own)
            if bindings:
                created.bind(connection, target, bindings)

    def entries(self, run_id: str = "") -> list[Entry]:
        """Ledger entries in order; of one run, or of all.

        Raises:
            InputError: an entry cannot be read; it is named.
        """
        with self._transaction() as connection:
            return list(ledger.entries(connection, self._where, run_id))

    def open_entries(self) -> list[Entry]:
        """Entries before a call that have no entry after it: the call may or may not have happened."""
        found: dict[tuple[str, int], Entry] = {}
        for entry in self.entries():
            if entry.phase is Phase.BEFORE:
                found[entry.run, entry.change] = entry
            else:
                found.pop((entry.run, entry.change), None)
        return list(found.values())

    def verify(self, last: int = 0) -> int:
        """How many entries the ledger's chain has; only the ``last`` so many are checked, unless that is 0.

        Raises:
            InputError: an entry was changed, removed or inserted; it is named.
        """
        with self._transaction() as connection:
            return ledger.verify(connection, self._where, last)

    # What Bastide created, and what provisional ids became

    def own(self, target: str, owned: Owned) -> None:
        """Remember that Bastide created a resource."""
        with self._transaction() as connection:
            created.own(connection, target, owned)

    def disown(self, target: str, key: ResourceKey) -> None:
        """Forget a resource that is gone."""
        with self._transaction() as connection:
            created.disown(connection, target, key)

    def owned(self, target: str) -> frozenset[ResourceKey]:
        """Keys of all that Bastide created on a target and has not deleted."""
        return frozenset(found.key for found in self.owned_resources(target))

    def owned_resources(self, target: str) -> list[Owned]:
        """All that Bastide created on a target and has not deleted, sorted by key."""
        with self._transaction() as connection:
            return created.read_owned(connection, target)

    def bind(self, target: str, bindings: Mapping[str, str]) -> None:
        """Remember what provisional ids became; a newer binding takes an older one's place."""
        with self._transaction() as connection:
            created.bind(connection, target, bindings)

    def bindings(self, target: str) -> dict[str, str]:
        """Provisional id → real id, as applies left them: ``diff``'s pins."""
        with self._transaction() as connection:
            return created.read_bindings(connection, target)

    def forget(self, target: str, as_target: str) -> None:
        """The organization behind ``target`` is gone: nothing in it is ours, and its runs are of ``as_target``."""
        with self._transaction() as connection:
            for table in (OWNED, BINDINGS, FINDINGS):
                connection.execute(delete(table).where(table.c.target == target))
            history.forget(connection, target)
            runs.rename(connection, target, as_target)

    # What the platform's roles ask for

    def external_id(self, target: str) -> str:
        """The external id that is kept for a target; empty when there is none."""
        with self._transaction() as connection:
            found = connection.execute(select(META.c.value).where(META.c.name == _EXTERNAL_ID.format(target))).scalar()
        return found or ""

    def keep_external_id(self, target: str, value: str) -> str:
        """The external id of a target from now on: ``value``, unless one was kept already."""
        name = _EXTERNAL_ID.format(target)
        with self._transaction() as connection:
            kept = connection.execute(select(META.c.value).where(META.c.name == name)).scalar()
            if kept is None:
                connection.execute(insert(META).values(name=name, value=value))
        return kept or value

    # Findings

    def replace_findings(self, target: str, run_id: str, findings: Iterable[Finding]) -> None:
        """Keep the findings of a target's last assessment instead of the ones before."""
        rows = [
            {"target": target, "position": place, "run": run_id, "body": _encode(finding)}
            for place, finding in enumerate(findings)
        ]
        with self._transaction() as connection:
            connection.execute(delete(FINDINGS).where(FINDINGS.c.target == target))
            if rows:
                connection.execute(insert(FINDINGS), rows)

    def findings(self, target: str) -> list[Finding]:
        """The findings of a target's last assessment, in their order."""
        query = select(FINDINGS.c.body).where(FINDINGS.c.target == target).order_by(FINDINGS.c.position)
        with self._transaction() as connection:
            return [
                msgspec.convert(from_json_value(msgspec.json.decode(body)), Finding)
                for body in connection.execute(query).scalars()
            ]

    # What was seen

    def keep_look(self, target: str, look: history.Look) -> int:
        """Keep what a run saw; how many resources differ from the look before."""
        with self._transaction() as connection:
            return history.keep(connection, target, look)

    def look(self, target: str, at: str = "") -> history.Look | None:
        """The newest look at or before a time (ISO 8601 UTC; the last one, when empty); None when there is none.

        Raises:
            InputError: what is stored cannot be read.
        """
        with self._transaction() as connection:
            return history.read(connection, target, at)

    def look_targets(self) -> list[str]:
        """The targets that looks are kept of, sorted."""
        with self._transaction() as connection:
            return history.targets(connection)

    def look_times(self, target: str) -> list[str]:
        """When looks were taken, oldest first."""
        with self._transaction() as connection:
            return history.times(connection, target)

    # Scores of standards

    def keep_scores(self, target: str, found: list[KeptScore]) -> None:
        """Keep what standards scored in a run."""
        with self._transaction() as connection:
            scores.keep(connection, target, found)

    def scores(self, target: str, standard: str) -> list[KeptScore]:
        """What a standard scored on a target, oldest first."""
        with self._transaction() as connection:
            return scores.read(connection, target, standard)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._lock, self._engine.begin() as connection:
            yield connection


def _encode(finding: Finding) -> str:
    fields = {name: to_json_value(getattr(finding, name)) for name in Finding.__dataclass_fields__}
    return msgspec.json.encode(fields).decode()
