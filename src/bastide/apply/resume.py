"""After a killed apply: what its open ledger entries came to.

One idea: the entry before a call says what was intended, the target says what is. A create whose resource is there
exactly as intended was ours, so Bastide owns it and may undo it; anything else is closed as abandoned and left to the
next plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from bastide.apply.bound import learnt
from bastide.aws.failure import failure
from bastide.aws.handler import Connection, Found, Handler
from bastide.aws.registry import kind
from bastide.aws.session import Target
from bastide.model import Action, Change, Resource
from bastide.plan.compare import differences
from bastide.plan.match import identity
from bastide.store import Entry, Owned, Phase, RunStatus, Store, is_masked, mask

RECOVERED = "recovered"


def resume(target: Target, store: Store, handlers: Mapping[str, Handler], at: str) -> list[Entry]:
    """Close everything that killed runs on this target left open; the closing ledger entries come out.

    Their runs end as interrupted, so that they can be undone. Call it with the target's lock held (``Store.applying``).
    """
    killed = {run.id for run in store.open_runs() if run.target == target.label}
    closed = [_close(entry, target, store, handlers, at) for entry in store.open_entries() if entry.run in killed]
    for run in sorted(killed):
        store.end_run(run, RunStatus.INTERRUPTED, at)
    return closed


class _Truth(NamedTuple):
    """What an open entry came to: which action really took place, and what is there now."""

    action: Action
    found: Found | None


def closings(
    run: str, target: Target, store: Store, handlers: Mapping[str, Handler], at: str
) -> list[tuple[Entry, Entry]]:
    """(before, after) of what a run left open, as ``resume`` would close it; nothing is written."""
    return [(entry, _closing(entry, target, handlers, at)[0]) for entry in store.open_entries() if entry.run == run]


def _close(entry: Entry, target: Target, store: Store, handlers: Mapping[str, Handler], at: str) -> Entry:
    """The closing entry, written with what follows from it."""
    closing, found = _closing(entry, target, handlers, at)
    # What was replaced stays whose it was.
    ours = closing.action == Action.CREATE or entry.key in store.owned(target.label)
    made = found is not None and closing.action in (Action.CREATE, Action.REPLACE)
    gone = closing.result == RECOVERED and closing.action in (Action.DELETE, Action.REPLACE)
    store.settle(
        target.label,
        closing,
        own=Owned(closing.key, entry.provisional_id, entry.run) if made and ours else None,
        disown=entry.key if gone else None,
        bindings=_learnt(entry, found, handlers) if made and found else None,
    )
    return closing


def _closing(entry: Entry, target: Target, handlers: Mapping[str, Handler], at: str) -> tuple[Entry, Found | None]:
    """The entry that closes an open one, and the resource as it is now."""
    handler = handlers.get(entry.key.type)
    truth, why = None, "killed before its result was noted; it did not take place, or only in part"
    if handler is not None:
        try:
            truth = _truth(entry, target, handler)
        except Exception as error:  # noqa: BLE001 - the edge of one entry: what cannot be read is closed as such
            why = f"killed before its result was noted, and cannot be read now: {failure(error).code}"
    found = truth.found if truth else None
    key = entry.key._replace(id=found.id) if found else entry.key
    closing = replace(
        entry,
        at=at,
        phase=Phase.AFTER,
        action=str(truth.action if truth else entry.action),
        key=key,
        desired=None,
        state=mask(key.type, found.properties) if found else None,
        arn=found.arn if found else "",
        result=RECOVERED if truth else "abandoned",
        message="" if truth else why,
    )
    return closing, found


def _truth(entry: Entry, target: Target, handler: Handler) -> _Truth | None:
    """What took place; None when nothing did, or it cannot be told."""
    at = target.connection(entry.key.account, entry.key.region)
    old = None if entry.action == Action.CREATE else handler.read(at, entry.key.id)
    match Action(entry.action):
        case Action.CREATE:
            made = _made(entry, at, handler)
            return _Truth(Action.CREATE, made) if made else None
        case Action.UPDATE:
            # Whatever part of it took place, undo puts the state before back.
            return _Truth(Action.UPDATE, old) if old else None
        case Action.DELETE:
            return None if old else _Truth(Action.DELETE, None)
        case Action.REPLACE:
            made = _made(entry, at, handler)
            if made:
                kept = old is not None and made.id != old.id
                return _Truth(Action.CREATE if kept else Action.REPLACE, made)
            return None if old else _Truth(Action.DELETE, None)


def _made(entry: Entry, at: Connection, handler: Handler) -> Found | None:
    """The resource that is there exactly as the entry desires it; None when there is none."""
    if is_masked(entry.desired):
        return None
    known = kind(handler)
    wanted = Resource(*entry.key, properties=entry.desired)
    for found in handler.list(at):
        other = replace(wanted, id=found.id, properties=found.properties)
        same = found.id == entry.key.id or identity(other, known) == identity(wanted, known) is not None
        if same and not differences(entry.desired, found.properties, known)[0]:
            return found
    return None


def _learnt(entry: Entry, found: Found, handlers: Mapping[str, Handler]) -> dict[str, str]:
    change = Change(Action.CREATE, entry.key, None, None, provisional_id=entry.provisional_id)
    return learnt(change, {}, found, kind(handlers[entry.key.type]))
