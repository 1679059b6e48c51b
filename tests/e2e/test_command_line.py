"""The commands as a user types them: output, messages, exit codes. What needs a target uses one small sandbox."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SMALL = """\
organization: tiny
emails: aws+{account}@tiny.example
regions: {home: eu-west-1}
detect: {macie: false, inspector: [], securityhub: []}
ous:
  security:
    accounts: [log-archive, audit]
"""
CALL = "from bastide.show.cli import main; main()"


def bastide(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BASTIDE_"))}
    line = [sys.executable, "-c", CALL, *arguments]
    return subprocess.run(line, cwd=at, env=environment, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "architecture.yaml").write_text(SMALL)
    yield folder
    bastide("sandbox", "stop", at=folder)


def test_help_lists_every_command_and_each_has_a_help_of_its_own(tmp_path: Path) -> None:
    from bastide.show.cli.main import COMMANDS

    listed = bastide("--help", at=tmp_path)
    assert listed.returncode == 0
    for name in COMMANDS:
        assert f"  {name} " in listed.stdout
        shown = bastide(name, "--help", at=tmp_path)
        assert shown.returncode == 0, name
        assert "Usage: bastide" in shown.stdout


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (["plann"], 2, "did you mean plan?"),
        (["plan", "--nope"], 2, "No such option"),
        (["plan", "none.yaml"], 2, "there is no file none.yaml"),
        (["plan", "--target", "moon"], 2, "'moon' is no target"),
        (["plan", "--profile", "x"], 2, "are for --target aws"),
        (["plan", "-o", "xml"], 2, "'xml' is not a format"),
        (["assess", "-o", "jsn"], 2, "did you mean json?"),
        (["assess", "-o", "json", "-o", "csv"], 2, "cannot share stdout"),
        (["assess", "-o", "json=none/x.json"], 2, "the folder of none/x.json does not exist"),
        (["assess", "--fail-on", "terrible"], 2, "does not know 'terrible'"),
        (["assess", "--baseline", "none.json"], 2, "none.json cannot be read"),
        (["apply", "--plan", "none.json"], 2, "none.json cannot be read"),
        (["explain", "s3-bucket-public-acess-blocked"], 2, "did you mean s3-bucket-public-access-blocked?"),
        (["explain", "none/architecture.yaml"], 2, "there is no file"),
        (["undo"], 2, "Missing argument"),
        (["demo", "none.yaml"], 2, "there is no file none.yaml"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_without_a_traceback(
    tmp_path: Path, line: list[str], code: int, message: str
) -> None:
    (tmp_path / "architecture.yaml").write_text(SMALL)
    done = bastide(*line, at=tmp_path)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_explain_shows_a_control_with_its_examples_by_its_names(tmp_path: Path) -> None:
    names = ("cloudtrail-log-validation", "CloudTrail.4", "cloud-trail-log-file-validation-enabled")
    told = [bastide("explain", name, at=tmp_path).stdout for name in names]
    assert len(set(told)) == 1
    assert "properties    EnableLogFileValidation\n" in told[0]
    assert "passing example" in told[0] and "failing example" in told[0]


def test_init_writes_a_file_that_explains_and_passes_its_own_controls(tmp_path: Path) -> None:
    assert bastide("init", at=tmp_path).returncode == 0
    again = bastide("init", at=tmp_path)
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    explained = bastide("explain", at=tmp_path)
    assert 'logs.lock = "governance"   (default)' in explained.stdout
    assert "guardrails at Root: " in explained.stdout
    judged = bastide("assess", "--declared", "--fail-on", "low", at=tmp_path)
    assert judged.returncode == 0, judged.stdout


def test_an_account_named_twice_and_a_region_that_does_not_exist_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("eu-west-1", "eu-west-9") + "  prod:\n    accounts: [audit]\n"
    (tmp_path / "architecture.yaml").write_text(text)
    done = bastide("assess", "--declared", at=tmp_path)
    assert done.returncode == 2
    assert "eu-west-9" in done.stderr
    assert "architecture.yaml:7:29  ous.security.accounts.audit" in done.stderr


@pytest.mark.slow
def test_plan_apply_assess_drift_heal_and_the_ledger_over_the_server(place: Path) -> None:
    planned = bastide("plan", "-o", "json=plan.json", "-o", "text", at=place)
    assert planned.returncode == 0, planned.stderr
    assert "Plan: " in planned.stdout
    edited = json.loads((place / "plan.json").read_text())
    edited["body"]["target"] = "aws"
    (place / "edited.json").write_text(json.dumps(edited))
    refused = bastide("apply", "--plan", "edited.json", at=place)
    assert (refused.returncode, "was edited" in refused.stderr) == (2, True)
    asked = bastide("apply", at=place)
    assert (asked.returncode, "nobody is here to agree" in asked.stderr) == (2, True)
    made = bastide("apply", "--plan", "plan.json", at=place)
    assert made.returncode == 0, made.stdout + made.stderr
    stale = bastide("apply", "--plan", "plan.json", at=place)
    assert (stale.returncode, "has changed since" in stale.stderr) == (2, True)
    assert "No changes" in bastide("plan", "--exit-code", at=place).stdout
    judged = bastide("assess", "-o", "json=first.json", "-o", "table", at=place)
    assert judged.returncode == 0, judged.stdout
    _stop_the_trail(place)
    gated = bastide("assess", "--fail-on", "high,new", "--baseline", "first.json", "-o", "sarif", at=place)
    assert gated.returncode == 1
    assert "cloudtrail-trail-logging" in gated.stdout
    drift = bastide("plan", "--exit-code", at=place)
    assert (drift.returncode, "IsLogging: false → true" in drift.stdout) == (1, True)
    assert bastide("apply", "--yes", at=place).returncode == 0
    assert "No changes" in bastide("plan", at=place).stdout
    rows = json.loads(bastide("runs", "-o", "json", at=place).stdout)["rows"]
    runs = [run for run in rows if run["kind"] == "apply"]
    assert [run["status"] for run in runs] == ["done", "done"]
    assert {run["kind"] for run in rows} == {"apply", "assess"}
    back = bastide("undo", runs[1]["id"], "--yes", at=place)
    assert back.returncode == 0, back.stdout + back.stderr
    assert "IsLogging: false → true" in bastide("plan", at=place).stdout
    assert "chain is whole" in bastide("runs", "--verify", at=place).stdout
    with sqlite3.connect(place / ".bastide" / "state.db") as database:
        database.execute("update ledger set body = body || ' ' where sequence = 3")
    broken = bastide("runs", "--verify", at=place)
    assert (broken.returncode, "Traceback" in broken.stderr) == (2, False)
    assert "3" in broken.stderr


def _stop_the_trail(place: Path) -> None:
    import boto3

    variables = json.loads(bastide("sandbox", "env", "-o", "json", at=place).stdout)
    client = boto3.client(
        "cloudtrail",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name="eu-west-1",
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables["AWS_SESSION_TOKEN"],
    )
    client.stop_logging(Name=client.describe_trails()["trailList"][0]["TrailARN"])


def test_the_sandbox_server_tells_where_it_is_and_whose_variables_it_gives(place: Path) -> None:
    assert bastide("sandbox", "start", at=place).returncode == 0
    facts = json.loads(bastide("sandbox", "status", "-o", "json", at=place).stdout)
    assert facts["endpoint"]["url"].startswith("http://127.0.0.1:")
    unknown = bastide("sandbox", "env", "nobody", at=place)
    assert (unknown.returncode, "has no account 'nobody'" in unknown.stderr) == (2, True)
    assert bastide("sandbox", "stop", at=place).returncode == 0
    assert bastide("sandbox", "status", at=place).returncode == 3
