"""Event data stores: named parts of a table with a retention and, when a court asks, a legal hold.

One idea: a store is a predicate over rows, decided when they are looked at, not a copy made at ingest: an event may
belong to several stores, a changed selector applies to what is already there, and ingest stays exactly-once. What
belongs to no store is kept for ever; what belongs to several, as long as the longest of them says.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bastide.errors import InputError
from bastide.lake.table import Table, read_tables

SCHEMA = "bastide.lake-stores/1"
FILE = "stores.json"


@dataclass(frozen=True, slots=True)
class Selectors:
    """Which rows belong: each list names what a row must have one of; empty lists and None select all."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    event_sources: tuple[str, ...] = ()
    event_names: tuple[str, ...] = ()
    read_only: bool | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """An event data store over one table; `retention` in days, `hold`: nothing is deleted whatever its age."""

    name: str
    retention: int
    selectors: Selectors = field(default_factory=Selectors)
    hold: bool = False
    table: str = "cloudtrail"


# Selector → the column that it is about.
_COLUMNS = {
    "accounts": "account",
    "regions": "awsRegion",
    "event_sources": "eventSource",
    "event_names": "eventName",
    "read_only": "readOnly",
}


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores of a lake, by name."""

    stores: tuple[Store, ...] = ()

    def find(self, name: str) -> Store:
        """The store of a name. Raises InputError."""
        for store in self.stores:
            if store.name == name:
                return store
        known = ", ".join(store.name for store in self.stores) or "there are none"
        raise InputError(f"there is no event data store {name!r}", fix=f"bastide lake stores: {known}")

    def of(self, table: str) -> tuple[Store, ...]:
        """The stores over a table."""
        return tuple(store for store in self.stores if store.table == table)

    def put(self, store: Store) -> Stores:
        """With the store, in place of one of its name."""
        others = [one for one in self.stores if one.name != store.name]
        return Stores(tuple(sorted((*others, store), key=lambda one: one.name)))

    def remove(self, name: str) -> Stores:
        """Without the store; its rows stay. Raises InputError when there is none, or it is on legal hold."""
        if self.find(name).hold:
            raise InputError(f"the event data store {name!r} is on legal hold", fix="lift the hold first: --no-hold")
        return Stores(tuple(one for one in self.stores if one.name != name))


def make_store(name: str, retention: int, selectors: Selectors, *, table: str = "cloudtrail") -> Store:
    """A store. Raises InputError when the table does not exist or has no column for a selector."""
    tables = read_tables()
    if not name or not all(sign.isalnum() or sign in "-_." for sign in name) or len(name) > 128:
        raise InputError(f"{name!r} is no name for an event data store", fix="letters, digits, - _ . and at most 128")
    if retention < 1:
        raise InputError("the retention must be one day or more")
    if table not in tables:
        raise InputError(f"there is no table {table!r}", fix=f"one of {', '.join(tables)}")
    have = {column.name for column in tables[table].columns}
    for selector, value in asdict(selectors).items():
        if value not in ((), None) and _column(tables[table], selector) not in have:
            raise InputError(f"the table {table} has nothing to select {selector.replace('_', ' ')} by")
    return Store(name, retention, selectors, table=table)


def _column(table: Table, selector: str) -> str:
    have = {column.name for column in table.columns}
    if selector == "regions" and "awsRegion" not in have:
        return "region"
    return _COLUMNS[selector]


def read_stores(root: Path) -> Stores:
    """The stores of the lake in a folder; none when there is no file.

    Raises InputError when the file is not one of ours.
    """
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Stores()
    except (OSError, UnicodeDecodeError) as wrong:
        raise InputError(f"the event data stores cannot be read: {wrong}", str(path)) from wrong
    try:
        return Stores(tuple(_parse(one) for one in _checked(json.loads(text))))
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise InputError(f"the event data stores are malformed: {wrong}", str(path), "restore the file") from wrong


def _checked(document: dict[str, Any]) -> list[dict[str, Any]]:
    if document["schema"] != SCHEMA:
        raise ValueError(f"unknown schema {document['schema']!r}; this version reads {SCHEMA}")
    found: list[dict[str, Any]] = document["stores"]
    return found


def _parse(one: dict[str, Any]) -> Store:
    given: dict[str, Any] = dict(one["selectors"])
    read_only = given.pop("read_only")
    lists = {name: tuple(map(str, value)) for name, value in given.items()}
    return Store(one["name"], int(one["retention"]), Selectors(**lists, read_only=read_only), one["hold"], one["table"])


def write_stores(root: Path, stores: Stores) -> None:
    """Keep the stores; a kill leaves the old file or the new one. The caller holds the lake's lock."""
    part = root / f"{FILE}.part"
    document = {"schema": SCHEMA, "stores": [asdict(store) for store in stores.stores]}
    with part.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    part.replace(root / FILE)


def held(store: Store, *, hold: bool) -> Store:
    """The store with its legal hold set or lifted."""
    return replace(store, hold=hold)


def render_predicate(store: Store) -> str:
    """The store's rows as an SQL condition in the portable subset; always true or false, never null."""
    table = read_tables()[store.table]
    parts = []
    for selector, value in asdict(store.selectors).items():
        column = f'"{_column(table, selector)}"'
        if selector == "read_only" and value is not None:
            parts.append(f"coalesce({column}, FALSE) = {'TRUE' if value else 'FALSE'}")
        elif value:
            names = ", ".join("'" + str(one).replace("'", "''") + "'" for one in value)
            parts.append(f"coalesce({column}, '') IN ({names})")
    return " AND ".join(parts) or "TRUE"


def render_expired(stores: Sequence[Store], now: datetime) -> str:
    """The rows that may go, as an SQL condition: of a store, of none that still wants them, and with a time."""
    if not stores:
        return "FALSE"
    time = f'"{read_tables()[stores[0].table].time}"'
    old, wanted = [], []
    for store in stores:
        limit = f"TIMESTAMPTZ '{(now - timedelta(days=store.retention)).isoformat()}'"
        old.append(f"({render_predicate(store)} AND {time} < {limit})")
        wanted.append(f"({render_predicate(store)}{'' if store.hold else f' AND {time} >= {limit}'})")
    return f"{time} IS NOT NULL AND ({' OR '.join(old)}) AND NOT ({' OR '.join(wanted)})"
