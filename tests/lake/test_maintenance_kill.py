"""Killed or out of room at any moment, compaction, retention and expiry lose nothing, double nothing, and go on."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bastide.lake import Lake
from bastide.lake.merkle.check import check_table
from bastide.lake.merkle.key import own_public_key
from bastide.lake.stores import Selectors, Stores, make_store, write_stores
from bastide.show.cli.main import run
from tests.ingest.logs import event, rows, take, write

# Kills before or after the n-th call of what changes something on disk.
MORTAL = """
import os, pathlib, signal, sys
from pyiceberg.catalog.sql import SqlCatalog
from bastide.lake import catalog, compact, retention
from bastide.lake.merkle import seal
from bastide.show.cli.main import run
left = int(sys.argv[1])
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
mortal(compact, "write_file"); mortal(retention, "write_file"); mortal(catalog.Lake, "replace")
mortal(seal, "_write"); mortal(SqlCatalog, "commit_table")
mortal(catalog.Lake, "forget_snapshots"); mortal(pathlib.Path, "unlink")
sys.exit(run(["lake", *sys.argv[3:], "--lake", sys.argv[2]]))
"""
# A disk that fills up: no file may grow beyond so many bytes.
FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from bastide.show.cli.main import run
sys.exit(run([*sys.argv[3:], "--lake", sys.argv[2]]))
"""
PLAIN = "import sys; from bastide.show.cli.main import run; sys.exit(run(sys.argv[1:]))"
COMPACT, RETAIN, EXPIRE = ("compact",), ("retain",), ("expire", "--older-than", "0")
RUNS, EACH = 5, 40


def _slow(*values: int) -> list[Any]:
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake of many small files, with a store that wants the reads no more; files of old snapshots lie about."""
    for number in range(RUNS):
        records = [event(number * EACH + n, readOnly=n % 4 > 0) for n in range(EACH)]
        write(tmp_path / "logs", f"{number}.json.gz", records)
        take(tmp_path / "lake", tmp_path / "logs")
    write_stores(tmp_path / "lake", Stores((make_store("reads", 1, Selectors(read_only=True)),)))
    return tmp_path / "lake"


def ids(lake: Path) -> list[str]:
    return [row["eventID"] for row in rows(lake)]


def is_well(lake: Path) -> bool:
    return not check_table(
        lake, "cloudtrail", set(Lake.open(lake).files("cloudtrail")), own_public_key(lake)
    ).differences


def tidy(lake: Path) -> bool:
    """After expiry nothing lies on the disk that the table does not have."""
    opened = Lake.open(lake)
    return {str(path) for path in opened.data.rglob("*.parquet")} == set(opened.files("cloudtrail"))


def wanted(lake: Path, command: tuple[str, ...]) -> list[str]:
    return [row["eventID"] for row in rows(lake) if command != RETAIN or row["readOnly"] is not True]


@pytest.mark.parametrize("command", [COMPACT, RETAIN, EXPIRE], ids=lambda one: one[0])
@pytest.mark.parametrize("step", [10, *_slow(1, 2, 3, 5, 7, 8, 9, 11, 12, 13, 15)])
def test_killed_at_any_step_no_row_is_lost_or_doubled_and_the_next_run_ends_it(
    lake: Path, command: tuple[str, ...], step: int
) -> None:
    before, after = ids(lake), wanted(lake, command)
    killed = subprocess.run([sys.executable, "-c", MORTAL, str(step), str(lake), *command], check=False, timeout=120)
    assert killed.returncode in (-signal.SIGKILL, 0)
    assert ids(lake) in (before, after)
    assert is_well(lake)
    assert run(["lake", *command, "--lake", str(lake)]) == 0
    assert ids(lake) == after
    assert run(["lake", *EXPIRE, "--lake", str(lake)]) == 0
    assert ids(lake) == after
    assert is_well(lake)
    assert tidy(lake)


@pytest.mark.slow
def test_killed_again_and_again_at_random_moments_the_lake_ends_as_after_one_clean_run(lake: Path) -> None:
    chance = random.Random(8)
    after = wanted(lake, RETAIN)
    killed = 0
    for turn in range(18):
        command = (COMPACT, RETAIN, EXPIRE)[turn % 3]
        process = subprocess.Popen([sys.executable, "-c", PLAIN, "lake", *command, "--lake", str(lake)])
        time.sleep(chance.uniform(0.8, 3.0))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        assert set(ids(lake)) >= set(after)
        assert len(set(ids(lake))) == len(ids(lake))
        assert is_well(lake)
    assert killed
    for command in (RETAIN, COMPACT, EXPIRE):
        assert run(["lake", *command, "--lake", str(lake)]) == 0
    assert ids(lake) == after
    assert tidy(lake)


@pytest.mark.parametrize("room", [20_000, *_slow(0, 3_000, 40_000, 60_000)])
@pytest.mark.parametrize("command", [("lake", *COMPACT), ("lake", *RETAIN), ("lake", *EXPIRE), ("ingest",)])
def test_a_full_disk_is_told_and_what_was_there_stays(
    lake: Path, tmp_path: Path, command: tuple[str, ...], room: int
) -> None:
    before = ids(lake)
    more = write(tmp_path / "more", "m.json.gz", [event(RUNS * EACH + n) for n in range(400)])
    sources = [str(more), "--workers", "1"] if command[0] == "ingest" else []
    call = [sys.executable, "-c", FULL, str(room), str(lake), *command, *sources]
    ended = subprocess.run(call, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode in (0, 2, 3), ended.stderr
    assert ended.returncode == 0 or ended.stderr.startswith("error: "), ended.stderr
    found = ids(lake)
    assert len(set(found)) == len(found)
    assert ended.returncode == 0 or set(found) >= set(before)
    assert is_well(lake)
    assert run([*command, *sources, "--lake", str(lake)]) == 0
    assert is_well(lake)
    left = wanted(lake, RETAIN) if command[-1] == "retain" else before
    assert len(ids(lake)) == len(left) + (400 if sources else 0)


def test_two_writers_never_write_at_once(lake: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Lake.open(lake).lock():
        for command in (COMPACT, RETAIN, EXPIRE):
            assert run(["lake", *command, "--lake", str(lake)]) == 2
            assert "another process is writing this lake" in capfd.readouterr().err
        waiting = subprocess.Popen([sys.executable, "-c", PLAIN, "lake", *COMPACT, "--wait", "--lake", str(lake)])
        time.sleep(2.0)
        assert waiting.poll() is None
    assert waiting.wait(60) == 0
