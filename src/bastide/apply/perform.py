"""One change, from its ledger entry to its read-back.

One idea: state before → ledger → call → read back → ledger. A call that fails for what may pass is tried again; a
create that failed half-way is finished as an update of what it left. The read-back must say what the plan says, or the
change has failed, whatever AWS answered.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from bastide.apply.attempts import Attempts
from bastide.apply.bound import bound, learnt
from bastide.apply.outcome import Result, ResultStatus
from bastide.aws.consistency import collides, eventually, passing
from bastide.aws.doubt import in_doubt
from bastide.aws.failure import BotoCoreError, ClientError, failure
from bastide.aws.handler import Connection, Found, Handler
from bastide.aws.registry import kind
from bastide.aws.session import Target
from bastide.errors import BastideError, ContractError, StalePlanError
from bastide.model import Action, Change, Difference, Properties, Resource, ResourceKey, ResourceType
from bastide.plan.binding import bind
from bastide.plan.compare import differences
from bastide.plan.match import identity
from bastide.store import Entry, Owned, Phase, Store, mask

log = logging.getLogger("bastide.apply")
T = TypeVar("T")


class HalfMade(Exception):
    """A create failed after it had made something."""

    def __init__(self, found: Found, cause: Exception) -> None:
        super().__init__(str(cause))
        self.found = found
        self.cause = cause


@dataclass
class Performer:
    """Makes changes of one run. Safe under threads: ``bindings`` only ever grows."""

    target: Target
    store: Store
    handlers: Mapping[str, Handler]
    run_id: str
    now: Callable[[], datetime]
    bindings: dict[str, str]
    numbers: Mapping[ResourceKey, int]
    sleep: Callable[[float], None] = time.sleep
    owned: frozenset[ResourceKey] = frozenset()  # what Bastide had created before this run
    awaited: frozenset[ResourceKey] = frozenset()  # what another change of this run builds on
    _kinds: dict[str, ResourceType] = field(default_factory=dict)

    def perform(self, change: Change) -> Result:
        """What came of the change. Never raises but for Ctrl-C and a store that cannot be written."""
        work = _Work(self, change)
        try:
            return work.run()
        except Exception as error:  # noqa: BLE001 - a worker's outermost edge: whatever went wrong is this change's result
            return work.failed(error)

    def kind(self, handler: Handler) -> ResourceType:
        """The facts of a handler's type."""
        return self._kinds.setdefault(handler.type, kind(handler))

    def stamp(self) -> str:
        """Now, ISO 8601 UTC."""
        return self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Work:
    """One change under way."""

    def __init__(self, performer: Performer, change: Change) -> None:
        self._performer = performer
        self._planned = change
        self._change = change
        self._handler = performer.handlers[change.key.type]
        self._kind = performer.kind(self._handler)
        self._noted = False
        self._old: Found | None = None

    def run(self) -> Result:
        self._change = bound(self._planned, self._performer.bindings, self._kind)
        if self._change.action is not Action.CREATE:
            self._old = self._eventually(lambda: self._handler.read(self._at(), self._change.key.id))
        self._note_before()
        match self._change.action:
            case Action.CREATE:
                return self._finish(self._read_back(self._create()))
            case Action.UPDATE:
                return self._finish(self._update())
            case Action.REPLACE:
                return self._finish(self._replace())
            case Action.DELETE:
                return self._finish(self._delete())

    # The four actions

    def _create(self) -> str:
        """The new identifier.

        Raises:
            HalfMade: it failed after it had made something that is there now and was not before.
        """
        attempts = self._attempts()
        while True:
            try:
                return self._handler.create(self._at(), self._after)
            except Exception as error:
                clean = attempts.first and not in_doubt(error)
                if not attempts.again(error):
                    # Taken at the first try: somebody else's.
                    half = None if clean and collides(error) else self._half_made(attempts.in_doubt)
                    raise HalfMade(half, error) if half else error from error
            half = self._half_made(attempts.in_doubt)
            if half:
                self._complete(half)
                return half.id

    def _half_made(self, doubtful: bool) -> Found | None:
        """What a failed create left behind, found by identity; None when there is nothing or it cannot be told.

        ``doubtful``: an attempt may have been performed, so the only one of its place is what it made.
        """
        key = self._change.key
        wanted = identity(Resource(*key, properties=self._after), self._kind)
        if wanted is None or not (self._kind.identified_by or doubtful):
            return None
        try:
            for found in self._handler.list(self._at()):
                other = Resource(key.type, key.account, key.region, found.id, found.properties)
                if identity(other, self._kind) == wanted and (self._old is None or found.id != self._old.id):
                    return found
        except Exception as error:  # the first error is the one to report
            log.debug("cannot look for what a failed create left", exc_info=error)
        return None

    def _complete(self, half: Found) -> None:
        differing, _ = differences(self._after, half.properties, self._kind)
        if differing:
            self._bring(half.id, replace(self._change, before=half.properties, differences=tuple(differing)))

    def _update(self) -> Found:
        old = self._existing()
        self._bring(old.id, replace(self._change, before=old.properties))
        return self._read_back(old.id)

    def _bring(self, id: str, change: Change) -> None:
        """What there is comes to be as ``change`` says; before it is tried again, what is left to do is looked up."""
        attempts = self._attempts()
        while True:
            try:
                return self._handler.update(self._at(), id, change)
            except Exception as error:
                if not attempts.again(error):
                    raise
            found = self._seen(id)
            if found is not None:
                asked = {difference.path for difference in change.differences}
                left = [one for one in differences(self._after, found.properties, self._kind)[0] if one.path in asked]
                if attempts.in_doubt and not left:
                    return None
                change = replace(change, before=found.properties, differences=tuple(left) or change.differences)

    def _seen(self, id: str) -> Found | None:
        """The resource as it reads now; None where that cannot be told."""
        try:
            return self._handler.read(self._at(), id)
        except (ClientError, BotoCoreError) as error:  # the write will say what is wrong
            log.debug("cannot look at what a failed write left", exc_info=error)
            return None

    def _replace(self) -> Found:
        """The new resource. The old one goes first only where both cannot be at once."""
        old = self._existing()
        if not self._named_alike(old):
            try:
                made = self._read_back(self._create())
            except Exception as error:
                cause = error.cause if isinstance(error, HalfMade) else error
                if not collides(cause):
                    raise
            else:
                self._remove(old)
                return made
        self._remove(old)
        return self._read_back(self._create())

    def _named_alike(self, old: Found) -> bool:
        """Whether the new resource would have the old one's identifier: there is one a place, or names identify it."""
        key = self._change.key
        before = Resource(*key, properties=old.properties)
        if not self._kind.identified_by:
            return True
        if set(self._kind.identified_by) & self._kind.read_only:
            return False  # AWS chooses what identifies it, so the new one cannot have it
        if identity(before, self._kind) != identity(Resource(*key, properties=self._after), self._kind):
            return False
        names = {str(before.get(path)) for path in self._kind.identified_by}
        return set(old.id.split("|")) <= names

    def _delete(self) -> Found | None:
        if self._old is not None:
            self._remove(self._old)
        return None

    def _remove(self, old: Found) -> None:
        """The resource is gone.

        Raises:
            ContractError: it is still there.
        """
        attempts = self._attempts()
        while True:
            try:
                self._handler.delete(self._at(), old.id, old.properties)
                break
            except Exception as error:
                if in_doubt(error) and self._seen(old.id) is None:
                    break  # the attempt whose answer was lost has removed it; that is looked at once more below
                if not attempts.again(error):
                    raise
        always_there = not self._kind.identified_by or self._handler.stays(old.properties)
        if not always_there and not self._until(lambda: self._handler.read(self._at(), old.id) is None):
            raise ContractError(f"{self._change.key.type} {old.id} is still there after it was deleted", self._where)

    # Reading

    def _existing(self) -> Found:
        if self._old is None:
            raise StalePlanError(
                f"{self._change.key.type} {self._change.key.id} is gone", self._where, "run `bastide plan` again"
            )
        return self._old

    def _read_back(self, id: str) -> Found:
        """The resource as it reads now.

        Raises:
            ContractError: it is not there, or differs from what the plan declares.
        """
        seen: list[Found | None] = [None]
        wrong: list[Difference] = []

        def fits() -> bool:
            seen[0] = found = self._handler.read(self._at(), id)
            wrong[:] = self._unsettled(differences(self._after, found.properties, self._kind)[0]) if found else []
            return found is not None and not wrong

        fine = self._until(fits)
        if seen[0] is None:
            raise ContractError(f"{self._change.key.type} {id} cannot be read back", self._where)
        if not fine:
            paths = ", ".join(difference.path for difference in wrong)
            raise _ReadOtherwise(f"{self._change.key.type} {id} reads back otherwise than planned: {paths}", seen[0])
        return seen[0]

    def _unsettled(self, found: list[Difference]) -> list[Difference]:
        """What must not differ now: of what is new, or is still to be built on, some properties come true later."""
        if self._change.action is Action.REPLACE and self._change.key not in self._performer.owned:
            # The copy of what somebody else made: its other properties are what was observed, not what is declared.
            asked = {difference.path for difference in self._change.differences}
            return [difference for difference in found if difference.path in asked]
        whole = self._change.action is Action.UPDATE and self._planned.key not in self._performer.awaited
        later = () if whole else self._handler.settles
        return [difference for difference in found if difference.path not in later]

    def _until(self, fits: Callable[[], bool]) -> bool:
        """Whether it came true within the target's patience."""
        waited, pause = 0.0, 0.5
        while True:
            try:
                if fits():
                    return True
                failed = None
            except Exception as error:
                if not passing(error):
                    raise
                failed = error
            if waited >= self._performer.target.patience:
                if failed is not None:
                    raise failed
                return False
            self._performer.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 8.0)

    def _eventually(self, call: Callable[[], T]) -> T:
        return eventually(call, patience=self._performer.target.patience, sleep=self._performer.sleep)

    def _attempts(self) -> Attempts:
        return Attempts(lambda: self._performer.target.patience, self._performer.sleep)

    def _at(self) -> Connection:
        """A new connection, which remembers no answers from before a call."""
        return self._performer.target.connection(self._change.key.account, self._change.key.region)

    @property
    def _after(self) -> Properties:
        return self._change.after or {}

    @property
    def _where(self) -> str:
        return str(self._change.key)

    # The ledger

    def _entry(self, phase: Phase, found: Found | None, result: str = "", code: str = "", message: str = "") -> Entry:
        change, performer = self._change, self._performer
        key = change.key._replace(id=found.id if found else change.key.id)
        desired = change.after if phase is Phase.BEFORE else None
        return Entry(
            run=performer.run_id,
            at=performer.stamp(),
            phase=phase,
            change=performer.numbers[self._planned.key],
            action=str(change.action),
            key=key,
            state=mask(change.key.type, found.properties) if found else None,
            desired=mask(change.key.type, desired),
            paths=tuple(difference.path for difference in change.differences),
            depends_on=tuple(performer.numbers[one] for one in change.depends_on if one in performer.numbers),
            provisional_id=self._planned.provisional_id,
            arn=found.arn if found else "",
            result=result,
            code=code,
            message=message,
        )

    def _note_before(self) -> None:
        self._performer.store.append(self._entry(Phase.BEFORE, self._old))
        self._noted = True

    def _finish(self, found: Found | None) -> Result:
        change, performer = self._change, self._performer
        key = change.key._replace(id=found.id if found else change.key.id)
        declared = bind(self._planned.after or {}, performer.bindings)
        known = learnt(change, declared, found, self._kind) if found else {}
        performer.store.settle(
            performer.target.label,
            self._entry(Phase.AFTER, found, "done"),
            own=self._owned(key) if self._becomes_owned() else None,
            disown=change.key if change.action in (Action.DELETE, Action.REPLACE) else None,
            bindings=known,
        )
        performer.bindings.update(known)
        return Result(self._planned, ResultStatus.DONE, key, found.arn if found else "")

    def _becomes_owned(self) -> bool:
        """What Bastide creates is its own; what it replaces stays whose it was, or the next plan would delete it."""
        return self._change.action is Action.CREATE or (
            self._change.action is Action.REPLACE and self._change.key in self._performer.owned
        )

    def _owned(self, key: ResourceKey) -> Owned:
        return Owned(key, self._planned.provisional_id, self._performer.run_id)

    def failed(self, error: Exception) -> Result:
        """The result of a change that raised ``error``, noted in the ledger if the change was."""
        left = error.found if isinstance(error, HalfMade | _ReadOtherwise) else None
        cause = error.cause if isinstance(error, HalfMade) else error
        code, message = failure(cause)
        if isinstance(cause, _ReadOtherwise):
            code = ContractError.__name__
        elif code == type(cause).__name__ and not isinstance(cause, BastideError):
            log.error("the handler of %s failed", self._handler.type, exc_info=cause)
        message = str(mask("", message))
        key = self._change.key._replace(id=left.id if left else self._change.key.id)
        if self._noted:
            made = left and self._change.action in (Action.CREATE, Action.REPLACE)
            entry = self._entry(Phase.AFTER, left, "failed", code, message)
            self._performer.store.settle(self._performer.target.label, entry, own=self._owned(key) if made else None)
        return Result(self._planned, ResultStatus.FAILED, key, left.arn if left else "", code, message)


class _ReadOtherwise(ContractError):
    """A resource reads back otherwise than planned."""

    def __init__(self, what: str, found: Found) -> None:
        super().__init__(what)
        self.found = found
