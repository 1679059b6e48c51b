"""What a template's text is made into: mappings and lists that know the line of each of their members.

Limits hold for both notations. They are far above what CloudFormation itself takes (1 MB, 500 resources), and low
enough that no file can take the machine's memory.
"""

from __future__ import annotations

from typing import Any

MAX_BYTES = 5_000_000
MAX_DEPTH = 80
MAX_NODES = 400_000


class Map(dict[str, Any]):
    """A mapping; ``lines`` holds the line of each key (from 1), ``line`` its own."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def put(self, key: str, value: Any, line: int) -> None:
        """Set a member with its line."""
        self[key] = value
        self.lines[key] = line


class Seq(list[Any]):
    """A list; ``lines`` holds the line of each item (from 1), ``line`` its own."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []

    def add(self, value: Any, line: int) -> None:
        """Append an item with its line."""
        self.append(value)
        self.lines.append(line)


def single(name: str, value: Any, line: int) -> Map:
    """A mapping of one member, such as an intrinsic in its long form."""
    made = Map(line)
    made.put(name, value, line)
    return made


def made_map(**members: Any) -> Map:
    """A mapping that stands nowhere in the text."""
    made = Map()
    for key, value in members.items():
        made.put(key, value, 0)
    return made


def made_seq(*items: Any) -> Seq:
    """A list that stands nowhere in the text."""
    made = Seq()
    for item in items:
        made.add(item, 0)
    return made


def is_function(value: Map) -> bool:
    """Whether a mapping is an intrinsic function or a reference."""
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))
