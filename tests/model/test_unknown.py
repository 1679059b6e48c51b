"""What could not be read never passes for a value."""

import pytest

from bastide.model import Unknown
from bastide.model.unknown import unknowns_in, value_at

DENIED = Unknown("AccessDenied")


def test_an_unknown_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value \\(AccessDenied\\)"):
        bool(DENIED)
    with pytest.raises(TypeError):
        assert not DENIED
    with pytest.raises(TypeError):
        all([DENIED])


def test_an_unknown_equals_nothing_but_an_unknown_of_the_same_reason() -> None:
    assert Unknown("AccessDenied") == DENIED
    assert Unknown("Throttled") != DENIED
    for value in (None, False, "AccessDenied", {}, []):
        assert value != DENIED


def test_a_path_through_an_unknown_is_that_unknown_and_an_absent_one_is_none() -> None:
    value = {"A": [{"B": DENIED}], "C": None, "D": 3}
    assert value_at(value, "A.0.B") is DENIED
    assert value_at(value, "A.0.B.deeper.0") is DENIED
    assert value_at(value, "A.1.B") is None
    assert value_at(value, "A.x") is None
    assert value_at(value, "C.x") is None
    assert value_at(value, "D.x") is None


def test_every_unknown_inside_a_value_is_found_depth_first() -> None:
    second = Unknown("2")
    assert unknowns_in({"A": [DENIED, {"B": (second,)}], "C": 1}) == [DENIED, second]
    assert unknowns_in({"A": [1, None, "x"]}) == []
