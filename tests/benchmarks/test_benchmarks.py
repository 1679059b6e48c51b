"""The benchmarks measure what they say: the same estate for a seed, a mix of verdicts, figures with their promise."""

import json
from collections import Counter

import pytest

import benchmarks.__main__ as runner
from bastide.assess import run
from bastide.controls import all_controls
from bastide.controls.control import ACCOUNT, ACCOUNT_REGION
from bastide.model import Status
from benchmarks.estate import generated
from benchmarks.measure import Figure, as_json, timed

SIZE = 9_000
ESTATE = generated(SIZE)


def test_a_seed_makes_one_estate() -> None:
    assert generated(2_000, 1) == generated(2_000, 1)
    assert generated(2_000, 1) != generated(2_000, 2)
    assert len(ESTATE.resources) == SIZE


def test_every_type_that_a_control_judges_is_generated() -> None:
    judged = {control.resource_type for control in all_controls()} - {ACCOUNT, ACCOUNT_REGION}
    assert sorted(judged - set(ESTATE.by_type)) == []


def test_the_verdicts_are_mixed_and_most_are_right() -> None:
    found = run(ESTATE, all_controls()).by_status
    assert found[Status.FAIL] > 100
    assert found[Status.UNKNOWN] > 100
    assert Counter(found).most_common(1)[0][0] in (Status.PASS, Status.FAIL)


def test_nothing_lies_where_it_could_not_be_listed() -> None:
    assert ESTATE.gaps
    for gap in ESTATE.gaps:
        assert ESTATE.in_place(gap.type, gap.account, gap.region) == ()


@pytest.mark.parametrize(
    ("value", "must", "holds"),
    [(9.9, "≤ 10", True), (10.1, "≤ 10", False), (45, "≥ 45", True), (44, "≥ 45", False), (1, "", None)],
)
def test_a_figure_knows_whether_it_holds(value: float, must: str, holds: bool | None) -> None:
    figure = Figure("scenario", "name", value, "s", must)
    assert figure.holds is holds
    assert as_json(figure)["holds"] is holds


def test_the_table_shows_promise_and_miss() -> None:
    figures = [as_json(Figure("evaluate", "all controls", 12.5, "s", "≤ 10"))]
    machine = {"cpu": "C", "cores": 2, "memory_mb": 8000, "load_before": 0.1, "python": "3.11.7", "commit": "abc"}
    lines = runner.table(figures, machine).splitlines()
    assert lines[0] == "C, 2 cores, 8 GB, load 0.1, Python 3.11.7, commit abc"
    assert lines[-1].split() == ["all", "controls", "12.50", "s", "≤", "10", "✗", "missed"]


def test_a_block_is_timed() -> None:
    with timed() as taken:
        assert taken == []
    assert taken[0] >= 0


def test_every_scenario_names_a_function() -> None:
    import importlib

    for place in runner.SCENARIOS.values():
        module, function = place.split(":")
        assert callable(getattr(importlib.import_module(module), function))
    assert json.dumps(list(runner.SCENARIOS))
