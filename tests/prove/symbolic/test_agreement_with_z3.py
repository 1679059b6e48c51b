"""The engine against z3 on random questions that z3 can express: both say the same about emptiness.

``CASES=20000 SEED=5`` for a longer search. Skipped where z3 is not installed (``pip install z3-solver``).
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from importlib import import_module

import pytest

from bastide.iam.parse import parse_policy
from bastide.prove.symbolic import Actions, Covered, Example, Question, rules, solve
from bastide.prove.symbolic.replay import confirmed
from tests.prove.symbolic.z3_oracle import ASKED_ABOUT, Statement, World, asked

CASES = int(os.environ.get("CASES", "2000"))
SEED = int(os.environ.get("SEED", "4"))


def question(layers: list[list[Statement]], denies: list[Statement]) -> Question:
    def read(statements: list[Statement]) -> tuple[object, ...]:
        return rules(parse_policy({"Version": "2012-10-17", "Statement": statements})) if statements else ()

    return Question(tuple(map(read, layers)), read(denies), actions=Actions(ASKED_ABOUT), plausible=False, shaped=False)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_engine_and_z3_say_the_same_about_emptiness() -> None:
    pytest.importorskip("z3", reason="z3-solver is not installed")
    world, seen = World(import_module("z3")), Counter[str]()
    for number in range(CASES):
        layers, denies = asked(random.Random(f"{SEED}-{number}"))
        ours, theirs = solve(question(layers, denies)), world.answer(layers, denies)
        where = f"seed {SEED}, case {number}: {ours}, z3 says {theirs}: {layers} without {denies}"
        assert isinstance(ours, Covered | Example), where
        if isinstance(ours, Example):
            assert confirmed(ours, question(layers, denies)), where
        seen["z3 does not know" if theirs is None else type(ours).__name__] += 1
        assert theirs is None or theirs == isinstance(ours, Example), where
    assert seen["z3 does not know"] < CASES / 6, seen  # its strings have a second each
    assert min(seen["Covered"], seen["Example"]) > CASES / 12, seen
    sys.stdout.write(f"seed {SEED}: {dict(seen)}\n")  # shown by pytest -s
