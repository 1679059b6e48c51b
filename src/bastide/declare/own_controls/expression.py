"""What a CEL expression reads: its property paths, its comparisons and how deeply it loops.

The one idea: one pass over the tokens in which every part answers what it *is* (a path, a literal, or neither), so that
a path is known through indexes and through the variables of ``all``, ``exists``, ``exists_one``, ``map`` and
``filter``. Nothing is evaluated here; the syntax itself is checked by the CEL library beforehand.

Source: the Common Expression Language's language definition, "Syntax" and "Macros".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ELEMENT = "[]"  # the part of a path that stands for any element of a list
MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
BINARY = frozenset({"?", ":", "||", "&&", "in", "+", "-", "*", "/", "%", *COMPARISONS})
CONSTANTS = {"true": True, "false": False, "null": None}
TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
      | (?P<text>[rRbB]{0,2}(?:\"\"\"(?:\\.|.)*?\"\"\"|'''(?:\\.|.)*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?[uU]?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign>==|!=|<=|>=|\|\||&&|.)""",
    re.VERBOSE | re.DOTALL,
)
Path = tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    """A constant of an expression."""

    value: str | int | float | bool | None


@dataclass(frozen=True)
class Reference:
    """A path that is read: its root variable first; ``shallow`` where only its presence or its elements are asked."""

    path: Path
    shallow: bool = False


@dataclass(frozen=True)
class Comparison:
    """A path compared with a constant by ``sign``; ``in`` compares with each element of a constant list."""

    path: Path
    sign: str
    literal: Literal


@dataclass
class Reading:
    """What an expression reads.

    ``related``: (type, property) of every ``related()``. ``problems``: calls that cannot be understood. ``loops``: how
    deeply its macros are nested. ``longest``: elements of its longest list that is written out. ``growth``: how many
    times larger than what it reads a value may become, since each round of ``map`` or ``+`` in a macro can repeat it.
    """

    references: list[Reference] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    related: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    loops: int = 0
    longest: int = 1
    growth: int = 1


def read_expression(text: str) -> Reading:
    """What a CEL expression reads; the text is one that the CEL library has compiled."""
    return _Reader(text).whole()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    for match in TOKEN.finditer(text):
        kind = "text" if match.group("text") is not None else match.lastgroup or "sign"
        if kind != "space":
            yield _Token(kind, match.group())


Operand = Path | Literal | list[Literal] | None  # what a part of an expression is, as far as it matters here


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [*_tokens(text), _Token("end", "")]
        self.at = 0
        self.depth = 0
        self.bound: dict[str, Path | None] = {}
        self.found = Reading()

    def whole(self) -> Reading:
        self.use(self.expression())
        return self.found

    def peek(self) -> str:
        token = self.tokens[self.at]
        return "" if token.kind == "text" else token.text

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expression(self) -> Operand:
        """One expression up to a closing sign or a comma; what it is when it is one operand."""
        left = self.operand()
        alone = True
        while self.peek() in BINARY:
            sign = self.take().text
            right = self.operand()
            self.compare(left, sign, right)
            self.use(left if alone else None)
            left, alone = right, False
        if not alone:
            self.use(left)
            return None
        return left

    def compare(self, left: Operand, sign: str, right: Operand) -> None:
        if sign in COMPARISONS:
            for path, other in ((left, right), (right, left)):
                if isinstance(path, tuple) and isinstance(other, Literal):
                    self.found.comparisons.append(Comparison(path, sign, other))
        if sign == "in":
            if isinstance(left, tuple) and isinstance(right, list):
                self.found.comparisons += [Comparison(left, "in", one) for one in right]
            if isinstance(right, tuple) and isinstance(left, Literal):
                self.found.comparisons.append(Comparison((*right, ELEMENT), "in", left))

    def use(self, operand: Operand, *, shallow: bool = False) -> None:
        if isinstance(operand, tuple):
            self.found.references.append(Reference(operand, shallow))

    def operand(self) -> Operand:
        negated = False
        while self.peek() in {"!", "-"}:
            negated = self.take().text == "-" or negated
        value = self.primary()
        if negated and isinstance(value, Literal) and isinstance(value.value, int | float):
            value = Literal(-value.value)
        return self.selections(value)

    def primary(self) -> Operand:
        token = self.take()
        if token.kind == "text":
            return Literal(_unquoted(token.text))
        if token.kind == "number":
            return Literal(_number(token.text))
        if token.text == "(":
            inside = self.expression()
            self.take()
            return inside
        if token.text == "[":
            return self.listed()
        if token.text == "{":
            self.mapped()
            return None
        return self.named(token.text) if token.kind == "word" else None

    def named(self, name: str) -> Operand:
        if name in CONSTANTS:
            return Literal(CONSTANTS[name])
        if self.peek() == "(":
            return self.called(name)
        if name in self.bound:
            return self.bound[name]
        return (name,)

    def called(self, name: str) -> Operand:
        self.take()
        if name == "has":
            self.use(self.expression(), shallow=True)
            self.take()
            return None
        arguments = self.arguments()
        if name != "related":
            for argument in arguments:
                self.use(argument)
            return None
        words = [one.value for one in arguments if isinstance(one, Literal) and isinstance(one.value, str)]
        if len(words) != 2 or len(arguments) != 2:
            self.found.problems.append('related() takes a type and a property, both as text: related("AWS::…", "…")')
            return None
        self.found.related.append((words[0], words[1]))
        return (f"related {words[0]}",)

    def arguments(self) -> list[Operand]:
        found: list[Operand] = []
        while self.peek() != ")" and self.tokens[self.at].kind != "end":
            found.append(self.expression())
            if self.peek() == ",":
                self.take()
        self.take()
        return found

    def listed(self) -> Operand:
        found: list[Operand] = []
        while self.peek() != "]" and self.tokens[self.at].kind != "end":
            found.append(self.expression())
            if self.peek() == ",":
                self.take()
        self.take()
        self.found.longest = max(self.found.longest, len(found))
        if all(isinstance(one, Literal) for one in found):
            return [one for one in found if isinstance(one, Literal)]
        for one in found:
            self.use(one)
        return None

    def mapped(self) -> None:
        while self.peek() != "}" and self.tokens[self.at].kind != "end":
            for sign in (":", ","):
                self.use(self.entry())
                if self.peek() == sign:
                    self.take()
        self.take()

    def entry(self) -> Operand:
        """A key or a value of a mapping; its colon is not the one of a condition."""
        left = self.operand()
        if self.peek() in {":", ",", "}"}:
            return left
        self.use(left)
        while self.peek() not in {":", ",", "}", ""}:
            self.take()
            self.use(self.operand())
        return None

    def selections(self, value: Operand) -> Operand:
        while self.peek() in {".", "["}:
            if self.take().text == "[":
                index = self.expression()
                self.take()
                value = self.indexed(value, index)
                continue
            name = self.take().text
            if self.peek() != "(":
                value = (*value, name) if isinstance(value, tuple) else None
                continue
            self.take()
            value = self.method(value, name)
        return value

    def indexed(self, value: Operand, index: Operand) -> Operand:
        if not isinstance(value, tuple):
            self.use(index)
            return None
        if isinstance(index, Literal):
            return (*value, index.value if isinstance(index.value, str) else ELEMENT)
        self.use(index)
        self.use(value)  # which part is read is not known: all of it
        return None

    def method(self, value: Operand, name: str) -> Operand:
        if name not in MACROS:
            self.use(value)
            for argument in self.arguments():
                self.use(argument)
            return None
        self.use(value, shallow=True)
        variable = self.take().text
        self.take()
        outer = dict(self.bound)
        self.bound[variable] = (*value, ELEMENT) if isinstance(value, tuple) else None
        self.depth += 1
        self.found.loops = max(self.found.loops, self.depth)
        start = self.at
        results = self.arguments()
        self.depth -= 1
        self.bound = outer
        body = [token.text for token in self.tokens[start : self.at] if token.kind != "text"]
        if name == "map" or "+" in body:
            self.found.growth *= max(1, body.count(variable))
        for one in results:
            self.use(one)
        if name == "filter":
            return value
        last = results[-1] if results else None
        return last[:-1] if name == "map" and isinstance(last, tuple) and last[-1] == ELEMENT else None


def _unquoted(text: str) -> str:
    body = text.lstrip("rRbB")
    for quote in ('"""', "'''", '"', "'"):
        if body.startswith(quote):
            return body[len(quote) : -len(quote)]
    return body


def _number(text: str) -> int | float:
    plain = text.rstrip("uU")
    return int(plain, 0) if plain.lower().startswith("0x") else float(plain) if set(plain) & set(".eE") else int(plain)


def shown_path(path: Path) -> str:
    """A path as a control's verdict names it, without its root."""
    return ".".join(part for part in path[1:] if part != ELEMENT)


def by_root(references: list[Reference], root: str) -> Mapping[Path, bool]:
    """Paths under a root variable, without it, and whether each is only asked shallowly everywhere."""
    found: dict[Path, bool] = {}
    for reference in references:
        if reference.path[0] == root:
            path = reference.path[1:]
            found[path] = found.get(path, True) and reference.shallow
    return found
