"""The same verdict from a Terraform plan and from a template that says the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bastide.declare.templates import Settings
from bastide.declare.templates.estate import estate_of
from bastide.declare.templates.files import parse_template
from bastide.declare.terraform.tables import tables
from bastide.model import Estate, Resource
from tests.declare.terraform.plans import plan, read, resource
from tests.same_verdict.cases import controls_of
from tests.same_verdict.forms import verdicts

PAIRS: list[Mapping[str, Any]] = yaml.safe_load(Path(__file__).with_name("terraform.yaml").read_text("utf-8"))
WORDS = (("true", "false"), ("enabled", "disabled"), ("ENABLED", "DISABLED"), ("Enabled", "Disabled"), ("ON", "OFF"))
OTHER_WAY = {one: other for pair in WORDS for one, other in (pair, pair[::-1])}


def name_of(pair: Mapping[str, Any]) -> str:
    """What a pair is called: its place and the resource that is judged."""
    return f"{PAIRS.index(pair) if pair in PAIRS else 'other'}-{next(iter(pair['tf']))}"


NAMES = [name_of(pair) for pair in PAIRS]


def planned(pair: Mapping[str, Any]) -> tuple[Resource, Estate]:
    """The pair's first resource as it is read from a plan."""
    reading = read(plan(*(resource(f"{type}.x", values) for type, values in pair["tf"].items())))
    first = f"{next(iter(pair['tf']))}.x"
    return next(one for one in reading.estate.resources if one.origin.detail == first), reading.estate


def templated(pair: Mapping[str, Any]) -> tuple[Resource, Estate]:
    """What a template says of the same."""
    [(type, properties)] = pair["cfn"].items()
    text = yaml.safe_dump({"Resources": {"X": {"Type": type, "Properties": properties}}})
    reading = estate_of({"t.yaml": parse_template(text.encode(), "t.yaml")}, Settings({}))
    return next(one for one in reading.estate.resources if one.origin.detail == "X"), reading.estate


def turned(value: Any) -> Any:
    """The value with every switch the other way."""
    if isinstance(value, Mapping):
        return {name: turned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [turned(one) for one in value]
    if isinstance(value, bool):
        return not value
    if isinstance(value, str) and value[:1] in "[{" and value:
        return json.dumps(turned(json.loads(value)))
    return OTHER_WAY.get(value, value) if isinstance(value, str) else value


# A switch that one side says only when it is on has no other way.
TURNED = [turned(pair) for pair in PAIRS if not pair.get("one_way")]


@pytest.mark.parametrize("pair", PAIRS + TURNED, ids=NAMES + [f"{name_of(one)}-turned" for one in TURNED])
def test_a_plan_gets_the_verdicts_of_the_template_that_says_the_same(pair: Mapping[str, Any]) -> None:
    planned_one, templated_one = planned(pair), templated(pair)
    controls = controls_of()[templated_one[0].type]
    said, seen = verdicts(controls, *planned_one), verdicts(controls, *templated_one)
    assert {name: (one.status, one.reason) for name, one in said.items()} == {
        name: (one.status, one.reason) for name, one in seen.items()
    }


def test_the_pairs_hold_most_types_that_a_plan_tells_of_and_a_control_judges() -> None:
    judged = {one.type for one in tables().values() if one.type in controls_of() and one.type.startswith("AWS::")}
    assert len(judged & {next(iter(pair["cfn"])) for pair in PAIRS}) > len(judged) * 0.6
