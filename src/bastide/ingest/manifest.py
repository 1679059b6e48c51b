"""What was ingested: one row for a source's item, so that nothing is taken twice and nothing half.

One idea: an item is `pending` from before its batch is committed to the lake until after it; whoever opens the manifest
next asks the lake which batches it has, and so knows what a killed process had reached.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

from bastide.errors import InputError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
  source TEXT NOT NULL, key TEXT NOT NULL, etag TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'quarantined', 'left')),
  batch TEXT NOT NULL, kind TEXT NOT NULL, tab TEXT NOT NULL,
  rows INTEGER NOT NULL, odd INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
  reason TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (source, key, etag)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS item_batch ON item (batch);
CREATE INDEX IF NOT EXISTS item_content ON item (sha256);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as it was taken. `bytes` and `sha256` are of its inflated content; `reason` is why it was not taken."""

    source: str
    key: str
    etag: str
    status: str
    batch: str
    kind: str
    table: str
    rows: int
    odd: int
    bytes: int
    sha256: str
    reason: str
    at: str


class Manifest:
    """The manifest of a lake. Not for several threads at once; the lake's lock keeps writers apart."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open or make the file. Raises InputError when it is no manifest or cannot be written.

        `read_only`: it must be there, and nothing of it is changed, not even on a disk that cannot be written.
        """
        try:
            if read_only:
                self._db = _open_to_read(path)
                return
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as wrong:
            raise InputError(
                f"the lake's manifest cannot be opened: {wrong}", str(path), "check the folder's permissions and space"
            ) from wrong

    def known(self, source: str, prefix: str = "") -> set[tuple[str, str]]:
        """The (key, etag) of every item of a source, of keys with a prefix, that was taken, left or quarantined."""
        found = self._db.execute(
            "SELECT key, etag FROM item WHERE source = ? AND key >= ? AND key < ? AND status <> 'pending'",
            (source, prefix, prefix + "\U0010ffff"),
        )
        return set(found)

    def holds(self, table: str, sha256: str) -> bool:
        """Whether an item of this very content is in a table."""
        found = self._db.execute("SELECT 1 FROM item WHERE sha256 = ? AND tab = ? AND status = 'done'", (sha256, table))
        return found.fetchone() is not None

    def pending(self) -> dict[str, str]:
        """Batch → table, of the batches that were not known to be committed when the process ended."""
        return dict(self._db.execute("SELECT DISTINCT batch, tab FROM item WHERE status = 'pending'"))

    def add(self, entries: Iterable[Entry]) -> None:
        """Note items, in one transaction. A quarantined item that is taken now replaces its older row."""
        rows = [astuple(entry) for entry in entries]
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(f"INSERT OR REPLACE INTO item VALUES ({', '.join('?' * 13)})", rows)
            cursor.execute("COMMIT")

    def confirm(self, batch: str) -> None:
        """The batch is in the lake."""
        self._db.execute("UPDATE item SET status = 'done' WHERE batch = ? AND status = 'pending'", (batch,))

    def forget(self, batch: str) -> None:
        """The batch never reached the lake: its items are as if never seen."""
        self._db.execute("DELETE FROM item WHERE batch = ? AND status = 'pending'", (batch,))

    def release(self, source: str = "") -> int:
        """Forget quarantined items (of one source, or all), so that the next run tries them again. Their number."""
        where, values = ("AND source = ?", [source]) if source else ("", [])
        return self._db.execute(f"DELETE FROM item WHERE status = 'quarantined' {where}", values).rowcount

    def entries(self, status: str = "", limit: int = 1000) -> Sequence[Entry]:
        """The newest entries, of one status or all."""
        where, values = ("WHERE status = ?", [status]) if status else ("", [])
        found = self._db.execute(f"SELECT * FROM item {where} ORDER BY at DESC, source, key LIMIT ?", [*values, limit])
        return [Entry(*row) for row in found]

    def totals(self) -> dict[str, tuple[int, int, int]]:
        """Kind → (items, rows, inflated bytes) of everything that is in the lake."""
        query = (
            "SELECT kind, count(*), sum(rows), sum(bytes) FROM item WHERE status = 'done' GROUP BY kind ORDER BY kind"
        )
        return {kind: (items, rows, size) for kind, items, rows, size in self._db.execute(query)}

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing. Raises sqlite3.Error."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        found = sqlite3.connect(address, uri=True, isolation_level=None)
        found.execute("SELECT count(*) FROM item")
    except sqlite3.OperationalError:
        # Even reading a WAL needs a file beside it; where none can be made, nobody writes either.
        found = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
        found.execute("SELECT count(*) FROM item")
    return found
