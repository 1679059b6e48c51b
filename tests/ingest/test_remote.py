"""Buckets and queues of a target as sources, tried on the sandbox."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bastide.aws.objects import Hands, open_objects, open_queue
from bastide.aws.session import Target
from bastide.errors import InputError, TargetError
from bastide.ingest.queue import Notifications, parse_notification
from bastide.ingest.run import ingest
from bastide.ingest.source import Bucket
from bastide.lake import Lake
from bastide.sandbox import Sandbox
from bastide.show.ingesting import open_sources
from bastide.show.log_reading import Reading
from bastide.show.workspace import Settings, Workspace
from tests.ingest.logs import NOW, event, rows

REGION = "us-east-1"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    yield Target.sandbox(Sandbox())


@pytest.fixture(scope="module")
def s3(target: Target) -> Any:
    client = target.client("s3", target.home_account, REGION)
    client.create_bucket(Bucket="trail-logs")
    for number in range(3):
        data = gzip.compress(json.dumps({"Records": [event(number)]}).encode())
        client.put_object(Bucket="trail-logs", Key=f"AWSLogs/{number} a+b.json.gz", Body=data)
    return client


def test_a_prefix_is_taken_once_and_again_only_what_changed(tmp_path: Path, target: Target, s3: Any) -> None:
    source = Bucket("trail-logs", "AWSLogs/", open_objects(target, REGION))
    lake = Lake.open(tmp_path / "lake")
    assert ingest(lake, [source], clock=lambda: NOW, workers=1).rows == 3
    assert ingest(lake, [source], clock=lambda: NOW, workers=1).known == 3
    assert {row["sourceFile"] for row in rows(tmp_path / "lake")} == {
        f"s3://trail-logs/AWSLogs/{number} a+b.json.gz" for number in range(3)
    }


def test_a_bucket_that_cannot_be_listed_is_told(tmp_path: Path, target: Target) -> None:
    source = Bucket("no-such-bucket-here", "", open_objects(target, REGION))
    with pytest.raises(TargetError, match="the bucket cannot be listed"):
        ingest(Lake.open(tmp_path / "lake"), [source], clock=lambda: NOW, workers=1)
    with pytest.raises(TargetError, match="the role cannot be taken"):
        open_objects(target, REGION, Hands((f"arn:aws:iam::{target.home_account}:role/nobody",)))


def test_messages_of_a_queue_go_once_what_they_name_is_in_the_lake(tmp_path: Path, target: Target, s3: Any) -> None:
    sqs = target.client("sqs", target.home_account, REGION)
    url = sqs.create_queue(QueueName="new-logs")["QueueUrl"]
    told = {
        "s3": {"bucket": {"name": "trail-logs"}, "object": {"key": "AWSLogs/1+a%2Bb.json.gz", "eTag": "e", "size": 9}}
    }
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Records": [{"eventName": "ObjectCreated:Put", **told}]}))
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Event": "s3:TestEvent"}))
    queue = open_queue(target, REGION, f"arn:aws:sqs:{REGION}:{target.home_account}:new-logs")
    source = Notifications(queue, open_objects(target, REGION))
    assert ingest(Lake.open(tmp_path / "lake"), [source], clock=lambda: NOW, workers=1).rows == 1
    source.settle()
    left = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    assert set(left.values()) == {"0"}


def test_notifications_of_s3_sns_and_eventbridge_are_understood() -> None:
    made = {"s3": {"bucket": {"name": "b"}, "object": {"key": "a/b+c%28.gz", "eTag": "e", "size": 3}}}
    own = json.dumps(
        {"Records": [{"eventName": "ObjectCreated:Put", **made}, {"eventName": "ObjectRemoved:Delete", **made}]}
    )
    found = parse_notification(own)
    assert [(item.source, item.key, item.etag, item.size) for item in found] == [("s3://b", "a/b c(.gz", "e", 3)]
    assert parse_notification(json.dumps({"Type": "Notification", "Message": own})) == found
    bridge = {
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "b"}, "object": {"key": "a+b", "etag": "e"}},
    }
    assert [item.key for item in parse_notification(json.dumps(bridge))] == ["a+b"]
    for odd in (
        "",
        "[]",
        "{}",
        '{"Records": 1}',
        '{"Records": [1, {"eventName": "ObjectCreated:Put", "s3": []}]}',
        '"x"',
    ):
        assert parse_notification(odd) == []


@pytest.mark.parametrize("name", ["s3://", "s3://UPPER/x", "https://example.com/x", "arn:aws:s3:::b"])
def test_what_is_no_source_is_refused(name: str, target: Target) -> None:
    with pytest.raises(InputError, match="this is no source"):
        open_sources([name], Reading(Workspace(Settings(), target)))
