"""Templates that others published with the verdict that they expect: we agree, or the ledger says why not.

The corpora lie outside of the project; ``BASTIDE_CORPUS`` names their folder (``cspm/guard``, ``cspm/kics``). Which of
our controls ask what a rule asks, and which rules nobody here asks, stands in ``mapping.yaml``. The tables are printed
with ``pytest -s``.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bastide.assess import run_doubtful, suppressed
from bastide.controls import Control, all_controls
from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import is_tree, read_template
from bastide.declare.templates.suppress import suppressions
from bastide.errors import InputError
from bastide.model import Status

CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "corpus-not-set")) / "cspm"
LEDGER: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "ledger.yaml").read_text())
FOLDERS = {"config": "guard", "guard": "guard", "kics": "kics"}
WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS)
MAPPING: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "mapping.yaml").read_text())
REFUSED = "REFUSED"  # not a template that could be read


def cases(table: str) -> Iterator[tuple[dict[str, Any], list[Control]]]:
    """Cases of a table that one or more of our controls speak to.

    ``config``: Guard rules by the AWS Config rule that they name; ``guard``: its other rules; ``kics``: its queries.
    """
    named: dict[str, list[Control]] = defaultdict(list)
    for control in all_controls():
        named[control.config_rule].append(control)
        named[control.id].append(control)
    for line in (CORPUS / FOLDERS[table] / "index.jsonl").read_text().splitlines():
        case = json.loads(line)
        rule = case["rule"].removeprefix("aws/")
        asked = [case.get("config_rule") or ""] if table == "config" else MAPPING[table].get(rule, ())
        controls = [one for name in asked if name for one in named[name]]
        # Suppression by metadata belongs to that tool, not to the rule.
        if controls and not case.get("suppression_case"):
            yield case, controls


def verdict(path: Path, controls: list[Control]) -> str:
    """The worst verdict of the controls on one template; SKIP when none has a subject, REFUSED if it is none."""
    try:
        tree = read_template(path)
    except InputError:
        return REFUSED
    if not is_tree(tree):
        return "SKIP"
    reading = estate_of({str(path): tree}, Settings())
    found = run_doubtful(reading.estate, reading.doubts, controls, stand_ins=reading.stand_ins, include_passes=True)
    accepted = suppressed(found, suppressions({str(path): tree}), {control.id: control for control in controls})
    statuses = {finding.status for finding in accepted.findings}
    return next((status.value for status in WORST if status in statuses), "SKIP")


@pytest.mark.skipif(not CORPUS.exists(), reason="BASTIDE_CORPUS is not set")
@pytest.mark.parametrize(("table", "least"), [("config", 0.94), ("guard", 0.85), ("kics", 0.9)])
def test_we_agree_with_a_published_corpus_or_the_ledger_says_why_not(table: str, least: float) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    unexplained: list[str] = []
    for case, controls in cases(table):
        ours = verdict(CORPUS / FOLDERS[table] / case["template"], controls)
        same = ours == case["expected"] or (table == "kics" and ours == "SKIP" and case["expected"] == "PASS")
        entry = next((text for prefix, text in LEDGER.items() if case["id"].startswith(prefix)), None)
        kind = "agree" if same else "ledger" if entry and entry["ours"] == ours else "unexplained"
        counts[case["rule"]][kind] += 1
        if kind == "unexplained":
            unexplained.append(f"{case['id']}: expected {case['expected']}, ours {ours}")
    total = sum(counts.values(), Counter[str]())
    lines = [f"{rule:<72} {dict(count)}" for rule, count in sorted(counts.items())]
    sys.stdout.write("\n".join(["", *lines, f"{table}: {dict(total)} of {sum(total.values())}", ""]))
    assert unexplained == []
    assert total["agree"] / sum(total.values()) >= least


def test_an_entry_of_the_ledger_names_its_judge() -> None:
    assert all(set(entry) == {"ours", "judge", "why"} for entry in LEDGER.values())


def test_a_rule_is_mapped_to_controls_that_exist_or_left_out_for_a_reason() -> None:
    ids = {control.id for control in all_controls()}
    mapped = {**MAPPING["guard"], **MAPPING["kics"]}
    assert [name for names in mapped.values() for name in names if name not in ids] == []
    assert all(isinstance(why, str) and why for why in MAPPING["left_out"].values())
    assert not set(mapped) & set(MAPPING["left_out"])


@pytest.mark.skipif(not CORPUS.exists(), reason="BASTIDE_CORPUS is not set")
def test_no_rule_of_the_corpora_is_forgotten() -> None:
    known = {*MAPPING["guard"], *MAPPING["kics"], *MAPPING["left_out"]}
    for folder in ("guard", "kics"):
        for line in (CORPUS / folder / "index.jsonl").read_text().splitlines():
            case = json.loads(line)
            assert case.get("config_rule") or case["rule"].removeprefix("aws/") in known, case["rule"]
