"""What an engine answers: names and types of columns, and rows in batches as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow


@dataclass(slots=True)
class Answer:
    """Rows of a question; they can be read once. `more` is set after the last one when a limit cut the rest off."""

    schema: pyarrow.Schema
    batches: Iterator[pyarrow.RecordBatch]
    limit: int = 0
    more: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns' names, in order."""
        return list(self.schema.names)

    def limited(self) -> Iterator[pyarrow.RecordBatch]:
        """The batches, cut at the limit (0: none); the engine was asked for one row more, to know of a rest."""
        left = self.limit
        for batch in self.batches:
            if self.limit and batch.num_rows > left:
                self.more = True
                yield batch.slice(0, left)
                return
            left -= batch.num_rows
            yield batch

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as Python values."""
        for batch in self.limited():
            columns = [column.to_pylist() for column in batch.columns]
            yield from zip(*columns, strict=True)
