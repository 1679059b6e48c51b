"""After a killed apply: what its open ledger entries came to.

One idea: the entry before a call says what was intended, the target says what is. A create whose resource is there
exactly as intended was ours, so Bastide owns it and may undo it; anything else is closed as abandoned and left to the
next plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bastide.apply.bound import learnt
from bastide.aws.failure import failure
from bastide.aws.handler import Found, Handler
from bastide.aws.registry import kind
from bastide.aws.session import Target
from bastide.model import Action, Change, Resource
from bastide.plan.compare import differences
from bastide.plan.match import identity
from bastide.store import Entry, Owned, Phase, RunStatus, Store, is_masked, mask


def resume(target: Target, store: Store, handlers: Mapping[str, Handler], at: str) -> list[Entry]:
    """Close everything that killed runs on this target left open; the closing ledger entries come out.

    Their runs end as interrupted, so that they can be undone. Call it when no other apply is going on.
    """
    killed = {run.id for run in store.open_runs() if run.target == target.label}
    closed = [_close(entry, target, store, handlers, at) for entry in store.open_entries() if entry.run in killed]
    for run in sorted(killed):
        store.end_run(run, RunStatus.INTERRUPTED, at)
    return closed


def _close(entry: Entry, target: Target, store: Store, handlers: Mapping[str, Handler], at: str) -> Entry:
    handler = handlers.get(entry.key.type)
    why = "killed before its result was noted"
    found = None
    if handler is not None:
        try:
            found = _come_true(entry, target, handler)
        except Exception as error:  # noqa: BLE001 - the edge of one entry: what cannot be read is closed as such
            why = f"{why}; cannot be read now: {failure(error).code}"
    key = entry.key._replace(id=found.id) if found and found.id else entry.key
    closing = replace(
        entry,
        at=at,
        phase=Phase.AFTER,
        key=key,
        desired=None,
        state=mask(key.type, found.properties) if found else None,
        arn=found.arn if found else "",
        result="recovered" if found else "abandoned",
        message="" if found else why,
    )
    made = found is not None and entry.action in (Action.CREATE, Action.REPLACE)
    store.settle(
        target.label,
        closing,
        own=Owned(key, entry.provisional_id, entry.run) if made else None,
        disown=entry.key if found and entry.action in (Action.DELETE, Action.REPLACE) else None,
        bindings=_learnt(entry, found, handlers) if made and found else None,
    )
    return closing


def _come_true(entry: Entry, target: Target, handler: Handler) -> Found | None:
    """The resource, when it is as the entry intended (for a delete: an empty one when it is gone); None otherwise."""
    at = target.connection(entry.key.account, entry.key.region)
    if entry.action == Action.DELETE:
        return Found("", {}) if handler.read(at, entry.key.id) is None else None
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
    change = Change(Action(entry.action), entry.key, None, None, provisional_id=entry.provisional_id)
    return learnt(change, {}, found, kind(handlers[entry.key.type]))
