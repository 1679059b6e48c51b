"""Merkle trees over the parts of Parquet files.

Source: RFC 6962, "Certificate Transparency", 2.1 (leaves and nodes are hashed apart, so that none can stand for the
other).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyarrow.parquet

_STEP = 1 << 20
FOOTER = "footer"


class Part(msgspec.Struct, frozen=True):
    """A stretch of a file: `size` bytes from the end of the part before; `name` is a row group's number or footer."""

    name: str
    size: int
    sha256: str


class FileParts(msgspec.Struct, frozen=True):
    """A file by its parts, which cover every byte of it."""

    path: str
    parts: list[Part]


def measure(path: Path, name: str) -> FileParts:
    """The parts of a Parquet file: one a row group, and the footer with all that tells how to read them.

    `name` is how the file is called in seals. Raises OSError.
    """
    sizes = list(_sizes(path))
    with path.open("rb") as file:
        return FileParts(name, [Part(part, size, _hash(file, size)) for part, size in sizes])


def _sizes(path: Path) -> Iterator[tuple[str, int]]:
    """(name, bytes) of each part, in the order in which they stand in the file."""
    metadata = pyarrow.parquet.read_metadata(path)
    starts: list[int] = []
    end = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        columns = [group.column(place) for place in range(group.num_columns)]
        starts.append(min(column.dictionary_page_offset or column.data_page_offset for column in columns))
        end = starts[-1] + sum(column.total_compressed_size for column in columns)
    bounds = [0, *starts[1:], end] if starts else [0]
    for number, (start, stop) in enumerate(pairwise(bounds)):
        yield str(number), stop - start
    yield FOOTER, path.stat().st_size - bounds[-1]


def _hash(file: BinaryIO, size: int) -> str:
    digest = hashlib.sha256()
    while size > 0 and (data := file.read(min(size, _STEP))):
        digest.update(data)
        size -= len(data)
    return digest.hexdigest()


def differing(path: Path, sealed: FileParts) -> list[str]:
    """The names of the parts that are not as they were; `size` when there is more or less than there was.

    Raises OSError; FileNotFoundError when there is no such file.
    """
    with path.open("rb") as file:
        wrong = [part.name for part in sealed.parts if _hash(file, part.size) != part.sha256]
        if file.read(1):
            wrong.append("size")
    return wrong


def merkle_root(files: Sequence[FileParts]) -> str:
    """The root over all parts of all files, in their order; hexadecimal."""
    leaves = [
        hashlib.sha256(b"\0" + f"{file.path}\n{part.name}\n{part.size}\n{part.sha256}".encode()).digest()
        for file in files
        for part in file.parts
    ]
    return _root(leaves).hex()


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()
