"""Resources with the form of an ARN that an action really names, for the request that is shown.

One idea: whether an ARN of the action's types meets what the rules ask of the resource is seen from the patterns, so
the search is run only for actions that have one; and its value is read from the patterns where nothing excludes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bastide.prove.symbolic.actions import resource_patterns
from bastide.prove.symbolic.constraint import RESOURCE, Strings, Test
from bastide.prove.symbolic.meeting import Union, may_meet


@lru_cache(maxsize=16_384)
def shape(action: str) -> Test:
    """The test that the resource has the form of an ARN that the action may name."""
    return Test(RESOURCE, Strings(resource_patterns(action)))


def fits(tests: Iterable[Test], form: Test) -> bool:
    """Whether resources of a form may pass each test alone; False only where no resource passes all."""
    return all(may_meet(_union(test), _union(form)) for test in tests if _is_inside(test))


def _is_inside(test: Test) -> bool:
    return isinstance(test.values, Strings) and test.values.inside


def _union(test: Test) -> Union:
    return test.values.patterns if isinstance(test.values, Strings) else ()
