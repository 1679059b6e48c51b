"""A policy document as data: statements with their source positions. Parsing and canonical form live in ``iam``.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Position:
    """Where something stands: file, line and column (from 1; 0 when unknown) and its JSON pointer in the document."""

    file: str = ""
    line: int = 0
    column: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        """``file:line:column`` as far as known, else the pointer."""
        if not self.line:
            return f"{self.file}{self.pointer}"
        return f"{self.file}:{self.line}:{self.column}"


Condition = Mapping[str, Mapping[str, tuple[str, ...]]]  # operator → key → values
Principals = Mapping[str, tuple[str, ...]]  # AWS | Service | Federated | CanonicalUser → values; {"*": ("*",)} for "*"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Every element is normalized to tuples; None means that the element is absent."""

    effect: str  # Allow | Deny
    sid: str = ""
    principal: Principals | None = None
    not_principal: Principals | None = None
    action: tuple[str, ...] | None = None
    not_action: tuple[str, ...] | None = None
    resource: tuple[str, ...] | None = None
    not_resource: tuple[str, ...] | None = None
    condition: Condition = field(default_factory=dict)
    position: Position = field(default=Position(), compare=False)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A parsed policy. Two documents compare equal when their statements do, wherever they were read from."""

    statements: tuple[Statement, ...]
    version: str = "2012-10-17"
    id: str = ""
    position: Position = field(default=Position(), compare=False)
