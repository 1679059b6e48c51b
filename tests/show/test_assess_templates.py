"""``bastide assess`` of templates, as a person runs it: contract, exit codes, folders, hostile files."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bastide.show.cli.main import run

OPEN = """Resources:
  Sg:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 22
          ToPort: 22
          CidrIp: 0.0.0.0/0
"""
BUCKET = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n"


def assessed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the JSON on stdout and the text on stderr."""
    code = run(["assess", *arguments, "-o", "json", "--all"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def verdict(document: dict[str, Any], control: str) -> dict[str, Any]:
    """The one finding of a control."""
    (found,) = [finding for finding in document["findings"] if finding["control"] == control]
    return dict(found)


def test_a_finding_has_the_stable_shape_and_the_line_of_its_property(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(OPEN)
    code, document, _ = assessed(capsys, str(file))
    assert code == 0
    found = verdict(document, "ec2-security-group-ssh-closed")
    assert found["status"] == "FAIL"
    assert found["config_rule"] == "restricted-ssh"
    assert found["resource"]["logical_id"] == "Sg"
    assert found["resource"]["type"] == "AWS::EC2::SecurityGroup"
    assert found["resource"]["origin"] == {"source": "template", "file": str(file), "line": 2}
    assert found["evidence"]["line"] == 7
    assert set(found) >= {"control", "maps_to", "config_rule", "severity", "status", "resource", "message", "evidence"}


def test_the_gate_closes_on_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(OPEN)
    assert run(["assess", str(file), "--fail-on", "high"]) == 1


def test_a_bucket_that_says_nothing_is_not_exposed_but_does_not_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(BUCKET)
    _, document, _ = assessed(capsys, str(file))
    assert verdict(document, "s3-bucket-public-access-blocked")["status"] == "FAIL"
    assert verdict(document, "s3-bucket-not-publicly-readable")["status"] == "PASS"
    assert verdict(document, "s3-bucket-acls-disabled")["status"] == "PASS"


def test_a_verdict_that_hangs_on_an_unknown_condition_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text("""Parameters: {Log: {Type: String}}
Conditions: {Logs: !Equals [!Ref Log, "yes"]}
Resources:
  V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  L: {Type: "AWS::EC2::FlowLog", Condition: Logs, Properties: {ResourceId: !Ref V, ResourceType: VPC, TrafficType: ALL}}
""")
    for given, status in (([], "UNKNOWN"), (["--parameters", "Log=yes"], "PASS"), (["--parameters", "Log=no"], "FAIL")):
        _, document, _ = assessed(capsys, str(file), *given)
        assert verdict(document, "ec2-vpc-flow-logs-enabled")["status"] == status


def test_a_folder_is_one_estate_and_what_was_skipped_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bucket.yaml").write_text("Resources:\n  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: b}}\n")
    policy = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}  # fmt: skip
    (tmp_path / "policy.json").write_text(json.dumps(
        {"Resources": {"P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b", "PolicyDocument": policy}}}}
    ))  # fmt: skip
    (tmp_path / "readme.md").write_text("x")
    (tmp_path / "values.yaml").write_text("a: 1")
    (tmp_path / "broken.yaml").write_text("Resources:\n  A: [")
    (tmp_path / "noise.json").write_bytes(os.urandom(64) + b"\xff")
    code, document, err = assessed(capsys, str(tmp_path))
    assert code == 3
    assert verdict(document, "s3-bucket-requires-tls")["status"] == "PASS"
    for name in ("readme.md", "values.yaml", "broken.yaml", "noise.json"):
        assert name in err
    (tmp_path / "broken.yaml").unlink()
    code, document, _ = assessed(capsys, str(tmp_path), "--each")
    assert code == 0
    found = [one for one in document["findings"] if one["control"] == "s3-bucket-requires-tls"]
    assert sorted((one["resource"]["logical_id"], one["status"]) for one in found) == [("B", "FAIL"), ("P", "PASS")]


def test_nested_stacks_are_read_from_their_local_path_with_their_parameters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "parent.yaml").write_text("""Resources:
  Child: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: ./child.yaml, Parameters: {On: "true"}}}
  L:
    Type: AWS::EC2::FlowLog
    Properties: {ResourceId: !GetAtt Child.Outputs.Vpc, ResourceType: VPC, TrafficType: ALL}
  Itself: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: parent.yaml}}
""")
    (tmp_path / "child.yaml").write_text("""Parameters: {On: {Type: String}}
Resources:
  V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  D: {Type: "AWS::EC2::Volume", Properties: {Encrypted: !Ref On, AvailabilityZone: a}}
Outputs: {Vpc: {Value: !Ref V}}
""")
    code, document, err = assessed(capsys, str(tmp_path))
    assert code == 3
    assert "nested stack Itself was not judged" in err
    assert verdict(document, "ec2-vpc-flow-logs-enabled")["status"] == "PASS"
    assert verdict(document, "ec2-volume-encrypted")["status"] == "PASS"


HOSTILE = {
    "bomb.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    ) + "Resources: {X: {Type: A, Properties: {P: *g}}}",
    "itself.yaml": "Resources: &r\n  X: {Type: A, Properties: *r}\n",
    "deep.yaml": "Resources: " + "[" * 5000,
    "deep.json": '{"Resources": ' + "[" * 5000,
    "twice.json": '{"Resources": {"A": {"Type": "X"}, "A": {"Type": "Y"}}}',
    "tag.yaml": "Resources: {A: {Type: !!python/object:os.system x}}",
    "cut.json": '{"Resources": {"A": {"Type": "AWS::S3::Bucket"',
    "nul.yaml": "Resources: {A: {Type: '\0'}}",
    "none.yaml": "Resources: 3\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_name_and_no_traceback(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(HOSTILE[name])
    code, _, err = assessed(capsys, str(file))
    assert code == 2
    assert err.startswith("error: ")
    assert name in err
    assert "Traceback" not in err


def test_a_name_with_control_characters_cannot_write_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(
        'Resources:\n  "A\\e[31m\\u202e": {Type: "AWS::S3::Buckt"}\n  "B\\e[31m": {Type: "AWS::S3::Bucket"}\n'
    )
    assert run(["assess", str(file)]) == 3
    out, err = capsys.readouterr()
    assert "\x1b[31m" not in out + err


@pytest.mark.parametrize(
    "text",
    [
        '{"Env": "prod"}',
        '[{"ParameterKey": "Env", "ParameterValue": "prod"}]',
        '{"Parameters": {"Env": "prod"}}',
        "Env: prod",
    ],
)
def test_parameters_come_from_files_in_every_usual_shape(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.json").write_text(text)
    file = tmp_path / "t.yaml"
    file.write_text("""Parameters: {Env: {Type: String, Default: dev}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  B: {Type: "AWS::S3::Bucket", Properties: {VersioningConfiguration: {Status: !If [Prod, Enabled, Suspended]}}}
""")
    _, document, _ = assessed(capsys, str(file), "--parameters", str(tmp_path / "p.json"))
    assert verdict(document, "s3-bucket-versioning-enabled")["status"] == "PASS"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("n.json", '{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"X": ' + "9" * 5000 + "}}}}",
         "a number is not one, or has too many digits"),
        ("n.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      X: " + "9" * 5000,
         "9…' is not a value"),
    ],
)  # fmt: skip
def test_a_number_of_thousands_of_digits_is_named_shortly(
    name: str, text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert run(["assess", str(file)]) == 2
    said = capsys.readouterr().err
    assert message in said and "9" * 100 not in said


def test_half_a_character_in_json_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t.json"
    file.write_text('{"Resources": {\n "lone\\ud800": {"Type": "AWS::S3::Bucket"}}}')
    assert run(["assess", str(file)]) == 2
    said = capsys.readouterr().err
    assert "a text holds half of a character" in said and "t.json:2:2" in said
    file.write_text('{"Resources": {"whole\\ud83d\\ude00": {"Type": "AWS::S3::Bucket"}}}')
    assert run(["assess", str(file), "-o", f"json={tmp_path / 'o.json'}"]) == 0
