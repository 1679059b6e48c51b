"""Slowing down where AWS says so: one pace for each (account, region, service) that throttles often.

One idea: a request that is throttled now and then is only sent again, a little later (``retries.py``). Where throttling
becomes the rule, the place is held to what it has just accepted: no faster, and no slower either, for a service that
throttles at random is not helped by less. The pace is lifted by what succeeds, until it is forgotten. Clients are
shared by all accounts, so botocore's own adaptive mode would let one account's throttling slow every other. Not for a
caller who makes one request at a time: the wait before it is sent again is a pace already.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from bastide.aws.handler import THROTTLED

Place = tuple[str, str, str]  # account, region, service
WINDOW = 2.0  # seconds of answers that a pace is made from
REMEMBERED = 512  # answers at most
FEW = 3  # throttled answers in the window that say nothing yet
OFTEN = 0.15  # of the answers in the window
SLOWEST = 0.5  # requests a second, where nothing was accepted
FORGET_ABOVE = 200.0
SPEED_UP = 1.02


class _Answers:
    """When a place answered, and whether it accepted, within the window."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, bool]] = deque(maxlen=REMEMBERED)

    def note(self, now: float, accepted: bool) -> None:
        """One more answer."""
        self._seen.append((now, accepted))
        while self._seen[0][0] < now - WINDOW:
            self._seen.popleft()

    def pace(self) -> float | None:
        """Requests a second that were accepted, where throttling is frequent; None where it is not."""
        accepted = sum(good for _, good in self._seen)
        refused = len(self._seen) - accepted
        if refused <= FEW or refused <= OFTEN * len(self._seen):
            return None
        span = self._seen[-1][0] - self._seen[0][0]
        return max(SLOWEST, accepted / span) if span else None


class Throttle:
    """Waits before requests to places that throttle often; costs a look-up elsewhere. Safe under threads."""

    def __init__(
        self,
        account: Callable[[], str],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Limit by the account that ``account`` names at the moment of a request."""
        self._account = account
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._answers: dict[Place, _Answers] = {}
        self._rates: dict[Place, float] = {}  # requests a second
        self._next: dict[Place, float] = {}  # when the next request may go

    def register(self, events: Any) -> None:
        """Watch every request that clients of this botocore event emitter make from now on."""
        events.register("request-created", self._before)
        events.register("needs-retry", self._after)

    def rate(self, place: Place) -> float | None:
        """Requests a second that the place is held to; None when it is not limited."""
        return self._rates.get(place)

    def _before(self, request: Any, event_name: str, **_: Any) -> None:
        if self._rates and (delay := self._reserve(self._place(event_name, request.context))) > 0:
            self._sleep(delay)

    def _reserve(self, place: Place) -> float:
        """Seconds to wait for the next free slot of the place."""
        with self._lock:
            rate = self._rates.get(place)
            if rate is None:
                return 0.0
            now = self._clock()
            slot = max(now, self._next.get(place, now))
            self._next[place] = slot + 1 / rate
            return slot - now

    def _after(self, response: Any, request_dict: dict[str, Any], event_name: str, **_: Any) -> None:
        if response is None:
            return
        accepted = response[1].get("Error", {}).get("Code", "") not in THROTTLED
        place = self._place(event_name, request_dict["context"])
        with self._lock:
            answers = self._answers.setdefault(place, _Answers())
            answers.note(self._clock(), accepted)
            if not accepted:
                self._slow_down(place, answers.pace())
            elif place in self._rates:
                self._speed_up(place)

    def _slow_down(self, place: Place, pace: float | None) -> None:
        if pace is not None and pace < min(self._rates.get(place, FORGET_ABOVE), FORGET_ABOVE):
            self._rates[place] = pace

    def _speed_up(self, place: Place) -> None:
        rate = self._rates[place] * SPEED_UP
        if rate > FORGET_ABOVE:
            del self._rates[place]
        else:
            self._rates[place] = rate

    def _place(self, event_name: str, context: dict[str, Any]) -> Place:
        # The event is named needs-retry.SERVICE.OPERATION.
        return self._account(), str(context.get("client_region")), event_name.split(".")[1]
