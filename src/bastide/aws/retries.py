"""When a request that failed is sent again: what botocore takes for passing, at waits and with a patience of our own.

One idea: the first time soon and then ever later, so that a call throttled once costs hundredths of a second, and one
that is throttled for long is still asked after half a minute; what has only failed for that long is not waited for by
every further call. Of botocore's standard mode two things do not fit: it waits half a second for the first throttling
already, and its budget of retries is filled by answers of 2xx alone, while most parts of a bucket answer 404. How fast
requests go at all is ``throttle.py``'s.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from botocore.retries.standard import RetryContext, RetryEventAdapter, StandardRetryConditions, ThrottlingErrorDetector

from bastide.aws.handler import THROTTLED

FIRST_WAIT = 0.05  # seconds, at most, and half of it at least; botocore's own for what is no throttling
LONGER = 2.0  # botocore's, too
THROTTLED_LONGER = 3.0
LONGEST_WAIT = 20.0  # botocore's
IN_VAIN = 30.0  # seconds of nothing but failures, after which nobody waits
SERVER_ERROR = 500
SERVICE = ""  # stands for all operations together


class Retries:
    """Decides for one client whether and when a request is sent again. Safe under threads."""

    def __init__(
        self,
        attempts: int,
        *,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Send a request ``attempts`` times at most; ``chance`` gives numbers from 0 to 1, ``clock`` seconds."""
        self._chance = chance
        self._clock = clock
        self._attempts = attempts
        self._adapter = RetryEventAdapter()
        self._conditions = StandardRetryConditions(attempts)
        self._throttling = ThrottlingErrorDetector(self._adapter)
        self._failing: dict[str, tuple[float, float]] = {}  # operation, or SERVICE → first and last of its failures

    def register(self, client: Any) -> None:
        """Take the place of botocore's own decision for this client."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
        client.meta.events.register(f"needs-retry.{service}", self.delay, unique_id="bastide-retries")

    def delay(self, **attempt: Any) -> float | None:
        """Seconds to wait before the request is sent again; None when it is not. ``attempt``: botocore's event."""
        context = self._adapter.create_retry_context(**attempt)
        throttled = self._throttled(context)
        hopeless = self._note(attempt["operation"].name, throttled or _broken(context))
        again = self._passes(context)
        self._adapter.adapt_retry_response_from_context(context)
        if hopeless or not again:
            return None
        grown = (THROTTLED_LONGER if throttled else LONGER) ** (int(context.attempt_number) - 1)
        # Never next to nothing: eight of those would be no patience.
        return min(FIRST_WAIT * grown, LONGEST_WAIT) * (1 + self._chance()) / 2

    def _note(self, operation: str, failed: bool) -> bool:
        """Whether the operation, or the whole service, has only failed for too long."""
        if not failed:
            if self._failing:
                self._failing.pop(operation, None)
                self._failing.pop(SERVICE, None)
            return False
        return max(self._since(one) for one in (operation, SERVICE)) > IN_VAIN

    def _since(self, one: str) -> float:
        """Seconds for which it has only failed, counted anew where nobody asked for as long."""
        now = self._clock()
        first, last = self._failing.get(one, (now, now))
        self._failing[one] = (first if now - last <= IN_VAIN else now, now)
        return now - self._failing[one][0]

    def _passes(self, context: RetryContext) -> bool:
        if self._conditions.is_retryable(context):
            return True
        return context.get_error_code() in THROTTLED and context.attempt_number < self._attempts

    def _throttled(self, context: RetryContext) -> bool:
        said = context.get_error_code() in THROTTLED
        return said or bool(self._throttling.is_throttling_error_from_context(context))


def _broken(context: RetryContext) -> bool:
    """Whether there was no answer, or one that is the service's fault."""
    return context.http_response is None or context.http_response.status_code >= SERVER_ERROR
