"""CloudTrail events go to columns and come back field for field, whatever they look like."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bastide.ingest.events import BOOLEANS, JSON, LISTS, NULLABLE, STRINGS, rebuild_event
from bastide.ingest.kinds.cloudtrail import CloudTrail, detect
from bastide.ingest.source import Item
from tests.ingest.logs import NOW, event

ITEM = Item("s3://logs", "x.json.gz", "e", 1)
CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "corpus-not-set")) / "telemetry" / "panther" / "AWS.CloudTrail.jsonl"
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
# What belongs there, null, another type, or nothing.
fitting = {
    **dict.fromkeys(STRINGS, texts),
    **dict.fromkeys(BOOLEANS, st.booleans()),
    **dict.fromkeys(JSON, st.dictionaries(texts, values, max_size=3)),
    **dict.fromkeys(LISTS, st.lists(st.dictionaries(texts, values, max_size=2), max_size=2)),
    **dict.fromkeys(NULLABLE, st.none() | st.dictionaries(texts, values, max_size=3)),
    "eventTime": st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1)).map(lambda t: f"{t:%Y-%m-%dT%H:%M:%SZ}"),
}
fitting["userIdentity"] |= st.fixed_dictionaries(
    {}, optional={"type": texts, "accountId": texts, "sessionContext": st.none() | st.dictionaries(texts, values)}
)
events = st.builds(
    lambda known, unknown: unknown | known,
    st.fixed_dictionaries({}, optional={name: good | values for name, good in fitting.items()}),
    st.dictionaries(texts.filter(lambda name: name not in fitting), values, max_size=1),
)


def table(data: bytes) -> Any:
    taken = CloudTrail(NOW)
    taken.add(data, ITEM)
    return taken.table()


@settings(max_examples=150)
@example([{"eventTime": "2026-02-30T00:00:00Z"}, {"eventTime": "2026-W01-1T00:00:00Z"}, {"rest": 1, "flags": None}])
@example([event(1, requestParameters={"big": 2**70, "small": -(10**30), "e": 1e300})])
@example([event(1, userAgent='"\\\n\x00ü€😀'), event(2, errorMessage="�")])
@given(st.lists(events, min_size=1, max_size=4))
def test_every_field_of_an_event_can_be_had_back(records: list[dict[str, Any]]) -> None:
    back = [rebuild_event(row) for row in table(json.dumps({"Records": records}).encode()).to_pylist()]
    assert sorted(map(_text, back)) == sorted(map(_text, records))


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_does_not_matter_how_the_file_is_written(indent: int | None, ascii_only: bool) -> None:
    records = [event(1, userAgent="ü€"), event(2)]
    envelope = json.dumps({"Records": records}, indent=indent, ensure_ascii=ascii_only)
    array = json.dumps(records, indent=indent, ensure_ascii=ascii_only)
    lines = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
    for text in (envelope, array, lines):
        assert detect("x.json", text.encode())
        assert [rebuild_event(row) for row in table(text.encode()).to_pylist()] == sorted(
            records, key=lambda one: one["eventTime"]
        )
    assert [rebuild_event(row) for row in table(json.dumps(records[0], indent=indent).encode()).to_pylist()] == records[
        :1
    ]


@pytest.mark.skipif(not CORPUS.exists(), reason="BASTIDE_CORPUS is not set")
def test_events_of_others_come_back_whole() -> None:
    records = [json.loads(line)["log"] for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    back = [rebuild_event(row) for row in table(json.dumps({"Records": records}).encode()).to_pylist()]
    assert sorted(map(_text, back)) == sorted(map(_text, records))


def test_a_record_that_is_no_object_is_kept() -> None:
    found = table(b'{"Records":[5,null,["x"],"y"]}').to_pylist()
    assert sorted(str(rebuild_event(row)[""]) for row in found) == ["5", "None", "['x']", "y"]
    assert {row["flags"] for row in found} == {"no-object"}


def test_an_event_without_its_time_is_kept_and_flagged() -> None:
    records = [event(1), event(2) | {"eventTime": None}, event(3)]
    del records[2]["eventTime"]
    data = json.dumps({"Records": records}, separators=(",", ":")).encode()
    for compiled in (True, False):
        taken = CloudTrail(NOW, compiled=compiled)
        found = taken.add(data, ITEM)
        rows = sorted(taken.table().to_pylist(), key=lambda row: row["eventID"])
        assert [row["flags"] for row in rows] == [None, "null:eventTime", "absent:eventTime"]
        assert (found.rows, found.odd) == (3, 2)
        assert [rebuild_event(row) for row in rows] == records


def test_what_is_odd_is_said() -> None:
    records = [
        event(1, eventTime="yesterday"), event(2, eventTime="2099-01-01T00:00:00Z"), event(3, readOnly="yes"),
        event(4, newField=1), event(5, errorCode=None), event(6, tlsDetails=[1]), event(7, eventTime=7),
    ]  # fmt: skip
    rows = {row["eventID"][-1]: row for row in table(json.dumps({"Records": records}).encode()).to_pylist()}
    assert {number: row["flags"] for number, row in rows.items()} == {
        "1": "form:eventTime", "2": "future:eventTime", "3": "type:readOnly", "4": "unknown:newField",
        "5": "null:errorCode", "6": "type:tlsDetails", "7": "type:eventTime",
    }  # fmt: skip
    assert rows["1"]["eventTime"] is None
    assert rows["2"]["eventTime"] == datetime(2099, 1, 1, tzinfo=UTC)


def test_text_in_another_encoding_costs_its_letters_and_not_the_event() -> None:
    data = json.dumps({"Records": [event(1, userAgent="caf\u00e9"), event(2)]}, ensure_ascii=False).encode("latin-1")
    first, second = sorted(table(data).to_pylist(), key=lambda row: str(row["eventID"]))
    assert (first["userAgent"], first["flags"]) == ("caf�", "encoding")
    assert second["flags"] is None
    lone = table(
        rb'{"Records":[{"eventName":"a\ud800b","eventSource":"\\ud800"},{"eventName":"\ud83d\ude00"}]}'
    ).to_pylist()
    assert {row["eventName"] for row in lone} == {"a�b", "😀"}
    assert {row["eventSource"] for row in lone} == {"\\ud800", None}


def test_the_account_is_the_recipient_or_the_identity_or_unknown() -> None:
    odd = [
        event(1, recipientAccountId="../../x"),
        event(2),
        event(3),
        event(4, userIdentity={"accountId": "333333333333"}),
    ]
    del odd[2]["recipientAccountId"], odd[3]["recipientAccountId"]
    rows = table(json.dumps({"Records": odd}).encode()).to_pylist()
    assert {row["eventID"][-1]: row["account"] for row in rows} == {
        "1": "unknown", "2": "111111111111", "3": "unknown", "4": "333333333333",
    }  # fmt: skip
    assert "../../x" in {row["recipientAccountId"] for row in rows}


def test_insights_and_network_activity_events_are_events() -> None:
    insight = {
        "eventVersion": "1.08", "eventTime": "2026-01-01T00:00:00Z", "awsRegion": "us-east-1", "eventID": "i",
        "eventType": "AwsCloudTrailInsight", "recipientAccountId": "111111111111", "sharedEventID": "s",
        "insightDetails": {"state": "Start", "insightType": "ApiCallRateInsight"}, "eventCategory": "Insight",
    }  # fmt: skip
    network = event(1, eventType="AwsVpceEvent", eventCategory="NetworkActivity", vpcEndpointId="vpce-1",
                    vpcEndpointAccountId="111111111111")  # fmt: skip
    assert detect("x", json.dumps({"Records": [insight]}).encode())
    back = [rebuild_event(row) for row in table(json.dumps({"Records": [insight, network]}).encode()).to_pylist()]
    assert sorted(map(_text, back)) == sorted(map(_text, [insight, network]))


def test_only_what_has_the_fields_at_the_top_is_cloudtrail() -> None:
    assert detect("x", b' {"Records" : [ ] }\n')
    assert not detect("x", json.dumps({"rule": "r", "log": event(1)}).encode())
    assert not detect("x", b'{"Records":[{"eventVersion":"2.1","s3":{"eventSource":"aws:s3"}}]}')
    assert not detect("x", b"eventSource eventName eventVersion")


def _text(record: dict[str, Any]) -> str:
    return json.dumps(record, sort_keys=True)
