"""What a template's author accepts is no finding, says why, and is a suppression for code scanning."""

import json
from pathlib import Path
from typing import Any

import pytest

from bastide.show.cli.main import run

pytest.importorskip("cfnlint")

TEMPLATE = """\
Resources:
  B:
    Type: AWS::S3::Bucket
    Metadata: %s
"""
CONTROL = "s3-bucket-versioning-enabled"


def found(tmp_path: Path, capsys: pytest.CaptureFixture[str], metadata: str, form: str = "json") -> Any:
    """What is said of one bucket."""
    file = tmp_path / "t.yaml"
    file.write_text(TEMPLATE % metadata)
    run(["assess", str(file), "-o", form])
    document = json.loads(capsys.readouterr().out)
    if form == "sarif":
        return [one for one in document["runs"][0]["results"] if one["ruleId"] == CONTROL]
    return [one for one in document["findings"] if one["control"] == CONTROL]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("{guard: {SuppressedRules: [{S3_BUCKET_VERSIONING_ENABLED: thrown away daily}]}}", "thrown away daily"),
        ("{guard: {SuppressedRules: [S3_BUCKET_VERSIONING_ENABLED]}}", "suppressed in the template, without a reason"),
        ("{guard: {SuppressedRules: {S3_BUCKET_VERSIONING_ENABLED: thrown away daily}}}", "thrown away daily"),
        ("{bastide: {suppress: [{control: s3-bucket-versioning-enabled, reason: scratch}]}}", "scratch"),
        ("{bastide: {suppress: {control: s3-bucket-versioning-enabled, reason: scratch}}}", "scratch"),
    ],
)
def test_an_accepted_finding_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], metadata: str, reason: str
) -> None:
    [one] = found(tmp_path, capsys, metadata)
    assert (one["status"], one["message"]) == ("NOT_APPLICABLE", f"accepted: {reason}")
    assert one["evidence"]["would_be"] == "FAIL"
    [result] = found(tmp_path, capsys, metadata, "sarif")
    assert result["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": reason}]


@pytest.mark.parametrize(
    "metadata",
    [
        "{guard: {SuppressedRules: [S3_BUCKET_LOGGING_ENABLED]}}",
        "{bastide: {suppress: [{control: s3-bucket-versioning-enabled}]}}",
        "{guard: nonsense, bastide: [1]}",
        "[1]",
    ],
)
def test_what_is_not_accepted_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str], metadata: str) -> None:
    assert [one["status"] for one in found(tmp_path, capsys, metadata)] == ["FAIL"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("[{control: s3-bucket-versioned, reason: x}]", "there is no control s3-bucket-versioned; did you mean s3-"),
        ("[{control: s3-bucket-versioning-enabled}]", "s3-bucket-versioning-enabled has no reason"),
        ("[1]", "write a list of {control: …, reason: …}"),
        ("all", "write a list of {control: …, reason: …}"),
    ],
)
def test_what_is_asked_in_vain_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: str, why: str
) -> None:
    found(tmp_path, capsys, f"{{bastide: {{suppress: {asked}}}}}")
    path = tmp_path / "t.yaml"
    run(["assess", str(path)])
    assert f"nothing is accepted by bastide.suppress: {why}" in capsys.readouterr().err


def test_a_gate_is_not_hit_by_what_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(TEMPLATE % "{}")
    assert run(["assess", str(file), "--fail-on", "low", "-o", f"json={tmp_path / 'x.json'}"]) == 1
    failed = [
        one["control"] for one in json.loads((tmp_path / "x.json").read_text())["findings"] if one["status"] == "FAIL"
    ]
    accepted = json.dumps({"bastide": {"suppress": [{"control": name, "reason": "scratch"} for name in failed]}})
    file.write_text(TEMPLATE % accepted)
    assert run(["assess", str(file), "--fail-on", "low", "-o", f"json={tmp_path / 'x.json'}"]) == 0
