"""Compressed files, inflated with a limit: gzip, zstd or plain, told by their first bytes.

One idea: nothing is inflated further than the limit, so that a bomb costs no more memory than a large honest file.
"""

from __future__ import annotations

import io

import zstandard
from zlib_ng import zlib_ng

LIMIT = 512 * 1024 * 1024
_STEP = 4 * 1024 * 1024


class InflateError(ValueError):
    """The content is truncated, corrupt, or larger than the limit."""


def inflate(data: bytes, limit: int = LIMIT) -> bytes:
    """The plain content; several gzip members are one content. Raises InflateError.

    Firehose compresses again what CloudWatch Logs had compressed already.
    """
    if data[:2] == b"\x1f\x8b":
        plain = _gunzip(data, limit)
        return _gunzip(plain, limit) if plain[:2] == b"\x1f\x8b" else plain
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return _unzstd(data, limit)
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _gunzip(data: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    total, rest = 0, data
    while rest:
        inflater = zlib_ng.decompressobj(31)
        try:
            part = inflater.decompress(rest, limit - total + 1)
        except zlib_ng.error as wrong:  # type: ignore[misc]
            raise InflateError(f"the gzip data is corrupt: {wrong}") from wrong
        total += len(part)
        if total > limit:
            raise _too_large(limit)
        if not inflater.eof:
            raise InflateError("the gzip data is cut off")
        parts.append(part)
        rest = inflater.unused_data.lstrip(b"\0")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unzstd(data: bytes, limit: int) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
        io.BytesIO(data), read_across_frames=True
    )
    parts: list[bytes] = []
    total = 0
    try:
        while part := reader.read(_STEP):
            total += len(part)
            if total > limit:
                raise _too_large(limit)
            parts.append(part)
    except zstandard.ZstdError as wrong:
        raise InflateError(f"the zstd data is corrupt: {wrong}") from wrong
    return b"".join(parts)


def _too_large(limit: int) -> InflateError:
    return InflateError(f"the content is larger than {limit >> 20} MiB, the limit for one file")
