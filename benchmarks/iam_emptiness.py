"""Is there a request that one of n/2 Allows admits and none of n/2 Denies hits? Ours beside z3's string theory.

The z3 encoding is the better of the two that were tried (one string formula is *unknown* at 20 statements): actions
are grouped into classes first, and each class asks about one resource string with patterns as regular expressions. z3
is measured where it is installed (``pip install z3-solver``), here or in the interpreter of
``BASTIDE_Z3_PYTHON`` (same Python version: its packages are added), at most ``Z3_SECONDS`` a question. It asks about
documented actions only, so it is compared with ours about these; as a rule ours asks about all others, too.

Kinds of questions: ``open`` has an example; ``one`` is shut by one Deny for each Allow; ``union`` only by several: by
actions, by resources, or by a pattern and its rest.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from benchmarks.measure import Figure

SEED = 4
SIZES = (20, 50, 100, 200)
KINDS = ("open", "one", "union")
QUESTIONS = 7  # of each size and kind
Z3_SECONDS = 20
Z3_QUESTIONS = 3
Statements = list[dict[str, Any]]


def emptiness() -> Iterator[Figure]:
    """Median and worst milliseconds of ours, the median of z3, and how many times faster."""
    from bastide.prove.symbolic import action_list

    action_list().bits(["s3:Get*"])  # once for all questions: the list, and its lower case
    every: list[float] = []  # how many times faster than z3, question by question
    for kind in KINDS:
        for size in SIZES:
            cases = [case(random.Random(f"{SEED}-{kind}-{size}-{number}"), kind, size) for number in range(QUESTIONS)]
            ours = [_ours(allows, denies, kind) for allows, denies in cases]
            name = f"{kind}, {size} statements"
            median = statistics.median(ours)
            yield Figure("emptiness", f"{name}: median", median * 1e3, "ms")
            yield Figure("emptiness", f"{name}: worst", max(ours) * 1e3, "ms", "≤ 500")
            alike = [_ours(allows, denies, kind, documented=True) for allows, denies in cases]
            same = statistics.median(alike)
            yield Figure("emptiness", f"{name}: documented actions only, median", same * 1e3, "ms")
            theirs = [_z3(allows, denies) for allows, denies in cases[:Z3_QUESTIONS]]
            known = [seconds for seconds in theirs if seconds is not None]
            if known:
                yield Figure("emptiness", f"{name}: z3 median", statistics.median(known) * 1e3, "ms")
                yield Figure("emptiness", f"{name}: faster than z3", statistics.median(known) / same, "times", "≥ 20")
            every += [z3 / own for z3, own in zip(theirs, alike, strict=False) if z3 is not None]
    if every:
        yield Figure("emptiness", "all questions: faster than z3, median", statistics.median(every), "times", "≥ 20")


def case(chance: random.Random, kind: str, size: int) -> tuple[Statements, Statements]:
    """Allows and Denies, half of ``size`` each: three action patterns and three resource patterns a statement."""
    from bastide.prove.symbolic import action_list

    names = [name for name in action_list().names if len(name) > 14]
    allows: Statements = []
    denies: Statements = []
    for _ in range(size // 2):
        actions = [_wild_action(chance, chance.choice(names)) for _ in range(3)]
        resources = [_resource(chance) for _ in range(3)]
        if kind != "union" or len(denies) + 2 <= size // 2:
            allows.append({"Effect": "Allow", "Action": actions, "Resource": resources})
            denies += CLOSING[kind](chance, actions, resources)
    while len(denies) < size // 2:
        actions = [_wild_action(chance, chance.choice(names)) for _ in range(3)]
        denies.append({"Effect": "Deny", "Action": actions, "Resource": [_resource(chance) for _ in range(3)]})
    while len(allows) < size // 2:
        copy = chance.choice(allows)
        narrower = [f"{text.rstrip('*')}{chance.choice('abc')}*" for text in copy["Resource"]]
        allows.append({**copy, "Resource": narrower})
    chance.shuffle(denies)
    return allows, denies[: size // 2]


def _wild_action(chance: random.Random, name: str) -> str:
    service, _, rest = name.partition(":")
    return f"{service}:{rest[: chance.randint(3, 8)]}*"


def _resource(chance: random.Random) -> str:
    service = chance.choice(("s3:::", "sqs:*:111122223333:", "dynamodb:*:*:table/", "iam::*:role/"))
    return f"arn:aws:{service}{''.join(chance.choices('abcdef', k=chance.randint(1, 4)))}*"


def _open(chance: random.Random, actions: list[str], resources: list[str]) -> Statements:
    return [{"Effect": "Deny", "Action": actions[:2], "Resource": [f"{text}x*" for text in resources]}]


def _by_one(chance: random.Random, actions: list[str], resources: list[str]) -> Statements:
    wider = [f"{text[:-2]}*" if chance.random() < 0.5 else text for text in resources]
    return [{"Effect": "Deny", "Action": [f"{text[:-2]}*" for text in actions], "Resource": wider}]


def _by_union(chance: random.Random, actions: list[str], resources: list[str]) -> Statements:
    how = chance.choice(("actions", "resources", "rest"))
    if how == "actions":
        return [
            {"Effect": "Deny", "Action": actions[:1], "Resource": resources},
            {"Effect": "Deny", "Action": actions[1:], "Resource": resources},
        ]
    if how == "resources":
        return [
            {"Effect": "Deny", "Action": actions, "Resource": resources[:1]},
            {"Effect": "Deny", "Action": actions, "Resource": resources[1:]},
        ]
    bare = [text.rstrip("*") for text in resources]
    return [
        {"Effect": "Deny", "Action": actions, "Resource": bare},
        {"Effect": "Deny", "Action": actions, "Resource": [f"{text}?*" for text in bare]},
    ]


CLOSING: dict[str, Callable[[random.Random, list[str], list[str]], Statements]] = {
    "open": _open,
    "one": _by_one,
    "union": _by_union,
}


def _ours(allows: Statements, denies: Statements, kind: str, *, documented: bool = False) -> float:
    """Seconds from parsed policies to the answer, nothing remembered from another question but the list of actions."""
    from bastide.iam.parse import parse_policy
    from bastide.prove.symbolic import Covered, Example, Question, rules, solve
    from bastide.prove.symbolic.forget import forget
    from bastide.prove.symbolic.replay import confirmed

    allow, deny = (parse_policy({"Version": "2012-10-17", "Statement": found}) for found in (allows, denies))
    forget()
    start = time.process_time()
    question = Question((rules(allow),), rules(deny), documented_only=documented, plausible=not documented)
    answer = solve(question)
    taken = time.process_time() - start
    right = (
        isinstance(answer, Example) and confirmed(answer, question) if kind == "open" else isinstance(answer, Covered)
    )
    if not right:
        raise AssertionError(f"a question of kind {kind} was answered {answer}")
    return taken


def _z3(allows: Statements, denies: Statements) -> float | None:
    """Seconds of z3, its limit where it does not end; None where it is not installed."""
    z3 = _solver()
    if z3 is None:
        return None
    start = time.process_time()
    for members in _action_classes(allows, denies):
        left = Z3_SECONDS - (time.process_time() - start)
        if left <= 0:
            return float(Z3_SECONDS)
        resource = z3.String("resource")
        solver = z3.Solver()
        solver.set("timeout", int(left * 1000))
        chosen = [statement for statement in (*allows, *denies) if id(statement) in members]
        may = [_expression(z3, text) for one in chosen if one["Effect"] == "Allow" for text in one["Resource"]]
        never = [_expression(z3, text) for one in chosen if one["Effect"] == "Deny" for text in one["Resource"]]
        solver.add(z3.InRe(resource, _any(z3, may)))
        if never:
            solver.add(z3.InRe(resource, z3.Complement(_any(z3, never))))
        if solver.check() != z3.unsat:
            break
    return time.process_time() - start


@cache
def _solver() -> Any:
    """The module z3; None where it is not installed."""
    python = os.environ.get("BASTIDE_Z3_PYTHON")
    if python:
        told = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
        done = subprocess.run([python, "-c", told], capture_output=True, text=True, check=True)
        sys.path.append(done.stdout.strip())
    return importlib.import_module("z3") if importlib.util.find_spec("z3") else None


def _any(z3: Any, expressions: list[Any]) -> Any:
    return expressions[0] if len(expressions) == 1 else z3.Union(*expressions)


def _expression(z3: Any, text: str) -> Any:
    any_char = z3.AllChar(z3.ReSort(z3.StringSort()))
    parts = [z3.Star(any_char) if char == "*" else any_char if char == "?" else z3.Re(char) for char in text]
    return z3.Concat(*parts)


def _action_classes(allows: Statements, denies: Statements) -> Iterator[frozenset[int]]:
    """Sets of statements that speak about one action, those with an Allow; each set once."""
    from bastide.prove.symbolic import action_list

    known = action_list()
    by_action: dict[int, set[int]] = {}
    for statement in (*allows, *denies):
        bits = known.bits(statement["Action"])
        while bits:
            lowest = bits & -bits
            by_action.setdefault(lowest.bit_length(), set()).add(id(statement))
            bits ^= lowest
    allowing = {id(statement) for statement in allows}
    yield from sorted({frozenset(found) for found in by_action.values() if found & allowing}, key=len)


def main() -> None:
    """Print the figures."""
    for figure in emptiness():
        print(f"{figure.scenario:<12} {figure.name:<58} {figure.value:>10,.2f} {figure.unit:<6} {figure.must}")


if __name__ == "__main__":
    main()
