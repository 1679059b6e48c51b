"""What patterns are made of: tokens, and the little automaton that a sequence of them is.

An automaton has one state for each position between two tokens, held as bits of an integer, so that hundreds of
patterns step together in a few integer operations (``machine``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

ONE, ANY, STAR = "one", "any", "star"
COLON = ":"

T = TypeVar("T")


class lazy(Generic[T]):
    """A property worked out once, as ``functools.cached_property`` without its lock: that costs more than the work."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self.work = work
        self.name = work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, one: Any, kind: type | None = None) -> T:
        found = one.__dict__[self.name] = self.work(one)
        return found


class Token(NamedTuple):
    """``one`` of ``chars``, ``any`` one character, or ``star``: any number; ``colon``: is a colon among them."""

    kind: str
    chars: frozenset[str] = frozenset()
    colon: bool = True


WILD = Token(STAR)
SINGLE = Token(ANY)


class Table(NamedTuple):
    """An automaton as masks over positions: which may step on, or stay, on a character."""

    size: int
    ones: Mapping[str, int]  # character → positions that step over it
    any: int  # positions that step over any character
    any_but_colon: int
    stay: int  # stars
    stay_but_colon: int
    stars: int  # both kinds: their end is reached without a character
    start: int
    final: int
    absorbing: int  # the last position but one where it is an unlimited star: everything matches from here


def table_of(tokens: tuple[Token, ...]) -> Table:
    """The automaton of a sequence of tokens."""
    ones: dict[str, int] = {}
    masks = {(ANY, True): 0, (ANY, False): 0, (STAR, True): 0, (STAR, False): 0}
    for index, token in enumerate(tokens):
        bit = 1 << index
        if token.kind == ONE:
            for char in token.chars:
                ones[char] = ones.get(char, 0) | bit
        else:
            masks[token.kind, token.colon] |= bit
    stars = masks[STAR, True] | masks[STAR, False]
    absorbing = 1 << (len(tokens) - 1) if tokens and tokens[-1] == WILD else 0
    return Table(
        len(tokens) + 1, ones, masks[ANY, True], masks[ANY, False], masks[STAR, True], masks[STAR, False], stars,
        1 | ((1 & stars) << 1), 1 << len(tokens), absorbing,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def one_of(char: str, fold: bool) -> Token:
    """The token of a character itself, with ``fold`` in either case."""
    both = {each for each in (char, char.lower(), char.upper()) if len(each) == 1} if fold else {char}
    return Token(ONE, frozenset(both))


def token_of(char: str, fold: bool, colon: bool) -> Token:
    """The token of a character of a pattern; ``colon``: whether a wildcard takes in colons."""
    if char == "*":
        return WILD if colon else Token(STAR, colon=False)
    if char == "?":
        return SINGLE if colon else Token(ANY, colon=False)
    return one_of(char, fold)


class _Tokens(dict[str, Token]):
    """Tokens of characters, each made once."""

    def __missing__(self, char: str) -> Token:
        return self.setdefault(char, token_of(char, False, colon=True)) if char.isascii() else one_of(char, False)


TOKENS = _Tokens()


def joined(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """The tokens with a run of wildcards in one order, ``?`` before one ``*``: equal languages, equal patterns."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == STAR and found and found[-1] == token:
            continue
        if token.kind == ANY and found and found[-1].kind == STAR and found[-1].colon == token.colon:
            found.insert(len(found) - 1, token)
            continue
        found.append(token)
    return tuple(found)
