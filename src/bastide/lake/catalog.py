"""The lake's tables as Iceberg tables: found or made in a catalogue, appended to, and planned for reading.

One idea: pyiceberg decides which files a table has; DuckDB, Spark and Athena only read and write those files. A commit
carries the batch's name in its snapshot, so that what a killed process had reached can be told afterwards.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchNamespaceError, NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, BooleanExpression, parser
from pyiceberg.io import FileIO, load_file_io
from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import TableProperties
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DoubleType,
    IcebergType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)
from sqlalchemy.exc import OperationalError

from bastide.errors import ContractError, IncompleteError, InputError
from bastide.lake.described import address, describe
from bastide.lake.merkle.seal import sealed
from bastide.lake.table import Table, read_tables

NAMESPACE = "bastide"
BATCH = "bastide.batch"
ALWAYS_TRUE = AlwaysTrue()
_ACCOUNT = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TYPES: dict[str, IcebergType] = {
    "string": StringType(),
    "json": StringType(),
    "boolean": BooleanType(),
    "int": IntegerType(),
    "bigint": LongType(),
    "double": DoubleType(),
    "timestamp": TimestamptzType(),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a table: days from `since` to `until` (both included) and `accounts`; empty means all.

    `no_time`: the rows without a time, instead of days.
    """

    since: date | None = None
    until: date | None = None
    accounts: tuple[str, ...] = ()
    no_time: bool = False


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file of a table; `path` as `Lake.files` names it."""

    path: str
    day: date | None
    account: str
    rows: int
    bytes: int


class Lake:
    """A folder (or, by settings, a Glue or REST catalogue) of Iceberg tables."""

    def __init__(self, root: Path, catalog: Catalog) -> None:
        """See `Lake.open`."""
        self.root = root
        self._catalog = catalog

    @property
    def data(self) -> Path:
        """Where the Parquet files of a table are, each batch in a folder of its name."""
        return self.root.absolute() / "warehouse" / "data"

    @classmethod
    def open(cls, root: Path, settings: dict[str, str] | None = None) -> Lake:
        """The lake in the folder `root`, made when it is missing.

        `settings` are pyiceberg's catalogue properties (`type`, `uri`, `warehouse`, …) and replace the SQLite
        catalogue beside the data. Raises InputError when the folder cannot be used.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise InputError(
                f"the lake's folder cannot be made: {wrong.strerror}", str(root), "name another"
            ) from wrong
        properties = settings or {
            "type": "sql",
            "uri": f"sqlite:///{root.absolute() / 'catalog.db'}",
            "warehouse": address(root / "warehouse"),
        }
        try:
            return cls(root, load_catalog("bastide", **properties))
        except OperationalError as wrong:
            raise InputError(
                f"the lake's catalogue cannot be opened: {wrong.orig}",
                str(root / "catalog.db"),
                "the folder must be readable and writable, and hold a lake or nothing",
            ) from wrong

    @contextmanager
    def lock(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the lake for writing.

        Raises:
            InputError: another process holds it and `wait` is false, or the folder cannot be written.
            IncompleteError: what is done under the lock met a full disk, or one that fails.
        """
        try:
            descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as wrong:
            raise InputError(f"the lake cannot be written: {wrong.strerror}", str(self.root), "name another") from wrong
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as taken:
                raise InputError(
                    "another process is writing this lake", str(self.root), "wait until it is done, or use --wait"
                ) from taken
            yield
        # The catalogue and the manifest are SQLite's, whose word for a full disk is an error of its own.
        except (OSError, sqlite3.OperationalError, OperationalError) as wrong:
            reason = wrong.orig if isinstance(wrong, OperationalError) else getattr(wrong, "strerror", "") or wrong
            raise IncompleteError(
                f"the lake cannot be written: {reason}",
                str(self.root),
                "make room and run again; what was committed before stays",
            ) from wrong
        finally:
            os.close(descriptor)

    def new_stamp(self, moment: datetime) -> str:
        """What the names of new files begin with, from the time; never what those of older files do.

        A clock that was set back must not make anybody write over what is there.
        """
        taken = {folder.name for folder in self.data.glob("*/*")}
        stamp = f"{moment:%Y%m%dT%H%M%S%f}"
        for number in count():
            name = f"{stamp}{number or ''}"
            if not any(f"{name}-" in one for one in taken):
                return name
        raise AssertionError("there is always another number")

    def names(self) -> list[str]:
        """The tables that hold something, by name."""
        try:
            return sorted(name for _, name in self._catalog.list_tables(NAMESPACE))
        except NoSuchNamespaceError:
            return []

    def table(self, name: str) -> IcebergTable | None:
        """The Iceberg table, or None when nothing was ever written to it."""
        try:
            return self._catalog.load_table((NAMESPACE, name))
        except NoSuchTableError:
            return None

    def make_table(self, table: Table) -> IcebergTable:
        """The Iceberg table, made when it is missing; columns that a newer version declares are added."""
        found = self.table(table.name)
        if found is None:
            self._make_namespace()
            schema = render_schema(table)
            return self._catalog.create_table(
                (NAMESPACE, table.name), schema, partition_spec=_partitions(schema, table)
            )
        have = {field.name for field in found.schema().fields}
        missing = [column for column in table.columns if column.name not in have]
        if missing:
            with found.update_schema() as update:
                for column in missing:
                    update.add_column(column.name, _TYPES[column.type], column.about)
        return found

    def _make_namespace(self) -> None:
        try:
            self._catalog.create_namespace(NAMESPACE)
        except NamespaceAlreadyExistsError:
            return

    def append(self, table: Table, files: Sequence[Path], batches: Sequence[str]) -> None:
        """Add Parquet files, each of one partition, in one commit that names the batches; also when there are none."""
        found = self.make_table(table)
        with (
            sealed(self.root, table.name, files, (), ",".join(batches), lambda: set(self.files(table.name))),
            found.transaction() as change,
        ):
            if change.table_metadata.name_mapping() is None:  # the files' columns have names and no ids
                mapping = change.table_metadata.schema().name_mapping.model_dump_json()
                change.set_properties({TableProperties.DEFAULT_NAME_MAPPING: mapping})
            with change.update_snapshot(snapshot_properties={BATCH: ",".join(batches)}).fast_append() as snapshot:
                for made in describe(change.table_metadata, files, table.bounded):
                    snapshot.append_data_file(made)

    def batches(self, table: Table) -> set[str]:
        """The batches that were committed, as far as the table's snapshots still tell."""
        found = self.table(table.name)
        snapshots = found.snapshots() if found is not None else []
        named = [snapshot.summary.additional_properties.get(BATCH) for snapshot in snapshots if snapshot.summary]
        return {name for names in named if names for name in names.split(",")}

    def files(self, name: str, scope: Scope | None = None) -> list[str]:
        """The Parquet files (paths; URLs when they are remote) that hold the scope's rows, pruned by partition."""
        found = self.table(name)
        if found is None:
            return []
        plan = found.scan(row_filter=_row_filter(read_tables()[name], scope or Scope())).plan_files()
        return [_local(task.file.file_path) for task in plan]

    def data_files(self, name: str, scope: Scope | None = None) -> list[DataFile]:
        """The files of a scope with their partitions and sizes, as the newest snapshot has them."""
        found = self.table(name)
        if found is None:
            return []
        plan = found.scan(row_filter=_row_filter(read_tables()[name], scope or Scope())).plan_files()
        return [_described(task.file) for task in plan]

    def replace(self, table: Table, old: Sequence[str], new: Sequence[Path]) -> None:
        """Take files (as `files` names them) out of the table and put others in, in one commit."""
        found = self.make_table(table)
        gone = {_remote(path) for path in old}
        files = [task.file for task in found.scan().plan_files() if task.file.file_path in gone]
        if len(files) != len(gone):
            raise ContractError("files to replace are not in the table", table.name)
        with (
            sealed(self.root, table.name, new, old, "replaced", lambda: set(self.files(table.name))),
            found.transaction() as change,
            change.update_snapshot().overwrite() as snapshot,
        ):
            for file in files:
                snapshot.delete_data_file(file)
            for made in describe(change.table_metadata, new, table.bounded):
                snapshot.append_data_file(made)

    def old_snapshots(self, name: str, before: datetime) -> set[int]:
        """The ids of the snapshots that were made before a time (aware) and are not the newest."""
        found = self.table(name)
        current = found.current_snapshot() if found is not None else None
        if found is None or current is None:
            return set()
        limit = int(before.timestamp() * 1000)
        return {
            one.snapshot_id
            for one in found.snapshots()
            if one.timestamp_ms < limit and one.snapshot_id != current.snapshot_id
        }

    def forget_snapshots(self, name: str, snapshots: Iterable[int]) -> None:
        """Take snapshots out of the table's history; their files stay until somebody removes them."""
        found = self.table(name)
        if found is not None:
            found.maintenance.expire_snapshots().by_ids(sorted(snapshots)).commit()

    def orphans(self, name: str, without: Iterable[int] = ()) -> list[Path]:
        """Files of a local table that none of its snapshots names (but those left out); empty when it is remote."""
        found = self.table(name)
        if found is None or "://" in _local(found.location()):
            return []
        left_out = set(without)
        named = {_local(found.metadata_location), *(_local(one.metadata_file) for one in found.metadata.metadata_log)}
        for snapshot in found.snapshots():
            if snapshot.snapshot_id in left_out:
                continue
            named.add(_local(snapshot.manifest_list))
            for manifest in snapshot.manifests(found.io):
                named.add(_local(manifest.manifest_path))
                entries = manifest.fetch_manifest_entry(found.io, discard_deleted=True)
                named |= {_local(entry.data_file.file_path) for entry in entries}
        folders = (self.data / name, Path(_local(found.location())) / "metadata")
        there = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
        return [path for path in there if str(path) not in named]

    def read_file(self, file: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of one of `files`, wherever it lies. Raises OSError."""
        wanted = list(columns) if columns is not None else None
        if "://" not in file:
            return pyarrow.parquet.read_table(file, columns=wanted, partitioning=None)
        with self._io().new_input(file).open() as stream:
            return pyarrow.parquet.read_table(stream, columns=wanted)

    def _io(self) -> FileIO:
        return load_file_io(self._catalog.properties)


def _described(file: IcebergFile) -> DataFile:
    day, account = file.partition[0], file.partition[1]
    moment = None if day is None else date(1970, 1, 1) + timedelta(days=int(day))
    return DataFile(_local(file.file_path), moment, str(account), file.record_count, file.file_size_in_bytes)


def render_schema(table: Table) -> Schema:
    """The Iceberg schema of a table; field ids count from 1 in the order of the columns."""
    fields = [
        NestedField(number, column.name, _TYPES[column.type], required=False, doc=column.about)
        for number, column in enumerate(table.columns, start=1)
    ]
    return Schema(*fields)


def _partitions(schema: Schema, table: Table) -> PartitionSpec:
    moment, account = schema.find_field(table.time).field_id, schema.find_field("account").field_id
    return PartitionSpec(
        PartitionField(moment, 1000, DayTransform(), "day"),
        PartitionField(account, 1001, IdentityTransform(), "account"),
    )


def _row_filter(table: Table, scope: Scope) -> BooleanExpression:
    """The scope in the words of pyiceberg's row filters."""
    parts = []
    if scope.no_time:
        parts.append(f"{table.time} is null")
    if scope.since:
        parts.append(f"{table.time} >= '{datetime.combine(scope.since, time.min, UTC).isoformat()}'")
    if scope.until:
        parts.append(f"{table.time} <= '{datetime.combine(scope.until, time.max, UTC).isoformat()}'")
    if scope.accounts:
        names = ", ".join(f"'{account}'" for account in scope.accounts if _ACCOUNT.fullmatch(account))
        parts.append(f"account in ({names})" if names else "account = ''")
    return parser.parse(" and ".join(parts)) if parts else ALWAYS_TRUE


def _local(path: str) -> str:
    return path.removeprefix("file://")


def _remote(path: str) -> str:
    return path if "://" in path else f"file://{path}"
