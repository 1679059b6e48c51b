"""Which change may run now.

One idea: an account is a lane: its changes run one after the other in the plan's order, lanes run beside each other,
and a change waits for what it depends on. The first failure closes its lane; what depends on something that will not
come is skipped; other lanes go on. Pure bookkeeping: nothing is called here.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence

from bastide.errors import ContractError
from bastide.model import Change, ResourceKey


class Schedule:
    """The state of a plan under way."""

    def __init__(
        self,
        changes: Sequence[Change],
        *,
        lane_of: Callable[[Change], str] = lambda change: change.key.account,
        late: frozenset[ResourceKey] = frozenset(),
    ) -> None:
        """All of ``changes`` are to be run; ``late`` ones also when something that they wait for has failed.

        Raises:
            ContractError: two changes have one key, so that it is unclear which of them others depend on.
        """
        self._changes = {change.key: change for change in changes}
        if len(self._changes) != len(changes):
            raise ContractError("a plan has two changes of one resource")
        self._lane_of = {change.key: lane_of(change) for change in changes}
        self._late = late
        self._lanes: dict[str, deque[ResourceKey]] = defaultdict(deque)
        self._waits: dict[ResourceKey, set[ResourceKey]] = {}
        self._users: dict[ResourceKey, list[ResourceKey]] = defaultdict(list)
        self._busy: set[str] = set()
        self._gone: set[ResourceKey] = set()  # skipped while still in their lane
        for change in changes:
            self._lanes[self._lane_of[change.key]].append(change.key)
            self._waits[change.key] = {key for key in change.depends_on if key in self._changes}
            for needed in self._waits[change.key]:
                self._users[needed].append(change.key)

    def start(self) -> list[Change]:
        """The changes that may run at once."""
        return [change for lane in list(self._lanes) if (change := self._next(lane))]

    def done(self, change: Change) -> list[Change]:
        """``change`` was made: the changes that may run now."""
        self._busy.discard(self._lane_of[change.key])
        lanes = {self._lane_of[change.key]: None, **self._release(change.key)}
        return [ready for lane in lanes if (ready := self._next(lane))]

    def failed(self, change: Change) -> tuple[list[tuple[Change, str]], list[Change]]:
        """``change`` was not made: (what is skipped, with the reason; the changes that may run now)."""
        own = self._lane_of[change.key]
        self._busy.discard(own)
        lane = self._lanes.pop(own, deque())
        what = f"{change.key.type} {change.name or change.key.id}"
        skipped = list(self._skip(change.key, f"needs {what}"))
        for key in lane:
            if key in self._late:
                self._lanes[own].append(key)
            elif key not in self._gone:
                self._gone.add(key)
                skipped.append((self._changes[key], f"{change.account_name or own} stopped at {what}"))
                skipped += self._skip(key, f"needs {key.type} {self._changes[key].name or key.id}")
        lanes = {own: None}
        for gone in (change.key, *(other.key for other, _ in skipped)):
            lanes |= self._release(gone)
            lanes[self._lane_of[gone]] = None
        return skipped, [ready for name in lanes if (ready := self._next(name))]

    def _release(self, key: ResourceKey) -> dict[str, None]:
        """Nobody waits for ``key`` any more; the lanes in which somebody did."""
        lanes: dict[str, None] = {}
        for user in self._users[key]:
            self._waits[user].discard(key)
            lanes[self._lane_of[user]] = None
        return lanes

    def left(self) -> list[Change]:
        """All that has neither run nor been skipped; the schedule is over."""
        return [self._changes[key] for lane in self._lanes.values() for key in lane if key not in self._gone]

    def _skip(self, key: ResourceKey, reason: str) -> Iterator[tuple[Change, str]]:
        """Everything that depends on ``key``, at every remove, but for what only waits."""
        waiting = list(self._users[key])
        while waiting:
            user = waiting.pop()
            if user not in self._gone and user not in self._late:
                self._gone.add(user)
                waiting.extend(self._users[user])
                yield self._changes[user], reason

    def _next(self, lane: str) -> Change | None:
        queue = self._lanes.get(lane)
        while queue and queue[0] in self._gone:
            queue.popleft()
        if not queue or lane in self._busy or self._waits[queue[0]]:
            return None
        self._busy.add(lane)
        return self._changes[queue.popleft()]
