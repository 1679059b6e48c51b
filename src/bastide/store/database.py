"""A database as it is opened: how its transactions begin, how far they are synced, and whether it is one of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from bastide.errors import InputError
from bastide.store.schema import META, METADATA, VERSION

_SYNC = "bastide_synchronous"


def open_engine(location: str) -> Engine:
    """The engine of a path (SQLite; folders are made) or a database URL."""
    if "://" not in location:
        Path(location).parent.mkdir(parents=True, exist_ok=True)
        location = f"sqlite:///{location}"
    return _sqlite(location) if location.startswith("sqlite") else create_engine(location)


def sync(engine: Engine, *, fully: bool) -> None:
    """Whether what is committed from now on outlives a power cut, not only a killed process. For SQLite only."""
    engine.update_execution_options(**{_SYNC: "FULL" if fully else "NORMAL"})


def check(engine: Engine, where: str) -> None:
    """Make the tables where there are none yet.

    Raises:
        InputError: this is no database of ours, or one of a version that this Bastide does not know.
    """
    try:
        if not inspect(engine).has_table("meta"):
            METADATA.create_all(engine)
            with engine.begin() as connection:
                connection.execute(insert(META).values(name="version", value=VERSION))
            return
        with engine.begin() as connection:
            found = connection.execute(select(META.c.value).where(META.c.name == "version")).scalar()
    except DatabaseError as error:
        raise InputError(f"this is not a database of Bastide: {error.orig}", where) from error
    if found != VERSION:
        fix = "use the Bastide that wrote it, or move the file away"
        raise InputError(f"the database has version {found}, this Bastide knows {VERSION}", where, fix)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # FULL syncs at every commit, so that an entry is there even when the power fails between it and its call.
        level = connection.engine.get_execution_options().get(_SYNC, "FULL")
        if connection.info.get(_SYNC) != level:
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
            connection.info[_SYNC] = level
        # Take the write lock at once, so that reading the chain's head and writing after it cannot be torn apart.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
