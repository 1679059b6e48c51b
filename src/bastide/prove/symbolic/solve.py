"""Is there a request that one rule of every required layer matches, and no forbidden rule?

The tiers, cheapest first, each exact:
1. **Actions**: sets of documented actions are integers; a choice of one rule a layer without a common action is over.
2. **Whole denies**: a forbidden rule whose tests follow from the chosen rules takes its actions away at once.
3. **Classes**: the actions left are grouped by the forbidden rules that speak about them. A class that meets fewer
   rules is easier to get through, so only the least classes matter.
4. **Fields**: within a class a request is a value for each field, and fields do not touch one another: to escape a
   forbidden rule one of its tests must fail. Choosing which one is a small search (unit propagation, then cases), and
   whether the tests of one field can hold together is for ``constraint`` and ``search``.
5. **Actions of tomorrow**: the same once more for actions that no list holds, by their patterns.

A search larger than ``CASES`` ends as ``Undecided``; so does an answer that needs the value of a policy variable which
nothing fixes, unless one of a few values confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product

from bastide.iam.lint.keys import global_key
from bastide.prove.symbolic.actions import Actions, ActionSet, action_list
from bastide.prove.symbolic.classes import least_classes
from bastide.prove.symbolic.conditions import Scope
from bastide.prove.symbolic.constraint import RESOURCE, Strings, Test, can_hold, literals, pinned, solution
from bastide.prove.symbolic.constraint import absent as absent_key
from bastide.prove.symbolic.fields import Fields, add_tests, reduce_clauses, settle
from bastide.prove.symbolic.meeting import may_meet
from bastide.prove.symbolic.near import Near
from bastide.prove.symbolic.pattern import Pattern
from bastide.prove.symbolic.rule import Rule, admits_everything
from bastide.prove.symbolic.search import NotDecided, renew, spend
from bastide.prove.symbolic.shapes import fits, shape
from bastide.prove.symbolic.unlisted import least_signatures

CASES = 20_000  # choices in the search for one class of actions
TEXT, ESCAPE = 10, 20  # steps of work to take a pattern apart, and to see how a forbidden rule is escaped
CHOICES = 50_000  # ways to choose one rule of each layer
TRIED_ACTIONS = 40  # of one class, when an ARN is sought that such an action really names
TRIED_VALUES = 24  # guesses for policy variables

EVERY_ACTION = Actions(("*",))
# A value of each type that a condition key may have. Patterns and numbers are taken to test well-formed values.
TYPICAL = {"IPAddress": "192.0.2.1", "Date": "2026-01-01T00:00:00Z", "Numeric": "1", "Bool": "true"}


@dataclass(frozen=True, slots=True)
class Question:
    """Layers of which one rule each must match, rules of which none may, and tests that hold anyway (``given``)."""

    required: tuple[tuple[Rule, ...], ...]
    forbidden: tuple[Rule, ...] = ()
    given: tuple[Test, ...] = ()
    actions: Actions = EVERY_ACTION
    without: tuple[str, ...] = ()  # patterns of actions that are not asked about
    documented_only: bool = False  # ask about documented actions only
    plausible: bool = True  # prefer a resource that the action really names; off: any resource, the first found
    shaped: bool = True  # seek a resource with the form of an ARN that the action may name


@dataclass(frozen=True, slots=True)
class Example:
    """A request: every field that is not in ``keys`` is absent. ``by`` are the rules that admit it.

    ``documented``: the action is in AWS's list; ``plausible``: the resource has the form of an ARN that it may name.
    """

    action: str
    resource: str
    keys: Mapping[str, tuple[str, ...]]
    by: tuple[Rule, ...] = ()
    documented: bool = True
    plausible: bool = True


@dataclass(frozen=True, slots=True)
class Covered:
    """There is no such request; ``by`` are forbidden rules that shut it out, () where the layers share no request."""

    by: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither was shown, and why. ``example`` is a request that may be one."""

    why: str
    example: Example | None = None


Answer = Example | Covered | Undecided


def solve(question: Question) -> Answer:
    """The answer: a request, or why there is none, or why that is not known."""
    scope = _scope(question.given)
    renew()
    try:
        for layer in (question.forbidden, *question.required):
            spend(TEXT * sum([len(rule.statement.resource or rule.statement.not_resource or ()) for rule in layer]))
        search = _Search(question, scope)
        found = search.run()
    except NotDecided as limit:
        return Undecided(str(limit))
    unknown = search.unknown_variables(found) if isinstance(found, Example) else frozenset()
    if not isinstance(found, Example) or not unknown:
        return found
    return _with_guesses(question, scope, sorted(unknown), found)


def _scope(given: Iterable[Test]) -> dict[str, str | None]:
    """Keys with one known value, or known to be absent."""
    found: dict[str, str | None] = {}
    for test in given:
        values = test.values
        if isinstance(values, Strings) and values.inside:
            known = literals(values.patterns)
            if test.absent and not values.patterns:
                found[test.key] = None
            elif not test.absent and len(known) == len(values.patterns) == 1:
                found[test.key] = known[0]
    return found


def _with_guesses(question: Question, scope: Scope, unknown: Sequence[str], approximate: Example) -> Answer:
    """Try values for the variables that nothing fixes: with a value the question is exact."""
    guesses = [_guesses(question, key, approximate) for key in unknown]
    for values in islice(product(*guesses), TRIED_VALUES):
        fixed = [
            absent_key(key) if value is None else pinned(key, value) for key, value in zip(unknown, values, strict=True)
        ]
        narrower = replace(question, given=(*question.given, *fixed))
        try:
            found = _Search(narrower, _scope(narrower.given)).run()
        except NotDecided:
            continue
        if isinstance(found, Example):
            return found
    names = ", ".join(f"${{{key}}}" for key in unknown)
    return Undecided(f"it depends on the value of {names}", approximate)


def _guesses(question: Question, key: str, approximate: Example) -> list[str | None]:
    rules = [rule for layer in question.required for rule in layer] + list(question.forbidden)
    tests = [test for rule in rules for one in rule.alternatives() for test in one if test.key == key]
    told = [text for test in tests if isinstance(test.values, Strings) for text in literals(test.values.patterns)]
    own = list(approximate.keys.get(key, ()))[:1]
    return list(dict.fromkeys([*own, *told[:4], "example", None, "", *_names(rules)[:6]]))


def _names(rules: Iterable[Rule]) -> list[str]:
    """What resources are called up to the first wildcard, behind their account: a variable often stands for that."""
    texts = [
        text for rule in rules for text in (*(rule.statement.resource or ()), *(rule.statement.not_resource or ()))
    ]
    tails = [text.split(":", 5)[5] for text in texts if text.count(":") >= 5 and "${" not in text]
    return list(dict.fromkeys(name for tail in tails if (name := tail.partition("*")[0].partition("?")[0])))


@dataclass
class _Way:
    """One rule of each layer: what they have in common, and how forbidden rules can be escaped there."""

    actions: ActionSet
    fields: Fields
    by: tuple[Rule, ...]
    escapes: dict[Rule, tuple[tuple[Test, ...], ...]] = field(default_factory=dict)


@dataclass
class _Search:
    """One run over a question in which the values of variables are as ``scope`` says."""

    question: Question
    scope: Scope
    covering: dict[Rule, None] = field(default_factory=dict)
    cases: int = 0
    doubtful: Example | None = None  # a request whose resource no such action names

    def __post_init__(self) -> None:
        self.near = Near(self.question.forbidden)

    def run(self) -> Answer:
        of_caller = tuple(test for test in self.question.given if test.key != RESOURCE)
        callers = settle(of_caller)
        given = None if callers is None else add_tests(callers, self.question.given)
        if given is None:
            return Covered()
        layers = [layer for layer in self.question.required if not admits_everything(layer)]
        asked = (self.question.actions, ~Actions(self.question.without))
        start = ActionSet(tuple(one for one in asked if not one.is_everything))
        ways: list[_Way] = []
        for actions, fields, by in self._choices(sorted(layers, key=len), start, given, ()):
            ways.append(_Way(actions, fields, by))
            if found := self._listed(ways[-1]):
                return found
            if len(ways) > CHOICES:
                raise NotDecided(f"more than {CHOICES:,} ways to choose rules")
        for way in ways if not self.question.documented_only else ():
            if not way.actions.is_documented and (found := self._unlisted(way)):
                return found
        return self.doubtful or Covered(tuple(self.covering))

    def _choices(
        self, layers: Sequence[tuple[Rule, ...]], actions: ActionSet, fields: Fields, by: tuple[Rule, ...]
    ) -> Iterator[tuple[ActionSet, Fields, tuple[Rule, ...]]]:
        """Ways to choose one rule of each layer that have a request in common."""
        if not layers:
            yield actions, fields, by
            return
        for rule in layers[0]:
            narrower = actions if rule.actions.is_everything else actions & rule.actions
            if narrower is not actions and not narrower.bits() and narrower.witness() is None:
                continue
            for alternative in rule.alternatives(self.scope):
                added = add_tests(fields, alternative)
                if added is not None:
                    yield from self._choices(layers[1:], narrower, added, (*by, rule))

    def unknown_variables(self, example: Example) -> frozenset[str]:
        """Variables of unknown value in rules that speak about the action of an example: it may depend on them."""
        service = example.action.partition(":")[0].lower()
        near = [rule for rule in self.near.of(frozenset((service,))) if rule.variables]
        speaking = [*example.by, *(rule for rule in near if example.action in rule.actions)]
        return frozenset().union(*(rule.variables for rule in speaking)) - self.scope.keys()

    def _listed(self, way: _Way) -> Example | None:
        """A request with a documented action."""
        left, near = way.actions.bits(), way.actions.services
        partial: list[tuple[int, Rule, tuple[Test, ...]]] = []
        for rule in self.near.of(near):
            bits = rule.bits & left
            if not bits:
                continue
            for escapes in self._escapes(rule, way):
                if escapes:
                    partial.append((bits, rule, escapes))
                else:
                    left &= ~bits
                    self.covering[rule] = None
                    if not left:
                        return None
        if not left:
            return None
        for bits, met in least_classes(left, [(bits & left, index) for index, (bits, _, _) in enumerate(partial)]):
            clauses = [partial[index][2] for index in met]
            found = self._fields(way.fields, clauses)
            if found is None:
                self.covering |= dict.fromkeys(partial[index][1] for index in met)
            elif example := self._example(bits, found, clauses, way):
                return example
        return None

    def _escapes(self, rule: Rule, way: _Way) -> tuple[tuple[Test, ...], ...]:
        """For each alternative of a forbidden rule: tests of which one must hold to escape it; () where none can."""
        if rule not in way.escapes:
            way.escapes[rule] = tuple(self._escaping(rule, way.fields))
        return way.escapes[rule]

    def _escaping(self, rule: Rule, fields: Fields) -> Iterator[tuple[Test, ...]]:
        spend(ESCAPE)
        for alternative in rule.alternatives(self.scope):
            escapes: list[Test] = []
            for test in alternative:
                held = fields.get(test.key, frozenset())
                if test in held or not can_hold(held, test.negated):
                    continue  # it holds, as ``held`` can be met
                if not can_hold(held, test):
                    break  # it never matches
                escapes.append(test.negated)
            else:
                yield tuple(escapes)

    def _fields(self, fields: Fields, clauses: Sequence[tuple[Test, ...]]) -> Fields | None:
        """Fields that hold one test of every clause; None when there are none."""
        self.cases += 1
        if self.cases > CASES:
            raise NotDecided(f"more than {CASES:,} cases of conditions")
        units = [clause[0] for clause in clauses if len(clause) == 1]
        added = add_tests(fields, units)
        if added is None:
            return None
        open_ = (
            reduce_clauses(added, [clause for clause in clauses if len(clause) > 1]) if units or len(clauses) else []
        )
        if open_ is None:
            return None
        if not open_:
            return added
        if any(len(clause) == 1 for clause in open_):
            return self._fields(added, open_)
        return self._split(added, open_)

    def _split(self, fields: Fields, clauses: Sequence[tuple[Test, ...]]) -> Fields | None:
        """Cases: a test of the shortest clause holds, that which helps most clauses first; or it does not."""
        counts: dict[Test, int] = {}
        for clause in clauses:
            for test in clause:
                counts[test] = counts.get(test, 0) + 1
        shortest = min(clauses, key=len)
        test = max(shortest, key=lambda one: counts[one])
        holds = add_tests(fields, (test,))
        if holds is not None:
            found = self._fields(holds, [clause for clause in clauses if test not in clause])
            if found is not None:
                return found
        fails = add_tests(fields, (test.negated,))
        if fails is None:
            return None
        return self._fields(fails, [tuple(one for one in clause if one != test) for clause in clauses])

    def _example(self, bits: int, fields: Fields, clauses: Sequence[tuple[Test, ...]], way: _Way) -> Example | None:
        """A request with an ARN that one of the actions really names; else it is kept as doubtful, once."""
        by = way.by
        if not self.question.shaped:
            return _written(next(action_list().listed(bits)), fields, by)
        first = next(action_list().listed(bits))
        if not self.question.plausible:
            return replace(_written(first, fields, by), plausible=False)
        held = way.fields.get(RESOURCE, frozenset())
        tried: set[Test] = set()
        for action in islice(action_list().listed(bits), TRIED_ACTIONS):
            form = shape(action)
            if form in tried or not fits(held, form):
                continue
            tried.add(form)
            shaped = add_tests(fields, (form,))
            if shaped is not None:
                return _written(action, shaped, by)
            # The fields were settled without the shape of the ARN in mind: settle them again with it.
            again = self._again(action, clauses, by)
            if again is not None:
                return again
        self.doubtful = self.doubtful or replace(_written(first, fields, by), plausible=False)
        return None

    def _again(self, action: str, clauses: Sequence[tuple[Test, ...]], by: tuple[Rule, ...]) -> Example | None:
        if not clauses:
            return None
        form = shape(action)
        for alternatives in product(*(rule.alternatives(self.scope) for rule in by)):
            tests = [test for one in alternatives for test in one]
            fields = add_tests({}, (*self.question.given, *tests, form))
            found = self._fields(fields, clauses) if fields is not None else None
            if found is not None:
                return _written(action, found, by)
        return None

    def _unlisted(self, way: _Way) -> Example | None:
        """A request with an action that no list holds."""
        whole: list[Actions] = []
        partial: list[tuple[Rule, tuple[Test, ...]]] = []
        near = way.actions.services
        wanted = [union for union in way.actions.terms()[0] if all(pattern.prefix for pattern in union)]
        for rule in self.near.of(near):
            if near and rule.actions.services and not _meet(rule.actions, wanted):
                continue
            for escapes in self._escapes(rule, way):
                if escapes:
                    partial.append((rule, escapes))
                else:
                    whole.append(rule.actions)
                    self.covering[rule] = None
                    if rule.actions.is_everything:
                        return None
        left = way.actions
        for one in whole:
            left -= one
        if left.witness() is None:
            return None
        for action, met in least_signatures(left, [rule.actions for rule, _ in partial]):
            found = self._fields(way.fields, [partial[index][1] for index in met])
            if found is not None:
                return replace(_written(action, found, way.by), documented=False)
            self.covering |= dict.fromkeys(partial[index][0] for index in met)
        return None


def _meet(actions: Actions, wanted: Iterable[tuple[Pattern, ...]]) -> bool:
    """Whether some action may be in a rule's set and in every wanted one."""
    return all(may_meet(actions.globs, union) for union in wanted)


def _well_formed(key: str, tests: frozenset[Test]) -> tuple[str, ...]:
    """Values of a field that pass its tests, of the key's own type where one does: an address is no plain text."""
    found = solution(tests) or ()
    known = global_key(key) if found else None
    value = TYPICAL.get(known.type) if known else None
    return (value,) if value is not None and all(test.holds((value,)) for test in tests) else found


def _written(action: str, fields: Fields, by: tuple[Rule, ...]) -> Example:
    values = {key: _well_formed(key, tests) for key, tests in fields.items()}
    resource = values.pop(RESOURCE, ("*",))
    return Example(action, resource[0] if resource else "*", {key: one for key, one in values.items() if one}, by)
