"""The engine against brute force on as many random questions as one asks for, without a test runner.

``python -m tests.prove.symbolic.long_search --cases 1000000 --seed 1 --workers 2`` (with ``src`` on the path).

A *case* is one question (layers of Allows, Denies) whose answer is checked; *pairs* are the (question, request) pairs
that the oracle compared. What the engine remembers is thrown away now and then, so memory stays as it is after the
first minutes. Exit code 1 when anything disagrees; each disagreement is printed shrunk.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context

from bastide.prove.symbolic import Question
from bastide.prove.symbolic.forget import forget
from tests.prove.symbolic.agreement import UNDECIDED, judged, shrunk
from tests.prove.symbolic.domain import question

CHUNK = 2_000  # cases of one task; after each, the engine forgets
Task = tuple[int, int, int]
Found = tuple[Counter[str], list[str], int]


def case(seed: int, number: int) -> tuple[Question, random.Random]:
    """One question, always the same for its seed and number; and the chance that goes with it."""
    chance = random.Random(seed * 1_000_000_000 + number)
    return question(chance), chance


def searched(task: Task) -> Found:
    """Counts, disagreements and peak memory (MB) of the cases ``first`` to ``last`` of a seed."""
    seed, first, last = task
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(first, last):
        asked, chance = case(seed, number)
        verdict = judged(asked, chance)
        counts["cases"] += 1
        counts["pairs"] += verdict.pairs
        counts[verdict.answer] += 1
        if verdict.answer == UNDECIDED:
            counts["undecided, though the small world has a request"] += verdict.open_
            counts[f"undecided: {verdict.why}"] += 1
        if verdict.wrong:
            wrong.append(f"seed {seed}, case {number}: {verdict.wrong}\n{_told(_least(asked))}")
    forget()
    return counts, wrong, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _least(asked: Question) -> Question:
    return shrunk(asked, lambda one: bool(judged(one, random.Random(0)).wrong))


def _told(asked: Question) -> str:
    lines = [f"  layer {number}: {rule.statement}" for number, layer in enumerate(asked.required) for rule in layer]
    return "\n".join([*lines, *(f"  never: {rule.statement}" for rule in asked.forbidden)])


def search(cases: int, seed: int, workers: int, first: int = 0) -> Iterator[Found]:
    """What each task found, in any order."""
    tasks = [(seed, start, min(start + CHUNK, first + cases)) for start in range(first, first + cases, CHUNK)]
    if workers == 1:
        yield from map(searched, tasks)
        return
    with get_context("fork").Pool(workers) as pool:
        yield from pool.imap_unordered(searched, tasks)


def main() -> int:
    """Search, print the state every minute and the outcome at the end."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cases", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=0, help="number of the first case")
    options.add_argument("--workers", type=int, default=2)
    asked = options.parse_args()
    start = told = time.monotonic()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    memory = 0
    for counted, found, peak in search(asked.cases, asked.seed, asked.workers, asked.first):
        counts.update(counted)
        memory = max(memory, peak)
        wrong += found
        print(*found, sep="\n", end="\n" if found else "", flush=True)
        if time.monotonic() - told >= 60:
            told = time.monotonic()
            print(f"… {_outcome(counts, wrong, asked.seed, told - start, memory)}", flush=True)
    print(_outcome(counts, wrong, asked.seed, time.monotonic() - start, memory))
    for name, number in sorted(counts.items()):
        print(f"  {number:>15,}  {name}")
    return 1 if wrong else 0


def _outcome(counts: Counter[str], wrong: list[str], seed: int, seconds: float, memory: int) -> str:
    return (
        f"{counts['cases']:,} cases, {counts['pairs']:,} pairs: {len(wrong)} disagreements, "
        f"{counts[UNDECIDED]:,} undecided; seed {seed}, {counts['cases'] / seconds:,.0f} cases/s, "
        f"{memory:,} MB a worker"
    )


if __name__ == "__main__":
    sys.exit(main())
