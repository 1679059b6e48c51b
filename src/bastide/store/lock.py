"""One apply or undo at a time on a target: a lock that the operating system lets go of when its holder ends.

One idea: an exclusive ``flock`` on a file beside the database, one a target; the file says who holds it. A killed
process holds nothing, so there is never a lock to break. A database that is reached by URL has no place for the file,
and no such lock: there, whoever starts applies keeps them apart.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bastide.errors import InputError


@contextmanager
def applying(database: Path, target: str, run: str) -> Iterator[None]:
    """Holds the lock of ``target`` (its label) for ``run`` while the block runs.

    Raises:
        InputError: another process, or another thread of this one, holds it; the run and the process are named.
    """
    path = database.with_name(f"{database.name}.{re.sub(r'[^A-Za-z0-9]+', '-', target)}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _held(descriptor, target, path) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {run}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _held(descriptor: int, target: str, path: Path) -> InputError:
    process, _, run = os.pread(descriptor, 4096, 0).decode(errors="replace").partition(" ")
    # The holder may not have written its name yet.
    what = f"run {run} is being applied by process {process}" if run else f"another run is being applied to {target}"
    fix = "wait until it has ended; if it hangs, end that process, and the next apply finishes what it left open"
    return InputError(what, str(path), fix)
