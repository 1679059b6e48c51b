"""The engine against the definition, on random policies over a small world."""

from __future__ import annotations

import os
import random

import pytest

from tests.prove.symbolic.domain import contradiction, question

SEED = 20_261_124
CASES = int(os.environ.get("BASTIDE_ENGINE_CASES", "8000"))  # in CI; a million takes hours


def disagreements(first: int, last: int, tries: int) -> list[str]:
    found = []
    for number in range(first, last):
        chance = random.Random(SEED * 10_000_000 + number)
        asked = question(chance)
        if why := contradiction(asked, chance, tries):
            found.append(f"case {number}: {why}")
    return found


def test_every_answer_of_the_engine_agrees_with_the_definition() -> None:
    assert disagreements(0, 150, 500) == []


@pytest.mark.slow
def test_thousands_of_answers_of_the_engine_agree_with_the_definition() -> None:
    assert disagreements(0, CASES, 100) == []
