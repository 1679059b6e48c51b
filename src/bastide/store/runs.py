"""Runs: what was applied, undone or assessed, and how it ended.

One idea: a run is written when it begins, so that one that was killed still stands there as running.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from bastide.errors import InputError
from bastide.store.schema import RUNS


class RunStatus(StrEnum):
    """How a run stands. A killed one stays RUNNING."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # some changes failed or were skipped
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Times are ISO 8601 UTC; ``undoes`` names the run that an undo reverses."""

    id: str
    kind: str
    target: str
    started_at: str
    ended_at: str = ""
    status: RunStatus = RunStatus.RUNNING
    plan_digest: str = ""
    undoes: str = ""


def start(connection: Connection, where: str, run: Run) -> None:
    """Write a run that begins.

    Raises:
        InputError: there is a run of that id.
    """
    if connection.execute(select(RUNS.c.id).where(RUNS.c.id == run.id)).scalar():
        raise InputError(f"there is a run {run.id} already", where)
    connection.execute(insert(RUNS).values({name: str(getattr(run, name)) for name in Run.__dataclass_fields__}))


def end(connection: Connection, run_id: str, status: RunStatus, at: str) -> None:
    """Write how a run ended."""
    connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(status=str(status), ended_at=at))


def read(connection: Connection) -> list[Run]:
    """All runs, oldest first."""
    found = connection.execute(select(RUNS).order_by(RUNS.c.started_at, RUNS.c.id)).mappings()
    return [Run(**{**row, "status": RunStatus(row["status"])}) for row in found]


def rename(connection: Connection, target: str, as_target: str) -> None:
    """A target's runs are of ``as_target`` from now on; none of them goes on."""
    connection.execute(update(RUNS).where(RUNS.c.target == target).values(target=as_target))
    running = (RUNS.c.target == as_target) & (RUNS.c.status == RunStatus.RUNNING)
    connection.execute(update(RUNS).where(running).values(status=RunStatus.INTERRUPTED))
