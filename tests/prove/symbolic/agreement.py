"""Whether the engine's answer to a question is right, by brute force over the small world.

An example has to be confirmed by the definition; *covered* has to leave no request of the world; *undecided* is an
answer only where the engine may give up, and is counted, with whether the world holds a request.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bastide.prove.symbolic import Covered, Example, Question, Rule, solve
from bastide.prove.symbolic.replay import confirmed
from tests.prove.symbolic.oracle import admitted, bit_agrees, world_of

T = TypeVar("T")
EXAMPLE, COVERED, UNDECIDED = "example", "covered", "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine answered; ``wrong`` says how that is not so, empty where it agrees."""

    answer: str
    wrong: str = ""
    pairs: int = 0  # requests that the question was compared on
    open_: bool = False  # whether the world holds a request
    why: str = ""  # of an answer that is undecided


def judged(asked: Question, chance: random.Random) -> Verdict:
    """The engine's answer beside that of the oracle."""
    answer, world = solve(asked), world_of(asked)
    bits = admitted(asked, world)
    found = Verdict(COVERED, pairs=world.count, open_=bool(bits))
    if not bit_agrees(asked, world, bits, chance):
        return replace(found, wrong="the oracle disagrees with the definition")
    if isinstance(answer, Covered):
        first = (bits & -bits).bit_length() - 1
        return replace(found, wrong=f"covered, but {world.request(first)} is admitted") if bits else found
    if isinstance(answer, Example):
        right = confirmed(answer, asked)
        return replace(found, answer=EXAMPLE, wrong="" if right else f"not confirmed: {answer}")
    variables = any(rule.variables for layer in (*asked.required, asked.forbidden) for rule in layer)
    expected = variables or "different types" in answer.why
    wrong = "" if expected else f"undecided: {answer.why}"
    return replace(found, answer=UNDECIDED, why=answer.why, wrong=wrong)


def shrunk(asked: Question, still: Callable[[Question], bool]) -> Question:
    """A smaller question for which ``still`` holds: rules and parts of them left out one by one."""
    for smaller in _smaller(asked):
        if still(smaller):
            return shrunk(smaller, still)
    return asked


def _smaller(asked: Question) -> Iterator[Question]:
    for index in range(len(asked.forbidden)):
        yield replace(asked, forbidden=_without(asked.forbidden, index))
    for number, layer in enumerate(asked.required):
        if len(asked.required) > 1:
            yield replace(asked, required=_without(asked.required, number))
        for index in range(len(layer) if len(layer) > 1 else 0):
            yield replace(asked, required=_with(asked.required, number, _without(layer, index)))
        for index, rule in enumerate(layer):
            for simpler in _simpler(rule):
                yield replace(asked, required=_with(asked.required, number, _with(layer, index, simpler)))
    for index, rule in enumerate(asked.forbidden):
        for simpler in _simpler(rule):
            yield replace(asked, forbidden=_with(asked.forbidden, index, simpler))


def _simpler(rule: Rule) -> Iterator[Rule]:
    one = rule.statement
    for name, tests in one.condition.items():
        for key, values in tests.items():
            left = {**one.condition, name: {other: kept for other, kept in tests.items() if other != key}}
            yield Rule(replace(one, condition={n: t for n, t in left.items() if t}), rule.version, rule.origin)
            for index in range(len(values) if len(values) > 1 else 0):
                fewer = {**one.condition, name: {**tests, key: _without(values, index)}}
                yield Rule(replace(one, condition=fewer), rule.version, rule.origin)
    for field in ("action", "not_action", "resource", "not_resource"):
        listed = getattr(one, field)
        for index in range(len(listed) if listed and len(listed) > 1 else 0):
            fewer_texts: dict[str, Any] = {field: _without(listed, index)}
            yield Rule(replace(one, **fewer_texts), rule.version, rule.origin)


def _without(listed: tuple[T, ...], index: int) -> tuple[T, ...]:
    return (*listed[:index], *listed[index + 1 :])


def _with(listed: tuple[T, ...], index: int, one: T) -> tuple[T, ...]:
    return (*listed[:index], one, *listed[index + 1 :])
