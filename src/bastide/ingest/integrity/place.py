"""Where a trail lies: a bucket, or a folder that is a copy of one (or of a part of one).

One idea: a folder does not say which key a file had in S3, but its digests do: what most of them say of themselves,
beside where they lie, tells how paths and keys go together. A file that lies otherwise was moved.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bastide.errors import InputError
from bastide.ingest.integrity.digest import UnreadableError, parse_digest, parse_digest_name
from bastide.ingest.source import Bucket, Filter, Folder

_SAMPLE = 25  # digests of one folder that are asked where they come from
_LEAST = 6  # parts of a path that must agree: CloudTrail-Digest, Region, year, month, day, name
SIDECARS = (".metadata.json", ".signature")
DUMP = "digest-metadata.jsonl"
Metadata = Mapping[str, str]


class Place(Protocol):
    """Something that holds a trail's files by the keys that they have in S3."""

    def list(self, wanted: Filter) -> Iterator[tuple[str, str]]:
        """(where a file lies, its key); a file that lies where no key leads to has its path as key."""

    def read(self, bucket: str, key: str) -> bytes | None:
        """A file as stored; None when it is not there. Raises OSError or TargetError when it cannot be read."""

    def metadata(self, bucket: str, key: str) -> Metadata | None:
        """The S3 metadata of a digest; None when nobody knows it."""

    def holds(self, bucket: str) -> bool:
        """Whether this can be that bucket."""


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket, or a part of one."""

    source: Bucket

    def list(self, wanted: Filter) -> Iterator[tuple[str, str]]:
        """See Place."""
        return ((f"s3://{self.source.name}/{item.key}", item.key) for item in self.source.list(wanted))

    def read(self, bucket: str, key: str) -> bytes | None:
        """See Place. Logs are read from where the digest says they are, whichever bucket that is."""
        return self.source.objects.find(bucket, key)

    def metadata(self, bucket: str, key: str) -> Metadata | None:
        """See Place."""
        return self.source.objects.metadata(bucket, key)

    def holds(self, bucket: str) -> bool:
        """See Place."""
        return bucket == self.source.name


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder. `alignments`: (a folder, what the keys of everything below it begin with), deepest first."""

    root: Path
    alignments: tuple[tuple[str, str], ...]
    signatures: Mapping[str, Metadata]

    def list(self, wanted: Filter) -> Iterator[tuple[str, str]]:
        """See Place."""
        for item in Folder(self.root).list(wanted):
            if not item.key.endswith(SIDECARS):
                yield f"/{item.key}", self._key(f"/{item.key}")

    def _key(self, path: str) -> str:
        for folder, head in self.alignments:
            if path.startswith(folder):
                return head + path[len(folder) :]
        return path

    def _paths(self, key: str) -> Iterator[Path]:
        if key.startswith("/"):
            yield Path(key)
        for folder, head in self.alignments:
            # A recorded key is somebody's word: it must not lead out of the folder.
            if key.startswith(head) and ".." not in key.split("/"):
                yield Path(folder + key[len(head) :])

    def read(self, bucket: str, key: str) -> bytes | None:
        """See Place."""
        for path in self._paths(key):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except ValueError:  # a NUL in a recorded key
                return None
        return None

    def metadata(self, bucket: str, key: str) -> Metadata | None:
        """See Place: the dump's row, or the file beside the digest that ends in .metadata.json or .signature."""
        if key in self.signatures:
            return self.signatures[key]
        for path in self._paths(key):
            for suffix in SIDECARS:
                beside = path.with_name(path.name + suffix)
                if beside.is_file():
                    return parse_sidecar(beside)
        return None

    def holds(self, bucket: str) -> bool:
        """See Place: a copy does not say of which bucket it is."""
        return True


def open_folder(folder: Folder, dump: Path | None = None) -> FolderPlace:
    """The folder as a place. `dump` holds digests' metadata; one in the folder itself or above it is found.

    Raises InputError when the folder or the dump cannot be read.
    """
    near = (folder.root / DUMP, folder.root.parent / DUMP)
    dump = dump or next((path for path in near if path.is_file()), None)
    signatures = read_dump(dump) if dump else {}
    return FolderPlace(folder.root, _align(folder), signatures)


def _align(folder: Folder) -> tuple[tuple[str, str], ...]:
    """How paths and keys go together, by the votes of a sample of the digests."""
    root = str(folder.root)
    groups: dict[str, list[str]] = {}
    for item in folder.list(Filter()):
        if parse_digest_name(item.key) is not None:
            path = f"/{item.key}"
            groups.setdefault(path.partition("/CloudTrail-Digest/")[0], []).append(path)
    votes = Counter[tuple[str, str]]()
    for paths in groups.values():
        for path in paths[:: max(1, len(paths) // _SAMPLE)]:
            vote = _vote(path)
            if vote is not None:
                votes[vote] += 1
    best: dict[str, tuple[int, str]] = {}
    for (start, head), count in votes.items():
        best[start] = max(best.get(start, (0, "")), (count, head))
    chosen = [
        (start, head)
        for start, (count, head) in best.items()
        if not any(_is_inside(start, other) and best[other][0] >= count for other in best)
    ]
    return tuple(sorted(chosen, key=lambda pair: (-len(pair[0]), pair))) or ((_above_layout(root), ""),)


def _is_inside(folder: str, other: str) -> bool:
    return folder != other and folder.startswith(other)


def _above_layout(root: str) -> str:
    """Where keys begin when no digest tells: at AWSLogs."""
    head, found, _ = f"{root}/".partition("/AWSLogs/")
    return f"{head}/" if found else f"{root}/"


def _vote(path: str) -> tuple[str, str] | None:
    """(a folder, what keys below it begin with) by what one digest says of itself."""
    try:
        key = parse_digest(Path(path).read_bytes()).key
    except (OSError, UnreadableError):
        return None
    here, there = path.split("/"), key.split("/")
    same = 0
    while same < min(len(here), len(there)) and here[-1 - same] == there[-1 - same]:
        same += 1
    if same < _LEAST:
        return None
    head = "/".join(there[: len(there) - same])
    return "/".join(here[: len(here) - same]) + "/", f"{head}/" if head else ""


def parse_sidecar(path: Path) -> Metadata:
    """Metadata in a file: hexadecimal alone, a JSON object of metadata, or the answer of HeadObject."""
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if not text.startswith("{"):
        return {"signature": text}
    try:
        return _metadata(json.loads(text))
    except (ValueError, TypeError):
        return {"signature": text}  # which will not hold, and be reported


def _metadata(row: Any) -> Metadata:
    found = row.get("Metadata", row)
    return {
        str(name).lower().removeprefix("x-amz-meta-"): str(value)
        for name, value in found.items()
        if isinstance(value, str)
    }


def read_dump(path: Path) -> dict[str, Metadata]:
    """Key → metadata: JSON lines or a JSON list of objects with `Key` and `Metadata`. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8")
        rows: Sequence[Any] = (
            json.loads(text)
            if text.lstrip().startswith("[")
            else [json.loads(line) for line in text.splitlines() if line]
        )
        return {row["Key"]: _metadata(row) for row in rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise InputError(
            f"that file holds no metadata of digests: {wrong}", str(path), 'each line is {"Key": …, "Metadata": {…}}'
        ) from wrong
