"""The kinds of log that can be ingested: one module a kind, found by its content.

    KIND = Kind("vpc-flow", "vpc_flow", detect, render)

`detect(name, head)` sees the file's name and the first 64 KiB of its inflated content; the first kind (by rank) that
says yes has the file. `render(data, item)` turns the whole content into newline-delimited JSON whose
keys are the columns of the kind's table. The folder is walked once; nothing is registered by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

import pyarrow as pa

from bastide.ingest.source import Item

HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a file holds: `lines` is NDJSON (no trailing newline), `odd` the number of records kept with a flag."""

    lines: bytes
    rows: int
    odd: int = 0


class Gathering(Protocol):
    """The records of many files of one kind, which become the columns of its table without going through NDJSON."""

    def add(self, data: bytes, item: Item) -> Rendered:
        """Take a file's content; `lines` of the answer is empty. Raises NotThisKindError, having taken nothing."""

    def table(self) -> pa.Table:
        """All rows, sorted by day, account and the table's `sort`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of log.

    A kind with `gather` makes its columns itself, for speed, and needs none of the following.

    `read` maps the NDJSON's keys to SQL types where they are not the table's own columns; `derive` names SQL
    expressions over them, computed once a row; `select` gives an expression over both for each column that is not
    simply the key of its name. `rank` orders detection: the strictest first.
    """

    name: str
    table: str
    detect: Callable[[str, bytes], bool]
    render: Callable[[bytes, Item], Rendered] | None = None
    read: Mapping[str, str] = field(default_factory=dict)
    derive: Mapping[str, str] = field(default_factory=dict)
    select: Mapping[str, str] = field(default_factory=dict)
    rank: int = 50
    gather: Callable[[datetime], Gathering] | None = None


class NotThisKindError(ValueError):
    """The content began like the kind but is not: truncated, mixed or malformed. The file is quarantined."""


@cache
def walk() -> tuple[Kind, ...]:
    """All kinds, the strictest detection first."""
    names = sorted(module.name for module in iter_modules(__path__) if not module.ispkg)
    kinds: list[Kind] = [import_module(f"{__name__}.{name}").KIND for name in names]
    return tuple(sorted(kinds, key=lambda kind: (kind.rank, kind.name)))


def detect(name: str, head: bytes) -> Kind | None:
    """The kind of a file by its name and the beginning of its inflated content; None when no kind knows it."""
    return next((kind for kind in walk() if kind.detect(name, head)), None)
