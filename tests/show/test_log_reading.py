"""Logs of the organization's trail are read without naming a role, by those whom the architecture lets read them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastide.aws.objects import Hands, open_objects
from bastide.aws.session import Target
from bastide.errors import TargetError
from bastide.model.platform import LOG_READER, READER
from bastide.sandbox import Sandbox
from bastide.show.log_reading import HOME, Reading
from bastide.show.workspace import Settings, Workspace
from tests.show.test_entering import SMALL


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("logged")
    (folder / "architecture.yaml").write_text(SMALL)
    sandbox = Sandbox()
    made = Workspace(Settings(folder / "architecture.yaml"), Target.sandbox(sandbox))
    assert made.applied(made.planned()).complete
    sandbox.clock.advance("2h")
    yield made
    made.store.close()
    sandbox.close()


def trail_of(place: Workspace) -> str:
    trails = place.target.client("cloudtrail", place.target.home_account, "eu-west-1").describe_trails()["trailList"]
    return str(trails[0]["S3BucketName"])


@pytest.mark.slow
def test_the_trail_is_read_by_the_log_reader_where_the_user_is_denied(place: Workspace) -> None:
    bucket = trail_of(place)
    assert open_objects(place.target, HOME).is_denied(bucket, "")
    objects = Reading(place).objects(bucket, "AWSLogs/")
    key = next(one.key for one in objects.list(bucket, "AWSLogs/") if "/CloudTrail/" in one.key)
    assert json.loads(gzip.decompress(objects.read(bucket, key)))["Records"]
    assert Reading(Workspace(Settings(Path("none.yaml")), place.target))._log_reader() is None


@pytest.mark.slow
def test_who_may_not_take_the_log_reader_is_told_what_to_do(place: Workspace) -> None:
    accounts = {one.name: one.id for one in (place.organization() or pytest.fail("none")).accounts}
    arn = f"arn:aws:iam::{accounts['log-archive']}:role/bastide/{LOG_READER}"
    with pytest.raises(TargetError, match="the role cannot be taken") as refused:
        Reading(place, (arn,)).objects(trail_of(place), "")
    assert "its trust policy must let in the caller" in str(refused.value)
    reserved = f"arn:aws:iam::{accounts['audit']}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_SecurityAudit_0"
    with pytest.raises(TargetError, match="roles of Identity Center are signed in to") as refused:
        Reading(place, (reserved,)).objects(trail_of(place), "")


@pytest.mark.slow
def test_an_external_id_lets_in_where_one_is_asked_for(place: Workspace) -> None:
    accounts = {one.name: one.id for one in (place.organization() or pytest.fail("none")).accounts}
    reader = f"arn:aws:iam::{accounts['audit']}:role/bastide/{READER}"
    reading = f"arn:aws:iam::{accounts['log-archive']}:role/bastide/{LOG_READER}"
    with pytest.raises(TargetError, match="the role cannot be taken"):
        open_objects(place.target, HOME, Hands((reader, reading)))
    objects = open_objects(place.target, HOME, Hands((reader, reading), external_id=place.external_id))
    assert next(objects.list(trail_of(place), "")).key
