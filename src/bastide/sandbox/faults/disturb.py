"""What befalls a call: rules counted, chance drawn, answers replaced, delayed or lost.

One idea: the front asks ``instead`` before it performs a call and ``noted`` with the answer, both under its lock, and
``delivered`` outside of it, where waiting hurts nobody else.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from bastide.sandbox.call import Call
from bastide.sandbox.faults import refusal
from bastide.sandbox.faults.rule import Rule, Rules
from bastide.sandbox.faults.stale import Memory
from bastide.sandbox.wire import AwsError, HttpResponse, render_error

_ERRORS: dict[str, Callable[[Call], AwsError]] = {
    "throttle": refusal.throttled,
    "unavailable": refusal.unavailable,
    "internal": refusal.broken,
    "deny": refusal.denied,
}
NO_RULES = Rules()
_KEPT = 10_000  # counters, before those of requests are forgotten


class Disconnected(Exception):
    """The caller gets no answer: its connection is closed, or stays open for ``seconds`` without one."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__("hangs" if seconds else "closed")
        self.seconds = seconds


class Faults:
    """The rules in force and their counters."""

    def __init__(
        self,
        rules: Rules = NO_RULES,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Put ``rules`` into force; ``clock`` (seconds) is for rates, ``sleep`` for slow answers."""
        self._clock = clock
        self._sleep = sleep
        self.set(rules)

    def set(self, rules: Rules) -> None:
        """Other rules from now on; every counter starts anew."""
        self.rules = rules
        self._counts: Counter[tuple[object, ...]] = Counter()
        self._budgets: dict[tuple[object, ...], tuple[float, float]] = {}
        self._chance = {rule: Random(f"{rules.seed}/{number}") for number, rule in enumerate(rules.rules)}
        self._memory = Memory()
        self.struck: Counter[str] = Counter()  # fault → how many calls it befell

    @property
    def active(self) -> bool:
        """Whether there is any rule."""
        return bool(self.rules.rules)

    def instead(self, call: Call, changes: bool) -> HttpResponse | None:
        """The error that is answered without performing the call; None when it is to be performed.

        Raises:
            Disconnected: nothing is performed and nothing answered.
        """
        call.fault = rule = self._striking(call, changes, stale=False)
        if rule is None or rule.when == "after":
            return None
        if rule.fault in ("close", "hang"):
            raise Disconnected(rule.seconds if rule.fault == "hang" else 0.0)
        return self._error(rule, call)

    def noted(self, call: Call, response: HttpResponse, changes: bool) -> HttpResponse:
        """The answer that the caller gets of a performed call: its own, or an older one."""
        if not any(rule.fault == "stale" for rule in self.rules.rules):
            return response
        if changes:
            self._memory.note_write(call, response)
            return response
        old = self._memory.old(call) if response.status < 300 or response.status == 404 else None
        if old is not None:
            rule = self._striking(call, changes, stale=True, served=old.served)
            if rule is not None:
                return self._memory.serve(old)
        self._memory.note_read(call, response)
        return response

    def delivered(self, call: Call, response: HttpResponse) -> HttpResponse:
        """The answer on its way back, maybe late.

        Raises:
            Disconnected: the call was performed, and its answer is lost.
        """
        rule: Rule | None = call.fault
        if rule is None:
            return response
        if rule.fault == "slow":
            self._sleep(rule.seconds)
        elif rule.when == "after" and rule.fault in ("close", "hang"):
            raise Disconnected(rule.seconds if rule.fault == "hang" else 0.0)
        elif rule.when == "after":
            return self._error(rule, call) or response
        return response

    def _error(self, rule: Rule, call: Call) -> HttpResponse | None:
        make = _ERRORS.get(rule.fault)
        return render_error(make(call), call.protocol, call.service, "0" * 32) if make else None

    def _striking(self, call: Call, changes: bool, *, stale: bool, served: int = 0) -> Rule | None:
        facts = {
            "service": call.service,
            "operation": call.operation,
            "account": call.account,
            "region": call.region,
            "access": "write" if changes else "read",
        }
        for rule in self.rules.rules:
            meant = (rule.fault == "stale") == stale and served < (rule.reads if stale else 1)
            if meant and rule.fits(facts) and self._strikes(rule, call):
                self.struck[rule.fault] += 1
                return rule
        return None

    def _strikes(self, rule: Rule, call: Call) -> bool:
        if not (rule.every or rule.first or rule.rate):
            return self._chance[rule].random() < rule.probability
        key = (rule, *_counted(rule, call))
        if rule.rate:
            return self._above(rule.rate, key)
        if len(self._counts) > _KEPT:
            self._counts.clear()
        self._counts[key] += 1
        return self._counts[key] <= rule.first if rule.first else self._counts[key] % rule.every == 0

    def _above(self, rate: float, key: tuple[object, ...]) -> bool:
        """Whether a bucket that holds one second's calls, and fills at ``rate`` a second, is empty."""
        now = self._clock()
        left, at = self._budgets.get(key, (max(rate, 1.0), now))
        left = min(left + (now - at) * rate, max(rate, 1.0))
        self._budgets[key] = (left - 1 if left >= 1 else left, now)
        return left < 1


def _counted(rule: Rule, call: Call) -> tuple[object, ...]:
    match rule.per:
        case "operation":
            return call.service, call.operation, call.account, call.region
        case "request":
            return call.service, call.operation, call.account, call.region, call.request.url, hash(call.request.body)
        case _:
            return ()
