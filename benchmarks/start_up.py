"""How long ``bastide --version`` and ``--help`` take, and that they import nothing heavy."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure

RUNS = 10
HEAVY = ("boto3", "botocore", "moto", "duckdb", "sqlalchemy", "pydantic", "rustworkx")
SCRIPT = Path(sys.executable).with_name("bastide")


def start_up() -> Iterator[Figure]:
    """Median wall time of ten runs of the installed command, and the count of heavy imports."""
    for option in ("--version", "--help"):
        times = sorted(_seconds([str(SCRIPT), option]) for _ in range(RUNS))
        must = "≤ 150" if option == "--version" else ""
        yield Figure("start-up", f"bastide {option}, median of {RUNS}", statistics.median(times) * 1e3, "ms", must)
        yield Figure("start-up", f"bastide {option}, fastest", times[0] * 1e3, "ms")
    bare = sorted(_seconds([sys.executable, "-c", ""]) for _ in range(RUNS))
    yield Figure("start-up", "python alone, median", statistics.median(bare) * 1e3, "ms")
    yield Figure("start-up", "heavy imports of --version", len(heavy_imports()), "modules", "≤ 0")


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def heavy_imports() -> list[str]:
    """Which of the heavy packages ``python -X importtime`` saw during ``bastide --version``."""
    command = [sys.executable, "-X", "importtime", str(SCRIPT), "--version"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    seen = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in answer.stderr.splitlines()}
    return sorted(seen.intersection(HEAVY))
