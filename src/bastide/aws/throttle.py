"""Slowing down where AWS says so: one token bucket for each (account, region, service) that has throttled.

One idea: nothing is limited until AWS throttles; then that one place is halved, and sped up again by what succeeds
until the limit is forgotten. Clients are shared by all accounts, so botocore's own adaptive mode would let one
account's throttling slow every other; retries themselves stay botocore's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from bastide.aws.handler import THROTTLED

Place = tuple[str, str, str]  # account, region, service
FIRST_RATE = 10.0  # requests a second after the first throttling; IAM and Organizations allow low double digits
SLOWEST = 0.5
FORGET_ABOVE = 50.0
SPEED_UP = 1.02


class Throttle:
    """Waits before requests to throttled places; costs a look-up elsewhere. Safe under threads."""

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
        code = response[1].get("Error", {}).get("Code", "") if response is not None else ""
        if code in THROTTLED:
            self._slow_down(self._place(event_name, request_dict["context"]))
        elif self._rates and response is not None:
            self._speed_up(self._place(event_name, request_dict["context"]))

    def _slow_down(self, place: Place) -> None:
        with self._lock:
            known = self._rates.get(place)
            self._rates[place] = FIRST_RATE if known is None else max(SLOWEST, known / 2)

    def _speed_up(self, place: Place) -> None:
        with self._lock:
            known = self._rates.get(place)
            if known is None:
                return
            if known * SPEED_UP > FORGET_ABOVE:
                del self._rates[place]
            else:
                self._rates[place] = known * SPEED_UP

    def _place(self, event_name: str, context: dict[str, Any]) -> Place:
        # The event is named needs-retry.SERVICE.OPERATION.
        return self._account(), str(context.get("client_region")), event_name.split(".")[1]
