"""One seal a commit, chained to the one before.

One idea: a seal is written beside the chain before the commit and joins it after; a process killed in between leaves it
there, and the next one asks the table whether the commit came about.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bastide.lake.merkle.key import private_key
from bastide.lake.merkle.tree import FileParts, measure, merkle_root

SCHEMA = "bastide.seal/1"
FOLDER, PENDING = "seals", "pending"
Files = Callable[[], set[str]]


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a commit did to a table. Paths are relative to the lake's folder where they are inside it."""

    schema: str
    table: str
    number: int
    batch: str
    at: str
    previous: str
    added: list[FileParts]
    removed: list[str]
    root: str


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seal as it is stored: `seal` is JSON text, over which the signature is."""

    seal: str
    signature: str


_SEAL = msgspec.json.Decoder(Seal)
_SIGNED = msgspec.json.Decoder(Signed)


class SealError(ValueError):
    """A file is no seal."""


def parse_seal(stored: bytes) -> tuple[Seal, Signed]:
    """The seal of a file. Raises SealError."""
    try:
        signed = _SIGNED.decode(stored)
        seal = _SEAL.decode(signed.seal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise SealError(f"it is no seal: {wrong}") from wrong
    if seal.schema != SCHEMA:
        raise SealError(f"unknown schema {seal.schema!r}; this version reads {SCHEMA}")
    return seal, signed


def seal_files(root: Path, table: str) -> list[Path]:
    """The seals of a table, the oldest first."""
    return sorted((root / FOLDER / table).glob("[0-9]*.json"))


def file_name(root: Path, path: Path | str) -> str:
    """How a file is called in seals."""
    absolute, base = Path(path).absolute(), root.absolute()
    return str(absolute.relative_to(base)) if absolute.is_relative_to(base) else str(absolute)


@contextmanager
def sealed(
    root: Path, table: str, added: Sequence[Path], removed: Sequence[str], batch: str, files: Files
) -> Iterator[None]:
    """Around a commit, under the lake's lock: it is sealed when the block ends without an error.

    `files` tells which files the table has, and is only asked for a table's first seal, which takes in what is there
    already, and when an earlier process was killed. Raises InputError when the key cannot be read, and OSError.
    """
    if not added and not removed:
        yield
        return
    folder = root / FOLDER / table
    folder.mkdir(parents=True, exist_ok=True)
    settle(root, table, files)
    pending = folder / PENDING
    older = [] if seal_files(root, table) else [Path(path) for path in sorted(files()) if path not in removed]
    number = _write(root, table, [*older, *added], removed, batch, pending)
    yield
    pending.replace(folder / f"{number:08}.json")


def settle(root: Path, table: str, files: Files) -> None:
    """Let a seal that a killed process left join the chain if its commit came about, else drop it."""
    pending = root / FOLDER / table / PENDING
    if not pending.exists():
        return
    try:
        seal, _ = parse_seal(pending.read_bytes())
    except SealError:  # cut off while it was written, so before the commit
        pending.unlink()
        return
    if came_about(seal, {file_name(root, path) for path in files()}):
        pending.replace(pending.with_name(f"{seal.number:08}.json"))
    else:
        pending.unlink()


def came_about(seal: Seal, have: set[str]) -> bool:
    """Whether a table that has these files has seen the seal's commit."""
    return all(file.path in have for file in seal.added) and not any(path in have for path in seal.removed)


def _write(root: Path, table: str, added: Sequence[Path], removed: Sequence[str], batch: str, path: Path) -> int:
    """Write the next seal; its number."""
    before = seal_files(root, table)
    previous = hashlib.sha256(before[-1].read_bytes()).hexdigest() if before else ""
    number = int(before[-1].stem) + 1 if before else 1
    parts = [measure(file, file_name(root, file)) for file in added]
    gone = [file_name(root, file) for file in removed]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    seal = Seal(SCHEMA, table, number, batch, at, previous, parts, gone, merkle_root(parts))
    text = msgspec.json.encode(seal)
    signed = Signed(text.decode(), private_key(root).sign(text).hex())
    with path.open("wb") as file:
        file.write(msgspec.json.encode(signed))
        file.flush()
        os.fsync(file.fileno())
    return number
