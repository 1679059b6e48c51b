"""Log lines of fields with blanks between: flow logs, S3 server access logs, load balancers' access logs.

One idea: one regular expression a layout checks every field's form and hands the fields to one template, so that a good
line costs two calls; only a line that does not fit is taken apart field by field. What fits stays in its column, the
rest is kept as it was written. It knows nothing of any log's meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import msgspec

from bastide.ingest.kinds import NotThisKindError, Rendered
from bastide.ingest.times import CLF, CLOCK, DAY

_ENCODE = msgspec.json.Encoder().encode
_ISO = rb"%b[T ]%b(?:\.\d{1,6})?Z?" % (DAY, CLOCK)
# Form → (a field of a good line, one group; how a value alone looks, None when any will do). Good lines are ASCII
# without quotation marks and backslashes inside values, so that a value is JSON as it stands.
_FORMS: dict[str, tuple[bytes, bytes | None]] = {
    "word": (rb"([!#-\[\]-~]+)", None),
    "quoted": (rb'"?((?<=")[ !#-\[\]-~]*(?=")|-)"?', None),
    "int": (rb"(-|0|-?[1-9]\d{0,8})", rb"-|0|-?[1-9]\d{0,8}"),
    "bigint": (rb"(-|0|-?[1-9]\d{0,17})", rb"-|0|-?[1-9]\d{0,17}"),
    "double": (rb"(-|-?\d{1,12}(?:\.\d{1,9})?)", rb"-|-?\d{1,12}(?:\.\d{1,9})?"),
    "epoch": (rb"(-|0|[1-9]\d{0,10})", rb"-|0|[1-9]\d{0,10}"),
    "iso": (rb"(-|%b)" % _ISO, rb"-|%b" % _ISO),
    "clf": (rb"\[(%b)\]" % CLF, CLF),
    "endpoint": (rb"([!#-\[\]-~]+)", None),
}
_VALUES = {form: re.compile(value) for form, (_, value) in _FORMS.items() if value is not None}
_CASTS = {
    "int": "CAST({} AS INTEGER)",
    "bigint": "CAST({} AS BIGINT)",
    "double": "CAST({} AS DOUBLE)",
    "iso": "TRY_CAST({} AS TIMESTAMPTZ)",
    "clf": "try_strptime({}, '%d/%b/%Y:%H:%M:%S %z')",
}
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(?= |$)|\[([^\]]*)\](?= |$)|([^ ]+)(?= |$)')
# More quotation marks than this, and where a value ends is not searched for: it may take for ever.
_MOST_QUOTES = 40


@dataclass(frozen=True, slots=True)
class Field:
    """A field: `label` in the log's documentation, `column` in the table, `form` one of the forms above."""

    label: str
    column: str
    form: str


def parse_fields(text: str) -> tuple[Field, ...]:
    """The fields of a declaration `label[/form] …`; the column is the label with `_` for `-` and `:`."""
    parts = (word.partition("/") for word in text.split())
    return tuple(Field(label, column(label), form or "word") for label, _, form in parts)


def column(label: str) -> str:
    """The column of a documented field's name."""
    return label.replace("-", "_").replace(":", "_")


class Layout:
    """The fields of a line in order, and what is the same in every row of a file."""

    def __init__(self, fields: Sequence[Field], constants: Mapping[str, str], known: Iterable[str]) -> None:
        """`constants` are column → value; fields whose column is not in `known` go to `rest`."""
        columns = set(known)
        self.fields = tuple(fields)
        self.constants = dict(constants)
        self.known = tuple(one for one in fields if one.column in columns)
        self.unknown = tuple(one.label for one in fields if one.column not in columns)
        self._pattern = re.compile(b" ".join(_FORMS[one.form][0] for one in fields))
        self._template = self._compose()
        numbers = [number for number, one in enumerate(fields) if one.label not in self.unknown]
        order = numbers + [number for number in range(len(self.fields)) if number not in numbers]
        self._order = itemgetter(*order) if self.unknown and len(order) > 1 else None

    def _compose(self) -> bytes:
        """The JSON of a row with a place for each field, the unknown ones last."""
        parts = [b'%b:"%%b"' % _template(one.column) for one in self.fields if one.label not in self.unknown]
        if self.unknown:
            flags = ",".join(f"unknown:{label}" for label in self.unknown)
            more = b",".join(b'%b:"%%b"' % _template(label) for label in self.unknown)
            parts += [b'"rest":{%b}' % more, b'"flags":%b' % _template(flags)]
        parts += [b"%b:%b" % (_template(name), _template(value)) for name, value in self.constants.items()]
        return b"{%b}" % b",".join(parts)

    def render(self, line: bytes) -> bytes | None:
        """The row of a good line; None when the line must be taken apart."""
        found = self._pattern.fullmatch(line)
        if found is None:
            return None
        return self._template % (self._order(found.groups()) if self._order else found.groups())

    def mend(self, values: Sequence[str], flags: Iterable[str] = (), more: Sequence[str] = ()) -> bytes:
        """The row of a line taken apart: what has its column's form stays, the rest goes to `rest` with a flag.

        Values beyond the known fields, and `more`, which could not be cut, are kept in order as `rest.more`.
        """
        row: dict[str, object] = {}
        rest: dict[str, object] = {}
        odd = list(flags)
        for one, value in zip(self.fields, values, strict=False):
            why = self._misfit(one, value)
            (rest if why else row)[one.label if why else one.column] = value
            odd += [f"{why}:{one.label}"] if why else []
        if more or len(values) > len(self.fields):
            rest["more"] = [*values[len(self.fields) :], *more]
            odd.append("unknown:more")
        row |= self.constants | ({"rest": rest} if rest else {}) | ({"flags": ",".join(odd)} if odd else {})
        return _ENCODE(row)

    def keep(self, line: str, number: int, flags: Iterable[str] = ()) -> bytes:
        """The row of a line that cannot be taken apart: it is kept whole, with its number in the file."""
        return _ENCODE(
            {"rest": {"line": line, "lineNumber": number}, "flags": ",".join(("form", *flags))} | self.constants
        )

    def _misfit(self, one: Field, value: str) -> str:
        if one.label in self.unknown:
            return "unknown"
        form = _VALUES.get(one.form)
        return "type" if form and not form.fullmatch(value.encode("utf-8", "replace")) else ""


def _template(text: str) -> bytes:
    """A JSON string that stands in a template as it is."""
    return _ENCODE(text).replace(b"%", b"%%")


class Layouts:
    """The layouts of a kind that got fields added at the end over the years: a line has `least` fields or more."""

    def __init__(self, fields: Sequence[Field], least: int, constants: Mapping[str, str]) -> None:
        """See Layout."""
        names = [one.column for one in fields]
        self.whole = Layout(fields, constants, names)
        self._shorter = (Layout(fields[:number], constants, names) for number in range(len(fields) - 1, least - 1, -1))
        self._tried = [self.whole]
        patterns = (_escaped(fields[:least]), _lenient(fields[:least]))
        self._escaped, self._lenient = (re.compile(b" ".join(one) + rb"(?: (.*))?", re.DOTALL) for one in patterns)

    def render(self, line: bytes) -> bytes | None:
        """The row of a good line of any age; None when the line must be taken apart."""
        for number, layout in enumerate(self._tried):
            row = layout.render(line)
            if row is not None:
                if number:  # the lines of a file are mostly of one age
                    self._tried.insert(0, self._tried.pop(number))
                return row
        for layout in self._shorter:
            self._tried.append(layout)
            row = layout.render(line)
            if row is not None:
                return row
        return None

    def mend(self, line: bytes) -> bytes | None:
        """The row of a line with odd values or quotation marks; None when it has too few fields."""
        found, flags = self._escaped.fullmatch(line), decode(line)[1]
        if found is None and line.count(b'"') <= _MOST_QUOTES:
            found, flags = self._lenient.fullmatch(line), [*flags, "quotes"]
        if found is None:
            return None
        *values, more = (decode(value or b"")[0] for value in found.groups())
        end = tokens(more)
        return self.whole.mend([*values, *(end or ())], flags, [more] if end is None else ())


def _escaped(fields: Sequence[Field]) -> Iterator[bytes]:
    """Patterns of fields that are quoted as they should be, whatever stands in them."""
    for one in fields:
        if one.form == "quoted":
            yield rb'"?((?<=")(?:[^"\\]|\\.)*(?=")|-)"?'
        else:
            yield rb"\[([^\]]*)\]" if one.form == "clf" else rb"([^ ]+)"


def _lenient(fields: Sequence[Field]) -> Iterator[bytes]:
    """Patterns of fields with quotation marks inside quoted values, held by the forms of those around them."""
    for one in fields:
        yield rb'"?((?<=").*?(?=")|-)"?' if one.form == "quoted" else _FORMS[one.form][0]


def tokens(text: str) -> list[str] | None:
    """The values of a line, without the quotation marks and brackets around them; None when it cannot be cut."""
    values: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        values.append(found[found.lastindex or 0])
        at = found.end() + 1
    return values


def decode(line: bytes) -> tuple[str, list[str]]:
    """The line's text, and a flag when it is no UTF-8: then each byte is the character of its number."""
    try:
        return line.decode(), []
    except UnicodeDecodeError:
        return line.decode("latin-1"), ["encoding"]


def lines_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, blank ones left out; only a newline ends a line."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, line.removesuffix(b"\r")


def read_types(fields: Iterable[Field], constants: Iterable[str]) -> dict[str, str]:
    """What `Kind.read` must be for rows of these fields."""
    return dict.fromkeys([*(one.column for one in fields), *constants, "flags"], "VARCHAR") | {"rest": "JSON"}


def select_columns(fields: Iterable[Field]) -> dict[str, str]:
    """What `Kind.select` must be: `-` is null, and each value is of its column's type.

    An endpoint `ADDRESS:PORT` becomes the columns `…_ip` and `…_port` of its column `…_port`.
    """
    select: dict[str, str] = {}
    for one in fields:
        value = f"nullif(\"{one.column}\", '-')"
        if one.form == "endpoint":
            select[one.column.removesuffix("port") + "ip"] = f"regexp_replace({value}, ':[0-9]{{1,5}}$', '')"
            value = f"TRY_CAST(regexp_extract({value}, ':([0-9]{{1,5}})$', 1) AS INTEGER)"
        select[one.column] = _CASTS.get(one.form, "{}").format(value)
    return select


def render_lines(data: bytes, layouts: Layouts, starts: re.Pattern[bytes]) -> Rendered:
    """The rows of a file of such lines; a line that cannot be taken apart is kept whole, flagged `form`.

    Raises NotThisKindError that names the first line when no line even begins (`starts`) like the kind.
    """
    rows: list[bytes] = []
    odd, like = 0, False
    first = 0
    for number, line in lines_of(data):
        row = layouts.render(line)
        if row is None:
            row = layouts.mend(line)
            like = like or row is not None or bool(starts.match(line))
            if row is None:
                row = layouts.whole.keep(decode(line)[0], number)
            odd += b'"flags":' in row
        else:
            like = True
        first = first or number
        rows.append(row)
    if rows and not like:
        raise NotThisKindError(f"line {first} is no line of this kind of log, nor is any other")
    return Rendered(b"\n".join(rows), len(rows), odd)
