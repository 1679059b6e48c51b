"""The pure core cannot read the clock, chance, the environment or files without ruff saying so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = '''"""Reaches for the world."""

import os
import random
from datetime import UTC, datetime


def answer() -> object:
    """Everything that an answer must not depend on."""
    with open("settings.yaml") as stream:
        return stream.read(), os.environ["HOME"], random.random(), datetime.now(UTC)
'''


def found(folder: str) -> set[str]:
    """What ruff holds against the source above in that folder: code and the banned name."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json"]
    command += ["--stdin-filename", f"src/bastide/{folder}/probe.py", "-"]
    answer = subprocess.run(command, cwd=ROOT, input=SOURCE, capture_output=True, text=True, check=False)
    return {one["message"].split("`")[1] for one in json.loads(answer.stdout) if one["code"] in ("TID251", "PTH123")}


@pytest.mark.parametrize(
    "folder", ["model", "iam", "network", "prove", "plan", "controls", "assess", "detect", "respond"]
)
def test_pure_code_may_not_touch_the_world(folder: str) -> None:
    assert found(folder) == {"random", "os.environ", "datetime.datetime.now", "open()"}


@pytest.mark.parametrize("folder", ["declare", "aws", "collect", "apply", "sandbox", "store", "show"])
def test_the_edges_may(folder: str) -> None:
    assert found(folder) == set()
