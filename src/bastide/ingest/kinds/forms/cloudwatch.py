"""What CloudWatch Logs puts around log lines: subscription envelopes, and exports to S3.

One idea: a wrapped file is a list of messages that know their log group; which kind of log they are is for the kinds to
say, from the first message.
Source: Amazon CloudWatch Logs User Guide, "Subscription filters" (DATA_MESSAGE, CONTROL_MESSAGE) and "Export log data
to Amazon S3 using the console" (`timestamp message` lines in objects EXPORT/TASK/STREAM/000000.gz).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from bastide.ingest.kinds import NotThisKindError
from bastide.ingest.kinds.forms.records import split
from bastide.ingest.source import Item

_NULL = Raw(b"null")
_EXPORT = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ")
_FIRST = re.compile(rb'"DATA_MESSAGE".*?"logEvents".*?"message"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL)
_STREAM = re.compile(r"/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/([^/]+)/\d{6}(?:\.gz)?$")


class _Event(Struct, gc=False):
    message: str
    id: str | None = None
    timestamp: int | None = None
    extractedFields: Raw = _NULL


class _Envelope(Struct, gc=False):
    messageType: str
    logEvents: list[_Event]
    owner: str = ""
    logGroup: str = ""
    logStream: str = ""
    subscriptionFilters: Raw = _NULL


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class Message:
    """One log event: `time` as ISO 8601 or milliseconds since 1970, in text."""

    text: str
    time: str
    id: str | None = None
    owner: str = ""
    group: str = ""
    stream: str = ""
    extracted: Raw | None = None
    filters: Raw | None = None


def peek(head: bytes) -> str | None:
    """The beginning of the first message; empty when the head shows none; None when nothing is wrapped."""
    if head[:4] == b"PAR1":
        return None
    return _peek(head)


@lru_cache(maxsize=8)
def _peek(head: bytes) -> str | None:
    start = head[:4096].lstrip()
    exported = _EXPORT.match(start)
    if exported:
        return start[exported.end() :].partition(b"\n")[0].decode("utf-8", "replace")
    if start[:1] not in (b"{", b"[") or b'"messageType"' not in head or b'"logEvents"' not in head:
        return None
    found = _FIRST.search(head)
    return _text(found[1]) if found else ""


def _text(body: bytes) -> str:
    """The text of a JSON string's inside that may have been cut off anywhere."""
    text = body.decode("utf-8", "ignore")
    for cut in range(8):
        try:
            return str(json.loads(f'"{text[: len(text) - cut]}"', strict=False))
        except ValueError:
            continue
    return ""


def read_messages(data: bytes, item: Item) -> list[Message]:
    """All messages, control messages left out. Raises NotThisKindError."""
    if _EXPORT.match(data[:4096].lstrip()):
        return _exported(data, item)
    found: list[Message] = []
    for number, record in enumerate(split(data), start=1):
        try:
            envelope = _ENVELOPE.decode(record)
        except msgspec.MsgspecError as wrong:
            raise NotThisKindError(f"line {number}: no envelope of CloudWatch Logs: {wrong}") from wrong
        if envelope.messageType == "DATA_MESSAGE":
            found += _inner(envelope)
        elif envelope.messageType != "CONTROL_MESSAGE":
            raise NotThisKindError(f"line {number}: messageType {envelope.messageType!r} is not known")
    return found


def _inner(envelope: _Envelope) -> list[Message]:
    return [
        Message(
            event.message, "" if event.timestamp is None else str(event.timestamp),
            event.id, envelope.owner, envelope.logGroup, envelope.logStream, event.extractedFields,
            envelope.subscriptionFilters,
        )
        for event in envelope.logEvents
    ]  # fmt: skip


def _exported(data: bytes, item: Item) -> list[Message]:
    """The messages of an export: a line without a time belongs to the message before it."""
    stream = _STREAM.search(item.key or item.source)
    name = stream[1] if stream else ""
    parts: list[tuple[str, list[bytes]]] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        found = _EXPORT.match(line)
        if found:
            parts.append((found[1].decode(), [line[found.end() :]]))
        elif parts:
            parts[-1][1].append(line)
        elif line.strip():
            raise NotThisKindError(f"line {number} has no time")
    return [
        Message(b"\n".join(lines).rstrip(b"\r\n").decode("utf-8", "replace"), time, stream=name)
        for time, lines in parts
    ]


def joined(messages: Sequence[Message]) -> bytes:
    """The messages as lines, for kinds whose lines say everything themselves."""
    return "\n".join(message.text.rstrip("\n") for message in messages).encode()


def time_column(name: str) -> str:
    """SQL for a Message's `time` in the column `name`."""
    millis = f"make_timestamptz(CAST({name} AS BIGINT) * 1000)"
    return (
        f"CASE WHEN regexp_full_match({name}, '[0-9]{{1,14}}') THEN {millis} ELSE TRY_CAST({name} AS TIMESTAMPTZ) END"
    )
