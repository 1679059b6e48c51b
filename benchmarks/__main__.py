"""``python -m benchmarks [--only NAME] [--json PATH]``: every scenario in a process of its own, then table and JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, facts
from benchmarks.measure import as_json

SCHEMA = "bastide.benchmark/1"
RESULTS = Path(__file__).parent / "results"
# Name → the function that yields its figures.
SCENARIOS = {
    "start-up": "benchmarks.start_up:start_up",
    "evaluate": "benchmarks.evaluation:evaluate",
    "estate": "benchmarks.evaluation:estate_json",
    "policies": "benchmarks.evaluation:policies",
    "twenty": "benchmarks.twenty:twenty",
    "decisions": "benchmarks.iam_decisions:decisions",
    "organization": "benchmarks.iam_organization:organization_figures",
    "emptiness": "benchmarks.iam_emptiness:emptiness",
    "sandbox-calls": "benchmarks.sandbox_calls:sandbox_calls",
    "sandbox-soak": "benchmarks.sandbox_calls:soak",
    "posture-prowler": "benchmarks.posture_prowler:against_prowler",
    "posture-since-last": "benchmarks.posture_live:incremental",
    "posture-organization": "benchmarks.posture_live:organization",
    "lake-verify": "benchmarks.lake_verify:verification",
    "lake-ingest": "benchmarks.lake_ingest:lake_ingest",
    "lake-query": "benchmarks.lake_query:lake_query",
}


def main() -> int:
    """Exit code: 0, or 1 when a scenario could not be run to its end."""
    arguments = _arguments()
    if arguments.inside:
        return _inside(arguments.inside)
    machine = facts()
    names = arguments.only or list(SCENARIOS)
    figures: list[dict[str, Any]] = []
    failed = []
    for name in names:
        print(f"running {name} …", file=sys.stderr, flush=True)
        found, code = _apart(name)
        figures += found
        failed += [name] if code else []
    moment = datetime.now(UTC)
    document = {"schema": SCHEMA, "taken_at": moment.isoformat(timespec="seconds"), "machine": machine,
                "failed": failed, "figures": figures}  # fmt: skip
    path = arguments.json or RESULTS / f"{moment:%Y-%m-%d}-{commit()}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(figures, machine))
    print(f"\nwritten to {path}", file=sys.stderr)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(SCENARIOS), help="this scenario (repeatable)")
    parser.add_argument("--json", type=Path, help="where the results go (benchmarks/results/DATE-COMMIT.json)")
    parser.add_argument("--inside", choices=list(SCENARIOS), help=argparse.SUPPRESS)
    return parser.parse_args()


def _inside(name: str) -> int:
    """Run one scenario in this process: one JSON line for each figure, as soon as it is known."""
    module, function = SCENARIOS[name].split(":")
    for figure in getattr(importlib.import_module(module), function)():
        print(json.dumps(as_json(figure)), flush=True)
    return 0


def _apart(name: str) -> tuple[list[dict[str, Any]], int]:
    """The figures of a scenario that ran in a process of its own, and that process's exit code."""
    command = [sys.executable, "-m", "benchmarks", "--inside", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        figures = [json.loads(line) for line in process.stdout or ()]
    return figures, process.returncode


def table(figures: list[dict[str, Any]], machine: dict[str, Any]) -> str:
    """The figures as aligned text, with what they must reach."""
    place = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mb'] / 1000:.0f} GB"
    lines = [f"{place}, load {machine['load_before']}, Python {machine['python']}, commit {machine['commit']}"]
    scenario = ""
    for figure in figures:
        if figure["scenario"] != scenario:
            scenario = figure["scenario"]
            lines += ["", scenario]
        mark = {True: "✓", False: "✗ missed", None: ""}[figure["holds"]]
        must = f"{figure['must']:<8} {mark}" if figure["must"] else ""
        lines.append(f"  {figure['name']:<44} {number(figure['value']):>12} {figure['unit']:<10} {must}".rstrip())
    return "\n".join(lines)


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:,.2f}"


if __name__ == "__main__":
    raise SystemExit(main())
