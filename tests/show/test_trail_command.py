"""``bastide trail verify`` and ``bastide lake generate|verify`` from the command line: exit codes, formats, words."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bastide.ingest.run import ingest
from bastide.ingest.source import Folder
from bastide.lake import Lake
from bastide.lake.generate import Recipe, write
from bastide.show.cli.main import run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trail") / "out"
    write(Recipe(events=400, accounts=1, days=1, regions=("us-east-1",), digests=True), out, workers=1)
    return out


def verify(made: Path, *more: str) -> int:
    return run(["trail", "verify", str(made / "logs"), "--keys", str(made / "public-keys.json"), *more])


def test_a_whole_trail_ends_with_0(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(made) == 0
    assert capsys.readouterr().out.startswith("all well: 25 of 25 digests and ")


def test_a_changed_log_file_ends_with_1_and_is_named(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(path for path in sorted(made.rglob("*.json.gz")) if "/CloudTrail/" in str(path))
    kept = path.read_bytes()
    path.write_bytes(gzip.compress(b'{"Records":[]}'))
    assert verify(made, "-o", "jsonl") == 1
    first, *_, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["kind"], first["where"], first["severity"]) == ("log-changed", str(path), "tampered")
    assert first["since"] and summary["result"] == "tampered with" and summary["counts"] == {"log-changed": 1}
    path.write_bytes(kept)


def test_without_keys_it_ends_with_3(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trail", "verify", str(made / "logs"), "-o", "json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "bastide.trail-verify/1" and report["digestsProved"] == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--since", "soon"), "'soon' is no time"),
        (("-o", "xml"), "'xml' is not a format"),
        (("--since", "2026-02-01", "--until", "2026-01-01"), "--since is not before --until"),
        (("--account", "999999999999"), "there are no digests"),
        (("--metadata", "/nowhere"), "no metadata of digests"),
    ],
)
def test_wrong_use_ends_with_2(
    more: tuple[str, ...], words: str, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(made, *more) == 2
    assert words in capsys.readouterr().err


def test_lake_generate_and_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, lake = tmp_path / "out", tmp_path / "lake"
    assert run(["lake", "generate", "--events", "300", "--days", "1", "--regions", "1", "--out", str(out)]) == 0
    assert "300 events in" in capsys.readouterr().out
    assert run(["lake", "generate", "--out", str(out)]) == 2
    ingest(Lake.open(lake), [Folder(out / "logs")], clock=lambda: datetime.now(UTC), workers=1)
    capsys.readouterr()
    assert run(["lake", "verify", "--lake", str(lake), "-o", "json"]) == 0
    head = json.loads(capsys.readouterr().out)["tables"][0]["head"]
    assert run(["lake", "verify", "--lake", str(lake), "--head", f"cloudtrail={head}"]) == 0
    assert run(["lake", "verify", "--lake", str(lake), "--head", f"cloudtrail={'0' * 64}"]) == 1
    assert run(["lake", "verify", "--lake", str(lake), "--head", "x"]) == 2
    assert run(["lake", "verify", "--lake", str(lake), "--show-key"]) == 0
    assert "BEGIN PUBLIC KEY" in capsys.readouterr().out
    victim = next((lake / "warehouse").rglob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    assert run(["lake", "verify", "--lake", str(lake)]) == 1
    assert "file-changed" in capsys.readouterr().out
