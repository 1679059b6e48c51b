"""``assess`` and Ctrl-C: what was read is kept and shown, and the exit code says how it ended."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bastide.assess import Assessment, run
from bastide.collect import INTERRUPTED
from bastide.controls import all_controls
from bastide.model import Account, Estate, Gap, Organization, Resource, Unknown
from bastide.show.cli import assess
from bastide.show.recording import record
from bastide.show.workspace import Settings, Workspace
from bastide.store import Store


@pytest.mark.parametrize(
    ("reason", "hit", "code"),
    [(INTERRUPTED, False, 130), (INTERRUPTED, True, 130), ("AccessDenied", False, 3), ("AccessDenied", True, 1)],
)
def test_an_interrupted_assessment_ends_with_130(
    capsys: pytest.CaptureFixture[str], reason: str, hit: bool, code: int
) -> None:
    estate = Estate(gaps=(Gap("AWS::S3::Bucket", "111111111111", "eu-west-1", reason),))
    assert assess._code(Workspace(Settings()), Assessment(()), estate, hit) == code
    assert ("interrupted: what was read is kept" in capsys.readouterr().err) == (code == 130)


def _place(store: Store) -> Any:
    """As much of a workspace as recording asks of one: its store, the target's label and clock, no lake."""
    target = SimpleNamespace(label="sandbox/111111111111", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    numbers = count()
    return SimpleNamespace(
        store=store, target=target, look=None, settings=Settings(), new_run=lambda: f"20260101-000000-{next(numbers)}"
    )


def test_what_could_not_be_read_is_neither_gone_nor_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = _place(Store.open(tmp_path / "state.db"))
    own = "111111111111"
    bucket = Resource("AWS::S3::Bucket", own, "eu-west-1", "logs", {})
    seen = Estate(resources=(bucket,))
    controls = all_controls()

    def kept(estate: Estate) -> tuple[int, int] | None:
        delta = record(place, run(estate, controls), estate, print)
        return (delta.new, delta.gone) if delta else None

    assert kept(seen) is None
    assert kept(Estate(gaps=(Gap("AWS::S3::Bucket", own, "eu-west-1", "AccessDenied"),))) == (0, 0)
    assert kept(seen) == (0, 0)
    assert kept(Estate(gaps=(Gap("AWS::S3::Bucket", own, "eu-west-1", INTERRUPTED),))) is None
    assert kept(seen) == (0, 0)
    new, gone = kept(Estate()) or (0, 0)
    assert (new, gone > 0) == (0, True)


def test_a_value_that_was_refused_makes_an_assessment_incomplete_and_names_what_to_allow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = {"LoggingConfiguration": Unknown("GetBucketLogging: AccessDenied")}
    estate = Estate(resources=(Resource("AWS::S3::Bucket", "111111111111", "eu-west-1", "logs", refused),))
    assert assess._code(Workspace(Settings()), run(estate, all_controls()), estate, hit=False) == 3
    said = capsys.readouterr().err
    assert "incomplete: 1 values of resources could not be read; their verdicts are UNKNOWN" in said
    assert 'the reader in 111111111111: {"Effect": "Allow", "Action": ["s3:GetBucketLogging"], "Resource": "*"}' in said


def test_what_the_command_line_left_out_is_neither_gone_nor_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own, regions, controls = "111111111111", ("eu-central-1", "eu-west-1"), all_controls()
    tree = Organization("o-1", "r-1", own, (Account(own, "top"),))
    buckets = tuple(Resource("AWS::S3::Bucket", own, region, f"logs-{region}", {}) for region in regions)
    place = _place(Store.open(tmp_path / "state.db"))

    def kept(*looked_at: str, asked: tuple[str, ...] = ()) -> tuple[int, int] | None:
        place.settings = Settings(regions=asked)
        resources = tuple(one for one in buckets if one.region in looked_at)
        estate = Estate(resources, tree, regions=looked_at)
        delta = record(place, run(estate, controls), estate, print)
        return (delta.new, delta.gone) if delta else None

    assert kept(*regions) is None
    assert kept("eu-west-1", asked=("eu-west-1",)) == (0, 0)
    assert kept(*regions) == (0, 0)
    gone = (kept("eu-west-1") or (0, 0))[1]  # the architecture names no other region any more
    assert gone > 0
