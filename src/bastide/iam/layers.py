"""Statements made ready, and the documents of one place as a layer that knows which of them speak of an action.

The one idea: what depends on the policy alone is done once (patterns, conditions, names), and what depends on the
action alone is done once per action. A decision then only asks the statements that are left about resource, caller and
condition keys. ``decide.matches`` is the definition that this is tested against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bastide.errors import InputError
from bastide.iam.conditions import Test, all_of, tests_by_key
from bastide.iam.principals import DIRECT, NONE, Caller, Names, naming
from bastide.iam.variables import Keys, Template, fill, has_variables, keys_in, matcher_with, resource_template
from bastide.iam.wildcards import Item, Matcher, Wild, items, matcher, matcher_of
from bastide.model import PolicyDocument, Statement

ResourceTest = Callable[[str, Keys], bool]
REMEMBERED_ACTIONS = 50_000
REMEMBERED_LAYERS = 20_000
SETTLED = (
    "aws:principal", "aws:userid", "aws:username", "aws:resource", "kms:calleraccount", "s3:resourceaccount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement made ready. None stands for a test that always holds."""

    statement: Statement
    document: int  # which document of the layer, from 0
    index: int  # which statement of the document, from 0
    variables: bool
    action: Matcher
    resource: ResourceTest | None
    condition: Test | None
    names: Names | None
    tests: tuple[tuple[str, Test], ...] = ()  # those of ``condition``, each with its key

    @property
    def reads(self) -> frozenset[str]:
        """The condition keys, in lower case, that it asks about or uses as variables."""
        one = self.statement
        values = [text for tests in one.condition.values() for found in tests.values() for text in found]
        texts = (*(one.resource or ()), *(one.not_resource or ()), *values) if self.variables else ()
        return keys_in(texts) | {key for key, _ in self.tests}

    def applies(self, resource: str, keys: Keys, caller: Caller) -> int:
        """How strongly the statement speaks about a request whose action it covers; 0 when it does not."""
        if self.resource is not None and not self.resource(resource, keys):
            return NONE
        strength = DIRECT if self.names is None else self.names(caller)
        if strength and self.condition is not None and not self.condition(keys):
            return NONE
        return strength


class About(NamedTuple):
    """The statements of a layer that cover one action; ``always``: one of them allows it whatever the request is.

    ``tests`` are those of the Allows: to read them from a rule costs as much as to answer them.
    """

    denies: tuple[Rule, ...]
    allows: tuple[Rule, ...]
    always: bool
    tests: tuple[tuple[ResourceTest | None, Names | None, Test | None], ...]


class Layer:
    """The documents at one place: one level of SCPs, all identity policies, a boundary, a resource policy …"""

    __slots__ = ("_by_action", "_by_service", "_everywhere", "kind", "level", "rules")

    def __init__(self, kind: str, rules: Sequence[Rule], level: int | None = None) -> None:
        """A layer of ``kind``; ``level`` counts from the root of the organization, None where there are no levels."""
        self.kind = kind
        self.level = level
        self.rules = tuple(rules)
        self._by_action: dict[str, About] = {}
        self._by_service, self._everywhere = _by_service(self.rules)

    def about(self, action: str) -> About:
        """The statements that cover an action (in lower case)."""
        known = self._by_action.get(action)
        if known is None:
            if len(self._by_action) >= REMEMBERED_ACTIONS:
                self._by_action.clear()
            known = self._by_action[action] = self._look_up(action)
        return known

    def _look_up(self, action: str) -> About:
        near = self._by_service.get(action.partition(":")[0], self._everywhere)
        covering = [rule for rule in near if rule.action(action)]
        denies = tuple(rule for rule in covering if rule.statement.effect == "Deny")
        allows = tuple(rule for rule in covering if rule.statement.effect == "Allow")
        always = any(rule.resource is None and rule.condition is None and rule.names is None for rule in allows)
        return About(denies, allows, always, tuple((rule.resource, rule.names, rule.condition) for rule in allows))

    def allows(self, action: str, resource: str, keys: Keys, caller: Caller) -> int:
        """The strength of the strongest Allow that applies; 0 when there is none."""
        _, _, always, tests = self._by_action.get(action) or self.about(action)
        if always:
            return DIRECT
        strongest = NONE
        for of_resource, names, condition in tests:
            # Rule.applies, written out: this loop is a good part of a decision.
            if of_resource is not None and not of_resource(resource, keys):
                continue
            strength = DIRECT if names is None else names(caller)
            if strength > strongest and (condition is None or condition(keys)):
                if strength == DIRECT:
                    return DIRECT
                strongest = strength
        return strongest


def _by_service(rules: Sequence[Rule]) -> tuple[dict[str, list[Rule]], list[Rule]]:
    """The rules that may speak about actions of a service, in their order; and those that may about any other."""
    found: dict[str, list[Rule]] = {}
    everywhere: list[Rule] = []
    for rule in rules:
        services = {text.lower().partition(":")[0] for text in rule.statement.action or ("*",)}
        if any("*" in service or "?" in service for service in services):
            for listed in (*found.values(), everywhere):
                listed.append(rule)
        else:
            for service in services:
                found.setdefault(service, [*everywhere]).append(rule)
    return found, everywhere


class Workshop:
    """Makes layers, each once: policy sets that hold the same documents at the same place share the layer.

    ``lenient`` asks what would be possible under the best of conditions: an Allow ignores what it tests of the request
    itself, a Deny that tests anything of it is left out. What follows from caller and resource is tested as ever.
    """

    def __init__(self, *, lenient: bool = False) -> None:
        """A workshop without any layer yet."""
        self.lenient = lenient
        self._made: dict[tuple[object, ...], tuple[tuple[PolicyDocument, ...], Layer]] = {}

    def layer(
        self, kind: str, documents: Iterable[PolicyDocument], level: int | None = None, bounded: bool = False
    ) -> Layer:
        """The documents of one place made ready; ``bounded`` as in ``principals.naming``.

        Raises:
            InputError: a resource or condition value holds a variable that is none.
        """
        listed = tuple(documents)
        key = (kind, level, bounded, *map(id, listed))
        known = self._made.get(key)
        if known is None:  # the documents are kept beside the layer, so that their ids stay theirs
            if len(self._made) >= REMEMBERED_LAYERS:
                self._made.clear()
            known = self._made[key] = (listed, layer(kind, listed, level=level, bounded=bounded, lenient=self.lenient))
        return known[1]


def layer(
    kind: str,
    documents: Iterable[PolicyDocument],
    *,
    level: int | None = None,
    bounded: bool = False,
    lenient: bool = False,
) -> Layer:
    """The documents of one place made ready; ``bounded`` as in ``principals.naming``, ``lenient`` as in ``Workshop``.

    Raises:
        InputError: a resource or condition value holds a variable that is none.
    """
    rules = [
        _rule(statement, number, index, document.version >= "2012-10-17", bounded)
        for number, document in enumerate(documents)
        for index, statement in enumerate(document.statements)
    ]
    if lenient:
        rules = [eased for rule in rules if (eased := _eased(rule)) is not None]
    return Layer(kind, rules, level)


def _eased(rule: Rule) -> Rule | None:
    """The rule with only the tests that no request of the same caller could meet otherwise; None for no rule at all."""
    condition = rule.statement.condition
    settled = {
        name: {key: values for key, values in tests.items() if is_settled(key)} for name, tests in condition.items()
    }
    if settled == condition:
        return rule
    if rule.statement.effect == "Deny":
        return None
    tests = tests_by_key(settled, variables=rule.variables)
    return replace(rule, condition=all_of([one for _, one in tests]), tests=tests)


def is_settled(key: str) -> bool:
    """Whether a condition key follows from the caller and the resource, so that no other request would change it."""
    return key.lower().startswith(SETTLED)


def _rule(statement: Statement, document: int, index: int, variables: bool, bounded: bool) -> Rule:
    try:
        resource = _resource(statement, variables)
        tests = tests_by_key(statement.condition, variables=variables)
    except InputError as error:
        raise InputError(error.what, str(statement.position) or f"statement {index}", error.problems[0].fix) from error
    return Rule(
        statement, document, index, variables, _action(statement), resource, all_of([one for _, one in tests]),
        naming(statement, bounded=bounded), tests,
    )  # fmt: skip


def _action(statement: Statement) -> Matcher:
    """A test of actions in lower case."""
    listed = statement.action if statement.action is not None else statement.not_action or ()
    within = _within([text.lower() for text in listed])
    if statement.action is not None:
        return within
    return lambda action: not within(action)


def _within(patterns: Sequence[str]) -> Matcher:
    if "*" in patterns:
        return lambda value: True
    exact = frozenset(text for text in patterns if "*" not in text and "?" not in text)
    wild = [matcher(text) for text in patterns if text not in exact]
    if not wild:
        return exact.__contains__
    if len(wild) == 1 and not exact:
        return wild[0]
    return lambda value: value in exact or any(match(value) for match in wild)


def _resource(statement: Statement, variables: bool) -> ResourceTest | None:
    """None for a statement without the element (a trust policy's), or one that lists ``*``."""
    listed = statement.resource if statement.resource is not None else statement.not_resource
    if listed is None:
        return None
    templates = [resource_template(text) if variables else items(text) for text in listed]
    negated = statement.resource is None
    if "*" in listed:
        return (lambda resource, keys: False) if negated else None
    dynamic = [parts for parts in templates if has_variables(parts)]
    static = [parts for parts in templates if not has_variables(parts)]
    if dynamic:
        return _dynamic(_within_items(static) if static else None, dynamic, negated)
    return _static(static, negated)


def _static(templates: Sequence[Template], negated: bool) -> ResourceTest:
    """A test of resources alone: all patterns that are a beginning are asked in one call."""
    filled = [fill(parts, {}) or () for parts in templates]
    starts = tuple(text for parts in filled if (text := _start(parts)) is not None)
    others = [matcher_of(parts) for parts in filled if _start(parts) is None]
    if not others:
        if negated:
            return lambda resource, keys: not resource.startswith(starts)
        return lambda resource, keys: resource.startswith(starts)
    if len(others) == 1 and not starts and not negated:
        (only,) = others
        return lambda resource, keys: only(resource)

    def speaks(resource: str, keys: Keys) -> bool:
        if resource.startswith(starts):
            return not negated
        for match in others:
            if match(resource):
                return not negated
        return negated

    return speaks


def _start(parts: Sequence[Item]) -> str | None:
    """The text of a pattern that is a text and one star; None for any other."""
    if not parts or parts[-1] is not Wild.ANY or any(isinstance(part, Wild) for part in parts[:-1]):
        return None
    return "".join(map(str, parts[:-1]))


def _within_items(templates: Sequence[Template]) -> Matcher:
    ready = [matcher_of(fill(parts, {}) or ()) for parts in templates]
    if len(ready) == 1:
        return ready[0]
    return lambda value: any(match(value) for match in ready)


def _dynamic(within: Matcher | None, templates: Sequence[Template], negated: bool) -> ResourceTest:
    matchers = tuple(map(matcher_with, templates))
    if within is None and len(matchers) == 1 and not negated:
        return matchers[0]

    def speaks(resource: str, keys: Keys) -> bool:
        if within is not None and within(resource):
            return not negated
        for match in matchers:
            if match(resource, keys):
                return not negated
        return negated

    return speaks
