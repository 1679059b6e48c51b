"""Lanes: what runs beside what, what a failure stops, and what only waits."""

from __future__ import annotations

from bastide.apply.schedule import Schedule
from bastide.model import Action, Change, ResourceKey


def change(name: str, account: str, *needs: Change) -> Change:
    key = ResourceKey("AWS::S3::Bucket", account, "eu-west-1", name)
    return Change(Action.CREATE, key, None, {}, name=name, depends_on=tuple(one.key for one in needs))


def names(changes: list[Change]) -> list[str]:
    return sorted(one.name for one in changes)


def test_lanes_run_beside_each_other_and_one_lane_in_its_order() -> None:
    first, second, other = change("a", "1"), change("b", "1"), change("c", "2")
    schedule = Schedule([first, second, other])
    assert names(schedule.start()) == ["a", "c"]
    assert names(schedule.done(first)) == ["b"]


def test_a_failure_closes_its_lane_and_skips_what_needs_it_while_others_go_on() -> None:
    first, second = change("a", "1"), change("b", "1")
    needs, free = change("c", "2", first), change("d", "2")
    schedule = Schedule([first, second, needs, free])
    assert names(schedule.start()) == ["a"]
    skipped, ready = schedule.failed(first)
    assert sorted(one.name for one, _ in skipped) == ["b", "c"]
    assert names(ready) == ["d"]


def test_a_late_change_runs_although_what_it_waits_for_failed_and_its_own_lane_was_closed() -> None:
    first, other = change("a", "1"), change("b", "2")
    guardrail = change("g", "1", first, other)
    schedule = Schedule([first, other, guardrail], late=frozenset({guardrail.key}))
    assert names(schedule.start()) == ["a", "b"]
    skipped, ready = schedule.failed(first)
    assert (skipped, ready) == ([], [])  # it still waits for b
    assert names(schedule.done(other)) == ["g"]


def test_a_late_change_runs_when_what_it_waits_for_was_skipped() -> None:
    first = change("a", "1")
    second = change("b", "2", first)
    guardrail = change("g", "3", second)
    schedule = Schedule([first, second, guardrail], late=frozenset({guardrail.key}))
    schedule.start()
    skipped, ready = schedule.failed(first)
    assert [one.name for one, _ in skipped] == ["b"]
    assert names(ready) == ["g"]


def test_what_is_of_the_organization_has_a_lane_of_its_own() -> None:
    setting, unit = change("setting", "1"), change("unit", "1")
    schedule = Schedule([setting, unit], lane_of=lambda one: "organization" if one.name == "unit" else one.key.account)
    assert names(schedule.start()) == ["setting", "unit"]
    skipped, _ = schedule.failed(setting)
    assert skipped == []
