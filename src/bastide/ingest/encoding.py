"""Text that is no Unicode, made readable: bytes that are no UTF-8, and halves of surrogate pairs in JSON.

One idea: one broken value must not cost the file, so that what cannot be read is replaced by U+FFFD; whoever keeps the
record flags it.
"""

from __future__ import annotations

import codecs
import re

REPLACED = "\ufffd".encode()
OTHER = rb"\ufffe"  # something else that may stand for it, of the same length
# Half of a surrogate pair, which JSON's grammar allows and Unicode does not.
_LONE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def unmarked(data: bytes) -> bytes:
    """Text that begins with a byte order mark as UTF-8 without it; everything else as it is.

    AWS writes none, but a log that went through PowerShell or an editor has one.
    """
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def readable(data: bytes) -> tuple[bytes, bool]:
    """The data as UTF-8, and whether something in it was not."""
    if data.isascii():
        return data, False
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode(), True
    return data, False


def paired(data: bytes, instead: bytes = rb"\ufffd") -> bytes:
    """The JSON with something instead of lone surrogates."""
    if b"\\ud" not in data and b"\\uD" not in data:
        return data
    return _LONE.sub(lambda found: found[1] + (found[2] or instead), data)


def has_lone(data: bytes) -> bool:
    """Whether the JSON has lone surrogates."""
    return paired(data, OTHER) != data


def is_replaced(value: bytes) -> bool:
    """Whether something in the JSON could not be read."""
    return REPLACED in value or b"\\ufffd" in value
