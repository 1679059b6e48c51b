"""A plug-in's decision that can neither end an assessment nor hold it up.

The one idea: whatever another's code does on a resource, the answer is a verdict: what it raises, what it returns that
is none and what takes too long is UNKNOWN with the reason. Code that never comes back to Python is not interrupted, nor
is any outside the main thread, where a process has no alarm.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from bastide.controls.control import Control
from bastide.model import Estate, Resource, Verdict, unknown

SECONDS = 5.0  # for one resource
MOST_LATE = 3  # resources; a control that was too slow on so many is not asked again


class TooLate(BaseException):
    """The time of a decision is over; no Exception, so that a plug-in does not catch it by accident."""


def confined(control: Control, seconds: float = SECONDS) -> Callable[[Resource, Estate], Verdict]:
    """``(resource, estate) -> Verdict`` of a control, within ``seconds`` each and without raising."""
    late = 0

    def decide(resource: Resource, estate: Estate) -> Verdict:
        nonlocal late
        if late >= MOST_LATE:
            return unknown(f"the plug-in took more than {seconds:g} s on {late} resources and was not asked again")
        try:
            with limit(seconds):
                verdict: object = control.verdict(resource, estate)  # whatever the type says
        except TooLate:
            late += 1
            return unknown(f"the plug-in took more than {seconds:g} s")
        except Exception as error:  # noqa: BLE001 - an edge: what another's code does
            return unknown(f"the plug-in raised {type(error).__name__}: {str(error)[:200]}")
        if not isinstance(verdict, Verdict):
            return unknown(f"the plug-in answered {type(verdict).__name__}, not a verdict")
        return verdict

    return decide


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TooLate inside the block after so many seconds, where the process allows it."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _late(number: int, frame: FrameType | None) -> None:
    raise TooLate
