"""Every request of the small world at once: the brute-force oracle of the engine.

The one idea: a set of requests is an integer with one bit for each request of the world (every action × resource ×
value or absence of each condition key that the question tests, up to 3.6 million). What one element of a statement says
about one value of one field is asked of the definition in ``iam``; the elements are joined by bitwise operations. So no
request is left out, and none costs a call. ``bit_agrees`` tries single requests on the definition as a whole.

What it does not do: judge what lies outside the small world. *Covered* there may have a request elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import lru_cache

from bastide.iam.conditions import satisfied
from bastide.iam.decide import matches
from bastide.iam.request import Principal, Request
from bastide.iam.variables import fill, resource_template
from bastide.iam.wildcards import action_like, match_items
from bastide.prove.symbolic import Question, Rule
from tests.prove.symbolic.domain import ACTIONS, KEYS, RESOURCES, VARIABLE_KEY

ACTION, RESOURCE = "@action", "@resource"
LOWER = {key.lower(): key for key in KEYS}


class World:
    """The requests that differ in action, resource and some keys; each is a place among ``count`` bits."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.fields = (ACTION, RESOURCE, *keys)
        self.sizes = (len(ACTIONS), len(RESOURCES), *(len(KEYS[key]) for key in keys))
        self.count = 1
        self.strides: dict[str, int] = {}
        for name, size in zip(self.fields, self.sizes, strict=True):
            self.strides[name] = self.count
            self.count *= size
        self.every = (1 << self.count) - 1
        self._masks: dict[tuple[str, int], int] = {}

    def having(self, name: str, places: Iterable[int]) -> int:
        """The requests whose field has one of its values, by their places."""
        found = 0
        for place in places:
            found |= self._having(name, place)
        return found

    def _having(self, name: str, place: int) -> int:
        known = self._masks.get((name, place))
        if known is None:
            stride, size = self.strides[name], self.sizes[self.fields.index(name)]
            known = ((1 << stride) - 1) << (place * stride)
            period = stride * size
            while period < self.count:
                known |= known << period
                period *= 2
            known = self._masks[name, place] = known & self.every
        return known

    def request(self, place: int) -> Request:
        """The request at a place."""
        at = [place // self.strides[name] % size for name, size in zip(self.fields, self.sizes, strict=True)]
        context = {key: KEYS[key][value] for key, value in zip(self.keys, at[2:], strict=True)}
        return Request(Principal(), ACTIONS[at[0]], RESOURCES[at[1]], {k: v for k, v in context.items() if v})


@lru_cache(maxsize=24)  # the largest holds 20 MB of masks
def world(keys: tuple[str, ...]) -> World:
    return World(keys)


def world_of(asked: Question) -> World:
    """The world of the keys that a question tests or uses as variables."""
    every = [rule for layer in asked.required for rule in layer] + list(asked.forbidden)
    named = {key for rule in every for tests in rule.statement.condition.values() for key in tests}
    used = {VARIABLE_KEY} if any(rule.variables for rule in every) else set()
    return world(tuple(sorted(named | used)))


def admitted(asked: Question, among: World) -> int:
    """The requests that a rule of each layer speaks about, and no forbidden rule."""
    left = among.every
    for layer in asked.required:
        left &= _any(layer, among)
    return left & ~_any(asked.forbidden, among) if left else 0


def bit_agrees(asked: Question, among: World, bits: int, chance: random.Random) -> bool:
    """Whether the whole definition says of one request, chosen at random, what its bit says."""
    place = chance.randrange(among.count)
    request = among.request(place)
    right = all(any(matches(one.statement, request) for one in layer) for layer in asked.required) and not any(
        matches(one.statement, request) for one in asked.forbidden
    )
    return bool(bits >> place & 1) == right


def _any(rules: Iterable[Rule], among: World) -> int:
    found = 0
    for rule in rules:
        found |= _about(rule, among)
    return found


def _about(rule: Rule, among: World) -> int:
    one = rule.statement
    found = among.having(ACTION, _actions(one.action or one.not_action or (), one.action is None))
    found &= _resources(one.resource or one.not_resource or (), one.resource is None, among)
    for name, tests in one.condition.items():
        for key, values in tests.items():
            found &= _test(name, key, values, among)
    return found


@lru_cache(maxsize=4_096)
def _actions(patterns: tuple[str, ...], negated: bool) -> tuple[int, ...]:
    return tuple(
        place
        for place, action in enumerate(ACTIONS)
        if any(action_like(pattern, action) for pattern in patterns) != negated
    )


def _resources(patterns: tuple[str, ...], negated: bool, among: World) -> int:
    if VARIABLE_KEY not in among.keys or not any("${" in pattern for pattern in patterns):
        return among.having(RESOURCE, _listed(patterns, negated, ()))
    found = 0
    for place, value in enumerate(KEYS[VARIABLE_KEY]):
        found |= among.having(VARIABLE_KEY, (place,)) & among.having(RESOURCE, _listed(patterns, negated, value))
    return found


@lru_cache(maxsize=16_384)
def _listed(patterns: tuple[str, ...], negated: bool, region: tuple[str, ...]) -> tuple[int, ...]:
    keys = {VARIABLE_KEY.lower(): region} if region else {}
    filled = [fill(resource_template(pattern), keys) for pattern in patterns]
    return tuple(
        place
        for place, resource in enumerate(RESOURCES)
        if any(one is not None and match_items(one, resource) for one in filled) != negated
    )


def _test(name: str, key: str, values: tuple[str, ...], among: World) -> int:
    if not any("${" in value for value in values):
        return among.having(key, _passing(name, key, values, ()))
    if key == VARIABLE_KEY:
        return among.having(key, [p for p, own in enumerate(KEYS[key]) if p in _passing(name, key, values, own)])
    found = 0
    for place, value in enumerate(KEYS[VARIABLE_KEY]):
        found |= among.having(VARIABLE_KEY, (place,)) & among.having(key, _passing(name, key, values, value))
    return found


@lru_cache(maxsize=65_536)
def _passing(name: str, key: str, values: tuple[str, ...], region: tuple[str, ...]) -> tuple[int, ...]:
    keys = {VARIABLE_KEY.lower(): region} if region else {}
    return tuple(place for place, own in enumerate(KEYS[key]) if satisfied(name, values, own, keys))
