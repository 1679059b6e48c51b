"""The lock on applying: one run a target, named when another wants in, free again when its process is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bastide.errors import InputError
from bastide.store import Store

HOLDER = """
import sys
from bastide.store import Store
with Store.open(sys.argv[1]).applying("sandbox/1", "r1"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_refused_until_the_holder_ends_even_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = Store.open(path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(InputError) as refusal, store.applying("sandbox/1", "r2"):
        pass
    assert refusal.value.what == f"run r1 is being applied by process {holder.pid}"
    assert "wait until it has ended" in refusal.value.problems[0].fix
    with store.applying("aws/1", "r2"):
        pass  # another target
    holder.kill()
    holder.communicate()
    with store.applying("sandbox/1", "r2"), store.applying("sandbox/1", "r2"):
        pass  # within one run it may be taken twice


def test_two_stores_of_one_process_keep_each_other_out_too(tmp_path: Path) -> None:
    one, other = Store.open(tmp_path / "state.db"), Store.open(tmp_path / "state.db")
    with (
        one.applying("sandbox/1", "r1"),
        pytest.raises(InputError, match="run r1 is being applied"),
        other.applying("sandbox/1", "r1"),
    ):
        pass
    with one.applying("sandbox/1", "r1"):
        pass
