"""Every technique against the example architecture: with its guardrails, then with the same ones detached.

That the same attack works without them proves that the guardrail stopped it, and not a fault of ours.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastide.attack import Result, all_techniques
from bastide.attack.matrix import Matrix
from bastide.attack.technique import Prevented
from bastide.show.attacking import attacked, deployed

pytestmark = pytest.mark.slow
ACME = Path(__file__).parents[2] / "examples" / "acme.yaml"
IDS = [script.technique.id for script in all_techniques()]
# Refused across accounts: AWS writes that into the log of the caller's account only, which is a stranger's.
# Source: IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail"; CloudTrail log files, shared events.
ONLY_THE_CALLERS_LOG = {"careless-role-trust", "key-used-by-stranger"}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Matrix, Matrix]]:
    with deployed(ACME, "shop-prod") as field:
        guarded = attacked(field, all_techniques(), bare=False)
        yield guarded, attacked(field, all_techniques(), bare=True)


def of(matrix: Matrix, id: str) -> Result:
    return next(one for one in matrix.results if one.technique.id == id)


@pytest.mark.parametrize("id", IDS)
def test_with_guardrails_it_ends_as_its_file_says(both: tuple[Matrix, Matrix], id: str) -> None:
    result = of(both[0], id)
    expected = result.technique.expected
    assert result.as_expected, (result.outcome, result.why, result.refusal)
    # Acme is strict: each guardrail that a file names is in force there, so none of them passes for want of it.
    assert result.outcome == ("prevented" if isinstance(expected, Prevented) else "succeeded")


@pytest.mark.parametrize("id", IDS)
def test_without_guardrails_it_works(both: tuple[Matrix, Matrix], id: str) -> None:
    result = of(both[1], id)
    assert result.as_expected, (result.outcome, result.why, result.refusal)
    assert result.outcome == ("prevented" if result.technique.bare else "succeeded")


@pytest.mark.parametrize("id", IDS)
def test_a_call_of_it_is_in_the_organizations_logs(both: tuple[Matrix, Matrix], id: str) -> None:
    assert of(both[0], id).recorded is (id not in ONLY_THE_CALLERS_LOG)
    assert of(both[1], id).recorded


def test_where_a_stopped_call_is_refused_the_policy_type_is_that_of_the_guardrail(both: tuple[Matrix, Matrix]) -> None:
    for result in both[0].results:
        if result.outcome == "prevented":
            assert result.refusal is not None
            wanted = "rcp" if result.refusal.guardrails[0].endswith("-rcp") else "scp"
            assert result.refusal.policy_type == wanted, result.technique.id
