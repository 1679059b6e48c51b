"""``bastide iam lint`` as a person calls it: what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bastide.errors import InputError
from bastide.show.cli.iam_lint import command

POLICY = """{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Read",
    "Effect": "Allow",
    "Action": "s3:GetObjekt",
    "Resource": "arn:aws:s3:::logs/*"
  }
}
"""


def lint(*arguments: str, text: str = "") -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(arguments), input=text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(POLICY)
    return path


def test_an_unknown_action_is_told_with_its_place_and_a_better_word(file: Path) -> None:
    result = lint(str(file))
    assert result.exit_code == 1
    first, at, fix, *_ = result.stdout.splitlines()
    assert first.startswith("error: s3 has no action 'GetObjekt'") and first.endswith("[unknown-action]")
    assert at == f"  at   {file}:6:5 /Statement/Action (Read)"
    assert fix == "  fix  did you mean GetObject?"


def test_the_gate_is_as_strict_as_asked(file: Path) -> None:
    assert lint(str(file), "--fail-on", "never").exit_code == 0
    file.write_text(POLICY.replace("GetObjekt", "GetObject"))
    assert lint(str(file), "--fail-on", "suggestion").exit_code == 0
    file.write_text(POLICY.replace("GetObjekt", "PutObject").replace("arn:aws:s3:::logs/", ""))
    assert lint(str(file)).exit_code == 0
    assert lint(str(file), "--fail-on", "security-warning").exit_code == 1
    assert lint(str(file), "--fail-on", "warning").exit_code == 1


def test_stdin_is_read_and_the_kind_can_be_given() -> None:
    result = lint("-", "--kind", "scp", "-o", "json", "--fail-on", "never", text=POLICY)
    (policy,) = json.loads(result.stdout)["policies"]
    assert (policy["file"], policy["kind"]) == ("-", "scp")
    assert policy["issues"][0]["pointer"] == "/Statement/Action"


def test_a_folder_gives_sarif_with_a_line_for_each_issue(file: Path) -> None:
    document = json.loads(lint(str(file.parent), "-o", "sarif").stdout)
    (run,) = document["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unknown-action"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 6, "startColumn": 5}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--kind", "spc"], "'spc' is no kind"),
        (["--fail-on", "fatal"], "'fatal' is no severity"),
        (["-o", "xml"], "'xml' is not a format"),
    ],
)
def test_a_wrong_option_is_named(file: Path, arguments: list[str], what: str) -> None:
    result = lint(str(file), *arguments)
    assert isinstance(result.exception, InputError)
    assert what in result.exception.what


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = lint(str(tmp_path / "none.json"))
    assert isinstance(result.exception, InputError)
    assert "none.json cannot be read" in result.exception.what
