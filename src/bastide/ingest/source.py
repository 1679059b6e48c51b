"""Where logs come from: files and folders on this machine, prefixes of S3.

One idea: a source lists items (a key and an etag, which together never mean two contents) and reads one at a time.
What the key says by AWS's layout (account, Region, day) is read from it, so that filters need not open a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bastide.errors import InputError

if TYPE_CHECKING:  # boto3 takes a quarter of a worker process's start
    from bastide.aws.objects import Objects

# …/AWSLogs/[o-…/]ACCOUNT/SERVICE/REGION/YYYY/MM/DD/…
_LAYOUT = re.compile(
    r"(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>\d{12})/(?P<service>[^/]+)/"
    r"(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)/)?(?:(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/)?"
)
# ACCOUNT_SERVICE_REGION_[…_]YYYYMMDDTHHMMZ_…, which files keep wherever they are copied to.
_NAME = re.compile(
    r"(?:^|/)(?P<account>\d{12})_(?P<service>[A-Za-z-]+)_(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)_(?:[^/]*_)?"
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})T\d{4,6}Z_[^/]*$"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One file or object: `key` within `source`; `size` in bytes as stored. Empty or None: the key does not say."""

    source: str
    key: str
    etag: str
    size: int
    account: str = ""
    region: str = ""
    day: date | None = None

    @property
    def address(self) -> str:
        """Where it is, as people write it."""
        return f"{self.source.rstrip('/')}/{self.key}" if self.key else self.source


@dataclass(frozen=True, slots=True)
class Filter:
    """What to take: nothing given takes everything, and an item whose key says nothing is never filtered out."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def takes(self, item: Item) -> bool:
        """Whether the item can hold what is wanted. A day's files may hold the end of the day before."""
        if self.accounts and item.account and item.account not in self.accounts:
            return False
        if self.regions and item.region and item.region not in self.regions:
            return False
        if item.day and self.since and item.day < self.since:
            return False
        return not (item.day and self.until and item.day > self.until)


class Source(Protocol):
    """Something that lists items and reads them.

    `prefix`: what the keys of all its items begin with; `threads`: how many reads at a time it is good for.
    """

    @property
    def threads(self) -> int:
        """See the class."""

    @property
    def prefix(self) -> str:
        """See the class."""

    def list(self, wanted: Filter) -> Iterator[Item]:
        """The items that the filter takes, in no order. Raises InputError or TargetError."""

    def read(self, item: Item) -> bytes:
        """The item's content as stored. Raises OSError or TargetError."""


def describe(source: str, key: str, etag: str, size: int) -> Item:
    """The item of a key, with what AWS's layout says about it."""
    found = _NAME.search(key) or _LAYOUT.search(key) or _LAYOUT.search(f"{source}/{key}")
    if found is None:
        return Item(source, key, etag, size)
    day = None
    if found["y"]:
        try:
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            day = None
    return Item(source, key, etag, size, found["account"], found["region"] or "", day)


@dataclass(frozen=True, slots=True)
class Folder:
    """A file, or everything under a folder. Symbolic links to files are followed, links to folders are not.

    An item's key is its whole path, so that a file is the same whichever folder above it was named.
    """

    path: Path

    @property
    def threads(self) -> int:
        """See Source."""
        return 1

    @property
    def root(self) -> Path:
        """The path from the root of the file system."""
        return Path(os.path.abspath(self.path))

    @property
    def prefix(self) -> str:
        """See Source."""
        return str(self.root).lstrip("/")

    def list(self, wanted: Filter) -> Iterator[Item]:
        """See Source. A file's etag is its size and modification time; hidden files are left out."""
        root = self.root
        if root.is_file():
            yield _item(root)
            return
        if not root.is_dir():
            raise InputError("there is no such file or folder", str(self.path), "name an existing one, or s3://…")
        for folder, folders, names in os.walk(root, onerror=_refuse):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                if name.startswith(".") or not path.is_file():
                    continue
                item = _item(path)
                if wanted.takes(item):
                    yield item

    def path_of(self, item: Item) -> Path:
        """The file of an item."""
        return Path(f"/{item.key}")

    def read(self, item: Item) -> bytes:
        """See Source."""
        return self.path_of(item).read_bytes()


def _item(path: Path) -> Item:
    found = path.stat()
    return describe("/", str(path).lstrip("/"), f"{found.st_size}-{found.st_mtime_ns}", found.st_size)


def _refuse(wrong: OSError) -> None:
    raise InputError(
        f"a folder cannot be listed: {wrong.strerror}", str(wrong.filename), "give the permission, or name another"
    ) from wrong


@dataclass(frozen=True, slots=True)
class Bucket:
    """A prefix of an S3 bucket, through any target's way in."""

    name: str
    prefix: str
    objects: Objects

    @property
    def threads(self) -> int:
        """See Source."""
        return self.objects.threads

    def list(self, wanted: Filter) -> Iterator[Item]:
        """See Source. Objects of storage classes that need a restore are left out."""
        for found in self.objects.list(self.name, self.prefix):
            if found.archived or found.key.endswith("/"):
                continue
            item = describe(f"s3://{self.name}", found.key, found.etag, found.size)
            if wanted.takes(item):
                yield item

    def read(self, item: Item) -> bytes:
        """See Source."""
        return self.objects.read(self.name, item.key)


def in_order(items: Sequence[Item]) -> Sequence[Item]:
    """The items by account and day: a batch touches few partitions, and has a day's late events with the day."""
    return sorted(items, key=lambda item: (item.account, item.day or date.min, item.region, item.key))
