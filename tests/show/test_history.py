"""What was recorded is judged and compared by time, without asking any target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bastide.controls import all_controls
from bastide.model import Account, Estate, Gap, Organization, Resource, Unknown
from bastide.show.cli.main import run
from bastide.show.healing import asked_properties, assessed_listers
from bastide.show.history import judged_by
from bastide.store import Store
from bastide.store.history import Look

OWN = "111122223333"
LABEL = f"sandbox/{OWN}"
FILE = """\
organization: tiny
emails: aws+{account}@tiny.example
regions: {home: eu-west-1}
ous:
  security:
    accounts: [log-archive, audit]
"""
BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
KINDS = ("AWS::S3::Bucket", "AWS::EC2::Volume")
PLACES = tuple((kind, OWN, "eu-west-1") for kind in KINDS)


def bucket(name: str, **properties: Any) -> Resource:
    return Resource("AWS::S3::Bucket", OWN, "eu-west-1", name, {"BucketName": name, **properties})


def look(at: str, *resources: Resource, gaps: tuple[Gap, ...] = (), places: Any = PLACES) -> Look:
    organization = Organization("o-1", "r-1", OWN, (Account(OWN, "top"),))
    estate = Estate(tuple(resources), organization, gaps, ("eu-west-1",), "sandbox", at)
    return Look(estate, dict.fromkeys(KINDS), dict.fromkeys(places, at))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "architecture.yaml").write_text(FILE)
    store = Store.open(tmp_path / ".bastide" / "state.db")
    open_, shut = bucket("a"), bucket("a", PublicAccessBlockConfiguration=BLOCK)
    store.keep_look(LABEL, look("2026-01-01T12:00:00Z", open_, bucket("gone")))
    store.keep_look(LABEL, look("2026-01-02T12:00:00Z", shut, bucket("new")))
    volume = Gap("AWS::EC2::Volume", OWN, "eu-west-1", "DescribeVolumes: denied")
    store.keep_look(LABEL, look("2026-01-03T12:00:00Z", shut, bucket("new"), gaps=(volume,)))
    return tmp_path


def test_diff_lists_created_updated_and_deleted_resources_with_their_properties(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", "--from", "2026-01-01T18:00Z", "--to", "2026-01-02T12:00:00Z", "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["from"], told["to"]) == (
        "bastide.diff/1", "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z")  # fmt: skip
    assert [(one["action"], one["id"]) for one in told["changes"]] == [
        ("update", "a"), ("delete", "gone"), ("create", "new")]  # fmt: skip
    assert told["changes"][0]["differences"] == [
        {"path": "PublicAccessBlockConfiguration", "before": None, "after": BLOCK}]  # fmt: skip


def test_diff_in_words_says_what_was_not_compared_and_can_be_a_gate(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", "--from", "2026-01-01T18:00Z", "--exit-code"]) == 1
    said = capsys.readouterr()
    assert f"- {OWN} eu-west-1 AWS::S3::Bucket gone" in said.out
    assert "PublicAccessBlockConfiguration: absent → " in said.out
    assert "1 created, 1 updated, 1 deleted" in said.out
    assert "not compared: 1 places" in said.err
    assert run(["diff", "--from", "2026-01-02T18:00Z", "--exit-code"]) == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["diff"], "diff needs a time to start from"),
        (["diff", "--from", "soon"], "'soon' is no time"),
        (["diff", "--from", "2025-01-01"], "the first look is of 2026-01-01T12:00:00Z"),
        (["diff", "--from", "2025-01-01"], "no look had been taken by 2025-01-01T00:00:00Z"),
        (["diff", "--from", "2026-01-03", "--to", "2026-01-02"], "is after --to"),
        (["diff", "--from", "2026-01-02T18:00Z", "--to", "2026-01-02T13:00Z"], "is after --to"),  # of one look
        (["diff", "--from", "2026-01-03", "--to", "2126-01-01"], "2126-01-01 is yet to come"),
        (["diff", "--from", "2126-01-01"], "the newest look is of 2026-01-03T12:00:00Z: write last"),
        (["diff", "--from", "now"], "'now' is no time"),
        (["diff", "--from", ""], "an option has no value\n  at   --from"),
        (["diff", "--from", "2026-01-03", "--to", " "], "an option has no value\n  at   --to"),
        (["assess", "--at", ""], "an option has no value\n  at   --at"),
        (["assess", "--at", "2126-01-01T12:00Z"], "2126-01-01T12:00Z is yet to come"),
        (["assess", "--at", "0001-01-01"], "is no time of a log"),
        (["assess", "--at", "7d", "--service", ""], "an option has no value\n  at   --service"),
        (["assess", "--fail-on", ""], "an option has no value\n  at   --fail-on"),
        (["assess", "t.json", "--at", "last"], "--at, --since and --full are for what runs"),
        (["diff", "--from", "2026-01-03", "-o", "xml"], "is not a format of diff"),
        (["diff", "--from", "2026-01-03", "--target", "aws"], "nothing is recorded of aws"),
        (["assess", "--at", "2025-01-01"], "nothing is recorded of 2025-01-01"),
        (["assess", "--at", "last", "--full"], "--at judges what was recorded"),
        (["assess", "--at", "last", "--regions", "eu-west-1"], "--at judges what was recorded"),
        (["assess", "--since", "monday"], "--since does not know 'monday'"),
        (["assess", "--since", "last", "--full"], "contradict each other"),
        (["assess", "--max-age", "7d"], "--max-age is for what is carried over"),
        (["assess", "--since", "last", "--max-age", "old"], "'old' is no age"),
        (["assess", "--service", "s4"], "no control is about the service 's4'"),
        (["assess", "--control", "s3-bucket-no"], "there is no control 's3-bucket-no'"),
        (["assess", "--regions", "mars"], "'mars' is no region"),
    ],
)
def test_what_is_wrong_is_said(state: Path, line: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 2
    assert message in capsys.readouterr().err


def test_an_assessment_of_a_past_time_sees_what_was_there_then(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slug = "s3-bucket-public-access-blocked"
    statuses = {}
    for at in ("2026-01-01T13:00Z", "2026-01-02T13:00Z"):
        assert run(["assess", "--at", at, "--control", slug, "-o", "json", "--all"]) == 0
        told = json.loads(capsys.readouterr().out)
        statuses[at] = {one["resource"]["id"]: one["status"] for one in told["findings"]}
    assert statuses["2026-01-01T13:00Z"] == {"a": "FAIL", "gone": "FAIL"}
    assert statuses["2026-01-02T13:00Z"] == {"a": "PASS", "new": "FAIL"}


def test_what_a_look_did_not_record_is_unknown_not_absent(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["assess", "--at", "last", "--service", "rds,ec2", "-o", "json", "--all"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert {one["status"] for one in told["findings"] if one["resource"]["type"] == "AWS::RDS::DBInstance"} == {
        "UNKNOWN"
    }
    assert any("DescribeVolumes: denied" in one["message"] for one in told["findings"])


def test_secrets_are_not_in_the_history_and_unknown_values_come_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state.db")
    made = Resource("AWS::EC2::Instance", OWN, "eu-west-1", "i-1", {"UserData": "hunter2", "State": Unknown("denied")})
    store.keep_look(LABEL, look("2026-01-01T12:00:00Z", made, places=[("AWS::EC2::Instance", OWN, "eu-west-1")]))
    found = store.look(LABEL)
    assert found is not None
    (back,) = found.estate.resources
    assert back.properties["State"] == Unknown("denied")
    assert "hunter2" not in str(back.properties)
    assert back.origin.read_at == "2026-01-01T12:00:00Z"
    assert asked_properties(all_controls())["AWS::EC2::Volume"] != set()


def test_a_look_at_everything_lacks_nothing_that_controls_ask() -> None:
    whole = dict.fromkeys(assessed_listers(all_controls()))
    assert judged_by(Look(Estate(regions=("eu-west-1",)), whole, {}), all_controls()).gaps == ()
