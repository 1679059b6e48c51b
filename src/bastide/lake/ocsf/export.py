"""Events of the lake as OCSF JSON lines: nulls and empty objects left out, JSON columns as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from bastide.lake.engine import Source
from bastide.lake.engine.duck import Duck
from bastide.lake.ocsf.mapping import JSON_PATHS, OcsfClass, render_view

_ENCODE = msgspec.json.Encoder().encode


def export(of: OcsfClass, source: Source) -> Iterator[bytes]:
    """The class's events of a source, each as one line of JSON without its line end, in the order of the files.

    Raises:
        IncompleteError: a file of the lake cannot be read.
    """
    if source.empty:
        return
    with Duck([source], views={of.view: render_view(of)}) as duck:
        answer = duck.run(f'SELECT * FROM "{of.view}"', where=of.view)
        for batch in answer.batches:
            for row in batch.to_pylist():
                yield render_event(row)


def render_event(row: dict[str, Any]) -> bytes:
    """One row of a view as OCSF JSON."""
    for path in JSON_PATHS:
        _as_json(row, path)
    kept: Any = _without_nulls(row)
    return _ENCODE(kept)


def _as_json(row: dict[str, Any], path: tuple[str, ...]) -> None:
    """Turn the JSON text at a path into JSON; text that is none stays text."""
    *parents, leaf = path
    place: Any = row
    for name in parents:
        place = place.get(name) if isinstance(place, dict) else None
    text = place.get(leaf) if isinstance(place, dict) else None
    if isinstance(text, str):
        try:
            place[leaf] = msgspec.Raw(_ENCODE(_nested(msgspec.json.decode(text))))
        except msgspec.DecodeError:
            return


def _nested(value: Any) -> Any:
    """Columns of `unmapped` that are JSON text themselves, as JSON."""
    if not isinstance(value, dict):
        return value
    return {name: _parsed(inner) for name, inner in value.items() if inner is not None}


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value


def _without_nulls(value: Any) -> Any:
    """The value without nulls and objects that have nothing in them; null for such an object itself."""
    if isinstance(value, dict):
        kept = {name: inner for name, item in value.items() if (inner := _without_nulls(item)) is not None}
        return kept or None
    if isinstance(value, list):
        return [inner for item in value if (inner := _without_nulls(item)) is not None]
    return value
