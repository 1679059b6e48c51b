"""Killed at any moment, ingest loses nothing and doubles nothing."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bastide.lake import Lake
from tests.ingest.logs import event, rows, take, write

FILES, EVENTS = 40, 25
PROGRAM = """
import sys
from pathlib import Path
from bastide.ingest import batches, commit
from tests.ingest.logs import take
batches._MOST, commit._EVERY = 3, 0.0
take(Path(sys.argv[1]), Path(sys.argv[2]))
"""
# Kills after the n-th call of what changes something on disk, before or after it is done.
AT = """
import os, signal, sqlite3, sys
from pathlib import Path
from bastide.ingest import batches, commit
from bastide.lake import catalog, parquet
from bastide.ingest.manifest import Manifest
from tests.ingest.logs import take
batches._MOST, commit._EVERY = 3, 0.0
left = int(sys.argv[3])
def mortal(owner, name):
    plain = getattr(owner, name)
    def call(*given, **named):
        global left
        left -= 1
        if left == 0: os.kill(os.getpid(), signal.SIGKILL)
        made = plain(*given, **named)
        left -= 1
        if left == 0: os.kill(os.getpid(), signal.SIGKILL)
        return made
    setattr(owner, name, call)
mortal(parquet, "write_file"); mortal(Manifest, "add"); mortal(Manifest, "confirm"); mortal(catalog.Lake, "append")
mortal(commit.doubles.Seen, "drop")
take(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def _logs(folder: Path) -> set[str]:
    """Files whose events overlap with the neighbours'; the ids of all."""
    ids = set()
    for number in range(FILES):
        records = [event(number * EVENTS + n) for n in range(-3, EVENTS)]
        write(folder, f"{number:03}.json.gz", records)
        ids |= {record["eventID"] for record in records}
    return ids


def _check(lake: Path, logs: Path, ids: set[str]) -> None:
    take(lake, logs)
    found = [row["eventID"] for row in rows(lake)]
    assert len(found) == len(ids)
    assert set(found) == ids
    opened = Lake.open(lake)
    on_disk = {str(path) for path in opened.data.rglob("*.parquet")}
    assert on_disk == set(opened.files("cloudtrail"))


@pytest.mark.parametrize("step", [1, 4, 5, 6, 7, 8, 9, 10, 15, 22])
def test_killed_at_any_step_the_next_run_ends_as_if_nothing_had_been(tmp_path: Path, step: int) -> None:
    ids = _logs(tmp_path / "logs")
    command = [sys.executable, "-c", AT, str(tmp_path / "lake"), str(tmp_path / "logs"), str(step)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    _check(tmp_path / "lake", tmp_path / "logs", ids)


@pytest.mark.slow
def test_killed_again_and_again_at_random_moments_it_ends_as_one_clean_run(tmp_path: Path) -> None:
    chance = random.Random(6)
    ids = _logs(tmp_path / "logs")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "lake"), str(tmp_path / "logs")]
    killed = 0
    for _ in range(25):
        process = subprocess.Popen(command)
        time.sleep(chance.uniform(1.0, 5.0))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
    assert killed
    _check(tmp_path / "lake", tmp_path / "logs", ids)
