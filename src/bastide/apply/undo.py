"""Undo: the ledger of a run, turned round into a plan.

One idea: what was created is deleted, what was updated gets back the properties that the update touched, what was
deleted is made again, in reverse order, as a run of its own with a ledger of its own (so an undo can be undone). What
cannot come back (data, identifiers that AWS chooses, secrets that were masked) is said before anything is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bastide.apply.engine import apply
from bastide.apply.outcome import Outcome, Progress
from bastide.apply.resume import RECOVERED, closings, resume
from bastide.aws.handler import Found, Handler
from bastide.aws.registry import handlers as all_handlers
from bastide.aws.registry import kind
from bastide.aws.session import Target
from bastide.errors import InputError, Problem, StalePlanError
from bastide.model import Action, Change, Difference, Plan, Properties, ResourceKey, ResourceType, Value
from bastide.model.unknown import value_at
from bastide.plan.compare import canonical_value, differences
from bastide.store import Entry, Phase, Run, RunStatus, Store, is_masked, mask

REVERSED = {Action.CREATE: Action.DELETE, Action.DELETE: Action.CREATE}
MADE = ("done", RECOVERED)
LAST = 1 << 40  # behind every number that a ledger entry has


@dataclass(frozen=True)
class Undo:
    """The plan that reverses a run, and what it cannot bring back."""

    run_id: str
    plan: Plan
    irreversible: tuple[str, ...] = ()


def plan_undo(
    run_id: str,
    target: Target,
    store: Store,
    *,
    handlers: Mapping[str, Handler] | None = None,
    force: bool = False,
    account_names: Mapping[str, str] | None = None,
) -> Undo:
    """The plan that reverses a run; nothing is written, what a killed one left open is only looked at.

    ``account_names``: what a person calls each account, to be shown with its changes.

    Raises:
        InputError: there is no such run on this target, it is undone already (unless ``force``), or the ledger's chain
            is broken.
        StalePlanError: resources have changed since (all are named), unless ``force``.
    """
    known = all_handlers() if handlers is None else handlers
    _refuse_foreign_or_undone(run_id, target, store, force=force)
    store.verify()
    made = [*_pairs(store.entries(run_id)), *_left_open(run_id, target, store, known)]
    steps = [_Step(before, after, known, target) for before, after in made]
    moved = [problem for step in steps for problem in step.moved()]
    if moved and not force:
        raise StalePlanError(
            moved[0].what,
            moved[0].where,
            "look at the change, then say --force to undo it all the same",
            others=moved[1:],
        )
    kept = _kept(steps)
    notes = tuple(note for step in sorted(steps, key=lambda step: -step.finished) for note in step.irreversible(kept))
    changes = _reversed([step for step in steps if step.number not in kept])
    named = [replace(change, account_name=(account_names or {}).get(change.key.account, "")) for change in changes]
    return Undo(run_id, Plan(tuple(named), target=target.name), notes)


def _refuse_foreign_or_undone(run_id: str, target: Target, store: Store, *, force: bool) -> None:
    run = store.run(run_id)
    if run.target != target.label:
        raise InputError(f"run {run_id} was made on {run.target}, not on {target.label}")
    by = undone_by(run_id, store.runs())
    if by and not force:
        raise InputError(
            f"run {run_id} is already undone by run {by}", fix=f"to make its changes again, undo run {by}, or apply"
        )


def _reversed(steps: Collection[_Step]) -> list[Change]:
    """The changes that take the steps back, the last one first; each waits for those of what was built on it."""
    users: dict[int, list[ResourceKey]] = {}
    for step in steps:
        for needed in step.depends_on:
            users.setdefault(needed, []).append(step.key)
    reverse = sorted(steps, key=lambda step: -step.finished)
    return [change for step in reverse if (change := step.change(users.get(step.number, ())))]


def undone_by(run_id: str, runs: Iterable[Run]) -> str:
    """The run that took back all of a run and stands itself; empty when there is none."""
    whole = [run for run in runs if run.undoes and run.status is RunStatus.DONE]
    return next((run.id for run in whole if run.undoes == run_id and not undone_by(run.id, whole)), "")


def undo(  # an edge: everything that it touches is an argument
    run_id: str,
    target: Target,
    store: Store,
    *,
    as_run: str,
    now: Callable[[], datetime],
    handlers: Mapping[str, Handler] | None = None,
    progress: Progress | None = None,
    allow_data_loss: Collection[str] = frozenset(),
    force: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """What came of reversing a run, itself the run ``as_run``.

    Raises:
        InputError, StalePlanError: as ``plan_undo`` and ``apply`` do; nothing was done.
    """
    with store.applying(target.label, as_run):
        store.verify()
        resume(target, store, all_handlers() if handlers is None else handlers, _stamp(target))
        planned = plan_undo(run_id, target, store, handlers=handlers, force=force)
        return apply(
            planned.plan,
            target,
            store,
            run_id=as_run,
            now=now,
            handlers=handlers,
            progress=progress,
            allow_data_loss=allow_data_loss,
            sleep=sleep,
            undoes=run_id,
        )


def _stamp(target: Target) -> str:
    """The target's time, ISO 8601 UTC."""
    return target.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _left_open(
    run_id: str, target: Target, store: Store, handlers: Mapping[str, Handler]
) -> Iterator[tuple[Entry, Entry]]:
    """(before, after) of what a killed run did and did not note; it came after all that it noted."""
    for before, after in closings(run_id, target, store, handlers, _stamp(target)):
        if after.result in MADE:
            yield before, replace(after, sequence=before.sequence + LAST)


def _pairs(entries: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """(before, after) of every change that was made, and of every failed one that left something."""
    before: dict[int, Entry] = {}
    for entry in entries:
        if entry.phase is Phase.BEFORE:
            before[entry.change] = entry
        elif entry.result in MADE or (entry.result == "failed" and entry.state is not None):
            yield before[entry.change], entry


def _kept(steps: Collection[_Step]) -> frozenset[int]:
    """Numbers of the changes that stay: what was created and can never be removed, and what that was built on."""
    by_number = {step.number: step for step in steps}
    kept: set[int] = set()
    waiting = [step.number for step in steps if step.permanent]
    while waiting:
        number = waiting.pop()
        if number in by_number and number not in kept:
            kept.add(number)
            waiting.extend(by_number[number].depends_on)
    return frozenset(kept)


class _Step:
    """One change of the run, seen from today."""

    def __init__(self, before: Entry, after: Entry, handlers: Mapping[str, Handler], target: Target) -> None:
        if before.key.type not in handlers:
            raise InputError(f"there is no handler for {before.key.type}", str(before.key))
        self.number = before.change
        self.finished = after.sequence
        self.depends_on = before.depends_on
        self._before = before
        self._after = after
        self._action = Action(after.action)  # what a killed one really did
        self._kind: ResourceType = kind(handlers[before.key.type])
        self._data_bearing = handlers[before.key.type].data_bearing
        self.permanent = self._action is Action.CREATE and not handlers[before.key.type].removable
        # After a delete, the resource is where it was before.
        self.key: ResourceKey = before.key if self._action is Action.DELETE else after.key
        self._now: Found | None = handlers[before.key.type].read(
            target.connection(self.key.account, self.key.region), self.key.id
        )

    def moved(self) -> Iterator[Problem]:
        """How the resource differs today from what the run left; not when it is as it was before the run."""
        if self._back:
            return
        name = f"{self.key.type} {self.key.id}"
        if self._action is Action.DELETE:
            if self._now is not None:
                yield Problem(f"{name} was deleted by the run and is there again", str(self.key))
        elif self._now is None:
            if self._action is not Action.CREATE:
                yield Problem(f"{name} is gone since the run", str(self.key))
        else:
            changed = ", ".join(self._changed(self._now.properties))
            if changed:
                yield Problem(f"{name} has changed since the run: {changed}", str(self.key))

    def _changed(self, now: Properties) -> list[str]:
        current = mask(self.key.type, now)
        if self._action is Action.UPDATE:
            # Some came true only after the read-back (``Handler.settles``), some are back already.
            left = (self._after.state, self._before.desired, self._before.state)
            return [
                path
                for path in self._paths
                if not any(_same(value_at(state or {}, path), value_at(current, path)) for state in left)
            ]
        declared = {name: value for name, value in (self._before.desired or {}).items() if not is_masked(value)}
        return [difference.path for difference in differences(declared, current, self._kind)[0]]

    def change(self, users: Collection[ResourceKey]) -> Change | None:
        """The change that reverses this one, waiting for those of its users; None when there is nothing left to do."""
        action = REVERSED.get(self._action, self._action)
        if self._back or (self._now is None and action is not Action.CREATE):
            return None
        now = self._now.properties if self._now else None
        after = None if action is Action.DELETE else self._desired(now or {})
        differing = self._differences(now or {}, after or {})
        if self._action is Action.UPDATE:
            names = {difference.path.split(".", 1)[0] for difference in differing}
            after = {name: value for name, value in (after or {}).items() if name in names}
        return Change(
            action=action,
            key=self.key,
            before=now,
            after=after,
            differences=differing,
            reason=f"undo {self._before.run}",
            name=self.key.id,
            provisional_id=self._before.provisional_id,
            depends_on=tuple(sorted(set(users) - {self.key})),
            data_bearing=self._data_bearing,
        )

    @property
    def _back(self) -> bool:
        """Whether the resource is as it was before the run, so that there is nothing to take back."""
        if self._now is None or self._action is Action.CREATE:
            return self._now is None and self._action is Action.CREATE
        now = self._now.properties
        return not self._differences(now, self._desired(now))

    @property
    def _paths(self) -> tuple[str, ...]:
        """The properties that the update touched and whose state before is known."""
        state = self._before.state or {}
        return tuple(path for path in self._before.paths if not is_masked(state.get(path.split(".", 1)[0])))

    def _desired(self, now: Properties) -> dict[str, Value]:
        """The properties as they were; None stands for one that was not there."""
        state: Properties = self._before.state or {}
        if self._action is Action.UPDATE:
            return {name: state.get(name) for name in sorted({path.split(".", 1)[0] for path in self._paths})}
        kept = {name: value for name, value in state.items() if name not in self._kind.read_only}
        return {name: value for name, value in kept.items() if not is_masked(value)}

    def _differences(self, now: Properties, after: Properties) -> tuple[Difference, ...]:
        """What is to be put back, and differs now."""
        if self._action is Action.UPDATE:
            back = [Difference(path, value_at(now, path), value_at(after, path)) for path in self._paths]
        else:
            back = [Difference(name, now.get(name), value) for name, value in after.items()]
        return tuple(one for one in back if not _same(one.before, one.after))

    def irreversible(self, kept: Collection[int]) -> Iterator[str]:
        """What does not come back, or does not go: ``kept`` numbers the changes that stay."""
        name = f"{self.key.type} {self.key.id}"
        if self.number in kept:
            yield f"{name} stays: {'it cannot be removed' if self.permanent else 'something that stays builds on it'}"
            return
        if self._action in (Action.DELETE, Action.REPLACE):
            if self._data_bearing:
                yield f"{name}: the data in it"
            if not set(self._before.key.id.split("|")) <= {str(value) for value in (self._before.state or {}).values()}:
                yield f"{name}: its identifier; AWS will choose a new one"
        if is_masked(self._before.state) and self._action is not Action.CREATE:
            yield f"{name}: secrets, which were masked in the ledger"


def _same(one: Value, other: Value) -> bool:
    empty: tuple[Value, ...] = (None, [], {})
    return bool(canonical_value(one) == canonical_value(other) or (one in empty and other in empty))
