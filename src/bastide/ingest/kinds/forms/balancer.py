"""Access logs of load balancers: one line a request or connection, fields added at the end over the years.

One idea: the three kinds differ in their fields and in how a line begins; everything else is here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bastide.ingest.kinds import Kind, Rendered
from bastide.ingest.kinds.forms.delimited import Field, Layouts, lines_of, read_types, render_lines, select_columns
from bastide.ingest.source import Item

# The address and port of a client or target, or `-`.
ENDPOINT = rb"(?:-|[0-9a-fA-F.:\[\]]+)"


@dataclass(frozen=True)
class Balancer:
    """A kind of load balancer: the fields of its lines, the number of those that the oldest have, how they begin."""

    name: str
    table: str
    fields: tuple[Field, ...]
    least: int
    starts: re.Pattern[bytes]
    rank: int

    def detect(self, _: str, head: bytes) -> bool:
        """By the beginning of the first line."""
        return bool(self.starts.match(next((line for _, line in lines_of(head[:32768])), b"")))

    def render(self, data: bytes, item: Item) -> Rendered:
        """The rows. Raises NotThisKindError at a line that begins in another way."""
        constants = {"_account": item.account, "_region": item.region, "sourceFile": item.address}
        return render_lines(data, Layouts(self.fields, self.least, constants), self.starts)

    def kind(self) -> Kind:
        """The kind that `bastide.ingest.kinds` walks."""
        own = {"account": "nullif(_account, '')", "region": "nullif(_region, '')"}
        return Kind(
            self.name, self.table, self.detect, self.render,
            read=read_types(self.fields, ("_account", "_region", "sourceFile")),
            select=select_columns(self.fields) | own, rank=self.rank,
        )  # fmt: skip
