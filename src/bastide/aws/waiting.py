"""Waiting for AWS: bounded polling and bounded repetition, with the sleep as an argument.

One idea: an asynchronous or eventually consistent operation is over when AWS says so, or it is a ``TargetError`` that
names what was waited for. Throttling is the matter of ``retries.py`` and ``throttle.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from bastide.aws.handler import Handler, error_code
from bastide.errors import TargetError

T = TypeVar("T")
Sleep = Callable[[float], None]  # seconds


class NotYet(TargetError):
    """What AWS said to have is not among what it shows; it passes (``consistency.passing``)."""


def shown(items: Iterable[T], what: str) -> T:
    """The first of ``items``, which must be there because AWS said so.

    Raises:
        NotYet: AWS does not show it yet.
    """
    for item in items:
        return item
    raise NotYet(f"AWS does not show {what} yet", fix="run apply again: it resumes")


class Waiting(Handler):
    """A handler some of whose operations are over later than their answer."""

    def __init__(self, sleep: Sleep = time.sleep) -> None:
        self.sleep = sleep

    def until(self, read: Callable[[], T], done: Callable[[T], bool], what: str, *, seconds: float = 300) -> T:
        """The first answer of ``read`` that is ``done``; asked after 0, 0.5, 1, 2, 4, 5, 5, … seconds.

        Raises:
            TargetError: ``what`` did not happen within ``seconds``.
        """
        waited, pause = 0.0, 0.5
        while not done(answer := read()):
            if waited >= seconds:
                what = f"{what} did not finish within {seconds:.0f} seconds"
                raise TargetError(what, fix="run apply again: it resumes")
            self.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 5.0)
        return answer

    def insist(self, call: Callable[[], T], again: Callable[[ClientError], bool], *, seconds: float = 60) -> T:
        """The answer of ``call``, repeated while it fails with an error that is worth trying ``again``.

        Raises:
            ClientError: any other error, or the last one when the seconds are over.
        """
        waited, pause = 0.0, 0.5
        while True:
            try:
                return call()
            except ClientError as error:
                if waited >= seconds or not again(error):
                    raise
            self.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 5.0)


def coded(*codes: str) -> Callable[[ClientError], bool]:
    """Whether an error has one of ``codes``, for ``Waiting.insist``."""
    return lambda error: error_code(error) in codes


def quietly(call: Callable[..., Any], *codes: str, **parameters: Any) -> Any:
    """The answer of a call; None when it failed with one of ``codes``, for what is already as wanted.

    Raises:
        ClientError: any other error.
    """
    try:
        return call(**parameters)
    except ClientError as error:
        if error_code(error) not in codes:
            raise
        return None


def remove(call: Callable[..., Any], *codes: str, there: Callable[[], object], **parameters: Any) -> None:
    """Make a removing call; ``codes`` are fine when nothing is ``there`` any more.

    Some services answer the same code for "not there" and for "not while it is administered".

    Raises:
        ClientError: it is there still, or any other error.
    """
    try:
        call(**parameters)
    except ClientError as error:
        if error_code(error) not in codes or there():
            raise


def refused_by_policy(error: ClientError) -> bool:
    """Whether IAM denied the call. Some services also answer AccessDenied for "not the administrator" or "not enabled".

    IAM's own sentence says "not authorized to perform".
    Source: IAM User Guide, "Troubleshoot access denied error messages".
    """
    message = str(error.response.get("Error", {}).get("Message", ""))
    return "not authorized to perform" in message


def answer_or_nothing(call: Callable[..., Any], *codes: str, **parameters: Any) -> Any:
    """The answer of a read; None when the service says that it is off or that this account is not its administrator.

    ``codes`` are the service's errors for that; AccessDeniedException counts only when IAM is not who refused.

    Raises:
        ClientError: IAM refused, or any other error.
    """
    try:
        return call(**parameters)
    except ClientError as error:
        if error_code(error) not in codes or refused_by_policy(error):
            raise
        return None
