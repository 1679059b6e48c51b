"""Sending again: soon at first, for long at most, and never in vain for long."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ConnectionClosedError

from bastide.aws.retries import FIRST_WAIT, IN_VAIN, LONGEST_WAIT, Retries
from tests.aws.test_throttle import botocores


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def event(code: str, attempt: int = 1, status: int = 400) -> dict[str, Any]:
    made: dict[str, Any] = botocores(code, attempt)
    made["response"][0].status_code = status
    return made


def test_a_call_throttled_once_costs_hundredths_of_a_second_and_one_throttled_for_long_is_still_asked_later() -> None:
    retries = Retries(8, chance=lambda: 1.0)
    waits = [retries.delay(**event("Throttling", attempt)) for attempt in range(1, 9)]
    assert waits[0] == FIRST_WAIT
    assert waits[-1] is None
    assert all(isinstance(one, float) and one <= LONGEST_WAIT for one in waits[:-1])
    assert sum(waits[:-1]) > IN_VAIN


@pytest.mark.parametrize("code", ["SlowDown", "RequestLimitExceeded", "DependencyThrottle", "TooManyRequestsException"])
def test_throttling_in_any_words_is_sent_again(code: str) -> None:
    assert Retries(2).delay(**event(code)) is not None


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket", "ValidationError"])
def test_an_answer_is_not_sent_again(code: str) -> None:
    assert Retries(8).delay(**event(code)) is None


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500)])
def test_however_many_calls_fail_at_first_they_are_sent_again_while_the_service_answers(code: str, status: int) -> None:
    clock = Clock()
    retries = Retries(8, clock=clock)
    for _ in range(2000):
        clock.now += 0.1
        assert retries.delay(**event(code, status=status)) is not None
        assert retries.delay(**event("NoSuchTagSet", 2, 404)) is None


@pytest.mark.parametrize(("code", "status"), [("Throttling", 400), ("InternalError", 500)])
def test_an_operation_that_only_fails_is_not_waited_for_after_half_a_minute_until_it_answers(
    code: str, status: int
) -> None:
    clock = Clock()
    retries = Retries(8, clock=clock)
    other = {"operation": botocores("", 1)["operation"]}
    other["operation"].name = "ListUsers"
    for _ in range(4):
        assert retries.delay(**event(code, status=status)) is not None
        clock.now += IN_VAIN / 4 + 1
    retries.delay(**(event("", status=200) | other))
    assert retries.delay(**event(code, status=status)) is None
    retries.delay(**event("", status=200))
    assert retries.delay(**event(code, status=status)) is not None


def test_a_service_that_is_down_is_not_waited_for_by_operations_that_come_later() -> None:
    clock = Clock()
    retries = Retries(8, clock=clock)
    for _ in range(4):
        assert retries.delay(**event("ServiceUnavailable", status=503)) is not None
        clock.now += IN_VAIN / 4 + 1
    later = event("ServiceUnavailable", status=503)
    later["operation"].name = "ListUsers"
    assert retries.delay(**later) is None


def test_a_failure_of_long_ago_takes_no_patience_from_the_next_one() -> None:
    clock = Clock()
    retries = Retries(8, clock=clock)
    retries.delay(**event("Throttling", 8))
    clock.now += IN_VAIN + 1
    assert retries.delay(**event("Throttling")) is not None


def test_a_lost_connection_is_sent_again() -> None:
    asked = event("")
    asked["response"], asked["caught_exception"] = None, ConnectionClosedError(endpoint_url="https://iam")
    assert Retries(8).delay(**asked) is not None


def test_the_client_asks_us_and_not_botocore() -> None:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = botocore.session.Session().create_client("iam", "us-east-1", **keys)
    Retries(2, chance=lambda: 1.0).register(client)
    answers = client.meta.events.emit("needs-retry.iam.ListRoles", **event("Throttling"))
    assert [wait for _, wait in answers] == [FIRST_WAIT]
