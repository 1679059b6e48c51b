"""The questions of ``bastide iam`` as commands, over policy files and over the example architecture."""

import json
from pathlib import Path

import pytest

from bastide.show.cli.main import run

ACME = str(Path(__file__).parents[2] / "examples" / "acme.yaml")
USER = "arn:aws:iam::111122223333:user/bob"
ALLOW = (
    '{"Version": "2012-10-17", "Statement": {"Sid": "Reads", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
)
DENY = ALLOW.replace("Reads", "NoS3").replace("Allow", "Deny").replace("s3:Get*", "s3:*")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for name, text in (("allow", ALLOW), ("deny", DENY), ("broken", "{")):
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    return {name: str(tmp_path / f"{name}.json") for name in ("allow", "deny", "broken", "missing")}


def test_simulate_explains_a_denial_and_what_would_allow(
    files: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    policies = ["--policy", f"identity={files['allow']}", "--policy", f"scp={files['deny']}"]
    assert run(["iam", "simulate", USER, "s3:GetObject", "arn:aws:s3:::b/k", *policies, "--fail"]) == 1
    out = capfd.readouterr().out
    assert out.startswith(f"DENIED explicitly: {USER}\n  s3:GetObject on arn:aws:s3:::b/k\n")
    assert f"> ✗ service control policies at level 0: NoS3 of {files['deny']} denies it explicitly" in out
    assert f"✓ identity policies: Reads of {files['allow']} allows it" in out
    assert f"- in service control policies at level 0, remove NoS3 of {files['deny']}, or except this request" in out


def test_simulate_as_json(files: dict[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    arguments = [USER, "s3:GetObject", "arn:aws:s3:::b/k", "--policy", f"identity={files['allow']}", "-o", "json"]
    assert run(["iam", "simulate", *arguments]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["outcome"], found["schema"]) == ("allowed", "bastide.simulation/1")
    assert found["reasons"][0]["statements"][0]["position"].startswith(files["allow"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policy", "idntity=x"], "no such kind of policy: 'idntity'\n  fix  did you mean identity?"),
        (["--policy", "identity=missing"], "cannot be read"),
        (["--policy", "identity=broken"], "not JSON"),
        (["--policy", "identity=allow", "--context", "x"], "not KEY=VALUE: 'x'"),
    ],
)
def test_mistakes_are_named(
    arguments: list[str], words: str, files: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    told = [
        text.partition("=")[0] + "=" + files.get(text.partition("=")[2], "x") if "=" in text else text
        for text in arguments
    ]
    assert run(["iam", "simulate", USER, "s3:GetObject", *told]) == 2
    assert words in capfd.readouterr().err


def test_simulate_over_the_declared_estate(capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["role/bastide/bastide-deployer@shop-prod", "s3:DeleteBucket", "arn:aws:s3:::acme-trail-000000000000"]
    assert run(["iam", "simulate", *asked, "--file", ACME, "-o", "json"]) == 0
    assert json.loads(capfd.readouterr().out)["outcome"] in ("explicit_deny", "implicit_deny")


def test_an_unknown_account_is_named_with_those_there_are(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["iam", "simulate", "role/x@shop-production", "s3:ListAllMyBuckets", "--file", ACME]) == 2
    assert "no such account: 'shop-production'" in capfd.readouterr().err


def test_who_can_and_what_can_over_the_declared_estate(capfd: pytest.CaptureFixture[str]) -> None:
    target = "arn:aws:iam::000005845813:role/bastide/bastide-deployer"
    assert run(["iam", "who-can", "sts:AssumeRole", target, "--file", ACME]) == 0
    assert "conditional  management role/bastide/bastide-deployer" in capfd.readouterr().out
    asked = [
        "iam",
        "what-can",
        "role/bastide/bastide-deployer@shop-prod",
        "--service",
        "cloudtrail",
        "--file",
        ACME,
        "-o",
        "json",
    ]
    assert run(asked) == 0
    found = json.loads(capfd.readouterr().out)["access"]
    assert "cloudtrail:DescribeTrails" in {row["action"] for row in found if row["outcome"] == "allowed"}


@pytest.mark.parametrize("command", [["who-can"], ["simulate", "role/bastide-deployer@shop-production"]])
def test_an_action_that_aws_does_not_have_is_an_error_with_a_suggestion(
    command: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["iam", *command, "s3:GetObjct", "arn:aws:s3:::b/k", "--file", ACME]) == 2
    told = capfd.readouterr().err
    assert "s3 has no action 'GetObjct'" in told
    assert "did you mean GetObject?" in told
    assert run(["iam", *command, "se:GetObject", "arn:aws:s3:::b/k", "--file", ACME]) == 2
    assert "no service has the prefix 'se'" in capfd.readouterr().err
