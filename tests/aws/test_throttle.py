"""Slowing down: only where AWS throttles often, and no longer than needed."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from bastide.aws.retries import Retries
from bastide.aws.throttle import FEW, Throttle

PLACE = ("222233334444", "eu-west-1", "iam")
LATENCY = 0.08  # seconds


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


def throttled_often(limit: Throttle, clock: Clock) -> None:
    """A second in which the place takes ten requests and refuses five."""
    for number in range(15):
        clock.now += 1 / 15
        answer(limit, "ThrottlingException" if number % 3 == 2 else "")


def test_nothing_is_slowed_down_before_aws_throttles() -> None:
    clock = Clock()
    limit = throttle(clock)
    for _ in range(5):
        request(limit)
        answer(limit)
    assert clock.slept == []


def test_a_place_that_throttles_now_and_then_is_not_slowed_down() -> None:
    clock = Clock()
    limit = throttle(clock)
    for number in range(200):
        clock.now += 0.01
        request(limit)
        answer(limit, "Throttling" if number % 10 == 9 else "")
    assert clock.slept == []


def test_a_few_throttled_requests_say_nothing_yet() -> None:
    clock = Clock()
    limit = throttle(clock)
    for _ in range(FEW):
        clock.now += 0.01
        answer(limit, "Throttling")
    assert limit.rate(PLACE) is None


def test_a_place_that_throttles_often_is_held_to_what_it_accepted_and_others_are_not() -> None:
    clock = Clock()
    limit = throttle(clock)
    throttled_often(limit, clock)
    rate = limit.rate(PLACE)
    assert rate == pytest.approx(10, rel=0.1)
    for _ in range(3):
        request(limit)
    assert clock.slept == [pytest.approx(1 / rate, abs=0.001)] * 2
    request(limit, "us-east-1")
    assert len(clock.slept) == 2


def test_success_lifts_the_limit() -> None:
    clock = Clock()
    limit = throttle(clock)
    throttled_often(limit, clock)
    for _ in range(200):
        answer(limit)
    assert limit.rate(PLACE) is None


def test_other_errors_are_no_throttling() -> None:
    clock = Clock()
    limit = throttle(clock)
    for _ in range(20):
        clock.now += 0.01
        answer(limit, "AccessDenied")
    assert limit.rate(PLACE) is None


@dataclass
class Day:
    """What came of many calls by parallel callers, in simulated seconds."""

    seconds: float = 0.0
    sent: int = 0
    refused: int = 0
    lost: int = 0


def many_calls(calls: int, callers: int, *, per_second: float, burst: float, attempts: int = 8) -> Day:
    """Calls to a service with a token bucket, each sent again as ``Retries`` says and held as ``Throttle`` says."""
    day, now, held = Day(), 0.0, [0.0]
    limit = Throttle(lambda: PLACE[0], clock=lambda: now, sleep=lambda seconds: held.__setitem__(0, seconds))
    chance = random.Random(1)
    retries = Retries(attempts, chance=chance.random, clock=lambda: now)
    tokens, filled, left, number = burst, 0.0, calls - callers, callers
    # (when, number, what is next: the request is made ready, sent, or answered with a code; which attempt it is)
    events: list[tuple[float, int, str, int]] = [(0.0, one, "ready", 1) for one in range(callers)]
    while events:
        now, _, what, attempt = heapq.heappop(events)
        if what == "ready":
            held[0] = 0.0
            request(limit)
            following: tuple[float, str, int] | None = (now + held[0], "sent", attempt)
        elif what == "sent":
            tokens, filled, day.sent = min(burst, tokens + (now - filled) * per_second), now, day.sent + 1
            accepted, tokens = tokens >= 1, max(tokens - 1, 0) if tokens >= 1 else tokens
            following = (now + LATENCY, "" if accepted else "Throttling", attempt)
        else:
            answer(limit, what)
            day.seconds, day.refused = now, day.refused + bool(what)
            wait = retries.delay(**botocores(what, attempt))
            day.lost += bool(what) and wait is None
            following = (now + wait, "ready", attempt + 1) if wait is not None else (now, "ready", 1) if left else None
            left -= wait is None and left > 0
        if following:
            heapq.heappush(events, (following[0], number, *following[1:]))
            number += 1
    return day


def botocores(code: str, attempt: int) -> dict[str, object]:
    """The event that botocore tells of a failed attempt."""
    http = SimpleNamespace(status_code=400, headers={})
    service = SimpleNamespace(service_name="iam")
    return {
        "response": (http, {"Error": {"Code": code}}),
        "attempts": attempt,
        "operation": SimpleNamespace(error_shapes=[], name="ListRoles", service_model=service),
        "caught_exception": None,
        "request_dict": {"context": {}},
    }


@pytest.mark.parametrize(
    ("per_second", "burst", "calls"), [(1, 5, 60), (2, 4, 100), (10, 20, 500), (20, 100, 1000), (100, 200, 3000)]
)
def test_32_callers_take_what_a_limited_service_gives_and_lose_nothing(
    per_second: float, burst: float, calls: int
) -> None:
    day = many_calls(calls, 32, per_second=per_second, burst=burst)
    assert day.lost == 0
    assert day.seconds < 1.15 * (calls - burst) / per_second + 2
    # The first seconds, in which 32 callers find out about a service that takes 1 a second, weigh most.
    assert day.refused < 0.4 * day.sent + 100
