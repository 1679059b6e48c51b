"""The policy under the lint: its kind, its statements, and the small questions that many rules ask of them.

Source: IAM User Guide, "Policies and permissions", policy types; Organizations User Guide, SCP and RCP syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bastide.iam.json_text import escape
from bastide.iam.lint import catalog
from bastide.iam.vocabulary import SETS, negated, operator
from bastide.model import PolicyDocument, Statement

KINDS = ("identity", "resource", "trust", "boundary", "session", "scp", "rcp", "endpoint", "key")
GRANTING = frozenset({"identity", "resource", "trust", "key"})  # the others only limit what these grant
WITH_PRINCIPAL = frozenset({"resource", "trust", "rcp", "endpoint", "key"})
SHARED = frozenset({"resource", "trust", "key"})  # policies of something that others use
PLACEHOLDER = re.compile(
    r"<[^<>]*>|\{\{[^{}]*\}\}|\$\{AWS::\w+\}|\$\{(?:[A-Za-z_][\w.-]*)\}|\$\[[^\]]*\]|%[A-Z_]+%|\bREPLACE[A-Z_]*\b"
)
VARIABLE = re.compile(r"\$\{[^}]*\}")
IF_EXISTS = "IfExists"
EXPANSIONS = 20_000  # action patterns looked up in one run
OPEN = 400  # what a pattern counts that is open in its service: it is compared with every action of AWS


class LintSeverity(StrEnum):
    """How bad, in the words of IAM Access Analyzer's policy validation, the worst first."""

    ERROR = "error"  # IAM refuses the policy, or a part of it can never work
    SECURITY_WARNING = "security-warning"  # it allows, or fails to deny, more than it seems to
    WARNING = "warning"  # it works, but probably not as meant
    SUGGESTION = "suggestion"  # it works; it could be plainer

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return [*LintSeverity].index(self)


@dataclass(frozen=True, slots=True)
class Test:
    """One operator on one key of a condition block."""

    operator: str  # as documented, with set prefix and IfExists
    base: str  # without either: StringEquals
    prefix: str  # ForAllValues: | ForAnyValue: | ""
    if_exists: bool
    key: str
    values: tuple[str, ...]
    pointer: str  # of the key, within the statement

    @property
    def negated(self) -> bool:
        """True for operators that an absent key satisfies: ``StringNotEquals``, ``NotIpAddress``…"""
        return negated(self.base)

    @property
    def family(self) -> str:
        """String | Numeric | Date | Bool | Binary | IpAddress | Arn | Null."""
        plain = self.base.removeprefix("Not")
        return next(name for name in FAMILIES if plain.startswith(name))


FAMILIES = ("String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "Arn", "Null")


@dataclass
class Subject:
    """One policy as rules see it. ``value`` is the decoded JSON; statements that do not parse are left out."""

    kind: str
    value: Mapping[str, Any]
    policy: PolicyDocument
    text: str = ""
    notes: list[str] = field(default_factory=list)
    budget: int = EXPANSIONS
    _seen: dict[str, tuple[catalog.Action, ...]] = field(default_factory=dict)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that could be read."""
        return self.policy.statements

    @property
    def has_variables(self) -> bool:
        """Whether ``${…}`` is a variable here, not literal text."""
        return self.value.get("Version") == "2012-10-17"

    def raw(self, statement: Statement) -> Mapping[str, Any]:
        """The statement as it was written."""
        found: Any = self.value
        for step in statement.position.pointer.split("/")[1:]:
            found = found[int(step)] if isinstance(found, list | tuple) else found[step]
        return found if isinstance(found, Mapping) else {}

    def matching(self, pattern: str) -> tuple[catalog.Action, ...] | None:
        """The known actions of a pattern; None once the policy has asked for too many patterns."""
        low = pattern.lower()
        if low not in self._seen:
            service = low.partition(":")[0]
            self.budget -= OPEN if "*" in service or "?" in service else 1
            if self.budget < 0:
                self.note("too many action patterns: the rest was not compared with the list of actions")
                return None
            self._seen[low] = catalog.matching(low)
        return self._seen[low]

    def note(self, text: str) -> None:
        """Say once that something was left out."""
        if text not in self.notes:
            self.notes.append(text)


def listed(statement: Statement, *names: str) -> Iterator[tuple[str, str]]:
    """(pointer within the statement, value) of the list elements named: ``Action``, ``NotAction``, …"""
    attributes = {"Action": statement.action, "NotAction": statement.not_action,
                  "Resource": statement.resource, "NotResource": statement.not_resource}  # fmt: skip
    for name in names:
        for index, value in enumerate(attributes[name] or ()):
            yield f"/{name}/{index}", value


def actions(statement: Statement) -> Iterator[tuple[str, str]]:
    """(pointer, pattern) of every action, listed or left out."""
    return listed(statement, "Action", "NotAction")


def resources(statement: Statement) -> Iterator[tuple[str, str]]:
    """(pointer, pattern) of every resource, listed or left out."""
    return listed(statement, "Resource", "NotResource")


def principals(statement: Statement) -> Iterator[tuple[str, str, str]]:
    """(pointer, type, value) of every principal, named or left out."""
    for name, found in (("Principal", statement.principal), ("NotPrincipal", statement.not_principal)):
        for kind, values in (found or {}).items():
            for index, value in enumerate(values):
                yield (f"/{name}" if kind == "*" else f"/{name}/{escape(kind)}/{index}"), kind, value


def tests(statement: Statement) -> Iterator[Test]:
    """Every test of the condition block."""
    for name, keys in statement.condition.items():
        spelled, prefix, plain, base = _taken_apart(name)
        for key, values in keys.items():
            pointer = f"/Condition/{escape(name)}/{escape(key)}"
            yield Test(spelled, base, prefix, base != plain, key, values, pointer)


@lru_cache(maxsize=1_024)
def _taken_apart(name: str) -> tuple[str, str, str, str]:
    """An operator as documented, its set prefix, what follows that, and the same without IfExists."""
    spelled = operator(name) or name
    prefix = next((one for one in SETS if spelled.startswith(one)), "")
    plain = spelled.removeprefix(prefix)
    return spelled, prefix, plain, plain.removesuffix(IF_EXISTS)


def guarded(statement: Statement, key: str) -> bool:
    """The statement asks for the key's presence: ``Null: {key: false}``."""
    return any(
        test.base == "Null" and test.key.lower() == key.lower() and [v.lower() for v in test.values] == ["false"]
        for test in tests(statement)
    )


def always_present(key: str, kind: str) -> bool:
    """Whether every request that the policy is asked about carries the key."""
    facts = catalog.key_facts(key)
    if facts is None:
        return False
    by_principal = kind in ("scp", "identity", "boundary", "session")
    return facts.presence == "always" or (facts.presence == "principal" and by_principal)


def opaque(value: str) -> bool:
    """The value holds a placeholder that somebody or something fills in later."""
    return PLACEHOLDER.search(value) is not None


def wild(value: str) -> bool:
    """The value holds ``*`` or ``?`` outside of a variable."""
    bare = VARIABLE.sub("", value)
    return "*" in bare or "?" in bare


def opened(value: str) -> str:
    """The pattern with variables and placeholders open: what it could be."""
    return VARIABLE.sub("*", PLACEHOLDER.sub("*", value))
