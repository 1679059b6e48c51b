"""Slowing down: only where AWS throttled, and no longer than needed."""

from __future__ import annotations

from types import SimpleNamespace

from bastide.aws.throttle import FIRST_RATE, Throttle

PLACE = ("222233334444", "eu-west-1", "iam")


class Clock:
    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def throttle(clock: Clock) -> Throttle:
    return Throttle(lambda: PLACE[0], clock=lambda: clock.now, sleep=clock.sleep)


def request(limit: Throttle, region: str = PLACE[1]) -> None:
    limit._before(SimpleNamespace(context={"client_region": region}), "request-created.iam.ListRoles")


def answer(limit: Throttle, code: str = "") -> None:
    body = {"Error": {"Code": code}} if code else {}
    limit._after((None, body), {"context": {"client_region": PLACE[1]}}, "needs-retry.iam.ListRoles")


def test_nothing_is_slowed_down_before_aws_throttles() -> None:
    clock = Clock()
    limit = throttle(clock)
    for _ in range(5):
        request(limit)
        answer(limit)
    assert clock.slept == []


def test_a_throttled_place_is_held_to_a_rate_and_others_are_not() -> None:
    clock = Clock()
    limit = throttle(clock)
    answer(limit, "ThrottlingException")
    for _ in range(3):
        request(limit)
    assert clock.slept == [1 / FIRST_RATE, 1 / FIRST_RATE]
    request(limit, "us-east-1")
    assert len(clock.slept) == 2


def test_more_throttling_halves_the_rate_and_success_lifts_the_limit() -> None:
    limit = throttle(Clock())
    for _ in range(3):
        answer(limit, "Throttling")
    assert limit.rate(PLACE) == FIRST_RATE / 4
    for _ in range(200):
        answer(limit)
    assert limit.rate(PLACE) is None


def test_other_errors_are_no_throttling() -> None:
    limit = throttle(Clock())
    answer(limit, "AccessDenied")
    assert limit.rate(PLACE) is None
