"""``bastide ingest`` and ``bastide lake`` as a user types them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bastide.show.cli.main import run
from tests.ingest.logs import event, write

CALL = "from bastide.show.cli import main; main()"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "logs", "a.json.gz", [event(n) for n in range(8)])
    return tmp_path


def test_what_was_taken_is_told_and_what_was_refused_ends_with_three(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ingest", "logs", "--workers", "1"]) == 0
    assert "8 rows of 1 files" in capsys.readouterr().out
    write(place / "logs", "bad.json", b"nothing")
    assert run(["ingest", "logs", "-o", "json", "--workers", "1"]) == 3
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["schema"], report["known"], report["rows"]) == ("bastide.ingest/1", 1, 0)
    assert report["quarantined"][0]["reason"] == "no kind of log is known that begins like this"
    assert "quarantined: no kind of log" in told.err
    assert run(["lake", "status"]) == 0
    assert "8 rows" in capsys.readouterr().out


def test_a_dry_run_takes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ingest", "logs", "--dry-run"]) == 0
    assert "1 new files of 1; nothing was taken" in capsys.readouterr().out
    assert run(["ingest", "logs", "--workers", "1"]) == 0
    assert "8 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["nowhere"], "no such file or folder"),
        (["logs", "--account", "me"], "is no account"),
        (["logs", "--region", "Mars"], "is no Region"),
        (["logs", "--since", "soon"], "is no time"),
        (["logs", "--since", "2026-02-01", "--until", "2026-01-01"], "--since is after --until"),
        (["logs", "--store", "none"], "there is no event data store"),
        (["logs", "-o", "yaml"], "is not a format"),
        (["logs", "--target", "mars"], "is no target"),
        (["ftp://x"], "no such file or folder"),
        ([], "Missing argument"),
    ],
)
def test_wrong_input_ends_with_two(
    place: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ingest", *options]) == 2
    assert told in capsys.readouterr().err


def test_stores_are_made_changed_and_used(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ingest", "logs", "--workers", "1"]) == 0
    assert run(["lake", "stores", "short", "--retention", "1", "--account", "222222222222", "--hold"]) == 0
    assert run(["lake", "retain"]) == 0
    assert run(["lake", "stores", "short", "--remove"]) == 2
    assert run(["lake", "stores", "short", "--no-hold"]) == 0
    capsys.readouterr()
    assert run(["lake", "retain", "--dry-run", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"][0]["rows"] == 2
    assert run(["lake", "retain"]) == 0
    assert run(["lake", "compact"]) == 0
    assert run(["lake", "expire", "--older-than", "0"]) == 0
    assert run(["lake", "stores", "-o", "json"]) == 0
    assert '"short"' in capsys.readouterr().out
    assert run(["lake", "status", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"][0]["rows"] == 6


def test_settings_that_nobody_knows_are_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / ".bastide").mkdir()
    settings = place / ".bastide" / "lake.yaml"
    for text, told in (("a: [", "are no YAML"), ("schema: x/9", "unknown schema"), ("catalogue: {}", "are wrong")):
        settings.write_text(text)
        assert run(["ingest", "logs"]) == 2
        assert told in capsys.readouterr().err
    settings.write_text(
        "schema: bastide.lake-settings/1\n"
        f"catalog: {{type: sql, uri: 'sqlite:///{place}/other.db', warehouse: 'file://{place}/elsewhere'}}\n"
    )
    assert run(["ingest", "logs", "--workers", "1"]) == 0
    assert (place / "other.db").exists() and (place / "elsewhere").is_dir()
    assert run(["lake", "status"]) == 0
    assert "8 rows" in capsys.readouterr().out


def test_following_takes_new_files_until_ctrl_c(place: Path) -> None:
    line = [sys.executable, "-c", CALL, "ingest", "logs", "--follow", "--interval", "0.2", "--workers", "1"]
    # A test run in the background has Ctrl-C ignored, and its children inherit that.
    line[2] = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {line[2]}"
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None and process.stderr is not None
        first = [process.stdout.readline() for _ in range(2)]
        write(place / "logs", "b.json.gz", [event(n) for n in range(8, 11)])
        second = [process.stdout.readline() for _ in range(2)]
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) in (0, 130)
        assert "Traceback" not in process.stderr.read()
    assert "8 rows" in "".join(first)
    assert "3 rows" in "".join(second)
