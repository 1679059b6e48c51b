"""The record log: all records of a sandbox, one JSON line each, appended to a file and read back from it.

One idea: nothing is kept in memory. A line says whose record it is and which trails take it, so that deliveries and
look-ups pick lines without parsing records. Lines carry the number of the journal entry that they belong to: lines of a
call whose entry never reached the journal (a killed process; the call was not answered) are cut off at the next start.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

BLOCK = 1 << 20


class Line(msgspec.Struct, frozen=True, rename={"account": "to"}):
    """One record: `sequence` of the journal when it was made, `entry` whether that entry is this call's own."""

    sequence: int
    entry: bool
    at: str
    account: str
    region: str
    category: str
    trails: tuple[str, ...]
    record: msgspec.Raw


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Line).decode


def render_line(line: Line) -> bytes:
    """The line with its newline."""
    return _ENCODE(line) + b"\n"


class RecordLog:
    """An append-only file of lines; a temporary one without a path. Offsets are bytes from its start."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; readable by its owner only."""
        self._file = -1
        self.path = path
        self.size = 0
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            self.size = os.fstat(self._file).st_size

    def append(self, data: bytes) -> None:
        """Write whole lines in one go: after it, a kill of this process loses nothing. Raises OSError."""
        if self._file < 0:
            self._file, name = tempfile.mkstemp(prefix="bastide-records-")
            os.unlink(name)
        written = os.write(self._file, data)
        if written != len(data):  # a full disk: a half line would hide the next one
            os.ftruncate(self._file, self.size)
            raise OSError("the record log cannot be written in full")
        self.size += written

    def read(self, start: int, end: int) -> Iterator[Line]:
        """The lines between two offsets."""
        rest = b""
        while start < end:
            block = os.pread(self._file, min(BLOCK, end - start), start)
            if not block:
                return
            start += len(block)
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                yield _DECODE(line)

    def read_backwards(self, end: int, only: bytes = b"") -> Iterator[tuple[int, Line]]:
        """(offset of the line, line) from `end` to the start of the file; only lines that contain `only`."""
        rest = b""
        while end > 0:
            start = max(0, end - BLOCK)
            data = os.pread(self._file, end - start, start) + rest
            end = start
            # The first line of a block may have begun in the block before.
            first, *lines = data.split(b"\n") if start else (b"", *data.split(b"\n"))
            rest = first
            offset = start + len(data)
            for line in reversed(lines):
                offset -= len(line)
                if line and only in line:
                    yield offset, _DECODE(line)
                offset -= 1

    def lines_of(self, sequence: int) -> list[Line]:
        """The lines of a journal entry's own call, found by bisection: sequences never fall."""
        low, high = 0, self.size
        while low < high:
            middle = self._line_start((low + high) // 2)
            line = self._line_at(middle)
            if line is not None and line.sequence < sequence:
                low = self._line_start(middle + 1, forward=True)
            else:
                high = middle
        found = []
        for line in self.read(low, self.size):
            if line.sequence > sequence:
                break
            if line.sequence == sequence and line.entry:
                found.append(line)
        return found

    def _line_start(self, offset: int, *, forward: bool = False) -> int:
        """The start of the line that `offset` is in, or of the next one."""
        if forward:
            while offset < self.size:
                block = os.pread(self._file, 1 << 16, offset)
                at = block.find(b"\n")
                if at >= 0:
                    return offset + at + 1
                offset += len(block)
            return self.size
        while offset > 0:
            start = max(0, offset - (1 << 14))
            at = os.pread(self._file, offset - start, start).rfind(b"\n")
            if at >= 0:
                return start + at + 1
            offset = start
        return 0

    def _line_at(self, offset: int) -> Line | None:
        return next(self.read(offset, self._line_start(offset, forward=True)), None)

    def cut(self, sequence: int) -> int:
        """Drop a torn last line, and lines of calls after this journal entry. Gives how many bytes were dropped."""
        end = self._line_start(self.size)
        while end > 0:
            start = self._line_start(end - 1)
            line = self._line_at(start)
            if line is None or line.sequence <= sequence:
                break
            end = start
        dropped, self.size = self.size - end, end
        if dropped:
            os.ftruncate(self._file, end)
        return dropped

    def sync(self) -> None:
        """Return once everything is on disk."""
        if self.path is not None:
            os.fsync(self._file)

    def clear(self) -> None:
        """Forget every record."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
        self.size = 0

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        # Sandboxes in memory are often just dropped; their temporary file should go with them.
        self.close()
