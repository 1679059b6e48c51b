"""Patterns of the policy language as little automata: one bit for each position between two tokens.

A pattern is a sequence of tokens: some characters, any one character, any number of characters. Its automaton has one
state for each position (``tokens``, ``machine``). ``ArnLike`` is such a pattern whose wildcards cross no colon before
the sixth part; an operator without case is one whose characters stand for both cases. No pattern is ever determinized.
Most patterns are a text with wildcards in order: what is asked of them is read from that text (``TextPattern``).

Source: IAM User Guide, "IAM JSON policy elements: Resource", "Condition operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from itertools import takewhile

from bastide.iam.variables import VARIABLE
from bastide.iam.wildcards import match_pieces
from bastide.prove.symbolic.blanks import BLANK, HOLE, blanks_matcher
from bastide.prove.symbolic.tokens import (
    ANY,
    COLON,
    ONE,
    STAR,
    TOKENS,
    WILD,
    Table,
    Token,
    joined,
    lazy,
    one_of,
    table_of,
    token_of,
)  # fmt: skip

ARN_PARTS = 6
SERVICE_COLONS = 3  # behind an ARN's service
COLONS = frozenset(COLON)
PARTS = {0: "aws", 2: "eu-west-1", 3: "111122223333"}  # likely values of an ARN's parts, by place behind "arn"
FILLINGS = ("example", "x", "")
UNUSUAL = re.compile(rf"\*\*|\*\?|{HOLE}|{BLANK}")  # wildcards out of order, and what no text holds
WILDCARD = re.compile("[*?]")
JUST_WILD = (WILD,)
SHORT = 256  # up to which pieces are looked for character by character
FEW_STARS = 4  # up to which a regular expression is the faster way; with hundreds it would not end


class Pattern:
    """A pattern; equal when its tokens are. ``text`` is what stands in the policy, for people. Never changed.

    Not a dataclass: thousands are made for a question, and most are never asked for their tokens.
    """

    def __init__(self, tokens: tuple[Token, ...], text: str = "") -> None:
        self.__dict__["tokens"] = tokens
        self.text = text

    @lazy
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens, in order."""
        return tuple(map(TOKENS.__getitem__, self.text))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Pattern) and self.key == other.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    @lazy
    def key(self) -> object:
        """Equal for equal tokens: a text where there is one, which is quickly compared."""
        if not self.is_cased or BLANK in self.alphabet:
            return self.tokens
        signs = {STAR: HOLE, ANY: BLANK}
        return "".join([next(iter(token.chars)) if token.chars else signs[token.kind] for token in self.tokens])

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
        return rest == JUST_WILD or self._matcher(value)

    @lazy
    def _matcher(self) -> Callable[[str], bool]:
        """An expression takes a third of a millisecond to compile: only where nothing cheaper says the same."""
        if self.is_starred:
            return partial(match_pieces, self.generic.split(HOLE))
        if isinstance(self.key, str) and len(self.key) < SHORT:
            return blanks_matcher(self.key)
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
        return self.tokens == JUST_WILD

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
    def ends(self) -> tuple[str, str] | None:
        """What stands before its first and behind its last star, as in ``key``; None without a star, or a plain key."""
        key = self.key
        return (key[: key.find(HOLE)], key[key.rfind(HOLE) + 1 :]) if isinstance(key, str) and HOLE in key else None

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
    def service(self) -> str:
        """The third part of every match, where that is one text; else empty: two such texts are two sets of ARNs."""
        colons, found = 0, ""
        for token in self.tokens:
            if token.kind == ONE and token.chars == COLONS:
                colons += 1
                if colons == SERVICE_COLONS:
                    return found
            elif token.kind != ONE and token.colon:
                return ""
            elif colons == SERVICE_COLONS - 1:
                if token.kind != ONE or len(token.chars) != 1:
                    return ""
                found += min(token.chars)
        return ""

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
        return table_of(self.tokens)


class TextPattern(Pattern):
    """``glob`` of a text that is in order: all that most questions need is read from it, and not token by token."""

    is_plain = is_cased = True

    def __init__(self, text: str) -> None:
        self.text = text
        self.key = text.replace("*", HOLE).replace("?", BLANK)

    @lazy
    def prefix(self) -> str:
        """As ``Pattern.prefix``."""
        return self._start.lower()

    @lazy
    def service(self) -> str:
        """As ``Pattern.service``."""
        parts = self._start.split(COLON, SERVICE_COLONS)
        return parts[SERVICE_COLONS - 1] if len(parts) > SERVICE_COLONS else ""

    @lazy
    def is_starred(self) -> bool:
        """As ``Pattern.is_starred``."""
        return "?" not in self.text

    @lazy
    def is_literal(self) -> bool:
        """As ``Pattern.is_literal``."""
        return len(self._start) == len(self.text)

    @lazy
    def is_everything(self) -> bool:
        """As ``Pattern.is_everything``."""
        return self.text == "*"

    @lazy
    def simple(self) -> tuple[str, bool] | None:
        """As ``Pattern.simple``."""
        wild = self.text[len(self._start) :]
        return (self._start, bool(wild)) if wild in ("", "*") else None

    @lazy
    def generic(self) -> str:
        """As ``Pattern.generic``."""
        return self.text.replace("*", HOLE).replace("?", HOLE)

    @lazy
    def _start(self) -> str:
        wild = WILDCARD.search(self.text)
        return self.text[: wild.start()] if wild else self.text

    @lazy
    def _skeleton(self) -> str:
        return self.text.replace("?", "x").replace("*", HOLE)

    @lazy
    def _head(self) -> tuple[str, tuple[Token, ...], bool]:
        return self._start, tuple(map(TOKENS.__getitem__, self.text[len(self._start) :])), False


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
    if not fold and not UNUSUAL.search(text):
        return TextPattern(text)
    return Pattern(joined(_wild(text, fold, colon=True)), text)


@lru_cache(maxsize=65_536)
def exact(text: str, *, fold: bool = False) -> Pattern:
    """The value itself: ``StringEquals``, or with ``fold`` ``StringEqualsIgnoreCase``."""
    return Pattern(tuple(one_of(char, fold) for char in text), text)


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
    return one_of(marked[0], fold) if marked else token


def _wild(text: str, fold: bool, *, colon: bool) -> list[Token]:
    return [token_of(char, fold, colon) for char in text]
