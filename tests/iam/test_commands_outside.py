"""``bastide iam external-access``, ``what-if`` and ``scp-review`` as commands, over the example architecture."""

import json
from pathlib import Path

import pytest

from bastide.show.cli.main import run

ACME = str(Path(__file__).parents[2] / "examples" / "acme.yaml")
READER = "arn:aws:iam::000005845813:role/bastide/bastide-reader"
DENY = {"Version": "2012-10-17", "Statement": [{"Sid": "New", "Effect": "Deny", "Action": "iam:Get*", "Resource": "*"}]}


@pytest.fixture
def scp(tmp_path: Path) -> str:
    path = tmp_path / "scp.json"
    path.write_text(json.dumps(DENY), encoding="utf-8")
    return str(path)


def written(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_nothing_of_the_example_is_reached_from_outside_and_its_roles_from_other_accounts(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["iam", "external-access", ACME, "--fail-on", "public", "--fail-on", "account"]) == 0
    assert "from outside the organization: nothing can be reached" in capfd.readouterr().out
    assert run(["iam", "external-access", ACME, "--zone", "account", "--fail-on", "account", "-o", "jsonl"]) == 1
    first = json.loads(capfd.readouterr().out.splitlines()[0])
    assert (first["kind"], first["actions"], first["type"]) == ("account", ["sts:AssumeRole"], "AWS::IAM::Role")
    assert first["example"]["action"] == "sts:AssumeRole"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--zone", "planet"], "no such zone of trust: 'planet'"),
        (["--fail-on", "publik"], "no such kind of access: 'publik'\n  fix  did you mean public?"),
        (["-o", "yaml"], "yaml"),
    ],
)
def test_mistakes_in_external_access_are_named(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["iam", "external-access", ACME, *arguments]) == 2
    assert words in capfd.readouterr().err


def test_a_new_scp_is_tried_on_the_unit_where_it_would_be_attached(scp: str, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["iam", "what-if", scp, "--file", ACME, "--at", "workloads/prod"]
    assert run([*asked, "--fail-on-loss"]) == 1
    out = capfd.readouterr().out
    assert "loses      shop-prod role/bastide/bastide-reader: iam:Get" in out
    assert "shop-dev" not in out
    assert run([*asked, "-o", "json"]) == 0
    found = json.loads(capfd.readouterr().out)
    (reader,) = [one for one in found["losses"] if one["principal"] == READER]
    assert reader["whole"] == reader["actions"] and reader["statement"] == "the new policy New"


@pytest.mark.parametrize(
    "usage",
    [
        f"principal,action,region\n{READER},iam:GetRole,\n{READER},s3:ListAllMyBuckets,eu-west-1\n",
        json.dumps({READER: ["iam:GetRole", "s3:ListAllMyBuckets"]}),
        json.dumps([{"principal": READER.replace(":iam:", ":sts:").replace("role/bastide/", "assumed-role/") + "/me",
                     "action": "iam:GetRole"}]),
    ],
)  # fmt: skip
def test_with_a_record_of_use_only_what_was_used_is_lost(
    usage: str, scp: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "usage", usage)
    assert run(["iam", "what-if", scp, "--file", ACME, "--usage", path, "-o", "json"]) == 0
    (loss,) = json.loads(capfd.readouterr().out)["losses"]
    assert (loss["principal"], loss["actions"]) == (READER, ["iam:GetRole"])


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        ("who,what\n", "the header lacks action and principal"),
        ("principal,action\nnobody,s3:GetObject\n", "usage:2"),
        ("principal,action\narn:aws:iam::111122223333:user/x,GetObject\n", "not an action: 'GetObject'"),
        ("[1]", "a use is an object"), ('[{"principal": 1}]', "names a principal and an action"), ("{", "not JSON"),
    ],
)  # fmt: skip
def test_mistakes_in_a_record_of_use_are_named(
    usage: str, words: str, scp: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "usage", usage)
    assert run(["iam", "what-if", scp, "--file", ACME, "--usage", path]) == 2
    assert words in capfd.readouterr().err


def test_who_is_not_in_the_estate_is_not_known(scp: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "usage", "principal,action\narn:aws:iam::111122223333:user/gone,s3:GetObject\n")
    assert run(["iam", "what-if", scp, "--file", ACME, "--usage", path, "--fail-on-loss"]) == 3
    assert "not known  arn:aws:iam::111122223333:user/gone" in capfd.readouterr().out


def test_a_policy_without_a_deny_takes_nothing_away(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "scp", json.dumps(DENY).replace("Deny", "Allow"))
    assert run(["iam", "what-if", path, "--file", ACME]) == 2
    assert "takes nothing away" in capfd.readouterr().err
    assert run(["iam", "what-if", str(tmp_path / "none"), "--file", ACME]) == 2
    assert run(["iam", "what-if", path.replace("scp", "scp2"), "--file", ACME, "--at", "nowhere"]) == 2


def test_the_review_names_what_is_redundant_and_proves_the_packing(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["iam", "scp-review", ACME]) == 0
    assert "PROVED: both deny the same" in capfd.readouterr().out
    assert run(["iam", "scp-review", ACME, "-o", "json", "--fail"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert {one["kind"] for one in found["remarks"]} == {"redundant"}
    assert all(one["proved"] for one in found["packing"])
