"""Policies against Guard itself: AWS's registry of rules with its expectations, and random ones, where it is at hand.

``BASTIDE_CORPUS`` names the folder with AWS's test cases, ``GUARD_RULES`` a checkout of
aws-cloudformation/aws-guard-rules-registry; cfn-guard-rs (PyPI) is Guard 3.0.1 as a library.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bastide.errors import InputError
from bastide.guard import evaluate, parse_policy

CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "")) / "cspm" / "guard"
RULES = Path(os.environ.get("GUARD_RULES", "-"))
KEYS = ["a", "b", "c", "Key", "Value"]
WORDS = {"NOT_APPLICABLE": "SKIP"}


@pytest.mark.slow
@pytest.mark.skipif(not (CORPUS / "index.jsonl").is_file() or not RULES.is_dir(), reason="the corpus is not at hand")
def test_awss_registry_of_rules_comes_out_as_its_tests_say() -> None:
    wrong, judged = [], 0
    for line in (CORPUS / "index.jsonl").read_text().splitlines():
        case = json.loads(line)
        if not case["guard_file"]:
            continue
        try:
            policy = parse_policy((RULES / case["guard_file"]).read_text(), case["guard_file"])
        except InputError as refused:
            assert "there is no rule" in refused.what  # a file of comments only
            continue
        document = json.loads((CORPUS / case["template"]).read_text())
        status = str(evaluate(policy, document)[case["rule"]].status)
        judged += 1
        if WORDS.get(status, status) != case["expected"]:
            wrong.append((case["id"], case["expected"], status))
    assert wrong == []
    assert judged > 800


class Chance:
    """Random documents and policies, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def some(self, most: int) -> range:
        return range(self.random.randint(0, most))

    def document(self, depth: int = 0) -> Any:
        kind = self.random.random()
        if depth > 3 or kind < 0.35:
            return self.one(1, 2, 3, "x", "y", "xy", "Allow", True, False, 1.5, None, "", 0)
        if kind < 0.65:
            return {self.one(*KEYS): self.document(depth + 1) for _ in self.some(3)}
        return [self.document(depth + 1) for _ in self.some(3)]

    def constant(self, depth: int = 0) -> str:
        if depth > 1 or self.random.random() < 0.6:
            plain = ("1", "2", "'x'", "'xy'", "true", "false", "1.5", "/x/", "/y$/", "''", "r[1,2]", "r(1,3)", "null")
            return str(self.one(*plain))
        return f"[{', '.join(self.constant(depth + 1) for _ in self.some(3))}]"

    def query(self, depth: int) -> str:
        made = self.one("some ", "", "", "") + self.one("root", "root", "this", "%v") if not depth else self.one(*KEYS)
        for _ in self.some(3):
            part = self.random.random()
            filtered = f"[ {self.clause(depth + 1)} ]" if depth < 2 and part > 0.85 else "[*]"
            made += f".{self.one(*KEYS)}" if part < 0.55 else ".*" if part < 0.7 else filtered
        return str(made)

    def clause(self, depth: int = 0) -> str:
        kind = self.random.random()
        asked = self.query(depth)
        if kind < 0.4:
            return f"{asked} {self.one('exists', '!exists', 'empty', '!empty', 'is_string', '!is_list', 'is_struct')}"
        if kind < 0.75:
            return f"{asked} {self.one('==', '!=', 'in', 'not in', '<', '>=')} {self.constant()}"
        if kind < 0.85:
            return f"{asked} {self.one('==', 'in', 'not in', '<')} {self.query(depth)}"  # != differs by version
        if kind < 0.95 and depth < 2:
            return f"{asked} {{\n{self.clause(depth + 1)}\n{self.clause(depth + 1)}\n}}"
        return f"{asked} exists or\n{self.query(depth)} == {self.constant()}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_policies_come_out_as_guard_says(seed: int) -> None:
    library = pytest.importorskip("cfn_guard_rs")
    chance, said = Chance(seed), Counter[str]()
    for _ in range(1500):
        clauses = "\n".join(chance.clause() for _ in range(chance.random.randint(1, 2)))
        text = f"let v = {chance.query(1)}\nrule R {{\n{clauses}\n}}\n"
        document = {"root": chance.document(), "a": chance.document(2), "b": chance.document(2)}
        status = str(evaluate(parse_policy(text), document)["R"].status)
        try:
            report = library.run_checks(document, text)
        except BaseException:  # noqa: BLE001 - Guard itself panics on some, and the library cannot read all of its reports
            continue
        passed = {getattr(one, "name", one) for one in report.compliant}
        skipped = {getattr(one, "name", one) for one in report.not_applicable}
        word = "PASS" if "R" in passed else "SKIP" if "R" in skipped else "FAIL"
        said[word] += 1
        if status != "UNKNOWN":  # where Guard guesses at a spelling
            assert WORDS.get(status, status) == word, f"{text}\n{document}"
    assert min(said.values()) > 20
