"""What counts as expected, recorded, missed, and what is advised."""

from dataclasses import replace

import pytest

from bastide.attack.matrix import Matrix, remedy
from bastide.attack.result import Refusal, Result
from bastide.attack.technique import Prevented, Recorded, Technique

LIBRARY = frozenset({"cloudtrail-protect", "config-protect"})
STOPPED = Technique("t", ("T1562.008",), "defense-evasion", ("d",), Prevented("cloudtrail-protect"), "s", id="stopped")
OPEN = replace(STOPPED, expected=Recorded("nobody can", would="instance-types"), id="open")
BY_GUARDRAIL = Refusal("AccessDenied", "no", "cloudtrail:StopLogging", "scp", "p", ("cloudtrail-protect",))
ON = frozenset({"cloudtrail-protect"})


def matrix(*results: Result) -> Matrix:
    return Matrix(results, ON, "acme", "shop", "2026-01-01T00:00:00Z")


def test_prevention_by_the_expected_guardrail_is_expected_and_by_another_is_not() -> None:
    good = Result(STOPPED, "prevented", refusal=BY_GUARDRAIL, in_force=ON)
    other = replace(good, refusal=replace(BY_GUARDRAIL, guardrails=("config-protect",)))
    nobody = replace(good, refusal=replace(BY_GUARDRAIL, guardrails=()))
    assert good.as_expected
    assert not other.as_expected
    assert not nobody.as_expected


def test_without_its_guardrail_an_attack_is_expected_to_work() -> None:
    assert Result(STOPPED, "succeeded").as_expected
    assert not Result(STOPPED, "prevented", refusal=BY_GUARDRAIL).as_expected
    assert not Result(STOPPED, "succeeded", in_force=ON).as_expected


def test_an_attack_that_a_resource_policy_stops_as_well_is_expected_to_be_stopped_by_that() -> None:
    twice = replace(STOPPED, bare="resource")
    refused = Result(twice, "prevented", refusal=replace(BY_GUARDRAIL, policy_type="resource", guardrails=()))
    assert refused.as_expected
    assert not Result(twice, "succeeded").as_expected


def test_what_worked_is_recorded_with_a_record_and_missed_without() -> None:
    worked = Result(OPEN, "succeeded")
    assert worked.status == "missed"
    assert replace(worked, records=("event",)).status == "recorded"
    assert Result(OPEN, "failed", records=("event",)).status == "failed"


@pytest.mark.parametrize(("gate", "hits"), [("missed", 1), ("recorded", 2), ("unexpected", 0)])
def test_gates_stop_at_what_they_name(gate: str, hits: int) -> None:
    worked = Result(OPEN, "succeeded", in_force=ON)
    found = matrix(
        worked, replace(worked, records=("event",)), Result(STOPPED, "prevented", refusal=BY_GUARDRAIL, in_force=ON)
    )
    assert len(found.hits(gate)) == hits
    assert found.counts == {"prevented": 1, "recorded": 1, "missed": 1, "failed": 0, "not played": 0}


def test_a_failed_attack_makes_the_matrix_incomplete_and_one_not_played_does_not() -> None:
    assert matrix(Result(OPEN, "not played", why="no detector")).complete
    assert not matrix(Result(OPEN, "failed", why="a typo")).complete


def test_the_remedy_is_to_turn_on_what_is_there_to_write_what_is_not_or_to_know_why_not() -> None:
    assert remedy(Result(STOPPED, "succeeded"), LIBRARY) == "turn on guardrail cloudtrail-protect"
    assert remedy(Result(OPEN, "succeeded"), LIBRARY) == "nobody can; no guardrail of the library yet: instance-types"
    chosen = replace(OPEN, expected=Recorded("nobody can", would="config-protect"))
    assert remedy(Result(chosen, "succeeded"), LIBRARY) == "nobody can; config-protect would, where it is chosen"
    more = replace(OPEN, expected=Recorded("nobody can", would="config-protect with ecr:*"))
    assert remedy(Result(more, "succeeded"), LIBRARY) == "nobody can; config-protect would, extended by ecr:*"
    plain = replace(OPEN, expected=Recorded("nobody can"))
    assert remedy(Result(plain, "succeeded"), LIBRARY) == "nobody can"
    assert "should have prevented" in remedy(Result(STOPPED, "succeeded", in_force=ON), LIBRARY)


def test_the_json_has_its_schema_and_says_what_nothing_does_yet() -> None:
    document = matrix(Result(STOPPED, "prevented", refusal=BY_GUARDRAIL, in_force=ON)).as_json()
    assert document["schema"] == "bastide.attack/1"
    row = document["techniques"][0]
    assert row["prevented_by"] == ["cloudtrail-protect"]
    assert row["detected"] == row["contained"] == "not yet"
    assert row["refusal"]["policy_type"] == "scp"
