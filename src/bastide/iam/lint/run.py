"""All rules over one policy: issues in the order of the document, each with its line.

The one idea: what does not parse is reported by the parser's words under a rule's name, and everything that does parse
is still judged. Work is bounded: a rule reports at most ``MOST`` places, and beyond ``STRINGS`` values the statements
are not looked at; what was left out is said in ``notes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bastide.errors import InputError, Problem
from bastide.iam.json_text import locate, parse_json_text
from bastide.iam.lint.kind import kind_of
from bastide.iam.lint.rule import Hit, LintRule, all_lint_rules
from bastide.iam.lint.subject import LintSeverity, Subject
from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument, Position, Statement

MOST = 200  # places that one rule reports in one policy
STRINGS = 100_000  # values of a policy that are looked at; AWS's largest policy holds a few thousand
PLACE = re.compile(r"(?::(\d+):(\d+)|line (\d+), column (\d+))(?: |$)")
FALLBACK = "wrong-json-type"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that a rule found: where (file, line, column, JSON pointer), what, and how to fix it."""

    rule: str
    severity: LintSeverity
    message: str
    fix: str
    position: Position
    sid: str = ""


@dataclass(frozen=True, slots=True)
class LintReport:
    """The issues of one policy in the order of its text, the kind it was taken for, and what was left out."""

    where: str
    kind: str
    issues: tuple[Issue, ...]
    notes: tuple[str, ...] = ()

    @property
    def rules(self) -> frozenset[str]:
        """The ids of the rules that found something."""
        return frozenset(issue.rule for issue in self.issues)


@dataclass
class _Found:
    """Issues in the making, and where their pointers stand in the text."""

    where: str
    text: str
    value: Any
    issues: list[tuple[str, LintRule, str, str, str, tuple[int, int]]] = field(default_factory=list)

    def add(
        self, rule: LintRule, pointer: str, message: str, fix: str, sid: str = "", at: tuple[int, int] = (0, 0)
    ) -> None:
        self.issues.append((_existing(self.value, pointer), rule, message, fix or rule.fix, sid, at))

    def finished(self) -> tuple[Issue, ...]:
        """The issues with their lines, by place and then by rule; one rule says the same of one place once."""
        if not self.issues:
            return ()
        needs_places = self.text and any(not at[0] for *_, at in self.issues)
        places = locate(self.text) if needs_places else None
        found = {}
        for pointer, rule, message, fix, sid, at in self.issues:
            line, column = at if at[0] or places is None else places.line_column(pointer)
            place = Position(self.where, line, column, pointer)
            found[pointer, rule.id, message] = Issue(rule.id, rule.severity, message, fix, place, sid)
        order = {pointer: number for number, pointer in enumerate(places.offsets if places else ())}
        rank = [(order.get(one.position.pointer, 0), one.position.line, one.rule) for one in found.values()]
        return tuple(issue for _, issue in sorted(zip(rank, found.values(), strict=True), key=lambda pair: pair[0]))


def lint_policy(source: str | bytes | Mapping[str, Any], *, kind: str = "auto", where: str = "") -> LintReport:
    """What is wrong with a policy: JSON text, or its decoded form (then issues have pointers and no lines).

    ``kind`` is one of ``KINDS``, or ``auto`` to tell by the document.
    """
    rules = all_lint_rules()
    value: Any = source
    text = ""
    if not isinstance(source, Mapping):
        try:
            value, text = parse_json_text(source, where)
        except InputError as error:
            found = _Found(where, "", {})
            _add_problems(found, rules, error)
            return LintReport(where, "identity" if kind == "auto" else kind, found.finished())
    found = _Found(where, text, value)
    if not isinstance(value, Mapping):
        rule = next(one for one in rules if one.id == FALLBACK)
        found.add(rule, "", "a policy is a JSON object, this is something else", "")
        return LintReport(where, "identity" if kind == "auto" else kind, found.finished())
    subject = _subject(found, rules, kind_of(value) if kind == "auto" else kind)
    for rule in rules:
        _ask(rule, subject, found)
    return LintReport(where, subject.kind, found.finished(), tuple(subject.notes))


def _ask(rule: LintRule, subject: Subject, found: _Found) -> None:
    hits: Iterator[tuple[Statement | None, Hit]] = rule.hits(subject)
    for number, (statement, hit) in enumerate(islice(hits, MOST + 1)):
        if number == MOST:
            subject.note(f"{rule.id}: only the first {MOST} places are shown")
            return
        start = statement.position.pointer if statement else ""
        found.add(rule, start + hit.pointer, hit.message, hit.fix, statement.sid if statement else "")


def _subject(found: _Found, rules: tuple[LintRule, ...], kind: str) -> Subject:
    """The policy with the statements that parse; the problems of the others become issues."""
    try:
        policy = parse_policy(found.value, positions=False)
    except InputError as error:
        _add_problems(found, rules, error)
        policy = PolicyDocument(tuple(_readable(found.value)), str(found.value.get("Version", "")))
    kept = _first(policy.statements, STRINGS)
    subject = Subject(kind, found.value, PolicyDocument(kept, policy.version, policy.id), found.text)
    if len(kept) < len(policy.statements):
        subject.note(f"only the first {len(kept):,} of {len(policy.statements):,} statements were looked at")
    return subject


def _readable(value: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements that parse by themselves, each at its place in the document."""
    found = value.get("Statement")
    several = isinstance(found, list | tuple)
    items = list(found) if isinstance(found, list | tuple) else [found]
    for index, item in enumerate(items):
        try:
            (one,) = parse_policy({"Statement": item}, positions=False).statements
        except (InputError, ValueError):
            continue
        pointer = f"/Statement/{index}" if several else "/Statement"
        yield _placed(one, pointer)


def _placed(one: Statement, pointer: str) -> Statement:
    return Statement(
        one.effect, one.sid, one.principal, one.not_principal, one.action, one.not_action, one.resource,
        one.not_resource, one.condition, Position("", pointer=pointer),
    )  # fmt: skip


def _first(statements: tuple[Statement, ...], most: int) -> tuple[Statement, ...]:
    """The first statements that together hold at most ``most`` values; a larger one is left out."""
    room = most
    for number, one in enumerate(statements):
        lists = (one.action, one.not_action, one.resource, one.not_resource)
        room -= sum(map(len, filter(None, lists))) + sum(
            len(v) for keys in one.condition.values() for v in keys.values()
        )
        if room < 0:
            return statements[:number]
    return statements


def _add_problems(found: _Found, rules: tuple[LintRule, ...], error: InputError) -> None:
    for problem in error.problems[: MOST * 5]:
        rule = rule_of(problem, rules)
        pointer = _pointer(problem.where)
        match = PLACE.search(problem.where)
        at = (int(match[1] or match[3]), int(match[2] or match[4])) if match else (0, 0)
        found.add(rule, pointer, problem.what, problem.fix, at=at)


def rule_of(problem: Problem, rules: tuple[LintRule, ...]) -> LintRule:
    """The rule whose words the parser used; the longest pattern wins."""
    fitting = [rule for rule in rules if rule.words and rule.words.search(problem.what)]
    if fitting:
        return max(fitting, key=lambda rule: len(rule.words.pattern) if rule.words else 0)
    return next(rule for rule in rules if rule.id == FALLBACK)


def _pointer(where: str) -> str:
    """The JSON pointer at the end of a problem's place."""
    if where.startswith("/Statement") or where.startswith("/Version") or where.startswith("/Id"):
        return where
    return where[where.index(" /") + 1 :] if " /" in where else ""


def _existing(value: Any, pointer: str) -> str:
    """The pointer up to the last step that the document has: a scalar has no ``/0``."""
    done = ""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list | tuple) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return done
        done = f"{done}/{step}"
    return done
