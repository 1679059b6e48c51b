"""A folder of mixed things is one estate; what is skipped is told, and bad files are refused by name."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bastide.declare.templates import Settings
from bastide.errors import InputError
from bastide.show import inputs
from bastide.show.cli.main import run
from bastide.show.inputs import are_inputs, read_inputs
from bastide.show.readings import readings_of

TEMPLATE = "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: logs}}}\n"
PLAN: dict[str, Any] = {
    "format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [],
    "planned_values": {"root_module": {"resources": [
        {"address": "aws_s3_bucket_policy.p", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "p",
         "values": {"bucket": "logs", "policy": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*",'
                                                ' "Resource": "*"}]}'}},
        {"address": "aws_ebs_volume.v", "mode": "managed", "type": "aws_ebs_volume", "name": "v",
         "values": {"encrypted": False}},
        {"address": "aws_odd.o", "mode": "managed", "type": "aws_odd", "name": "o", "values": {}}]}},
}  # fmt: skip
SNAPSHOT = {
    "fileVersion": "1.0",
    "configurationItems": [
        {
            "resourceType": "AWS::EC2::Volume",
            "resourceId": "vol-1",
            "awsAccountId": "111122223333",
            "awsRegion": "eu-west-1",
            "configurationItemStatus": "OK",
            "configuration": {"volumeId": "vol-1", "encrypted": False},
        }
    ],
}


def fill(folder: Path) -> None:
    """A folder of mixed things."""
    (folder / "a.yaml").write_text(TEMPLATE)
    (folder / "plan.json").write_text(json.dumps(PLAN))
    (folder / "config.json.gz").write_bytes(gzip.compress(json.dumps(SNAPSHOT).encode()))
    (folder / "notes.json").write_text('{"a": 1}')
    (folder / "main.tf").write_text('resource "aws_s3_bucket" "b" {}')
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n")


def test_a_folder_of_mixed_things_is_one_estate_and_tells_what_it_skips(tmp_path: Path) -> None:
    fill(tmp_path)
    found = read_inputs([tmp_path])
    assert (len(found.trees), len(found.terraform), len(found.recorded)) == (1, 1, 1)
    told = [str(note).removeprefix(str(tmp_path)) for note in found.notes]
    assert [text.partition(":")[0] for text in told] == ["/main.tf", "/notes.json", "/picture.png"]
    assert "terraform show -json" in told[0]
    (reading,) = readings_of(found, Settings())
    types = sorted(one.type for one in reading.estate.resources)
    assert types == ["AWS::EC2::Volume"] * 2 + ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"]
    assert reading.skipped == {"aws_odd": 1}
    assert len(reading.files) == 3


def test_each_file_by_itself_is_an_estate(tmp_path: Path) -> None:
    fill(tmp_path)
    assert len(readings_of(read_inputs([tmp_path]), Settings(), each=True)) == 3


def test_a_parameter_means_nothing_to_a_plan_and_is_refused(tmp_path: Path) -> None:
    fill(tmp_path)
    found = read_inputs([tmp_path / "plan.json"])
    with pytest.raises(InputError, match="no template has a parameter Env"):
        readings_of(found, Settings({"Env": "prod"}))
    (reading,) = readings_of(found, Settings({"AWS::AccountId": "111122223333", "AWS::Region": "eu-west-1"}))
    volume = reading.estate.of_type("AWS::EC2::Volume")[0]
    assert (volume.account, volume.region) == ("111122223333", "eu-west-1")


def test_the_command_judges_them_together_and_lists_the_types_that_it_skips(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path)
    assert run(["assess", str(tmp_path), "-o", "json", "--all"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["skipped"] == [{"type": "aws_odd", "count": 1}]
    failed = {
        (one["control"], one["resource"]["logical_id"], one["resource"]["origin"]["file"].rpartition("/")[2])
        for one in report["findings"] if one["status"] == "FAIL"
    }  # fmt: skip
    assert {
        ("ec2-volume-encrypted", "aws_ebs_volume.v", "plan.json"),
        ("ec2-volume-encrypted", "vol-1", "config.json.gz"),
    } <= failed
    assert "aws_odd.o: aws_odd is not a type that is read" in err


def test_windows_encodings_of_a_plan_are_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    for encoding in ("utf-16", "utf-8-sig"):
        path.write_text(json.dumps(PLAN), encoding=encoding)
        assert list(read_inputs([path]).terraform) == [str(path)]


BAD: list[tuple[str, bytes, str]] = [
    ("plan.out", b"PK\x03\x04xxxx", "terraform show -json"),
    ("cut.json.gz", gzip.compress(json.dumps(SNAPSHOT).encode())[:-12], "truncated gzip"),
    ("junk.gz", b"\x1f\x8bjunk junk junk", "not a whole gzip file"),
    ("cut.json", json.dumps(PLAN).encode()[:-9], "this is not JSON"),
    ("deep.json", b"[" * 200_000, "nested"),
    ("deep.tfstate", b'{"terraform_version":"1","values":' + b'{"a":' * 100_000, "nested"),
    ("binary.json", b"\x00\xff\xfe\x01" * 100, "not text"),
    ("main.tf", b'resource "aws_s3_bucket" "b" {}', "terraform show -json"),
    ("main.tf.json", b'{"resource": {}}', "terraform show -json"),
    ("stream.json", b'{"@level":"info","@message":"x"}\n{"@level":"info"}\n', "terraform show -json"),
    ("other.json", b'{"a": 1}', "is not a CloudFormation template"),
    ("new.json", json.dumps({**PLAN, "format_version": "2.0"}).encode(), "format_version 2.0 is not read"),
]


@pytest.mark.parametrize(("name", "data", "message"), BAD, ids=[one[0] for one in BAD])
def test_a_named_file_that_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        readings_of(read_inputs([path]), Settings())
    assert message in str(caught.value)


def test_bombs_and_very_large_files_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_JSON", 1_000_000)
    bomb = tmp_path / "bomb.json.gz"
    bomb.write_bytes(gzip.compress(b" " * 3_000_000))
    large = tmp_path / "large.json"
    large.write_bytes(b'{"terraform_version": "1", "values": "' + b"x" * 6_000_000 + b'"}')
    for path, message in ((bomb, "inflates to more than"), (large, "bytes")):
        with pytest.raises(InputError, match=message):
            read_inputs([path])


def test_in_a_folder_bad_files_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "cut.tfstate").write_bytes(b'{"version": 4, "terraform_version"')
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    found = read_inputs([tmp_path])
    assert len(found) == 3
    assert [note.text.partition(":")[0] for note in found.notes if note.incomplete] == ["not read"]


def test_an_architecture_file_is_no_input_and_everything_else_is(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "architecture.yaml").write_text("organization: {name: x}\n")
    assert not are_inputs(tmp_path / "architecture.yaml")
    for name in ("a.yaml", "plan.json", "config.json.gz", "main.tf"):
        assert are_inputs(tmp_path / name), name
    assert are_inputs(tmp_path)


def test_links_in_a_folder_are_skipped_and_listed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.yaml", tmp_path / "folder"
    folder.mkdir()
    outside.write_text("Resources: {B: {Type: AWS::S3::Bucket}}\n")
    (folder / "own.yaml").write_text("Resources: {C: {Type: AWS::S3::Bucket}}\n")
    (folder / "link.yaml").symlink_to(outside)
    (folder / "all").symlink_to(tmp_path)
    found = read_inputs([folder])
    assert [Path(name).name for name in found.trees] == ["own.yaml"]
    assert [(Path(note.file).name, note.text) for note in found.notes] == [
        ("all", "skipped: a link to a folder"),
        ("link.yaml", "skipped: a link"),
    ]


def test_a_truncated_snapshot_in_a_folder_is_told_as_not_read(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"configSnapshotId": "x", "configurationItems": [' + os.urandom(9000).hex().encode())
    (tmp_path / "snapshot.json.gz").write_bytes(whole[: len(whole) // 2])
    (note,) = read_inputs([tmp_path]).notes
    assert note.incomplete
    assert "truncated" in note.text


def test_a_template_in_utf_16_is_known_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text("Resources:\n  B: {Type: AWS::S3::Bucket}\n", encoding="utf-16")
    assert are_inputs(file)


def test_many_files_that_are_nothing_by_their_names_are_counted_by_kind(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("Resources: {B: {Type: 'AWS::S3::Bucket'}}")
    (tmp_path / ".git").write_text("gitdir: elsewhere")  # as a work tree of git has it
    for number in range(30):
        (tmp_path / f"source{number}.py").touch()
    (tmp_path / "Makefile").touch()
    (note,) = read_inputs([tmp_path]).notes
    assert note.text == "skipped: 31 files that are no templates by their names: 30 .py, 1 Makefile"
    assert not note.incomplete


def test_a_file_that_two_paths_lead_to_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "t.yaml").write_text("Resources: {B: {Type: 'AWS::S3::Bucket'}}")
    monkeypatch.chdir(tmp_path / "in")
    assert list(read_inputs([Path("t.yaml"), Path(), Path("../in/t.yaml"), tmp_path]).trees) == ["t.yaml"]


@pytest.mark.parametrize("each", [True, False])
def test_a_plan_of_an_unknown_version_costs_its_folder_nothing_else(tmp_path: Path, each: bool) -> None:
    (tmp_path / "t.yaml").write_text("Resources: {B: {Type: 'AWS::S3::Bucket'}}")
    new = tmp_path / "new.json"
    new.write_text('{"format_version": "9.0", "terraform_version": "2", "planned_values": {}}')
    readings = readings_of(read_inputs([tmp_path]), Settings(), each=each)
    assert [one.type for reading in readings for one in reading.estate.resources if "S3" in one.type]
    (note,) = (note for reading in readings for note in reading.notes if note.file == str(new))
    assert (note.text, note.incomplete) == ("not read: format_version 9.0 is not read", True)
    with pytest.raises(InputError, match=r"format_version 9\.0 is not read"):
        readings_of(read_inputs([tmp_path, new]), Settings(), each=each)


def test_a_module_is_called_by_the_path_that_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fragment = tmp_path / "modules" / "net" / "fragments" / "net.json"
    fragment.parent.mkdir(parents=True)
    fragment.write_text('{"Resources": {"Sg": {"Type": "AWS::EC2::SecurityGroup"}}}')
    config = {"artifact_type": "MODULE", "typeName": "Acme::Net::Open::MODULE"}
    (tmp_path / "modules" / "net" / ".rpdk-config").write_text(json.dumps(config))
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "t.yaml").write_text("Resources: {Net: {Type: 'Acme::Net::Open::MODULE'}}")
    monkeypatch.chdir(tmp_path)
    (reading,) = readings_of(read_inputs([Path("stacks"), Path("modules")]), Settings())
    (group,) = reading.estate.of_type("AWS::EC2::SecurityGroup")
    assert (group.origin.file, group.origin.detail) == ("modules/net/fragments/net.json", "NetSg")
