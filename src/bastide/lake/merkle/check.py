"""Whether a table's files are those that were sealed.

One idea: the chain of seals says which files there should be and what is in them; the table says which files there are;
the disk says what is in them. Every difference is a finding.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bastide.lake.merkle.key import holds
from bastide.lake.merkle.seal import FOLDER, PENDING, Seal, SealError, came_about, file_name, parse_seal, seal_files
from bastide.lake.merkle.tree import FOOTER, FileParts, differing, merkle_root

# Kind → whether it is tampering (else it is only not proved), and what it means.
KINDS: dict[str, tuple[bool, str]] = {
    "seal-changed": (True, "a seal's signature does not hold, or its Merkle root is another's"),
    "seal-missing": (True, "a seal of the chain is not there"),
    "seal-unlinked": (True, "a seal names another predecessor than is there"),
    "file-changed": (True, "row groups or the footer of a file are not as they were sealed"),
    "file-missing": (True, "a sealed file is not on the disk"),
    "file-dropped": (True, "a sealed file was taken out of the table without a seal"),
    "file-unsealed": (True, "a file was put into the table without a seal"),
    "table-unsealed": (False, "the table's files were never sealed: it is older than seals, or they are all gone"),
    "unread": (False, "a file could not be read"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding. `since`: when the file or seal was sealed, ISO 8601; empty when nobody knows."""

    kind: str
    table: str
    what: str
    where: str
    since: str = ""

    @property
    def is_tampering(self) -> bool:
        """Whether somebody changed something, rather than something not being proved."""
        return KINDS[self.kind][0]


@dataclass(slots=True)
class Checked:
    """What was checked; `bytes` were hashed, `chain` holds the hash of each seal, the newest last."""

    table: str
    seals: int = 0
    files: int = 0
    bytes: int = 0
    chain: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The hash of the newest seal, which stands for the whole chain; empty when there is none."""
        return self.chain[-1] if self.chain else ""

    def expect(self, head: str) -> None:
        """Note a finding when a seal that somebody has seen before is in the chain no more: it was cut or replaced."""
        if head not in self.chain:
            self.differences.append(
                Difference("seal-missing", self.table, f"the chain does not hold {head}", f"{FOLDER}/{self.table}")
            )


@dataclass(frozen=True, slots=True)
class _Sealed:
    parts: FileParts
    at: str


def check_table(root: Path, table: str, files: set[str], key: Ed25519PublicKey) -> Checked:
    """Compare the chain of seals, the files that the table has (`files`, as paths) and what is on the disk."""
    checked = Checked(table)
    have = {file_name(root, path): path for path in files}
    should: dict[str, _Sealed] = {}
    for seal in _chain(root, table, key, set(have), checked):
        for path in seal.removed:
            should.pop(path, None)
        should |= {file.path: _Sealed(file, seal.at) for file in seal.added}
    for name in sorted(set(should) - set(have)):
        checked.differences.append(
            Difference("file-dropped", table, "the table does not have it any more", name, should[name].at)
        )
    unsealed = sorted(set(have) - set(should))
    if unsealed and not seal_files(root, table):
        checked.differences.append(Difference("table-unsealed", table, f"{len(unsealed):,} files", f"{FOLDER}/{table}"))
    else:
        checked.differences += [
            Difference("file-unsealed", table, "the table has it, and no seal names it", name) for name in unsealed
        ]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:  # hashing lets other threads run
        names = sorted(set(should) & set(have))
        for found in pool.map(lambda name: _check_file(root, table, should[name]), names):
            checked.differences += found
    checked.files = len(names)
    checked.bytes = sum(part.size for name in names for part in should[name].parts.parts)
    return checked


def _chain(root: Path, table: str, key: Ed25519PublicKey, have: set[str], checked: Checked) -> Iterator[Seal]:
    """The seals in order, each checked; one that waits for its commit counts if the commit came about."""
    number, before = 0, ""
    paths = seal_files(root, table)
    pending = root / FOLDER / table / PENDING
    for path in [*paths, *([pending] if pending.exists() else [])]:
        where = file_name(root, path)
        try:
            stored = path.read_bytes()
            seal, signed = parse_seal(stored)
        except OSError as wrong:
            checked.differences.append(Difference("unread", table, str(wrong.strerror), where))
            continue
        except SealError as wrong:
            if path != pending:
                checked.differences.append(Difference("seal-changed", table, str(wrong), where))
                number, before = int(path.stem), hashlib.sha256(stored).hexdigest()
            continue
        if path == pending and not came_about(seal, have):
            continue
        checked.differences += _check_seal(seal, signed.signature, signed.seal, key, where, number, before)
        number, before = seal.number, hashlib.sha256(stored).hexdigest()
        checked.seals += 1
        checked.chain.append(before)
        yield seal


def _check_seal(
    seal: Seal, signature: str, text: str, key: Ed25519PublicKey, where: str, number: int, before: str
) -> Iterator[Difference]:
    if not holds(key, signature, text.encode()):
        yield Difference("seal-changed", seal.table, "its signature does not hold", where, seal.at)
    elif merkle_root(seal.added) != seal.root:
        yield Difference("seal-changed", seal.table, "its Merkle root is not that of its files", where, seal.at)
    if seal.number > number + 1:
        what = f"seals {number + 1} to {seal.number - 1}" if seal.number > number + 2 else f"seal {number + 1}"
        yield Difference("seal-missing", seal.table, what, where, seal.at)
    elif seal.number != number + 1 or seal.previous != before:
        yield Difference("seal-unlinked", seal.table, "the seal before it is another", where, seal.at)


def _check_file(root: Path, table: str, sealed: _Sealed) -> list[Difference]:
    name = sealed.parts.path
    path = root.absolute() / name
    try:
        wrong = differing(path, sealed.parts)
    except FileNotFoundError:
        return [Difference("file-missing", table, "it is not on the disk", name, sealed.at)]
    except OSError as error:
        return [Difference("unread", table, str(error.strerror), name, sealed.at)]
    if not wrong:
        return []
    groups = [part for part in wrong if part not in (FOOTER, "size")]
    words = [f"row group {', '.join(groups)}"] if groups else []
    words += [FOOTER] if FOOTER in wrong else []
    words += ["its size"] if "size" in wrong else []
    return [Difference("file-changed", table, " and ".join(words), name, sealed.at)]
