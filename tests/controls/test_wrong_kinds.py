"""Whatever kind of value stands where another is due: no control breaks."""

from dataclasses import replace
from typing import Any

import pytest

from bastide.controls import Control, all_controls
from bastide.model import Status
from tests.controls.test_cases import cases_of, estate_of
from tests.controls.test_unknown_values import spots, with_gap

WRONG: tuple[Any, ...] = (
    "text",
    7,
    True,
    None,
    [],
    ["text"],
    [7],
    {},
    {"text": "text"},
    [{}],
    [[]],
    "",
    "{",
    '{"Statement": 7}',
)


@pytest.mark.parametrize("control", all_controls(), ids=lambda control: control.id)
def test_a_value_of_a_wrong_kind_breaks_no_control(control: Control) -> None:
    for case in cases_of(control)[:6]:
        subject, estate = estate_of(control, case)
        for resource in dict.fromkeys((subject.key, *(one.key for one in estate.resources))):
            whole = subject if resource == subject.key else estate.by_key[resource]
            for path in spots(dict(whole.properties)):
                for value in WRONG:
                    changed = replace(whole, properties=with_gap(dict(whole.properties), path, value))
                    others = tuple(changed if one.key == resource else one for one in estate.resources)
                    judged = changed if resource == subject.key else subject
                    assert control.verdict(judged, replace(estate, resources=others)).status in Status
