"""The engine: checks a plan, runs its schedule on threads, and keeps the record.

One idea: the calling thread alone decides (``schedule.py``), worker threads only make changes (``perform.py``). Ctrl-C
lets the calls under way end, and skips the rest; a second one leaves at once, and ``resume`` finds what was open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime

from bastide.apply.guard import check_changes, check_observation, check_plan
from bastide.apply.outcome import Outcome, Progress, Result, ResultStatus
from bastide.apply.perform import Performer
from bastide.apply.resume import resume
from bastide.apply.schedule import Schedule
from bastide.aws.handler import Handler
from bastide.aws.registry import handlers as all_handlers
from bastide.aws.session import Target
from bastide.model import Change, Plan, ResourceKey, Scope
from bastide.plan import Observation, plan_digest
from bastide.store import Run, RunStatus, Store

INTERRUPTED = "interrupted"
VERIFIED = 100_000  # ledger entries whose chain is checked before an apply adds to it: half a second
ORGANIZATION = "organization"  # the lane of what is of no single account


def apply(  # noqa: PLR0913  # an edge: everything that it touches is an argument
    plan: Plan,
    target: Target,
    store: Store,
    *,
    run_id: str,
    now: Callable[[], datetime],
    handlers: Mapping[str, Handler] | None = None,
    progress: Progress | None = None,
    allow_data_loss: Collection[str] = frozenset(),
    recheck: Callable[[], Observation] | None = None,
    digest: str = "",
    threads: int = 0,
    sleep: Callable[[float], None] = time.sleep,
    undoes: str = "",
) -> Outcome:
    """What came of every change of the plan; the run and its ledger are in the store.

    ``allow_data_loss``: ids (or whole keys) of resources that hold data, or that Bastide did not create, and may go.
    ``recheck`` reads what the plan was made from once more. ``digest``: that of the plan which was
    looked at. ``threads``: as many as the target is good for when 0. ``undoes``: the run that this one reverses.

    Raises:
        InputError: a change may not be made, the plan is for another target, another run is under way there, or the
            ledger's chain is broken; nothing was done.
        StalePlanError: the plan was edited, or what it was made from has moved; nothing was done.
    """
    known = all_handlers() if handlers is None else handlers
    check_plan(plan, target.name, digest)
    with store.applying(target.label, run_id):
        store.verify(last=VERIFIED)
        owned = store.owned(target.label)
        check_changes(plan.changes, known, owned, allow_data_loss)
        if recheck is not None:
            check_observation(plan, recheck())
        numbers = {change.key: number for number, change in enumerate(plan.changes)}
        awaited = frozenset(key for change in plan.changes for key in change.depends_on)
        performer = Performer(target, store, known, run_id, now, dict(plan.bindings), numbers, sleep, owned, awaited)
        resume(target, store, known, performer.stamp())
        begun = Run(run_id, "undo" if undoes else "apply", target.label, performer.stamp(), undoes=undoes)
        store.start_run(replace(begun, plan_digest=plan_digest(plan)))
        store.bind(target.label, plan.bindings)
        runner = _Runner(performer.perform, _schedule(plan.changes, known), threads or target.threads, progress)
        results = runner.run(plan.changes)
        outcome = Outcome(run_id, results, runner.interrupted, dict(sorted(performer.bindings.items())))
        store.end_run(run_id, _status(outcome), performer.stamp())
        return outcome


def _schedule(changes: Sequence[Change], known: Mapping[str, Handler]) -> Schedule:
    """A lane an account, and one for what is of the whole organization; guardrails only wait for what they protect."""
    late = frozenset(change.key for change in changes if known[change.key.type].late)

    def lane_of(change: Change) -> str:
        whole = known[change.key.type].scope is Scope.ORGANIZATION
        return ORGANIZATION if whole else change.key.account

    return Schedule(changes, lane_of=lane_of, late=late)


def _status(outcome: Outcome) -> RunStatus:
    if outcome.interrupted:
        return RunStatus.INTERRUPTED
    return RunStatus.DONE if outcome.complete else RunStatus.FAILED


class _Runner:
    """One schedule on a pool of threads."""

    def __init__(
        self, perform: Callable[[Change], Result], schedule: Schedule, threads: int, progress: Progress | None
    ) -> None:
        self._perform = perform
        self._schedule = schedule
        self._threads = threads
        self._progress = progress
        self._results: dict[ResourceKey, Result] = {}
        self.interrupted = False

    def run(self, changes: Collection[Change]) -> tuple[Result, ...]:
        """One result a change, in their order."""
        if self._progress:
            self._progress.start(len(changes))
        with ThreadPoolExecutor(self._threads, thread_name_prefix="apply") as pool:
            running: dict[Future[Result], Change] = {}

            def submit(ready: Iterable[Change]) -> None:
                running.update({pool.submit(self._perform, change): change for change in ready})

            try:
                submit(self._schedule.start())
                while running:
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        submit(self._end(running.pop(future), future.result()))
            except KeyboardInterrupt:
                self.interrupted = True
                self._finish(running)
        reason = INTERRUPTED if self.interrupted else "waits for itself"
        for change in changes:
            if change.key not in self._results:
                self._note(Result(change, ResultStatus.SKIPPED, change.key, message=reason))
        return tuple(self._results[change.key] for change in changes)

    def _finish(self, running: Mapping[Future[Result], Change]) -> None:
        """Wait for the calls that have begun; take back those that have not."""
        begun = [future for future in running if not future.cancel()]
        for future in begun:
            self._end(running[future], future.result())

    def _end(self, change: Change, result: Result) -> list[Change]:
        """Note a result; the changes that may run now."""
        self._note(result)
        if result.status is ResultStatus.DONE:
            return self._schedule.done(change)
        skipped, ready = self._schedule.failed(change)
        for other, reason in skipped:
            self._note(Result(other, ResultStatus.SKIPPED, other.key, message=reason))
        return ready

    def _note(self, result: Result) -> None:
        self._results[result.change.key] = result
        if self._progress:
            self._progress.advance(result.change, result)
