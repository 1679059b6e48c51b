"""What a person named is a regular file, before it is opened: a pipe, a device or a socket may never end."""

from __future__ import annotations

from pathlib import Path

from bastide.errors import InputError


def require_regular(path: Path) -> None:
    """Let pass what is a regular file, or is not there, which whoever opens it says better.

    Raises:
        InputError: it is a folder, a pipe, a device or a socket.
        OSError: its folder may not be looked into.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder", fix="name a file in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is a pipe, a device or a socket, not a regular file", str(path),
                         "write what it gives to a file, and name that")  # fmt: skip
