"""Resources of the provider's documentation come to the properties that CloudFormation has for the same thing."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.declare.terraform.plans import one, plan, read, resource
from tests.declare.terraform.test_unknown import hide, places

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("examples.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{index}-{one['type']}" for index, one in enumerate(CASES)])
def test_an_example_comes_to_the_properties_of_cloudformation(case: dict[str, Any]) -> None:
    address = f"{case['type']}.x"
    reading = read(plan(resource(address, case["values"])))
    found = one(reading, address)
    assert {path: found.get(path) for path in case["properties"]} == case["properties"]
    assert not reading.incomplete, reading.notes


@pytest.mark.parametrize("case", CASES, ids=[f"{index}-{one['type']}" for index, one in enumerate(CASES)])
def test_an_example_is_read_whatever_part_of_it_is_not_known(case: dict[str, Any]) -> None:
    address = f"{case['type']}.x"
    for path in places(case["values"]):
        values, hidden = hide(case["values"], path)
        assert read(plan(resource(address, values), unknown={address: hidden})).estate
