"""The rows of the CloudTrail table, made of columns that hold the events' own fields.

One idea: whoever acted, and the account, are worked out once for each different `userIdentity` of a batch, not once an
event; rows are ordered by numbers. Where the columns come from is told in `events` and `native`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy
import pyarrow as pa
from msgspec import Struct

from bastide.ingest.columns import Repeated, encoded, ranks
from bastide.lake.parquet import arrow_schema, place_codes
from bastide.lake.table import read_tables

_ACCOUNT = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DAY = 86_400_000_000  # microseconds


class _Issuer(Struct, gc=False):
    arn: str | None = None


class _Attributes(Struct, gc=False):
    mfaAuthenticated: str | None = None


class _Session(Struct, gc=False):
    sessionIssuer: _Issuer | None = None
    attributes: _Attributes | None = None


class _Identity(Struct, gc=False):
    type: str | None = None
    arn: str | None = None
    accountId: str | None = None
    principalId: str | None = None
    accessKeyId: str | None = None
    userName: str | None = None
    invokedBy: str | None = None
    sessionContext: _Session | None = None


_IDENTITY = msgspec.json.Decoder(_Identity)
# Column → where it is in the identity.
_PATHS = {
    "userType": "type", "userArn": "arn", "userAccount": "accountId", "principalId": "principalId",
    "accessKeyId": "accessKeyId", "userName": "userName", "invokedBy": "invokedBy",
    "sessionIssuerArn": "sessionContext.sessionIssuer.arn",
    "mfaAuthenticated": "sessionContext.attributes.mfaAuthenticated",
}  # fmt: skip
_NOBODY: tuple[str | None, ...] = (None,) * len(_PATHS)
_PATHS_IN_ORDER = tuple(_PATHS)


def parse_identity(text: bytes) -> tuple[str | None, ...]:
    """The columns that come of a `userIdentity`, in the order of `_PATHS`; what is of another type as JSON text."""
    try:
        one = _IDENTITY.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _parse_odd_identity(text)
    session = one.sessionContext
    issuer = session.sessionIssuer if session else None
    attributes = session.attributes if session else None
    return (
        one.type, one.arn, one.accountId, one.principalId, one.accessKeyId, one.userName, one.invokedBy,
        issuer.arn if issuer else None, attributes.mfaAuthenticated if attributes else None,
    )  # fmt: skip


def _parse_odd_identity(text: bytes) -> tuple[str | None, ...]:
    try:
        whole = json.loads(text)
    except ValueError:
        return _NOBODY
    found: list[str | None] = []
    for path in _PATHS.values():
        value: Any = whole
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        found.append(value if value is None or isinstance(value, str) else json.dumps(value))
    return tuple(found)


def arrange(parts: Sequence[pa.Table]) -> pa.Table:
    """The table's rows, sorted by day, account, service, action and time.

    Each part has the events' fields, texts that repeat as dictionaries, times as UTC, and `rest`, `flags` and
    `sourceFile`.
    """
    schema = arrow_schema(read_tables()["cloudtrail"])
    if not parts:
        return schema.empty_table()
    names = parts[0].schema.names
    whole = pa.concat_tables([part.select(names) for part in parts]).unify_dictionaries()
    columns = {name: whole[name].combine_chunks() for name in names}
    people = [parse_identity(text.encode()) for text in columns["userIdentity"].dictionary.to_pylist()]
    columns["account"] = _accounts(columns["recipientAccountId"], columns["userIdentity"], people)
    order = pa.array(_order(columns))
    columns = {name: column.take(order) for name, column in columns.items()}
    codes = place_codes(columns["userIdentity"])
    for place, name in enumerate(_PATHS):
        book = Repeated()
        book.add([*(one[place] for one in people), None])
        columns[name] = encoded(book.values(), book.codes()[codes])
    return pa.table({name: columns[name] for name in schema.names})


def _accounts(own: pa.DictionaryArray, people: pa.DictionaryArray, identities: Sequence[Any]) -> pa.DictionaryArray:
    """The recipient, or the identity's account, or `unknown`."""
    book = Repeated()
    account = _PATHS_IN_ORDER.index("userAccount")
    book.add([_partition(name) for name in (*own.dictionary.to_pylist(), "")])
    book.add([_partition(one[account] or "") for one in (*identities, _NOBODY)])
    numbers = book.codes()
    recipients = numpy.array([bool(name) for name in (*own.dictionary.to_pylist(), "")])
    codes = place_codes(own)
    found = numpy.where(recipients[codes], numbers[codes], numbers[len(recipients) :][place_codes(people)])
    return encoded(book.values(), found)


def _partition(account: str) -> str:
    """It names a partition: what is no account's number or name would make one of every odd event."""
    return account if _ACCOUNT.fullmatch(account) else "unknown"


def _order(columns: dict[str, Any]) -> Any:
    """The rows by day, account, service, action and time; none last, no time first."""
    place = numpy.zeros(len(columns["account"]), numpy.int64)
    for name in ("account", "eventSource", "eventName"):
        values = [*columns[name].dictionary.to_pylist(), None]
        place = place * len(values) + ranks(values)[place_codes(columns[name])]
    at = columns["eventTime"].cast(pa.int64()).fill_null(numpy.iinfo(numpy.int64).min).to_numpy()
    return numpy.lexsort([at, place, at // _DAY])
