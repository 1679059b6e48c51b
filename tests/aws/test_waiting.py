"""Waiting, and telling refusals apart."""

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.organizations import Organization
from bastide.aws.waiting import answer_or_nothing, quietly, refused_by_policy
from bastide.errors import TargetError


def error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def failing(failure: ClientError) -> None:
    raise failure


def test_waiting_ends_with_the_first_answer_that_is_done() -> None:
    naps: list[float] = []
    answers = iter(["no", "no", "no", "no", "no", "no", "yes"])
    assert Organization(naps.append).until(lambda: next(answers), lambda answer: answer == "yes", "it") == "yes"
    assert naps == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_waiting_is_bounded_and_says_what_did_not_come() -> None:
    naps: list[float] = []
    with pytest.raises(TargetError, match="making it did not finish within 20 seconds"):
        Organization(naps.append).until(lambda: 1, lambda _: False, "making it", seconds=20)
    assert 20 <= sum(naps) < 26


def test_only_the_errors_that_are_named_are_quiet() -> None:
    assert quietly(lambda: failing(error("Gone")), "Gone") is None
    with pytest.raises(ClientError):
        quietly(lambda: failing(error("Other")), "Gone")


def test_a_denial_by_policy_is_never_taken_for_absence() -> None:
    denial = "User: arn:aws:iam::1:user/a is not authorized to perform: macie2:GetMacieSession"
    assert refused_by_policy(error("AccessDeniedException", denial))
    code = "AccessDeniedException"
    assert answer_or_nothing(lambda: failing(error(code, "Macie is not enabled")), code) is None
    with pytest.raises(ClientError):
        answer_or_nothing(lambda: failing(error(code, denial)), code)
