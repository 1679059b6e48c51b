"""A policy judged on a document.

The one idea: Guard's PASS, FAIL and SKIP with one more answer, UNKNOWN, for what hangs on a value that could not be
read: whatever the value is, an answer that is not UNKNOWN would be the same.
Source: cloudformation-guard, guard/src/rules/eval.rs; docs/CLAUSES.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bastide.guard.compare import Found, compare
from bastide.guard.find import GuardError, find
from bastide.guard.syntax import (
    Alternative,
    Block,
    BlockClause,
    Clause,
    Conjunctions,
    Filter,
    Key,
    KeyFilter,
    Literal,
    Operand,
    Policy,
    Rule,
    RuleReference,
    TypeBlock,
    WhenBlock,
)
from bastide.guard.value import Partial, kind_of
from bastide.model import Status, Unknown

PASS, FAIL, SKIP, UNKNOWN = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE, Status.UNKNOWN
KINDS = {"is_string": "string", "is_list": "list", "is_struct": "struct", "is_bool": "bool", "is_int": "int",
         "is_float": "float", "is_null": "null"}  # fmt: skip
MOST_DEPTH = 200


class Note(NamedTuple):
    """What decided: the policy's line, its message, the place in the document, and why."""

    line: int
    message: str
    path: tuple[str, ...]
    reason: str


class Answer(NamedTuple):
    """A status with the notes of what failed, or could not be decided."""

    status: Status
    notes: tuple[Note, ...] = ()


def evaluate(policy: Policy, document: Any) -> dict[str, Answer]:
    """The answer of each rule of a policy on a document, in its order.

    Where Guard would stop with an error the rule is UNKNOWN, with the reason.
    """
    root = _Root(policy, Found(document))
    return {rule.name: root.answer(rule.name) for rule in policy.rules}


def answer_of(answers: Iterable[Answer]) -> Answer:
    """The answer of a whole policy: FAIL when a rule fails, UNKNOWN when one is, PASS when one passes, else SKIP."""
    return _all_of(list(answers))


def _all_of(answers: Sequence[Answer]) -> Answer:
    for word in (FAIL, UNKNOWN, PASS):
        met = [one for one in answers if one.status is word]
        if met:
            return Answer(word, () if word is PASS else tuple(note for one in met for note in one.notes))
    return Answer(SKIP)


def _any_of(answers: Sequence[Answer]) -> Answer:
    """Of alternatives; a message behind the last one is about all of them."""
    for word in (PASS, UNKNOWN, FAIL):
        met = [one for one in answers if one.status is word]
        if met:
            notes = tuple(note for one in met for note in one.notes)
            told = tuple(note for note in notes if note.message)
            return Answer(word, () if word is PASS else told or notes)
    return Answer(SKIP)


class _Root:
    """The rules of a policy on one document, each judged once."""

    def __init__(self, policy: Policy, document: Found) -> None:
        self.scope = _Scope(self, document, dict(policy.variables), None)
        self.rules: dict[str, list[Rule]] = {}
        for rule in policy.rules:
            self.rules.setdefault(rule.name, []).append(rule)
        self.callable = {rule.name: rule for rule in policy.callable_rules}
        self.known: dict[str, Answer] = {}
        self.busy: list[str] = []

    def answer(self, name: str) -> Answer:
        """The answer of a rule; UNKNOWN where Guard stops with an error."""
        try:
            return self.status(name)
        except GuardError as wrong:
            return Answer(UNKNOWN, (Note(self.rules[name][0].line, "", (), f"Guard stops here: {wrong}"),))

    def status(self, name: str) -> Answer:
        """The answer of the first rule of that name that is not skipped. Raises GuardError."""
        if name in self.known:
            return self.known[name]
        if name not in self.rules:
            raise GuardError(f"there is no rule {name}")
        self.enter(name)
        found = Answer(SKIP)
        for rule in self.rules[name]:
            found = self.scope.rule(rule)
            if found.status is not SKIP:
                break
        self.busy.pop()
        self.known[name] = found
        return found

    def enter(self, name: str) -> None:
        """Note that a rule is being judged. Raises GuardError when it asks for itself."""
        if name in self.busy or len(self.busy) > MOST_DEPTH:
            raise GuardError(f"rule {name} asks for itself")
        self.busy.append(name)


class _Scope:
    """A block: its variables, found when they are asked for, and the value that it is about."""

    def __init__(self, root: _Root, at: Found, variables: dict[str, Operand], outer: _Scope | None) -> None:
        self.root, self.at, self.variables, self.outer = root, at, variables, outer
        self.known: dict[str, list[Found]] = {}

    def variable(self, name: str) -> list[Found]:
        """What a variable holds. Raises GuardError when there is none of that name."""
        if name not in self.known:
            if name not in self.variables:
                if self.outer is None:
                    raise GuardError(f"there is no variable {name}")
                return self.outer.variable(name)
            self.known[name] = []  # a variable that asks for itself finds nothing
            self.known[name] = self.ask(self.variables[name], self.at, assigned=True)
        return self.known[name]

    def ask(self, operand: Operand, at: Found, *, assigned: bool = False) -> list[Found]:
        """What an operand is; a query begins at ``at``. A variable of ``some`` holds only what was found."""
        if isinstance(operand, Literal):
            return [Found(operand.value, literal=True)]
        found = find(operand.parts, at, self)
        return [one for one in found if not one.missing and not one.literal] if assigned and operand.some else found

    def on(self, at: Found) -> _Scope:
        """The same place about another value."""
        return _Scope(self.root, Found(at.value, at.path), {}, self)

    def judge(self, clauses: Conjunctions) -> tuple[Status, str]:
        """The status of clauses on the value that this is about, and why it is UNKNOWN."""
        found = self.conjunctions(clauses)
        return found.status, found.notes[0].reason if found.notes else ""

    def capture(self, name: str, key: str) -> None:
        """Add a key to what a variable holds."""
        self.root.scope.known.setdefault(name, []).append(Found(key))

    def rule(self, rule: Rule) -> Answer:
        """The answer of a rule."""
        return self.guarded(rule.conditions, rule.block)

    def guarded(self, conditions: Conjunctions, block: Block) -> Answer:
        """A block where its conditions hold; SKIP where they do not."""
        if not conditions:
            return self.block(block)
        met = self.conjunctions(conditions)
        if met.status is UNKNOWN:
            inside = self.block(block)
            return inside if inside.status is SKIP else Answer(UNKNOWN, met.notes)
        return self.block(block) if met.status is PASS else Answer(SKIP)

    def block(self, block: Block, at: Found | None = None) -> Answer:
        """A block, on the value of this scope or another one."""
        return _Scope(self.root, at or self.at, dict(block.variables), self).conjunctions(block.clauses)

    def conjunctions(self, clauses: Conjunctions) -> Answer:
        """All of the clauses, of each the alternatives."""
        return _all_of([_any_of(self._until_pass(alternatives)) for alternatives in clauses])

    def _until_pass(self, alternatives: Iterable[Alternative]) -> list[Answer]:
        made: list[Answer] = []
        for one in alternatives:
            made.append(self.alternative(one))
            if made[-1].status is PASS:
                break
        return made

    def alternative(self, one: Alternative) -> Answer:
        """One clause, block or reference."""
        if isinstance(one, Clause):
            return self.clause(one)
        if isinstance(one, RuleReference):
            return self.reference(one)
        if isinstance(one, WhenBlock):
            return self.guarded(one.conditions, one.block)
        return self.type_block(one) if isinstance(one, TypeBlock) else self.block_clause(one)

    def reference(self, one: RuleReference) -> Answer:
        """Another rule: it has to pass; negated, it must not."""
        if one.arguments is not None:
            return self.call(one)
        found = self.root.status(one.name)
        if found.status is UNKNOWN:
            return found
        if (found.status is PASS) is not one.negated:
            return Answer(PASS)
        said = {FAIL: "fails", SKIP: "does not apply", PASS: "passes"}[found.status]
        own = Note(one.line, one.message, (), f"rule {one.name} {said}")
        return Answer(FAIL, (own, *(() if one.negated else found.notes)))

    def call(self, one: RuleReference) -> Answer:
        """A rule with parameters. Raises GuardError when there is none, or it takes others."""
        rule = self.root.callable.get(one.name)
        given = one.arguments or ()
        if rule is None or len(rule.parameters) != len(given):
            raise GuardError(f"there is no rule {one.name} with {len(given)} parameters")
        if one.negated:
            raise GuardError("not before a rule with parameters is not translated")
        self.root.enter(f"{one.name}@{id(self)}")
        inner = _Scope(self.root, self.at, {}, self)
        for name, operand in zip(rule.parameters, given, strict=True):
            inner.known[name] = [Found(each.value, each.path, each.missing) for each in self.ask(operand, self.at)]
        found = inner.rule(rule)
        self.root.busy.pop()
        return found

    def block_clause(self, one: BlockClause) -> Answer:
        """A block for everything that its query finds."""
        found = self.ask(one.query, self.at)
        if not found:
            note = Note(one.line, "", self.at.path, "there is nothing that the block is about")
            return Answer(FAIL, (note,)) if one.not_empty else Answer(SKIP)
        answers = [self._on(each, one.block, one.line) for each in found]
        return _any_of(answers) if one.query.some else _all_of(answers)

    def _on(self, at: Found, block: Block, line: int) -> Answer:
        if at.missing:
            return Answer(FAIL, (Note(line, "", at.path, at.missing),))
        if isinstance(at.value, Unknown):
            return Answer(UNKNOWN, (Note(line, "", at.path, at.value.reason),))
        return self.block(block, at)

    def type_block(self, one: TypeBlock) -> Answer:
        """A block for each resource of a type. Raises GuardError when the document is no template."""
        if one.conditions:
            met = self.conjunctions(one.conditions)
            if met.status is not PASS:
                return met if met.status is UNKNOWN else Answer(SKIP)
        resources = self.at.value.get("Resources") if isinstance(self.at.value, dict) else None
        if not isinstance(resources, dict):
            raise GuardError(f"a block of {one.type} is about a template's Resources, and there are none")
        answers = []
        for name, resource in resources.items():
            kind = resource.get("Type") if isinstance(resource, dict) else None
            if kind == one.type:
                answers.append(self.block(one.block, Found(resource, ("Resources", name))))
        return _all_of(answers)

    def clause(self, one: Clause) -> Answer:
        """One clause: all of what its query found has to satisfy it; with ``some``, one."""
        left = find(one.query.parts, self.at, self)
        if one.against is None:
            whole = self._emptiness(one, left)
            if whole is not None:
                return whole
            answers = [self._unary(one, each) for each in left]
        else:
            right = self.ask(one.against, self.at)
            answers = [
                Answer(status, () if status is PASS else (Note(one.line, one.message, about.path, reason),))
                for status, about, reason in compare(one.operator, one.negated, left, right)
            ]
            if left and right and not answers:
                return Answer(FAIL if one.query.some else PASS)
        if not answers:
            return Answer(SKIP)
        return _any_of(answers) if one.query.some else _all_of(answers)

    def _emptiness(self, one: Clause, left: Sequence[Found]) -> Answer | None:
        """``empty`` of a filter or of a variable, which is about what was found, not about each value; else None."""
        last = one.query.parts[-1]
        alone = isinstance(last, Key) and last.variable and len(one.query.parts) == 1
        if one.operator != "empty" or not (alone or isinstance(last, Filter | KeyFilter)):
            return None
        wanted = one.negated is one.inverse  # True for `empty`, False for `!empty`
        sure = [each for each in left if not each.unread]
        unsure = [each for each in left if each.unread]
        if unsure and (not sure or wanted):
            reason = next(each.value.reason for each in unsure)
            return Answer(UNKNOWN, (Note(one.line, one.message, unsure[0].path, reason),))
        if not sure:
            return self._said(one, Found(path=self.at.path), wanted, "nothing was found")
        answers = []
        for each in sure:
            empty = bool(each.missing) or each.value is None
            answers.append(self._said(one, each, empty is wanted, each.missing or "something was found"))
        return _any_of(answers) if one.query.some else _all_of(answers)

    def _unary(self, one: Clause, each: Found) -> Answer:
        try:
            holds = _holds(one.operator, each)
        except _Undecided as unread:
            return Answer(UNKNOWN, (Note(one.line, one.message, each.path, unread.args[0]),))
        wanted = one.negated is one.inverse
        negation = "" if wanted else "not "
        return self._said(one, each, holds is wanted, each.missing or f"it is asked to be {negation}{one.operator}")

    def _said(self, one: Clause, each: Found, holds: bool, reason: str) -> Answer:
        return Answer(PASS) if holds else Answer(FAIL, (Note(one.line, one.message, each.path, reason),))


class _Undecided(Exception):
    """A clause that hangs on a value that could not be read."""


def _holds(operator: str, found: Found) -> bool:
    """Whether a value is what a unary operator says. Raises _Undecided; GuardError where Guard stops."""
    value = found.value
    if isinstance(value, Unknown):
        if value.filled and operator in ("exists", "empty"):
            return operator == "exists"
        raise _Undecided(value.reason)
    if operator == "exists":
        return not found.missing
    if operator == "empty":
        return bool(found.missing) or _empty(value)
    return not found.missing and kind_of(value) == KINDS[operator]


def _empty(value: Any) -> bool:
    if isinstance(value, Partial):
        if not value:
            raise _Undecided(value.reason)
        return False
    if isinstance(value, str | list | dict | tuple):
        return not value
    if isinstance(value, bool):
        return False
    raise GuardError(f"empty is not asked of a {kind_of(value)}")
