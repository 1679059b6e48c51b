"""Every account × region × type, in parallel.

One idea: one task is one type in one place; a place is one connection, so that handlers of the same service share their
answers (``Connection.once``). A task never fails the collection: its error becomes a ``Gap``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import NamedTuple, Protocol

from bastide.aws.failure import Refusal, refusal
from bastide.aws.handler import Connection, Lister
from bastide.aws.registry import handlers
from bastide.aws.session import Target
from bastide.model import GLOBAL, Estate, Gap, Organization, Origin, Properties, Resource, Scope

log = logging.getLogger("bastide.collect")

INTERRUPTED = "interrupted before it was read"
AHEAD = 4  # tasks in the pool for each thread; what has not been submitted costs no memory


class Progress(Protocol):
    """Who watches a collection."""

    def start(self, total: int) -> None:
        """There are ``total`` tasks."""

    def advance(self, task: str, result: str) -> None:
        """One task is over: its place and type, and ``N resources`` or why it could not be read."""


class Task(NamedTuple):
    """One type in one place."""

    handler: Lister
    at: Connection

    @property
    def place(self) -> tuple[str, str, str]:
        """Type, account and region."""
        return self.handler.type, self.at.account, self.at.region

    def __str__(self) -> str:
        """Place and type as one word."""
        return f"{self.at.account}/{self.at.region}/{self.handler.type}"


Answer = tuple[tuple[Resource, ...], Gap | None]


def collect(
    target: Target,
    organization: Organization | None,
    types: Iterable[str] | Mapping[str, Lister],
    regions: Sequence[str],
    *,
    read_at: datetime,
    accounts: Iterable[str] | None = None,
    only: Collection[tuple[str, str, str]] | None = None,
    progress: Progress | None = None,
) -> Estate:
    """The estate as it is: resources sorted by key, and gaps sorted by place.

    ``only``: places (type, account, region) to look at; None for all.

    ``types``: names of types that have handlers, or what lists each type. ``accounts``: all active ones of the
    organization unless named.
    Ctrl-C ends it early: what was read is kept, the rest is a gap with the reason ``INTERRUPTED``.
    """
    known = types if isinstance(types, Mapping) else handlers()
    chosen = [known[name] for name in sorted(set(types)) if name in known]
    places = list(_places(target, chosen, _accounts(target, organization, accounts), regions))
    if only is not None:
        kept = ((one[0], one[1], [kind for kind in one[2] if (kind.type, *one[:2]) in only]) for one in places)
        places = [one for one in kept if one[2]]
    if progress:
        progress.start(sum(len(kinds) for _, _, kinds in places))
    stamp = read_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    reader = _Reader(target, Origin(source="observed", read_at=stamp), progress)
    answers = _run(reader, places, target.threads)
    return Estate(
        resources=tuple(sorted((found for resources, _ in answers for found in resources), key=lambda one: one.key)),
        organization=organization,
        gaps=tuple(sorted((gap for _, gap in answers if gap), key=lambda gap: (gap.account, gap.region, gap.type))),
        regions=tuple(sorted(regions)),
        basis=target.basis,
        read_at=stamp,
    )


def places_of(
    target: Target,
    organization: Organization | None,
    listers: Mapping[str, Lister],
    regions: Sequence[str],
    accounts: Iterable[str] | None = None,
) -> Iterator[tuple[str, str, str]]:
    """Every place (type, account, region) that a collection of these would look at."""
    chosen = [listers[name] for name in sorted(listers)]
    for account, region, kinds in _places(target, chosen, _accounts(target, organization, accounts), regions):
        yield from ((kind.type, account, region) for kind in kinds)


def interrupted(estate: Estate) -> bool:
    """Whether the collection of this estate was ended early."""
    return any(gap.reason == INTERRUPTED for gap in estate.gaps)


Place = tuple[str, str, list[Lister]]


def _accounts(target: Target, organization: Organization | None, accounts: Iterable[str] | None) -> list[str]:
    if accounts is not None:
        return sorted(set(accounts))
    if organization is None:
        return [target.management_account]
    # A suspended or closed account cannot be entered by anyone.
    return sorted(account.id for account in organization.accounts if account.status == "ACTIVE")


def _places(
    target: Target, chosen: Sequence[Lister], accounts: Sequence[str], regions: Sequence[str]
) -> Iterator[Place]:
    """(account, region, handlers) with at least one handler, in order."""
    by_scope = {scope: [handler for handler in chosen if handler.scope is scope] for scope in Scope}
    for account in accounts:
        everywhere = list(by_scope[Scope.ACCOUNT])
        if account == target.management_account:
            everywhere += by_scope[Scope.ORGANIZATION]
        if everywhere:
            yield account, GLOBAL, everywhere
        if by_scope[Scope.REGION]:
            for region in sorted(set(regions)):
                yield account, region, by_scope[Scope.REGION]


class _Reader:
    """Performs one task, and remembers which accounts cannot be entered."""

    def __init__(self, target: Target, origin: Origin, progress: Progress | None) -> None:
        self._target = target
        self._origin = origin
        self._progress = progress
        self._blocked: dict[str, Refusal | None] = {}

    def tasks(self, places: Iterable[Place]) -> Iterator[Task]:
        """Tasks place by place, so that few connections are alive at a time."""
        for account, region, chosen in places:
            at = self._target.connection(account, region)
            yield from (Task(handler, at) for handler in chosen)

    def perform(self, task: Task) -> Answer:
        """What the task found. Never raises but for Ctrl-C."""
        answer = self._read(task)
        if self._progress:
            found, gap = answer
            self._progress.advance(str(task), gap.reason if gap else f"{len(found)} resources")
        return answer

    def _read(self, task: Task) -> Answer:
        handler, at = task
        refused = self._blocked.get(at.account) or self._enter(at.account)
        if refused is None:
            try:
                return tuple(self._resource(task, *found) for found in handler.list(at)), None
            except Exception as error:  # a worker's outermost edge: one type in one place must not lose the others
                refused = refusal(error, handler.service)
                if not refused.expected:
                    log.exception("the handler of %s failed in %s/%s", handler.type, at.account, at.region)
        return (), Gap(handler.type, at.account, at.region, refused.reason, refused.action)

    def _enter(self, account: str) -> Refusal | None:
        if account not in self._blocked:
            try:
                self._target.enter(account)
                self._blocked[account] = None
            except Exception as error:  # noqa: BLE001 - the same edge
                self._blocked[account] = refusal(error, "sts")
        return self._blocked[account]

    def _resource(self, task: Task, id: str, properties: Properties, arn: str) -> Resource:
        return Resource(task.handler.type, task.at.account, task.at.region, id, properties, arn, self._origin)


def _run(reader: _Reader, places: Sequence[Place], threads: int) -> Iterable[Answer]:
    """An answer for every task; for those that Ctrl-C came before, a gap."""
    answers: dict[tuple[str, str, str], Answer] = {}
    try:
        if threads == 1:
            for task in reader.tasks(places):
                answers[task.place] = reader.perform(task)
        else:
            _run_pool(reader, places, threads, answers)
    except KeyboardInterrupt:
        for account, region, chosen in places:
            for handler in chosen:
                gap = Gap(handler.type, account, region, INTERRUPTED)
                answers.setdefault((handler.type, account, region), ((), gap))
    return answers.values()


def _run_pool(
    reader: _Reader, places: Sequence[Place], threads: int, answers: dict[tuple[str, str, str], Answer]
) -> None:
    running: dict[Future[Answer], Task] = {}

    def keep(done: Iterable[Future[Answer]]) -> None:
        for future in done:
            answers[running.pop(future).place] = future.result()

    with ThreadPoolExecutor(threads, thread_name_prefix="collect") as pool:
        try:
            for task in reader.tasks(places):
                running[pool.submit(reader.perform, task)] = task
                if len(running) >= threads * AHEAD:
                    keep(wait(running, return_when=FIRST_COMPLETED).done)
        except KeyboardInterrupt:
            running = {future: task for future, task in running.items() if not future.cancel()}
            raise
        finally:
            keep(wait(running).done)
