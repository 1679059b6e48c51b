"""Chance for events: letters by the thousand instead of one by one, since an event needs some hundred of them.

One idea: every draw comes from one seeded generator, so that the same seed and the same order of questions give the
same letters. Nothing here is secret.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

_STOCK = 1 << 15
_HEX = "0123456789abcdef"
_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGITS = "0123456789"
ALPHABETS = {"hex": _HEX, "key20": _KEY, "b64": _BASE64, "digits": _DIGITS}
T = TypeVar("T")


@dataclass(slots=True)
class Session:
    """The credentials by which a run of events is made; times as in the records, `mfa` is `true` or `false`."""

    key: str = ""
    name: str = ""
    ip: str = ""
    created: str = ""
    mfa: str = "false"


@dataclass(frozen=True, slots=True)
class Choice:
    """Things to draw from, by weight."""

    things: tuple[str, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of(cls, weights: dict[str, float]) -> Choice:
        """The keys, each as likely as its weight says."""
        return cls(tuple(weights), tuple(accumulate(weights.values())))


class Letters:
    """Random letters of one alphabet, drawn by the stock."""

    def __init__(self, rng: random.Random, alphabet: str) -> None:
        """No letters drawn yet."""
        self._rng, self._at, self._stock = rng, 0, ""
        size = len(alphabet)
        self._table = bytes(ord(alphabet[number % size]) for number in range(256))

    def take(self, count: int) -> str:
        """The next `count` letters; at most 32,768."""
        at, self._at = self._at, self._at + count
        if self._at > len(self._stock):
            self._stock = self._rng.randbytes(_STOCK).translate(self._table).decode()
            at, self._at = 0, count
        return self._stock[at : self._at]


class Draw:
    """One generator's draws, and what the event that is being made takes from its session and time."""

    def __init__(self, seed: str) -> None:
        """The draws of that seed; the same text gives the same draws."""
        self.rng = random.Random(seed)
        self.letters = {name: Letters(self.rng, alphabet) for name, alphabet in ALPHABETS.items()}
        self._hex = self.letters["hex"].take
        self.session = Session()
        self.time = ""
        self.event_id = ""
        self.kept: dict[str, str] = {}

    def uuid(self) -> str:
        """A random UUID, version 4."""
        h = self._hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def next_event_id(self) -> str:
        """A UUID that is remembered as the event's id."""
        self.event_id = self.uuid()
        return self.event_id

    def below(self, limit: int) -> int:
        """A number from 0 up to, not including, `limit`."""
        return int(self.rng.random() * limit)

    def pick(self, things: Sequence[T]) -> T:
        """One of the things, each equally likely."""
        return things[int(self.rng.random() * len(things))]

    def many(self, choice: Choice, count: int) -> list[str]:
        """`count` of the things, by weight."""
        return self.rng.choices(choice.things, cum_weights=choice.cumulative, k=count)

    def address(self) -> str:
        """A public-looking IPv4 address."""
        return (
            f"{self.pick((3, 18, 34, 52, 54, 81, 93, 151, 203))}.{self.below(250)}.{self.below(250)}.{self.below(250)}"
        )
