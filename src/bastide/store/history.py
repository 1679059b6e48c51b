"""The history of what was seen: one look for each run, and one row for a resource whenever it had changed.

The one idea: the state at a time is the newest row at or before it of every resource in a place that the look of that
time had read. So the last look is what the next one starts from, and any two looks can be compared. Secrets are
masked. An older database lacks the tables, and needs no other change: they are made with the first look.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    inspect,
    select,
)

from bastide.model import Estate, Origin, Resource, ResourceKey
from bastide.model.serialize import from_json_value, parse_json, render_json, to_json_value
from bastide.store.mask import mask
from bastide.store.schema import METADATA

Place = tuple[str, str, str]  # type, account, region

LOOKS = Table(
    "looks",
    METADATA,
    Column("target", String(64), primary_key=True),
    Column("at", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
ITEMS = Table(
    "items",
    METADATA,
    Column("target", String(64), primary_key=True),
    Column("type", String(128), primary_key=True),
    Column("account", String(12), primary_key=True),
    Column("region", String(32), primary_key=True),
    Column("id", String(1024), primary_key=True),
    Column("at", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),  # empty: it was gone
    Column("body", LargeBinary, nullable=False),
)
_ENCODE = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True)
class Look:
    """What one run saw. ``estate``: all of it; its ``read_at`` is the time of the look.

    ``asked``: property paths by type that were asked for, None for all. ``read``: when each place was last listed.
    """

    estate: Estate
    asked: Mapping[str, tuple[str, ...] | None]
    read: Mapping[Place, str]


class _Body(msgspec.Struct):
    estate: msgspec.Raw
    asked: dict[str, tuple[str, ...] | None]
    read: list[tuple[str, str, str, str]]


def keep(connection: Connection, target: str, look: Look) -> int:
    """Write a look and a row for every resource that differs from the one before; how many rows."""
    METADATA.create_all(connection, tables=[LOOKS, ITEMS])
    at, estate = look.estate.read_at, look.estate
    rows = list(_changed(_digests(connection, target), look, target))
    if rows:  # two looks of one second are one: the later holds
        key = ("target", "type", "account", "region", "id", "at")
        again = delete(ITEMS).where(*(ITEMS.c[name] == bindparam(f"same_{name}") for name in key))
        connection.execute(again, [{f"same_{name}": row[name] for name in key} for row in rows])
        connection.execute(insert(ITEMS), rows)
    head = render_json(replace(estate, resources=()))
    read = [(*place, when) for place, when in sorted(look.read.items())]
    body = zlib.compress(msgspec.json.encode(_Body(msgspec.Raw(head), dict(look.asked), read)), 6)
    connection.execute(delete(LOOKS).where(LOOKS.c.target == target, LOOKS.c.at == at))
    connection.execute(insert(LOOKS).values(target=target, at=at, body=body))
    return len(rows)


def _changed(before: Mapping[ResourceKey, str], look: Look, target: str) -> Iterator[dict[str, object]]:
    estate, at = look.estate, look.estate.read_at
    for resource in estate.resources:
        body = _ENCODE({"arn": resource.arn, "properties": _plain(resource)})
        digest = hashlib.sha256(body).hexdigest()
        if before.get(resource.key) != digest:
            yield {"target": target, **resource.key._asdict(), "at": at, "digest": digest,
                   "body": zlib.compress(body, 6)}  # fmt: skip
    for key in before.keys() - estate.by_key.keys():
        place = (key.type, key.account, key.region)
        if place in look.read and place not in estate.gaps_by_place:  # a gap is no deletion
            yield {"target": target, **key._asdict(), "at": at, "digest": "", "body": b""}


def _plain(resource: Resource) -> object:
    return to_json_value(mask(resource.type, dict(resource.properties)))


def _newest(target: str, at: str) -> object:
    """Every resource's newest row at or before a time (always, when that is empty)."""
    key = (ITEMS.c.type, ITEMS.c.account, ITEMS.c.region, ITEMS.c.id)
    until = [ITEMS.c.target == target] + ([ITEMS.c.at <= at] if at else [])
    last = select(*key, func.max(ITEMS.c.at).label("at")).where(*until).group_by(*key).subquery()
    same = and_(*(column == last.c[column.name] for column in (*key, ITEMS.c.at)), ITEMS.c.target == target)
    return ITEMS.join(last, same)


def _digests(connection: Connection, target: str) -> dict[ResourceKey, str]:
    columns = (ITEMS.c.type, ITEMS.c.account, ITEMS.c.region, ITEMS.c.id, ITEMS.c.digest)
    query = select(*columns).select_from(_newest(target, ""))  # type: ignore[arg-type]
    return {ResourceKey(*row[:4]): row[4] for row in connection.execute(query) if row[4]}


def times(connection: Connection, target: str) -> list[str]:
    """When looks were taken, oldest first."""
    if not inspect(connection).has_table(LOOKS.name):
        return []
    query = select(LOOKS.c.at).where(LOOKS.c.target == target).order_by(LOOKS.c.at)
    return [str(at) for at in connection.execute(query).scalars()]


def targets(connection: Connection) -> list[str]:
    """The targets that looks are kept of, sorted."""
    if not inspect(connection).has_table(LOOKS.name):
        return []
    return [
        str(one) for one in connection.execute(select(LOOKS.c.target).distinct().order_by(LOOKS.c.target)).scalars()
    ]


def read(connection: Connection, target: str, at: str = "") -> Look | None:
    """The newest look at or before a time (the last one, when that is empty); None when there is none.

    Raises:
        InputError: what is stored cannot be read.
    """
    there = [one for one in times(connection, target) if not at or one <= at]
    if not there:
        return None
    moment = there[-1]
    stored = connection.execute(select(LOOKS.c.body).where(LOOKS.c.target == target, LOOKS.c.at == moment)).scalar()
    body = msgspec.json.decode(zlib.decompress(stored or b""), type=_Body)
    listed = {(kind, account, region): when for kind, account, region, when in body.read}
    head = parse_json(bytes(body.estate), Estate, "the history of looks")
    resources = _resources(connection, target, moment, listed, head)
    return Look(replace(head, resources=tuple(sorted(resources, key=lambda one: one.key))), body.asked, listed)


def forget(connection: Connection, target: str) -> None:
    """Drop all looks of a target."""
    for table in (LOOKS, ITEMS):
        if inspect(connection).has_table(table.name):
            connection.execute(delete(table).where(table.c.target == target))


def _resources(
    connection: Connection, target: str, at: str, listed: Mapping[Place, str], head: Estate
) -> Iterable[Resource]:
    columns = (ITEMS.c.type, ITEMS.c.account, ITEMS.c.region, ITEMS.c.id, ITEMS.c.digest, ITEMS.c.body, ITEMS.c.at)
    query = select(*columns).select_from(_newest(target, at))  # type: ignore[arg-type]
    origins = {when: Origin("observed", read_at=when) for when in {*listed.values()}}
    for row in connection.execute(query):
        place = (row[0], row[1], row[2])
        when = listed.get(place)
        if not row[4] or when is None or place in head.gaps_by_place:
            continue
        told = msgspec.json.decode(zlib.decompress(row[5]))
        origin = origins[when] if when >= row[6] else Origin("observed", read_at=row[6])
        yield Resource(*row[:4], from_json_value(told["properties"]), told["arn"], origin)
