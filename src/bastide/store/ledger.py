"""The ledger: what was done to the world, before and after each call, in a chain that shows any later edit.

One idea: an entry's hash covers its predecessor's hash and its own canonical JSON. ``verify`` recomputes the chain from
the first entry; the last hash is kept apart, so that a cut-off end shows too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from bastide.errors import InputError
from bastide.model import ResourceKey, Value
from bastide.model.serialize import from_json_value, to_json_value
from bastide.store.schema import LEDGER, META

HEAD = "ledger_head"
ORIGIN = "0" * 64


class Phase(StrEnum):
    """Whether an entry was written before or after its call."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger.

    ``change`` numbers the changes of a run. ``state`` holds the properties as read at that moment (None: absent),
    ``desired`` what the change asks for. ``result`` (after): done, failed, recovered or abandoned. Secrets are masked.
    """

    run: str
    at: str
    phase: Phase
    change: int
    action: str
    key: ResourceKey
    state: Value = None
    desired: Value = None
    paths: tuple[str, ...] = ()  # the properties that an update touches
    depends_on: tuple[int, ...] = ()  # numbers of changes of the same run
    provisional_id: str = ""
    arn: str = ""
    result: str = ""
    code: str = ""
    message: str = ""
    sequence: int = field(default=0, compare=False)
    hash: str = field(default="", compare=False)


_FIELDS = tuple(name for name in Entry.__dataclass_fields__ if name != "hash")
# Made once: building a statement costs more than running it.
_READ_HEAD = select(META.c.value).where(META.c.name == HEAD).with_for_update()
_MOVE_HEAD = update(META).where(META.c.name == HEAD).values(value=bindparam("head"))
_APPEND = insert(LEDGER)


def render(entry: Entry, sequence: int) -> str:
    """The canonical JSON that is stored and hashed."""
    body = {name: getattr(entry, name) for name in _FIELDS}
    body |= {"state": to_json_value(entry.state), "desired": to_json_value(entry.desired), "sequence": sequence}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(text: str, digest: str) -> Entry:
    """The entry that ``render`` wrote."""
    body: dict[str, Any] = json.loads(text)
    body["phase"] = Phase(body["phase"])
    body["key"] = ResourceKey(*body["key"])
    body["paths"], body["depends_on"] = tuple(body["paths"]), tuple(body["depends_on"])
    body["state"], body["desired"] = from_json_value(body["state"]), from_json_value(body["desired"])
    return Entry(**body, hash=digest)


def chain(previous: str, body: str) -> str:
    """SHA-256 (hex) over the predecessor's hash and the entry."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def append(connection: Connection, entry: Entry) -> None:
    """Write one entry at the chain's end, within the caller's transaction."""
    # The row lock keeps a second process (PostgreSQL) from forking the chain; SQLite locks the whole file.
    head = connection.execute(_READ_HEAD).scalar()
    last, previous = (head or f"0 {ORIGIN}").split(" ")
    sequence = int(last) + 1
    body = render(entry, sequence)
    digest = chain(previous, body)
    connection.execute(_APPEND, {"sequence": sequence, "run": entry.run, "body": body, "hash": digest})
    value = f"{sequence} {digest}"
    if head is None:
        connection.execute(insert(META).values(name=HEAD, value=value))
    else:
        connection.execute(_MOVE_HEAD, {"head": value})


def entries(connection: Connection, where: str, run: str = "") -> Iterator[Entry]:
    """Entries in order; of one run, or of all.

    Raises:
        InputError: an entry is not as ``render`` writes it; it is named.
    """
    query = select(LEDGER.c.sequence, LEDGER.c.body, LEDGER.c.hash).order_by(LEDGER.c.sequence)
    for sequence, body, digest in connection.execute(query.where(LEDGER.c.run == run) if run else query):
        try:
            yield parse(body, digest)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _broken(
                f"ledger entry {sequence} cannot be read: it was changed after it was written", where
            ) from error


def verify(connection: Connection, where: str, last: int = 0) -> int:
    """How many entries the chain has; only the ``last`` so many are checked, unless that is 0.

    Raises:
        InputError: an entry was changed, removed or inserted; it is named.
    """
    head = connection.execute(select(META.c.value).where(META.c.name == HEAD)).scalar() or f"0 {ORIGIN}"
    end = int(head.split(" ")[0])
    count = max(end - last, 0) if last else 0
    previous = ORIGIN
    if count:  # what lies further back is taken as it stands
        previous = connection.execute(select(LEDGER.c.hash).where(LEDGER.c.sequence == count)).scalar() or ORIGIN
    query = select(LEDGER.c.sequence, LEDGER.c.body, LEDGER.c.hash).where(LEDGER.c.sequence > count)
    for sequence, body, digest in connection.execute(query.order_by(LEDGER.c.sequence)):
        count += 1
        if sequence != count:
            raise _broken(f"ledger entry {count} is missing", where)
        if digest != chain(previous, body):
            raise _broken(f"ledger entry {sequence} was changed after it was written, or the one before it was", where)
        previous = digest
    if head != f"{count} {previous}":
        raise _broken(f"the ledger ends at entry {count}, but entry {end} was written last", where)
    return count


def _broken(what: str, where: str) -> InputError:
    return InputError(what, where, "restore the database from a copy; what was applied can be seen with `bastide plan`")
