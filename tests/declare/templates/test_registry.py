"""AWS's own registry of Guard rules, whole: every example of a rule that we answer agrees, or the ledger says why not.

The registry (the public repository of its rules) lies outside of the project; ``BASTIDE_GUARD_REGISTRY`` names a
checkout. The part that is in the corpora of ``test_corpora`` has its entries in ``ledger.yaml``, the rest in
``ledger_registry.yaml``, by ``file/number``. The table is printed with ``pytest -s``.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from bastide.controls import Control, all_controls
from bastide.declare.templates.yaml_text import parse_yaml
from bastide.standards.rules import by_identifier, managed_rules
from tests.declare.templates.test_corpora import LEDGER, MAPPING, verdict

REGISTRY = Path(os.environ.get("BASTIDE_GUARD_REGISTRY", "registry-not-set")) / "rules" / "aws"
REST: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "ledger_registry.yaml").read_text())
SUPPRESSING = ("SuppressedRules", "rules_to_suppress")  # belongs to the tool, not to the rule


class Example(NamedTuple):
    """One example of a rule: ``place`` is its file and number, ``named`` whether the rule has a name of Config's."""

    place: str
    rule: str
    named: bool
    expected: str
    template: str
    controls: list[Control]


def examples() -> Iterator[Example]:
    """The examples of rules that one or more of our controls answer."""
    asked: dict[str, list[Control]] = defaultdict(list)
    for control in all_controls():
        asked[control.config_rule].append(control)
        asked[control.id].append(control)
    mapped = {**MAPPING["guard"], **MAPPING["registry"]}
    for file in sorted(REGISTRY.rglob("tests/*.y*ml")):
        for number, case in enumerate(parse_yaml(file.read_text(), str(file))):
            template = json.dumps(case.get("input"), default=str)
            for rule, expected in case["expectations"]["rules"].items():
                name = _config_rule(rule)
                controls = [one for key in ([name] if name else mapped.get(rule, ())) for one in asked[key]]
                if controls and not any(word in template for word in SUPPRESSING):
                    place = f"{file.stem.strip().removesuffix('_tests')}/{number:02d}"
                    yield Example(place, rule, bool(name), expected, template, controls)


def _config_rule(rule: str) -> str:
    """The managed rule of that identifier, or of that name in capitals; empty when there is none."""
    name = rule.lower().replace("_", "-")
    found: Any = by_identifier().get(rule) or managed_rules().get(name)
    return found.name if found else ""


@pytest.mark.slow
@pytest.mark.skipif(not REGISTRY.exists(), reason="BASTIDE_GUARD_REGISTRY is not set")
def test_we_agree_with_the_whole_registry_or_a_ledger_says_why_not(tmp_path: Path) -> None:
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    unexplained: list[str] = []
    file = tmp_path / "template.json"
    for one in examples():
        file.write_text(one.template)
        ours = verdict(file, one.controls)
        entry = REST.get(one.place) or LEDGER.get(f"guard/{one.place}/")
        kind = "agree" if ours == one.expected else "ledger" if entry and entry["ours"] == ours else "unexplained"
        counts[one.named][kind] += 1
        if kind == "unexplained":
            unexplained.append(f"{one.place} {one.rule}: expected {one.expected}, ours {ours}")
    sys.stdout.write(f"\nnamed after rules of Config: {dict(counts[True])}\nothers: {dict(counts[False])}\n")
    assert unexplained == []


def test_an_entry_of_the_ledger_of_the_registry_names_its_judge() -> None:
    assert all(set(entry) == {"ours", "judge", "why"} for entry in REST.values())
    assert not {f"guard/{place}/" for place in REST} & set(LEDGER)


def test_a_rule_of_the_registry_is_mapped_to_controls_that_exist() -> None:
    ids = {control.id for control in all_controls()}
    assert [name for names in MAPPING["registry"].values() for name in names if name not in ids] == []
    assert not set(MAPPING["registry"]) & (set(MAPPING["guard"]) | set(MAPPING["left_out"]))
