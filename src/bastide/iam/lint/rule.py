"""What a lint rule is, and how the folder of rules is read."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from bastide.errors import ContractError
from bastide.iam.lint.subject import KINDS, LintSeverity, Subject
from bastide.model import Statement


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule saw: a sentence, where (pointer within the statement, or within the policy), and how to fix it."""

    message: str
    pointer: str = ""
    fix: str = ""


Look = Callable[..., Iterable[Hit]]


@dataclass(frozen=True)
class LintRule:
    """One rule with its metadata.

    ``analyzer``: the issue code of IAM Access Analyzer's policy validation that is nearest, empty when it has none.
    ``words``: the parser's words for the same, where the parser finds it first. ``look`` is asked of each statement, or
    of the whole policy when ``whole``.
    """

    id: str
    title: str
    severity: LintSeverity
    source: str
    fix: str
    look: Look
    whole: bool
    analyzer: str = ""
    kinds: tuple[str, ...] = KINDS
    words: re.Pattern[str] | None = None
    module: str = ""

    def hits(self, subject: Subject) -> Iterator[tuple[Statement | None, Hit]]:
        """What the rule sees in a policy, with the statement that it is about."""
        if subject.kind not in self.kinds:
            return
        if self.whole:
            for hit in self.look(subject):
                yield None, hit
            return
        for statement in subject.statements:
            for hit in self.look(statement, subject):
                yield statement, hit


def lint_rule(
    *,
    title: str,
    severity: str,
    source: str,
    fix: str,
    analyzer: str = "",
    kinds: Iterable[str] = KINDS,
    words: str = "",
) -> Callable[[Look], LintRule]:
    """A decorator that makes a LintRule of a function ``(statement, subject)`` or ``(subject)`` that yields hits.

    The slug is the function's name with hyphens.
    """
    wanted = frozenset(kinds)

    def make(look: Look) -> LintRule:
        return LintRule(
            id=look.__name__.replace("_", "-"),
            title=title,
            severity=LintSeverity(severity),
            source=source,
            fix=fix,
            look=look,
            whole=len(inspect.signature(look).parameters) == 1,
            analyzer=analyzer,
            kinds=tuple(kind for kind in KINDS if kind in wanted),
            words=re.compile(words) if words else None,
            module=look.__module__,
        )

    return make


def parser_rule(module: str, *, title: str, words: str, source: str, fix: str, analyzer: str = "") -> LintRule:
    """A rule that the parser already decides, an error always; its slug is the last name of its ``module``."""
    slug = module.rpartition(".")[2].replace("_", "-")
    return LintRule(
        slug, title, LintSeverity.ERROR, source, fix, _sees_nothing, True, analyzer, KINDS, re.compile(words), module
    )


def _sees_nothing(_: Subject) -> tuple[Hit, ...]:
    return ()


@cache
def all_lint_rules() -> tuple[LintRule, ...]:
    """Every shipped rule, sorted by id.

    Raises:
        ContractError: two rules share an id, or a rule's file does not bear its name.
    """
    package: Any = importlib.import_module("bastide.iam.lint.rules")  # the folder is its own registry
    found: dict[str, LintRule] = {}
    for info in sorted(pkgutil.walk_packages(package.__path__, package.__name__ + "."), key=lambda one: one.name):
        if info.ispkg:
            continue
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, LintRule) and value.module == module.__name__:
                if value.id in found or info.name.rsplit(".", 1)[-1] != value.id.replace("-", "_"):
                    raise ContractError(f"lint rule {value.id} is defined twice or its file has another name")
                found[value.id] = value
    return tuple(found[name] for name in sorted(found))
