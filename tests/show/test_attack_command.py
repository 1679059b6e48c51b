"""``bastide attack``: what it lists, prints and refuses, and with which exit code."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bastide.attack.matrix import Matrix
from bastide.attack.result import Refusal, Result
from bastide.attack.technique import Prevented, Recorded, Technique
from bastide.show.cli.main import run
from bastide.show.reports import attack_matrix

ACME = Path(__file__).parents[2] / "examples" / "acme.yaml"
HOSTILE = "<script>alert(1)</script>"
STOPPED = Technique(
    "Trail", ("T1562.008",), "defense-evasion", ("GuardDuty",), Prevented("cloudtrail-protect"), "s", id="stop"
)
OPEN = replace(STOPPED, tactic="impact", expected=Recorded("nobody can"), id="open")
REFUSAL = Refusal("AccessDenied", HOSTILE, "cloudtrail:StopLogging", "scp", "p", ("cloudtrail-protect",))
ON = frozenset({"cloudtrail-protect"})
MATRIX = Matrix(
    results=(
        Result(STOPPED, "prevented", refusal=REFUSAL, in_force=ON, records=("event",)),
        Result(OPEN, "succeeded", remedy="nobody can", in_force=ON),
        Result(OPEN, "failed", why=HOSTILE, in_force=ON),
    ),
    in_force=ON,
    organization=HOSTILE,
    victim="shop",
    began="2026-01-01T00:00:00Z",
)


def test_the_list_names_every_technique_and_deploys_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["attack", "--list"]) == 0
    printed = capsys.readouterr().out
    assert "stop-trail" in printed and "prevented by cloudtrail-protect" in printed
    assert run(["attack", "--list", "--tactic", "impact", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "bastide.attack-library/1"
    assert {row["tactic"] for row in document["techniques"]} == {"impact"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "stop-trial"], "did you mean stop-trail?"),
        (["--tactic", "imapct"], "one of initial-access"),
        (["-o", "sarif"], "one of table, json, html"),
        (["--fail-on", "high"], "one of missed, recorded, unexpected"),
        (["nowhere.yaml"], "there is no file nowhere.yaml"),
        (["--only", "stop-trail", "--account", "nobody", str(ACME)], "'nobody' is no account to break into"),
        (["--only", "stop-trail", "--account", "audit", str(ACME)], "'audit' is no account to break into"),
    ],
)
def test_what_is_wrong_is_told_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(["attack", *arguments]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert "Traceback" not in errors


def test_a_wrong_architecture_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "organization: acme\nous: {security: {accounts: [log-archive, audit]}}\nguardrails: {default: sloppy}\n"
    )
    assert run(["attack", str(file)]) == 2
    assert "wrong.yaml:3" in capsys.readouterr().err


def test_an_architecture_without_an_account_to_break_into_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(
        "organization: acme\nemails: aws+{account}@acme.example\nregions: {home: eu-west-1}\n"
        "ous: {security: {accounts: [log-archive, audit]}}\n"
    )
    assert run(["attack", str(file)]) == 2
    assert "an account besides those of logs and tools" in capsys.readouterr().err


def test_the_table_says_what_stopped_each_attack_and_what_is_left_open() -> None:
    text = attack_matrix.table(MATRIX)
    assert "cloudtrail-protect" in text
    assert "1 prevented, 1 missed, 1 failed" in text
    assert "Not prevented" in text and "nobody can" in text


def test_the_page_escapes_what_came_from_elsewhere_and_needs_no_network() -> None:
    page = attack_matrix.html(MATRIX)
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert "http://" not in page and "https://" not in page


def test_the_json_is_the_matrix() -> None:
    document = json.loads(attack_matrix.as_json(MATRIX))
    assert document["counts"]["prevented"] == 1
    assert [row["status"] for row in document["techniques"]] == ["prevented", "missed", "failed"]


@pytest.mark.slow
def test_one_attack_is_played_and_the_gate_decides_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["attack", str(ACME), "--only", "stop-trail", "--only", "role-chain", "-o", "json"]
    assert run([*chosen, "--fail-on", "recorded"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert {row["id"]: row["status"] for row in document["techniques"]} == {
        "stop-trail": "prevented",
        "role-chain": "recorded",
    }
