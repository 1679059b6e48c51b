"""``assess --controls`` as a user types it."""

import json
from pathlib import Path

import pytest

from bastide.show.cli.main import run

pytest.importorskip("cfnlint")

TEMPLATE = """\
Resources:
  Owned: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: Owner, Value: someone@acme.example}]}}
  Stray: {Type: AWS::S3::Bucket}
"""


def documented() -> str:
    """The control of docs/own-controls.md."""
    page = (Path(__file__).parents[2] / "docs" / "own-controls.md").read_text()
    return page.split("```yaml\n")[1].split("```")[0]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a template."""
    monkeypatch.chdir(tmp_path)
    Path("template.yaml").write_text(TEMPLATE)


def test_the_documented_control_judges_a_template(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own").mkdir()
    Path("own/owner.yaml").write_text(documented())
    assert run(["assess", "template.yaml", "--controls", "own", "-o", "json", "--all"]) == 0
    found = [
        one for one in json.loads(capsys.readouterr().out)["findings"] if one["control"] == "acme-bucket-has-owner"
    ]
    assert {one["resource"]["logical_id"]: one["status"] for one in found} == {"Owned": "PASS", "Stray": "FAIL"}
    assert {one["message"] for one in found if one["status"] == "FAIL"} == {
        "there is no Owner tag with a mail address of Acme"
    }


def test_a_name_that_is_taken_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.yaml").write_text(documented().replace("acme-bucket-has-owner", "s3-bucket-requires-tls"))
    assert run(["assess", "template.yaml", "--controls", "own.yaml"]) == 2
    assert "there is another control s3-bucket-requires-tls already" in capsys.readouterr().err
