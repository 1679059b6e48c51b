"""JSON records as rows: nothing of a record is lost, whatever stands in it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bastide.ingest.kinds import config_items, eks_audit, resolver_query, waf
from bastide.ingest.kinds.forms.records import Row, Shape, parse_fields, split

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
SHAPES = st.sampled_from([resolver_query.SHAPE, waf.SHAPE, eks_audit.SHAPE])


@given(SHAPES, st.data())
def test_a_record_can_be_rebuilt_from_its_columns_and_rest(shape: Shape, data: st.DataObject) -> None:
    names = st.sampled_from([*shape.forms, "new"])
    record = data.draw(st.dictionaries(names, VALUES | st.just("2026-02-03T04:05:06Z") | st.just("53")))
    fields = parse_fields(json.dumps(record).encode())
    assert fields is not None
    row = json.loads(shape.lay_out(fields, Row()).render())
    rest = row.pop("rest", {})
    row.pop("flags", None)
    assert row | rest == record


@given(st.dictionaries(st.sampled_from([*config_items.SHAPE.forms, "new"]), VALUES))
def test_a_configuration_item_never_loses_a_field(record: dict[str, Any]) -> None:
    fields = parse_fields(json.dumps(record).encode())
    assert fields is not None
    row = config_items.SHAPE.lay_out(config_items.as_in_files(fields, found := Row()), found)
    kept = json.loads(row.render())
    values = [*kept.values(), *kept.get("rest", {}).values()]
    assert all(value in values or str(value) in values or json.loads(str(value)) in values for value in record.values())


@given(st.lists(st.dictionaries(st.text(), VALUES), min_size=1), st.sampled_from(["\n", "", "\r\n", "\n\n", "  "]))
def test_records_are_cut_whatever_stands_between_them(records: list[dict[str, Any]], between: str) -> None:
    text = between.join(json.dumps(record) for record in records).encode()
    assert [json.loads(record) for record in split(text)] == records
    assert [json.loads(record) for record in split(json.dumps(records, indent=1).encode())] == records
    assert [json.loads(record) for record in split(json.dumps({"E": records}).encode(), ("E",))] == records
