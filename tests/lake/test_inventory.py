"""The inventory's history: changed rows only, deletions only where all was seen, any past state by a query."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bastide.lake import Lake
from bastide.lake.inventory import changed_items, latest_states
from bastide.lake.query import Session
from bastide.lake.query.library import find_query
from bastide.model import Estate, Resource
from bastide.model.estate import Gap
from bastide.show.recording import record_inventory

ACCOUNT = "111111111111"
BUCKET = "AWS::S3::Bucket"


def bucket(name: str, **properties: Any) -> Resource:
    return Resource(BUCKET, ACCOUNT, "eu-west-1", name, properties)


def estate(*resources: Resource, at: str, gaps: tuple[Gap, ...] = ()) -> Estate:
    return Estate(tuple(resources), None, gaps, ("eu-west-1",), "sandbox", at)


def ask(lake: Lake, name: str, **given: str) -> list[dict[str, Any]]:
    answer = Session(lake).ask(find_query(name), given)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows()]


def test_history_and_past_states_are_queries(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    moments = iter(datetime(2026, 1, day, 12, tzinfo=UTC) for day in range(1, 20))
    clock = lambda: next(moments)  # noqa: E731
    first = estate(bucket("a", Size=1), bucket("b", Secret="x"), at="2026-01-01T00:00:00+00:00")
    assert record_inventory(lake, first, clock) == 2
    assert record_inventory(lake, first, clock) == 0
    assert record_inventory(lake, estate(bucket("a", Size=2), at="2026-01-02T00:00:00+00:00"), clock) == 2
    assert set(latest_states(lake)) == {bucket("a").key}
    statuses = [row["configurationItemStatus"] for row in ask(lake, "history-of-a-resource", resource="b")]
    assert statuses == ["ResourceDeleted", "ResourceDiscovered"]
    early = ask(lake, "state-at", at="2026-01-01T06:00:00Z")
    assert [(row["resourceId"], row["configuration"]) for row in early] == [
        ("a", '{"Size":1}'),
        ("b", '{"Secret":"x"}'),
    ]
    late = ask(lake, "state-at", at="2026-01-03T00:00:00Z", type="AWS::S3::%")
    assert [(row["resourceId"], row["configuration"]) for row in late] == [("a", '{"Size":2}')]


def test_what_could_not_be_listed_is_not_taken_for_deleted() -> None:
    before = {bucket("a").key: "x", bucket("b").key._replace(region="us-east-1"): "x"}
    gap = Gap(BUCKET, ACCOUNT, "eu-west-1", "AccessDenied")
    there = bucket("c")
    seen = Estate((there,), None, (gap,), ("eu-west-1",))
    found = changed_items(before, seen, {there.key: {}}, {BUCKET}, "2026-01-01T00:00:00Z")
    assert [item["resourceId"] for item in found] == ["c"]
    seen = Estate((there,), None, (), ("eu-west-1",))
    found = changed_items(before, seen, {there.key: {}}, {BUCKET}, "2026-01-01T00:00:00Z")
    assert [(item["resourceId"], item["configurationItemStatus"]) for item in found] == [
        ("c", "ResourceDiscovered"),
        ("a", "ResourceDeleted"),
    ]
    found = changed_items(before, seen, {there.key: {}}, set(), "2026-01-01T00:00:00Z")
    assert [item["resourceId"] for item in found] == ["c"]
