"""Patterns of the policy language as little automata: one bit for each position between two tokens.

A pattern is a sequence of tokens: some characters, any one character, any number of characters. Its automaton has one
state for each position, held as bits of an integer, so that hundreds of patterns step together in a few integer
operations (``search``). ``ArnLike`` is such a pattern whose wildcards cross no colon before the sixth part; an operator
without case is one whose characters stand for both cases. No pattern is ever determinized.

Source: IAM User Guide, "IAM JSON policy elements: Resource", "Condition operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any, Generic, NamedTuple, TypeVar

from bastide.iam.variables import VARIABLE
from bastide.iam.wildcards import Wild, matcher_of

ARN_PARTS = 6
ONE, ANY, STAR = "one", "any", "star"
COLON = ":"
HOLE = "\0"  # where a star stands, until it is filled
PARTS = {0: "aws", 2: "eu-west-1", 3: "111122223333"}  # likely values of an ARN's parts, by place behind "arn"
FILLINGS = ("example", "x", "")
UNUSUAL = ("**", "*?", HOLE)  # wildcards out of order, and what no text holds
WILDCARD = re.compile("[*?]")
FEW_STARS = 4  # up to which a regular expression is the faster way; with hundreds it would not end


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


@dataclass(frozen=True)
class Pattern:
    """A pattern; equal when its tokens are. ``text`` is what stands in the policy, for people."""

    tokens: tuple[Token, ...]
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.tokens == other.tokens

    def __hash__(self) -> int:
        return self._hash

    @lazy
    def _hash(self) -> int:
        return hash(self.tokens)

    @lazy
    def expression(self) -> re.Pattern[str]:
        """The same language as a regular expression."""
        return re.compile("".join(map(_expression, self.tokens)), re.DOTALL)

    def matches(self, value: str) -> bool:
        """Whether a value matches.

        >>> glob("a*c").matches("abc"), glob("a.c").matches("abc")
        (True, False)
        """
        head, rest, folded = self._head
        if not (value.lower() if folded and value.isascii() else value).startswith(head):
            return False
        if not rest:
            return len(value) == len(head)
        return rest == (WILD,) or self._matcher(value)

    @lazy
    def _matcher(self) -> Callable[[str], bool]:
        """An expression takes a third of a millisecond to compile: only where nothing cheaper says the same."""
        if self.is_starred:
            first, *others = self.generic.split(HOLE)
            return matcher_of([first, *(item for other in others for item in (Wild.ANY, other))])
        if self.tokens.count(WILD) > FEW_STARS or not any(len(token.chars) > 1 for token in self.tokens):
            return self._walk
        return lambda value: self.expression.fullmatch(value) is not None

    def _walk(self, value: str) -> bool:
        """The automaton over a value: no choice is ever taken back, however many stars there are."""
        table = self.table
        at = table.start
        for char in value:
            over, stay = table.any | table.ones.get(char, 0), table.stay
            if char != COLON:
                over |= table.any_but_colon
                stay |= table.stay_but_colon
            at = ((at & over) << 1) | (at & stay)
            at |= (at & table.stars) << 1
            if not at:
                return False
        return bool(at & table.final)

    @lazy
    def _head(self) -> tuple[str, tuple[Token, ...], bool]:
        """The characters that every match starts with, the tokens behind them, whether case does not count.

        Most questions end here, and an expression need not be compiled for them.
        """
        folded = any(len(token.chars) > 1 for token in self.tokens)
        head = [next(iter(token.chars)) for token in takewhile(lambda token: token.kind == ONE, self.tokens)]
        text = "".join(head).lower() if folded else "".join(head)
        return (
            (text, self.tokens[len(head) :], folded)
            if text.isascii() or not folded
            else ("", (WILD, *self.tokens), False)
        )

    @lazy
    def simple(self) -> tuple[str, bool] | None:
        """(text, whether a star follows) of a pattern that is a text, or a beginning; None for any other.

        Most patterns are: questions about two of them need no automaton.
        """
        open_ = bool(self.tokens) and self.tokens[-1] == WILD
        chars: list[str] = []
        for token in self.tokens[:-1] if open_ else self.tokens:
            if token.kind != ONE or len(token.chars) != 1:
                return None
            chars += token.chars
        return "".join(chars), open_

    @lazy
    def is_everything(self) -> bool:
        """Whether it matches every value."""
        return self.tokens == (WILD,)

    @lazy
    def is_plain(self) -> bool:
        """Whether its wildcards take in colons, as all do but those of ``ArnLike``."""
        return all(token.colon for token in self.tokens)

    @lazy
    def is_cased(self) -> bool:
        """Whether each of its characters is one, and not one of either case; its wildcards take in colons."""
        return all(token.colon and len(token.chars) <= 1 for token in self.tokens) and HOLE not in self.alphabet

    @lazy
    def is_starred(self) -> bool:
        """Whether it is made of characters and stars that take in anything."""
        return self.is_cased and not any(token.kind == ANY for token in self.tokens)

    @lazy
    def generic(self) -> str:
        """A value of it whose wildcards hold a character that stands in no pattern (``HOLE``)."""
        return "".join([next(iter(token.chars)) if token.chars else HOLE for token in self.tokens])

    @lazy
    def is_literal(self) -> bool:
        """Whether it matches one value only."""
        return all(token.kind == ONE and len(token.chars) == 1 for token in self.tokens)

    @lazy
    def prefix(self) -> str:
        """The characters, in lower case, that every match starts with."""
        found = []
        for token in self.tokens:
            if token.kind != ONE:
                break
            found.append(min(token.chars).lower())
        return "".join(found)

    @lazy
    def alphabet(self) -> frozenset[str]:
        """All characters that stand in it."""
        return frozenset().union(*(token.chars for token in self.tokens))

    @lazy
    def instances(self) -> tuple[str, ...]:
        """A few values that match, the likelier first."""
        return tuple(dict.fromkeys((self._likely, *map(self.instance, FILLINGS))))

    def instance(self, filling: str) -> str:
        """A value that matches, each star replaced by ``filling`` (without a colon)."""
        return self._skeleton.replace(HOLE, filling)

    @lazy
    def _skeleton(self) -> str:
        return "".join([_instance(token) for token in self.tokens])

    @lazy
    def _likely(self) -> str:
        """A value as one meets it: an ARN with a partition, a region and an account."""
        head, *rest = self._skeleton.replace(f"x{HOLE}", HOLE).split(COLON, ARN_PARTS - 1)
        if head == "arn":
            rest = [PARTS[at] if part == HOLE and at in PARTS else part for at, part in enumerate(rest)]
        found = COLON.join([head, *rest]).replace(HOLE, "example")
        return found if self.matches(found) else self.instance("example")

    @lazy
    def table(self) -> Table:
        """Its automaton."""
        return _table(self.tokens)


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


def _table(tokens: tuple[Token, ...]) -> Table:
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


def _expression(token: Token) -> str:
    if token.kind == ONE:
        return re.escape(min(token.chars)) if len(token.chars) == 1 else f"[{re.escape(''.join(sorted(token.chars)))}]"
    one = "." if token.colon else "[^:]"
    return one if token.kind == ANY else f"{one}*"


def _instance(token: Token) -> str:
    if token.kind == ONE:
        return next(iter(token.chars)) if len(token.chars) == 1 else max(token.chars)  # the lower case of ASCII
    return HOLE if token.kind == STAR else "x"


@lru_cache(maxsize=65_536)
def glob(text: str, *, fold: bool = False) -> Pattern:
    """The pattern of ``Resource`` and ``StringLike``; with ``fold``, of ``Action``, upper or lower case alike."""
    if not fold and not any(one in text for one in UNUSUAL):
        return _usual(text)
    return Pattern(joined(_wild(text, fold, colon=True)), text)


def _usual(text: str) -> Pattern:
    """``glob`` of a text that is in order: what is asked of most patterns is read from it, and not token by token."""
    tokens = tuple(map(_TOKENS.__getitem__, text))
    found = Pattern(tokens, text)
    wild = WILDCARD.search(text)
    start = text[: wild.start()] if wild else text
    beginning = wild is not None and text[wild.start() :] == "*"
    found.__dict__.update(
        prefix=start.lower(), is_plain=True, is_cased=True, is_starred="?" not in text, is_literal=wild is None,
        is_everything=text == "*", simple=(start, beginning) if wild is None or beginning else None,
        generic=text.replace("*", HOLE).replace("?", HOLE), _skeleton=text.replace("?", "x").replace("*", HOLE),
        _head=(start, tokens[len(start) :], False),
    )  # fmt: skip
    return found


class _Tokens(dict[str, Token]):
    """Tokens of characters, each made once."""

    def __missing__(self, char: str) -> Token:
        return self.setdefault(char, _token(char, False, colon=True)) if char.isascii() else _one(char, False)


_TOKENS = _Tokens()


@lru_cache(maxsize=65_536)
def exact(text: str, *, fold: bool = False) -> Pattern:
    """The value itself: ``StringEquals``, or with ``fold`` ``StringEqualsIgnoreCase``."""
    return Pattern(tuple(_one(char, fold) for char in text), text)


@lru_cache(maxsize=65_536)
def arn(text: str) -> Pattern:
    """The pattern of ``ArnLike`` and ``ArnEquals``: part by part, a star crosses no colon but in the last one."""
    parts = text.split(COLON, ARN_PARTS - 1)
    if len(parts) != ARN_PARTS:
        return glob("*") if text == "*" else exact(text)
    tokens: list[Token] = []
    for part in parts[:-1]:
        tokens += [*_wild(part, False, colon=False), Token(ONE, frozenset(COLON))]
    return Pattern(joined([*tokens, *_wild(parts[-1], False, colon=True)]), text)


def with_variables(text: str, kind: str, values: Mapping[str, str | None], *, fold: bool = False) -> Pattern | None:
    """The pattern of a text that holds policy variables; a value is literal, whatever characters it has.

    ``kind`` is ``glob``, ``exact`` or ``arn``; ``values``: key in lower case → its one value, or None when absent.
    None when a variable is absent and has no default: such a text equals nothing.
    """
    marks: dict[str, str] = {}

    def mark(value: str) -> str:
        return "".join(marks.setdefault(char, chr(0xE000 + len(marks))) for char in value)

    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        if match["literal"]:
            return mark(match["literal"])
        value = values.get(match["key"].lower())
        if value is None:
            missing = missing or match["default"] is None
            value = match["default"] or ""
        return mark(value)

    filled = VARIABLE.sub(fill, text)
    if missing:
        return None
    found = {"glob": glob, "exact": exact}[kind](filled, fold=fold) if kind != "arn" else arn(filled)
    back = {mark: char for char, mark in marks.items()}
    return Pattern(tuple(_unmarked(token, back, fold) for token in found.tokens), text)


def _unmarked(token: Token, back: Mapping[str, str], fold: bool) -> Token:
    marked = [back[char] for char in token.chars if char in back]
    return _one(marked[0], fold) if marked else token


def _wild(text: str, fold: bool, *, colon: bool) -> list[Token]:
    return [_token(char, fold, colon) for char in text]


def _token(char: str, fold: bool, colon: bool) -> Token:
    if char == "*":
        return WILD if colon else Token(STAR, colon=False)
    if char == "?":
        return SINGLE if colon else Token(ANY, colon=False)
    return _one(char, fold)


@lru_cache(maxsize=4096)
def _one(char: str, fold: bool) -> Token:
    both = {each for each in (char, char.lower(), char.upper()) if len(each) == 1} if fold else {char}
    return Token(ONE, frozenset(both))


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
