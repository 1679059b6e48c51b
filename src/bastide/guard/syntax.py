"""The parts of a Guard policy, as the parser makes them.

The one idea: a block is a list of conjunctions, each a list of alternatives; clauses, blocks and references to rules
are all alternatives. Nothing is evaluated here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Key:
    """A member by name; ``variable``: the names are what a variable holds. A number is a place in a list."""

    name: str
    variable: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """One element of a list."""

    at: int


@dataclass(frozen=True, slots=True)
class This:
    """The value itself."""


@dataclass(frozen=True, slots=True)
class AllValues:
    """``.*``: every value of a mapping or list; ``capture`` the variable that gets the keys."""

    capture: str = ""


@dataclass(frozen=True, slots=True)
class AllIndices:
    """``[*]``: every element of a list; what is none stands for itself."""

    capture: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """``[ clauses ]``: only what satisfies them."""

    clauses: Conjunctions
    capture: str = ""


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """``[ keys == value ]``: values of a mapping whose keys compare so."""

    operator: str
    negated: bool
    against: Operand


Part: TypeAlias = "Key | Index | This | AllValues | AllIndices | Filter | KeyFilter"


@dataclass(frozen=True, slots=True)
class Query:
    """A path through the document; ``some``: that one of what it finds satisfies a clause is enough."""

    parts: tuple[Part, ...]
    some: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: a JSON value, or a list with patterns and ranges in it."""

    value: Any


Operand: TypeAlias = "Query | Literal"


@dataclass(frozen=True, slots=True)
class Clause:
    """``query operator [operand]``. ``negated`` by ``!=``, ``not in``, ``!exists``; ``inverse`` by ``not`` in front."""

    query: Query
    operator: str
    negated: bool
    against: Operand | None
    inverse: bool
    line: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class RuleReference:
    """Another rule by its name; with arguments when it takes parameters."""

    name: str
    negated: bool
    line: int
    message: str = ""
    arguments: tuple[Operand, ...] | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Variables and what must hold."""

    variables: tuple[tuple[str, Operand], ...]
    clauses: Conjunctions


@dataclass(frozen=True, slots=True)
class BlockClause:
    """``query { … }``: the block holds for what the query finds. ``not_empty``: it has to find something."""

    query: Query
    block: Block
    not_empty: bool
    line: int


@dataclass(frozen=True, slots=True)
class WhenBlock:
    """``when conditions { … }``."""

    conditions: Conjunctions
    block: Block
    line: int


@dataclass(frozen=True, slots=True)
class TypeBlock:
    """``AWS::S3::Bucket [when …] { … }``: of each resource of a template that has the type."""

    type: str
    conditions: Conjunctions
    block: Block
    line: int


Alternative: TypeAlias = "Clause | RuleReference | BlockClause | WhenBlock | TypeBlock"
Conjunctions: TypeAlias = "tuple[tuple[Alternative, ...], ...]"


@dataclass(frozen=True, slots=True)
class Rule:
    """``rule name when conditions { … }``; ``parameters`` are named by rules that others call."""

    name: str
    conditions: Conjunctions
    block: Block
    line: int
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. ``rules`` in its order; ``callable_rules`` (with parameters) are judged only where called."""

    rules: tuple[Rule, ...]
    variables: tuple[tuple[str, Operand], ...] = ()
    callable_rules: tuple[Rule, ...] = field(default=())
