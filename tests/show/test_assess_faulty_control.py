"""A shipped control with a fault of its own, as a person meets it: UNKNOWN and said so, and nothing else is lost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bastide.controls import all_controls
from bastide.model import Resource, Verdict
from bastide.show import chosen
from bastide.show.cli.main import run

FAULTY = "s3-bucket-versioning-enabled"


def _raise(bucket: Resource) -> Verdict:
    raise KeyError(bucket.id)


@pytest.mark.parametrize("kind", ["template", "architecture"])
def test_a_control_that_raises_is_named_on_stderr_and_unknown_and_the_rest_is_judged(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = tuple(replace(one, decide=_raise, relational=False) if one.id == FAULTY else one for one in all_controls())
    monkeypatch.setattr(chosen, "chosen_controls", lambda _: faulty)
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path / "state"))
    file = tmp_path / "template.yaml"
    file.write_text("Resources:\n  B:\n    Type: AWS::S3::Bucket\n")
    acme = Path(__file__).parents[2] / "examples" / "acme.yaml"
    named = [str(file)] if kind == "template" else [str(acme), "--declared"]
    code = run(["assess", *named, "--all", "-o", "json"])
    out, err = capsys.readouterr()
    document = json.loads(out)
    about = [one for one in document["findings"] if one["control"] == FAULTY]
    assert code == 3
    assert {one["status"] for one in about} == {"UNKNOWN"}
    assert f"the control {FAULTY} raised KeyError:" in about[0]["message"]
    assert f"the control {FAULTY} raised an error on {len(about)} resources" in err
    assert any(FAULTY in note for note in document["notes"])
    assert {one["status"] for one in document["findings"]} >= {"PASS", "UNKNOWN"}
