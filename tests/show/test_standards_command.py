"""``assess --standard`` and ``--pack``, evidence, AWS's shapes and ``render conformance-pack``, as people run them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from bastide.show.cli.main import run
from bastide.show.standards import keep_scores
from bastide.show.workspace import Settings, Workspace
from bastide.store import Store

OPEN = """Resources:
  Sg:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: a.b
      Role: arn:aws:iam::111111111111:role/r
      Code: {ZipFile: x}
      Environment: {Variables: {PASSWORD: hunter2}}
  Bucket: {Type: AWS::S3::Bucket}
Parameters:
  Cidr: {Type: String}
"""
PACK = """Resources:
  Ssh:
    Type: AWS::Config::ConfigRule
    Properties: {ConfigRuleName: ssh, Source: {Owner: AWS, SourceIdentifier: INCOMING_SSH_DISABLED}}
  Nothing:
    Type: AWS::Config::ConfigRule
    Properties: {ConfigRuleName: custom, Source: {Owner: CUSTOM_LAMBDA, SourceIdentifier: 'arn:aws:lambda:x'}}
  People:
    Type: AWS::Config::ConfigRule
    Properties: {ConfigRuleName: people, Source: {Owner: AWS, SourceIdentifier: AWS_CONFIG_PROCESS_CHECK}}
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A template in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "t.yaml"
    file.write_text(OPEN)
    return file


def answers(document: dict[str, Any], number: int = 0) -> dict[str, str]:
    """Answers of a standard by requirement."""
    return {one["id"]: one["answer"] for one in document["standards"][number]["requirements"]}


def valid(service: str, shape: str, value: object) -> str:
    """What botocore holds against a value of a shape."""
    model = Session().get_service_model(service).shape_for(shape)
    return str(ParamValidator().validate(value, model).generate_report())


def test_a_standard_runs_its_controls_and_answers_every_requirement(template: Path, capsys: Capture) -> None:
    assert run(["assess", str(template), "--standard", "cis-aws-5.0", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    said = answers(document)
    assert said["5.3"] == "FAIL"
    assert said["1.1"] == "MANUAL"
    assert said["3.1"] == "NOTHING TO JUDGE"
    assert set(said.values()) <= {
        "PASS", "FAIL", "UNKNOWN", "PARTLY COVERED", "MANUAL", "NOT COVERED", "NOTHING TO JUDGE",
    }  # fmt: skip
    standing = document["standards"][0]
    assert standing["score"]["controls"]["failed"] > 0
    assert standing["accounts"].keys() == {"000000000000"}
    assert {one["status"] for one in document["findings"]} <= {"FAIL", "UNKNOWN"}
    assert {one["control"] for one in document["findings"]} <= {
        name for one in standing["requirements"] for name in one["controls"]
    }


def test_what_cannot_be_known_makes_a_requirement_unknown(template: Path, capsys: Capture) -> None:
    template.write_text(OPEN.replace("CidrIp: 0.0.0.0/0", "CidrIp: !Ref Cidr"))
    assert run(["assess", str(template), "--standard", "cis-aws-5.0", "-o", "json"]) == 0
    assert answers(json.loads(capsys.readouterr().out))["5.3"] == "UNKNOWN"


def test_table_and_page_tell_requirements_and_scores(template: Path, capsys: Capture) -> None:
    page = template.with_suffix(".html")
    assert run(["assess", str(template), "--standard", "cis-aws-5.0", "-o", "table", "-o", f"html={page}"]) == 0
    out = capsys.readouterr().out
    assert "CIS AWS Foundations Benchmark 5.0.0" in out
    assert re.search(r"FAIL +5\.3 +Security groups close", out)
    assert "score: " in out
    html = page.read_text()
    assert "CIS AWS Foundations Benchmark 5.0.0" in html
    assert "Security groups close administration ports to every IPv4 address" in html


def test_standards_are_listed_and_a_wrong_one_is_told(template: Path, capsys: Capture) -> None:
    assert run(["assess", "--list-standards"]) == 0
    out = capsys.readouterr().out
    assert "aws-fsbp" in out
    assert "363 requirements" in out
    assert run(["assess", str(template), "--standard", "cis"]) == 2
    assert "there is no standard 'cis'" in capsys.readouterr().err


def test_a_pack_is_asked_of_a_template_and_what_is_not_evaluated_is_listed(template: Path, capsys: Capture) -> None:
    pack = template.with_name("pack.yaml")
    pack.write_text(PACK)
    assert run(["assess", str(template), "--pack", str(pack), "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert answers(document) == {"ssh": "FAIL", "custom": "NOT COVERED", "people": "MANUAL"}
    assert document["standards"][0]["score"]["pairs_percent"] == 0.0
    assert run(["assess", str(template), "--pack", str(pack)]) == 0
    assert "a custom rule's function is not run" in " ".join(capsys.readouterr().out.split())


def test_two_packs_of_one_name_are_refused(template: Path, capsys: Capture) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "p.yaml").write_text(PACK)
    assert run(["assess", str(template), "--pack", "one/p.yaml", "--pack", "two/p.yaml"]) == 2
    assert "have one name" in capsys.readouterr().err
    assert run(["assess", str(template), "--pack", "one/p.yaml", "--pack", "one/p.yaml"]) == 0


def test_evidence_holds_no_secret_and_any_change_is_found(template: Path, capsys: Capture) -> None:
    folder = template.with_name("evidence")
    arguments = ["assess", str(template), "--standard", "aws-fsbp", "-o", f"evidence={folder}"]
    assert run(arguments) == 0
    assert "evidence: " in capsys.readouterr().err
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert not [one for one in files if b"hunter2" in one.read_bytes()]
    assert '"properties"' in (folder / "resources.jsonl").read_text()
    assert run(["evidence", "verify", str(folder)]) == 0
    capsys.readouterr()
    for file in [one for one in files if one.parent == folder] + files[::40]:
        before = file.read_bytes()
        file.write_bytes(before + b" " if file.name != "manifest.sig" else before.replace(before[:1], b"g"))
        code = run(["evidence", "verify", str(folder)])
        assert code in (1, 2), file  # a spoilt key cannot even be read
        file.write_bytes(before)
    first = files[0].read_bytes()
    files[0].unlink()
    assert run(["evidence", "verify", str(folder)]) in (1, 2)
    files[0].write_bytes(first)
    (folder / "more").write_text("")
    assert run(["evidence", "verify", str(folder)]) == 1
    assert "more was added" in capsys.readouterr().out
    assert run(arguments) == 2  # the folder holds something
    assert "holds something already" in capsys.readouterr().err


def test_a_pack_signed_anew_is_found_by_the_key_that_was_kept(template: Path, capsys: Capture) -> None:
    arguments = ["assess", str(template), "--standard", "cis-aws-5.0", "-o"]
    assert run([*arguments, "evidence=one"]) == 0
    kept = template.with_name("kept.pem")
    kept.write_bytes(Path("one/public-key.pem").read_bytes())
    (Settings().state / "seal-key.pem").unlink()
    assert run([*arguments, "evidence=two"]) == 0
    assert run(["evidence", "verify", "two"]) == 0
    assert run(["evidence", "verify", "two", "--key", str(kept)]) == 1
    assert run(["evidence", "verify", "one", "--key", str(kept)]) == 0
    assert "the manifest's signature is not the key's" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("output", "said"),
    [("evidence", "evidence goes into one folder"), ("evidence=x", "evidence is about standards")],
)
def test_evidence_needs_a_folder_and_a_standard(template: Path, capsys: Capture, output: str, said: str) -> None:
    assert run(["assess", str(template), "-o", output]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["nothing", "."])
def test_what_is_no_evidence_is_told(template: Path, capsys: Capture, folder: str) -> None:
    assert run(["evidence", "verify", folder]) == 2
    assert "is no evidence pack" in capsys.readouterr().err


def test_asff_is_what_security_hub_takes(template: Path, capsys: Capture) -> None:
    assert run(["assess", str(template), "--all", "-o", "asff"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {one["Compliance"]["Status"] for one in findings} >= {"FAILED", "PASSED"}
    for start in range(0, len(findings), 100):
        batch = {"Findings": findings[start : start + 100]}
        assert valid("securityhub", "BatchImportFindingsRequest", batch) == ""
    known = set(Session().get_service_model("securityhub").shape_for("ResourceDetails").members) | {
        "AwsAccount",
        "Other",
    }
    assert {one["Type"] for finding in findings for one in finding["Resources"]} <= known
    assert {one["Type"] for finding in findings for one in finding["Resources"]} >= {
        "AwsS3Bucket",
        "AwsEc2SecurityGroup",
    }
    for one in findings:
        assert len(one["Title"]) <= 256
        assert len(one["Description"]) <= 1024


def test_evaluation_results_are_what_config_gives(template: Path, capsys: Capture) -> None:
    assert run(["assess", str(template), "--all", "-o", "config"]) == 0
    rows = json.loads(capsys.readouterr().out)["AggregateEvaluationResults"]
    for one in rows:
        assert valid("config", "AggregateEvaluationResult", one) == ""
    said = {
        (one["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ConfigRuleName"], one["ComplianceType"])
        for one in rows
    }
    assert ("restricted-ssh", "NON_COMPLIANT") in said


def test_scores_are_kept_and_told_by_the_next_run(template: Path) -> None:
    store = Store.open(template.with_name("state.db"))
    place = Workspace(Settings())
    place.store = store
    place.target = Clock()  # type: ignore[assignment]
    from bastide.controls import all_controls
    from bastide.model import Estate
    from bastide.standards import coverage, find_standard, standing

    one = find_standard("cis-aws-5.0")
    found = standing(one, coverage(one, all_controls()), (), Estate())
    assert keep_scores(place, [found]) == {"cis-aws-5.0": []}
    (before,) = keep_scores(place, [found])["cis-aws-5.0"]
    assert before.at == "2026-01-01T00:00:00+00:00"
    assert before.body["controls"] == {"passed": 0, "failed": 0, "unknown": 0}
    assert store.scores("other", "cis-aws-5.0") == []


class Clock:
    """As much of a target as keeping scores needs."""

    label = "sandbox/1"

    def clock(self) -> Any:
        """A fixed time."""
        from datetime import UTC, datetime

        return datetime(2026, 1, 1, tzinfo=UTC)


def test_a_pack_is_rendered_for_standards_and_controls(template: Path, capsys: Capture) -> None:
    assert run(["render", "conformance-pack", "--control", "ec2-security-group-ssh-closed"]) == 0
    assert "INCOMING_SSH_DISABLED" in capsys.readouterr().out
    assert run(["render", "conformance-pack", "--standard", "aws-fsbp"]) == 2
    assert "name a folder for them" in capsys.readouterr().err
    assert run(["render", "conformance-pack", "--standard", "aws-fsbp", "--out", "packs"]) == 0
    assert len(list(Path("packs").glob("*.yaml"))) > 1
    assert run(["render", "conformance-pack", "--standard", "aws-fsbp", "--organization"]) == 0
    assert "AWS::Config::OrganizationConformancePack" in capsys.readouterr().out
    assert run(["render", "conformance-pack"]) == 2
    assert run(["render", "conformance-pack", "--control", "ec2-security-group-ssh-close"]) == 2
    assert "ec2-security-group-ssh-closed" in capsys.readouterr().err
