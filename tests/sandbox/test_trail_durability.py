"""Killed at any point, the sandbox loses no record and doubles none, in the log and in the bucket."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bastide.errors import InputError
from bastide.sandbox import Sandbox
from bastide.sandbox.call import Call
from bastide.sandbox.trail.log import Line, RecordLog, render_line
from bastide.sandbox.wire import HttpResponse

BUCKET = "acme-trail"

# Works until it is killed; says which users were made, one line each, once their call was answered.
WORKER = """
import itertools, os, sys
from pathlib import Path
from bastide.sandbox import Sandbox
from bastide.sandbox.journal import Journal
from bastide.sandbox.trail.log import RecordLog

path, start, point, count = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
sandbox = Sandbox(path)

def dying(cls, name, after):
    inner, left = getattr(cls, name), [count]
    def call(self, *arguments):
        left[0] -= 1
        if left[0] == 0 and not after:
            os._exit(9)
        made = inner(self, *arguments)
        if left[0] == 0:
            os._exit(9)
        return made
    setattr(cls, name, call)

if point != "any":
    kind, where = point.split("-")
    dying(Journal if kind == "journal" else RecordLog, "append", where == "after")
session = sandbox.session(region="eu-west-1")
iam = session.client("iam")
for number in itertools.count(start):
    iam.create_user(UserName=f"u{number}")
    os.write(1, f"u{number}\\n".encode())
    if number % 3 == 0:
        iam.list_users()
    if number % 4 == 0:
        sandbox.clock.advance("20m")
"""


def prepare(path: Path) -> None:
    """A sandbox whose trail logs."""
    sandbox = Sandbox(path)
    session = sandbox.session(region="eu-west-1")
    s3, service = session.client("s3"), {"Service": "cloudtrail.amazonaws.com"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    rows = [
        {"Effect": "Allow", "Principal": service, "Action": action, "Resource": f"arn:aws:s3:::{BUCKET}{path}"}
        for action, path in (("s3:GetBucketAcl", ""), ("s3:PutObject", "/AWSLogs/*"))
    ]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": rows}))
    trails = session.client("cloudtrail")
    trails.create_trail(Name="all", S3BucketName=BUCKET, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    trails.start_logging(Name="all")
    url = session.client("sqs", region_name="us-east-1").create_queue(QueueName="alerts")["QueueUrl"]
    events = session.client("events", region_name="us-east-1")
    pattern = {"detail": {"eventName": ["CreateUser", "ListUsers"]}}
    state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    events.put_rule(Name="watch", EventPattern=json.dumps(pattern), State=state)
    arn = f"arn:aws:sqs:us-east-1:{sandbox.management_account}:{url.rpartition('/')[2]}"
    events.put_targets(Rule="watch", Targets=[{"Id": "q", "Arn": arn}])
    sandbox.close()


def work(path: Path, start: int, point: str, count: int, seconds: float = 60.0) -> list[str]:
    """Run the worker until it dies; the users whose call was answered."""
    command = [sys.executable, "-c", WORKER, str(path), str(start), point, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        if point == "any":
            first = child.stdout.readline()
            time.sleep(seconds)
            os.kill(child.pid, signal.SIGKILL)
            rest = child.stdout.read()
            return (first + rest).decode().split()
        return child.stdout.read().decode().split()


def users_in(records: list[dict[str, Any]]) -> Counter[str]:
    return Counter(row["requestParameters"]["userName"] for row in records if row["eventName"] == "CreateUser")


def observe(path: Path) -> tuple[set[str], Counter[str], Counter[str], Counter[str]]:
    """After a restart and a delivery: users there are, and how often each is in the log, the bucket and the queue."""
    sandbox = Sandbox(path)
    sandbox.deliver()
    session = sandbox.session(region="eu-west-1")
    pages = session.client("iam").get_paginator("list_users").paginate()
    users = {user["UserName"] for page in pages for user in page["Users"]}
    log = sandbox.front.audit.log
    logged = [json.loads(bytes(line.record)) for line in log.read(0, log.size)]
    assert len({row["eventID"] for row in logged}) == len(logged)
    s3 = session.client("s3")
    found = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    stored: list[dict[str, Any]] = []
    for page in found:
        for row in page["Contents"]:
            if "/CloudTrail/" in row["Key"]:
                body = s3.get_object(Bucket=BUCKET, Key=row["Key"])["Body"].read()
                stored += json.loads(gzip.decompress(body))["Records"]
    assert len({row["eventID"] for row in stored}) == len(stored)
    queue = sandbox.session(region="us-east-1").client("sqs")
    url = queue.get_queue_url(QueueName="alerts")["QueueUrl"]
    sent: list[dict[str, Any]] = []
    while batch := queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        sent += [json.loads(message["Body"])["detail"] for message in batch]
    sandbox.close()
    return users, users_in(logged), users_in(stored), users_in(sent)


def check(path: Path, answered: list[str]) -> None:
    """Everything answered happened once everywhere, and nothing is anywhere that did not happen."""
    users, logged, stored, sent = observe(path)
    assert set(answered) <= users
    assert logged == Counter(users)
    assert stored == logged
    assert sent == logged


@pytest.mark.parametrize("count", [2, 5, 6, 9])
@pytest.mark.parametrize("point", ["records-before", "records-after", "journal-before", "journal-after"])
@pytest.mark.slow
def test_a_kill_around_every_write_loses_and_doubles_nothing(tmp_path: Path, point: str, count: int) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    check(path, work(path, 0, point, count))


def test_a_kill_between_record_and_journal_leaves_neither(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    check(path, work(path, 0, "journal-before", 6))


@pytest.mark.slow
def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    answered: list[str] = []
    chance = random.Random(20261124)
    for round_number in range(6):
        answered += work(path, round_number * 10_000, "any", 0, chance.uniform(0.05, 0.9))
        check(path, answered)
        # observe() drained the queue: what was received stays in flight, as on SQS, until its time is over.
        sandbox = Sandbox(path)
        sandbox.clock.advance("1h")
        sandbox.close()


def test_a_restart_makes_the_same_objects_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    sandbox = Sandbox(path)
    sandbox.session().client("iam").create_user(UserName="ada")
    sandbox.clock.advance("3h")
    before = {key: _body(sandbox, key) for key in _keys(sandbox)}
    offset = sandbox.clock.offset
    sandbox.close()
    again = Sandbox(path)
    assert {key: _body(again, key) for key in _keys(again)} == before
    assert again.clock.offset == offset
    again.close()


def _keys(sandbox: Sandbox) -> list[str]:
    found = sandbox.session().client("s3").list_objects_v2(Bucket=BUCKET)
    return [row["Key"] for row in found["Contents"]]


def _body(sandbox: Sandbox, key: str) -> tuple[bytes, str]:
    found = sandbox.session().client("s3").get_object(Bucket=BUCKET, Key=key)
    return found["Body"].read(), found["Metadata"].get("signature", "")


def test_a_record_log_that_lost_delivered_records_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    sandbox = Sandbox(path)
    sandbox.deliver()
    sandbox.close()
    (tmp_path / "journal.records.jsonl").write_bytes(b"")
    with pytest.raises(InputError, match="shorter"):
        Sandbox(path)


def test_a_reset_forgets_the_records_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    sandbox = Sandbox(path)
    sandbox.clock.advance("3d")
    sandbox.reset()
    assert sandbox.front.audit.log.size == 0
    assert not sandbox.clock.offset
    sandbox.session().client("iam").create_user(UserName="ada")
    assert sandbox.front.audit.log.size > 0
    sandbox.close()


def test_records_are_kept_in_the_file_and_not_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    prepare(path)
    sandbox = Sandbox(path)
    record, seen = sandbox.front.record, []

    def watch(call: Call, response: HttpResponse) -> None:
        seen.append((call, response))
        record(call, response)

    sandbox.front.record = watch
    sandbox.session().client("iam").list_users()
    sandbox.front.record = record
    ((call, response),) = seen
    for _ in range(500):
        record(call, response)
    tracemalloc.start()
    try:
        before, size = tracemalloc.get_traced_memory()[0], sandbox.front.audit.log.size
        for _ in range(5000):
            record(call, response)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert sandbox.front.audit.log.size - size > 5_000_000
    assert grown < 100_000
    sandbox.close()


# ── the log alone ───────────────────────────────────────────────────────────────────────────────────────────────────


def _line(sequence: int, *, entry: bool = True, text: str = "x") -> bytes:
    record = json.dumps({"eventName": text}).encode()
    return render_line(
        Line(sequence, entry, "2026-01-01T00:00:00Z", "1" * 12, "r", "Management", (), msgspec.Raw(record))
    )


def test_lines_are_read_forwards_backwards_and_by_entry(tmp_path: Path) -> None:
    log = RecordLog(tmp_path / "log")
    for number in range(1, 3000):
        log.append(_line(number, text="y" * (number % 700)))
        log.append(_line(number, entry=False))
    forwards = [line.sequence for line in log.read(0, log.size)]
    assert forwards == sorted(forwards)
    assert len(forwards) == 2 * 2999
    assert [line.sequence for _, line in log.read_backwards(log.size)] == forwards[::-1]
    for number in (1, 2, 1234, 2999):
        assert [line.sequence for line in log.lines_of(number)] == [number]
    assert log.lines_of(3000) == []
    offset, line = next(log.read_backwards(log.size))
    assert next(log.read(offset, log.size)) == line


@pytest.mark.parametrize("torn", [0, 1, 50])
def test_a_torn_line_and_lines_without_an_entry_are_cut(tmp_path: Path, torn: int) -> None:
    log = RecordLog(tmp_path / "log")
    for number in (1, 2, 3):
        log.append(_line(number))
    kept = len(_line(1)) * 2
    with (tmp_path / "log").open("ab") as file:
        file.write(_line(4)[:torn])
    log.close()
    log = RecordLog(tmp_path / "log")
    log.cut(2)
    assert log.size == kept == (tmp_path / "log").stat().st_size
    log.append(_line(3))
    assert [line.sequence for line in log.read(0, log.size)] == [1, 2, 3]
