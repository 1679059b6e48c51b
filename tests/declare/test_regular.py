"""Pipes, devices and sockets, wherever a file is asked for: an error at once, never a wait."""

import json
import os
import socket
import threading
from pathlib import Path

import pytest

from bastide.declare.regular import require_regular
from bastide.errors import InputError
from bastide.show.cli.main import run

TEMPLATE = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a template, a pipe and a socket, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    os.mkfifo(tmp_path / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.yaml")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess", "pipe.yaml"],
        ["assess", "socket.yaml"],
        ["assess", "/dev/zero"],
        ["assess", "--declared", "pipe.yaml"],
        ["assess", "pipe.yaml", "t.yaml"],
        ["assess", "t.yaml", "--baseline", "pipe.yaml"],
        ["assess", "t.yaml", "--controls", "pipe.yaml"],
        ["assess", "t.yaml", "--pack", "pipe.yaml"],
        ["explain", "pipe.yaml"],
        ["apply", "--plan", "pipe.yaml"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("place")
def test_what_is_no_regular_file_is_refused_at_once(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "not a regular file" in capsys.readouterr().err


def test_a_folder_with_pipes_and_sockets_is_judged_without_them(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["assess", str(place), "-o", "json"]) == 0
    out, err = capsys.readouterr()
    assert "pipe.yaml: skipped: " in err and "socket.yaml: skipped: " in err
    assert json.loads(out)["findings"]


def test_a_report_goes_through_a_pipe_and_does_not_take_its_place(place: Path) -> None:
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((place / "pipe.yaml").read_text()))
    reader.start()
    assert run(["assess", "t.yaml", "-o", "json=pipe.yaml"]) == 0
    reader.join()
    assert json.loads(got[0])["schema"]
    assert (place / "pipe.yaml").is_fifo()


def test_a_report_is_written_where_a_link_leads(place: Path) -> None:
    (place / "old.json").write_text("old")
    (place / "link.json").symlink_to("old.json")
    assert run(["assess", "t.yaml", "-o", "json=link.json"]) == 0
    assert (place / "link.json").is_symlink()
    assert json.loads((place / "old.json").read_text())["schema"]


def test_regular_files_and_what_is_not_there_are_left_to_whoever_opens_them(place: Path) -> None:
    require_regular(place / "t.yaml")
    require_regular(place / "absent.yaml")
    with pytest.raises(InputError, match="is a folder"):
        require_regular(place)
