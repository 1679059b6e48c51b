"""What Bastide created on a target, and what the provisional ids of a plan became there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Delete, Table, bindparam, delete, insert, select

from bastide.model import ResourceKey
from bastide.store.schema import BINDINGS, OWNED


@dataclass(frozen=True, slots=True)
class Owned:
    """A resource that Bastide created: where, as what it was declared, and in which run."""

    key: ResourceKey
    provisional_id: str
    run: str


def _same(table: Table, *names: str) -> Delete:
    """A deletion of the row whose columns of these names equal the parameters ``same_NAME``."""
    return delete(table).where(*(table.c[name] == bindparam(f"same_{name}") for name in names))


# Made once: building a statement costs more than running it.
_OWN, _DISOWN = insert(OWNED), _same(OWNED, "target", "type", "account", "region", "id")
_BIND, _UNBIND = insert(BINDINGS), _same(BINDINGS, "target", "provisional")


def own(connection: Connection, target: str, owned: Owned) -> None:
    """Write a resource that was created."""
    disown(connection, target, owned.key)
    more = {"target": target, "provisional_id": owned.provisional_id, "run": owned.run}
    connection.execute(_OWN, owned.key._asdict() | more)


def disown(connection: Connection, target: str, key: ResourceKey) -> None:
    """Remove a resource that is gone."""
    connection.execute(_DISOWN, {f"same_{name}": value for name, value in [*key._asdict().items(), ("target", target)]})


def read_owned(connection: Connection, target: str) -> list[Owned]:
    """All that was created on a target and not deleted, sorted by key."""
    columns = (OWNED.c.type, OWNED.c.account, OWNED.c.region, OWNED.c.id)
    query = select(*columns, OWNED.c.provisional_id, OWNED.c.run).where(OWNED.c.target == target)
    rows = connection.execute(query.order_by(*columns)).all()
    return [Owned(ResourceKey(*row[:4]), row[4], row[5]) for row in rows]


def bind(connection: Connection, target: str, bindings: Mapping[str, str]) -> None:
    """Write what provisional ids became; a newer binding takes an older one's place."""
    for name, real in sorted(bindings.items()):
        connection.execute(_UNBIND, {"same_target": target, "same_provisional": name})
        connection.execute(_BIND, {"target": target, "provisional": name, "real": real})


def read_bindings(connection: Connection, target: str) -> dict[str, str]:
    """Provisional id → real id on a target."""
    query = select(BINDINGS.c.provisional, BINDINGS.c.real).where(BINDINGS.c.target == target)
    return {row.provisional: row.real for row in connection.execute(query.order_by(BINDINGS.c.provisional))}
