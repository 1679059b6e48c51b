"""CloudTrail log files: envelope, array, one event or JSON lines; management, data, Insights, network activity events.

One idea: msgspec checks a whole file against the types of the columns and hands out each event's bytes untouched; an
event that does not fit is mended alone: what fits goes to its columns, the rest is kept as it was.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.source import Item

STRINGS = (
    "eventVersion", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
    "errorMessage", "requestID", "eventID", "eventType", "apiVersion", "recipientAccountId", "sharedEventID",
    "vpcEndpointId", "vpcEndpointAccountId", "eventCategory", "sessionCredentialFromConsole",
)  # fmt: skip
BOOLEANS = ("readOnly", "managementEvent")
# Always there in events of API calls, and null as often as not: their absence is what is noted.
NULLABLE = ("requestParameters", "responseElements")
OBJECTS = (
    "userIdentity", "additionalEventData", "serviceEventDetails", "tlsDetails", "insightDetails", "addendum",
    "edgeDeviceDetails", "eventContext",
)  # fmt: skip
LISTS = ("resources",)
ABSENT = "absent"


class _Object(Struct):
    """Any JSON object; its fields are skipped unseen."""


# A time of any other length is not CloudTrail's own form and would not be recovered as it was written.
_Time = Annotated[str, msgspec.Meta(min_length=20, max_length=20)]
_FIELDS: list[Any] = [
    ("eventTime", _Time),
    *((name, Raw) for name in NULLABLE),
    *((name, str | UnsetType, field(default=UNSET)) for name in STRINGS),
    *((name, bool | UnsetType, field(default=UNSET)) for name in BOOLEANS),
    *((name, _Object | UnsetType, field(default=UNSET)) for name in OBJECTS),
    *((name, list[_Object] | UnsetType, field(default=UNSET)) for name in LISTS),
]
_Event = msgspec.defstruct("_Event", _FIELDS, forbid_unknown_fields=True, gc=False, kw_only=True)
_Typed = msgspec.defstruct("_Typed", [("Records", list[_Event])], gc=False)  # type: ignore[valid-type]
_Split = msgspec.defstruct("_Split", [("Records", list[Raw])], gc=False)

_TYPED: Any = msgspec.json.Decoder(_Typed)
_SPLIT: Any = msgspec.json.Decoder(_Split)
_ARRAY = msgspec.json.Decoder(list[Raw])
_EVENT = msgspec.json.Decoder(_Event)
_ANY = msgspec.json.Decoder(dict[str, Any])
_LENIENT = msgspec.json.Decoder(dict[str, Raw])
_ENCODE = msgspec.json.Encoder().encode

_MARKS = (b'"eventSource"', b'"eventName"', b'"insightDetails"', b'"eventVersion"')


def detect(name: str, head: bytes) -> bool:
    """By two of the fields that every event has; an empty envelope by the envelope."""
    if sum(mark in head for mark in _MARKS) >= 2 and head.lstrip()[:1] in (b"{", b"["):
        return True
    return head.replace(b" ", b"").strip() == b'{"Records":[]}' and "Digest" not in name


def render(data: bytes, item: Item) -> Rendered:
    """The events as NDJSON. Raises NotThisKindError when the file is not JSON all through."""
    records = _split(data)
    if b"\n" in data.strip():  # JSON that was written over several lines is put on one
        records = [msgspec.json.format(record, indent=-1) for record in records]
    source = _ENCODE(item.address)
    try:
        _TYPED.decode(data)
        return Rendered(_with_source(b"\n".join(records), source), len(records))
    except msgspec.MsgspecError:
        lines, odd = [], 0
        for record in records:
            try:
                _EVENT.decode(record)
                lines.append(bytes(record))
            except msgspec.MsgspecError:
                lines.append(mend(bytes(record)))
                odd += 1
        return Rendered(_with_source(b"\n".join(lines), source), len(lines), odd)


def _with_source(lines: bytes, source: bytes) -> bytes:
    """The lines with the file's address in each: between two lines and nowhere inside JSON stands `}`, newline, `{`."""
    tail = b',"sourceFile":' + source + b"}"
    return lines[:-1].replace(b"}\n{", tail + b"\n{") + tail if lines else lines


def _split(data: bytes) -> list[Any]:
    start = data[:64].lstrip()[:1]
    try:
        if start == b"[":
            return _ARRAY.decode(data)
        try:
            found: list[Raw] = _SPLIT.decode(data).Records
            return found
        except msgspec.ValidationError:
            return [Raw(data.strip())] if _ANY.decode(data) else []
    except msgspec.DecodeError as wrong:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) > 1 and _is_object(lines[0]):
            return _split_lines(lines)
        raise NotThisKindError(f"no JSON: {wrong}") from wrong


def _is_object(line: bytes) -> bool:
    try:
        return bool(_ANY.decode(line))
    except msgspec.MsgspecError:
        return False


def _split_lines(lines: list[bytes]) -> list[Raw]:
    found: list[Raw] = []
    for number, line in enumerate(lines, start=1):
        try:
            found += _split(line)
        except NotThisKindError as wrong:
            raise NotThisKindError(f"line {number}: {wrong}") from wrong
    return found


def mend(record: bytes) -> bytes:
    """One odd event as a line: fields that fit stay, the others move into `rest`, `flags` says what they were."""
    try:
        fields = _LENIENT.decode(record)
    except msgspec.MsgspecError:
        return _ENCODE({"rest": record.decode("utf-8", "replace"), "flags": "no-object"})
    kept: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    flags: list[str] = []
    for name, value in fields.items():
        why = _misfit(name, bytes(value).strip())
        if why:
            rest[name] = value
            flags.append(f"{why}:{name}")
        else:
            kept[name] = value
    flags += [f"{ABSENT}:{name}" for name in NULLABLE if name not in fields]
    if rest:
        kept["rest"] = rest
    return _ENCODE(kept | {"flags": ",".join(flags)})


def _misfit(name: str, value: bytes) -> str:
    """Why a field cannot stand in its column: unknown, type or null; empty when it can."""
    if name in NULLABLE:
        return ""
    starts = b"tf" if name in BOOLEANS else b"{" if name in OBJECTS else b"[" if name in LISTS else b'"'
    if name not in (*STRINGS, *BOOLEANS, *OBJECTS, *LISTS, "eventTime"):
        return "unknown"
    if value == b"null":
        return "null"
    if value[:1] not in (starts[:1], starts[-1:]):
        return "type"
    return "form" if name == "eventTime" and len(value) != 22 else ""


_PATHS = {
    "userType": "type",
    "userArn": "arn",
    "userAccount": "accountId",
    "principalId": "principalId",
    "accessKeyId": "accessKeyId",
    "userName": "userName",
    "invokedBy": "invokedBy",
    "sessionIssuerArn": "sessionContext.sessionIssuer.arn",
    "mfaAuthenticated": "sessionContext.attributes.mfaAuthenticated",
}

KIND = Kind(
    name="cloudtrail",
    table="cloudtrail",
    detect=detect,
    render=render,
    read={
        "eventTime": "VARCHAR",
        **dict.fromkeys(STRINGS, "VARCHAR"),
        **dict.fromkeys(BOOLEANS, "BOOLEAN"),
        **dict.fromkeys((*OBJECTS, *LISTS, *NULLABLE), "JSON"),
        "rest": "JSON",
        "flags": "VARCHAR",
        "sourceFile": "VARCHAR",
    },
    # One walk over the identity for all its columns: nine cost five times as much.
    derive={"_user": f"json_extract_string(userIdentity, {[f'$.{path}' for path in _PATHS.values()]})"},
    select={
        "eventTime": "TRY_CAST(eventTime AS TIMESTAMPTZ)",
        "account": f"coalesce(recipientAccountId, _user[{list(_PATHS).index('userAccount') + 1}])",
        **{name: f"_user[{number}]" for number, name in enumerate(_PATHS, start=1)},
    },
    rank=20,
)
