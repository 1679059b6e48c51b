"""Objects of buckets and messages of queues, read as one account of a target sees them.

One idea: whoever ingests logs needs two verbs of S3 and two of SQS, and AWS's errors as words; nothing here interprets
what is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bastide.aws.handler import DENIED, error_code
from bastide.aws.session import SESSION_NAME, Target
from bastide.errors import TargetError

# Classes whose objects cannot be read before somebody restores them.
# Source: Amazon S3 User Guide, "Understanding archival storage in Amazon S3 Glacier"
_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "404"})
_READERS = 16
_WAIT = 1  # seconds


@dataclass(frozen=True, slots=True)
class Found:
    """An object as it was listed: `size` in bytes."""

    key: str
    etag: str
    size: int
    archived: bool = False


class Objects:
    """Objects of buckets."""

    def __init__(self, client: Any, threads: int = 1) -> None:
        """`client`: an S3 client, good for so many `threads` at a time."""
        self._client = client
        self.threads = threads

    def list(self, bucket: str, prefix: str) -> Iterator[Found]:
        """The objects under a prefix, by pages of 1,000. Raises TargetError."""
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for one in page.get("Contents", ()):
                    archived = one.get("StorageClass") in _ARCHIVED
                    yield Found(one["Key"], one["ETag"].strip('"'), one["Size"], archived)
        except (ClientError, BotoCoreError) as wrong:
            raise _told(wrong, "the bucket cannot be listed", f"s3://{bucket}/{prefix}") from wrong

    def read(self, bucket: str, key: str) -> bytes:
        """An object's content. Raises TargetError."""
        try:
            body: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as wrong:
            raise _told(wrong, "an object cannot be read", f"s3://{bucket}/{key}") from wrong
        return body

    def find(self, bucket: str, key: str) -> bytes | None:
        """An object's content; None when there is no such object. Raises TargetError."""
        try:
            body: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as wrong:
            if error_code(wrong) in _ABSENT:
                return None
            raise _told(wrong, "an object cannot be read", f"s3://{bucket}/{key}") from wrong
        return body

    def metadata(self, bucket: str, key: str) -> dict[str, str] | None:
        """An object's own metadata (x-amz-meta-…); None when there is no such object. Raises TargetError."""
        try:
            found: dict[str, str] = self._client.head_object(Bucket=bucket, Key=key)["Metadata"]
        except ClientError as wrong:
            if error_code(wrong) in _ABSENT:
                return None
            raise _told(wrong, "an object's metadata cannot be read", f"s3://{bucket}/{key}") from wrong
        return found


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its text, and what deletes it."""

    body: str
    receipt: str


class Queue:
    """An SQS queue."""

    def __init__(self, client: Any, url: str, wait: int = 0) -> None:
        """`client`: an SQS client of the queue's Region; `wait`: seconds that SQS may wait for a message."""
        self._client = client
        self._wait = wait
        self.url = url

    def receive(self) -> Sequence[Message]:
        """Up to ten messages, none when the queue is empty. Raises TargetError."""
        try:
            found = self._client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=self._wait)
        except (ClientError, BotoCoreError) as wrong:
            raise _told(wrong, "the queue cannot be read", self.url) from wrong
        return [Message(one["Body"], one["ReceiptHandle"]) for one in found.get("Messages", ())]

    def delete(self, receipts: Sequence[str]) -> None:
        """Delete messages. Raises TargetError."""
        try:
            for start in range(0, len(receipts), 10):
                entries = [
                    {"Id": str(number), "ReceiptHandle": receipt}
                    for number, receipt in enumerate(receipts[start : start + 10])
                ]
                self._client.delete_message_batch(QueueUrl=self.url, Entries=entries)
        except (ClientError, BotoCoreError) as wrong:
            raise _told(wrong, "messages cannot be deleted", self.url) from wrong


def _told(wrong: ClientError | BotoCoreError, what: str, where: str) -> TargetError:
    fix = "check the name and the target"
    if isinstance(wrong, ClientError) and error_code(wrong) in DENIED:
        fix = "read it as a role that may, such as bastide-log-reader: --as-role ARN"
    return TargetError(f"{what}: {wrong}", where, fix)


def open_objects(target: Target, region: str, roles: Sequence[str]) -> Objects:
    """Objects as the target's home account sees them, or the last of `roles` (ARNs), each taken by the one before.

    Raises TargetError.
    """
    return Objects(_client(target, "s3", region, roles), min(target.threads, _READERS))


def open_queue(target: Target, region: str, name: str, roles: Sequence[str]) -> Queue:
    """The queue of an ARN or a URL. Raises TargetError."""
    client = _client(target, "sqs", region, roles)
    # moto: a long poll never ends in this process. SQS asks all its servers only when it may wait.
    wait = 0 if target.name == "sandbox" else _WAIT
    if not name.startswith("arn:"):
        return Queue(client, name, wait)
    *_, account, short = name.split(":")
    try:
        found = client.get_queue_url(QueueName=short, QueueOwnerAWSAccountId=account)
    except (ClientError, BotoCoreError) as wrong:
        raise _told(wrong, "there is no such queue", name) from wrong
    return Queue(client, found["QueueUrl"], wait)


def _client(target: Target, service: str, region: str, roles: Sequence[str]) -> Any:
    if not roles:
        return target.client(service, target.home_account, region)
    sts: Any = target.client("sts", target.home_account, region)
    for role in roles[:-1]:
        sts = target.client_of("sts", region, _take(sts, role))
    return target.client_of(service, region, _take(sts, roles[-1]))


def _take(sts: Any, role: str) -> Mapping[str, Any]:
    try:
        taken: Mapping[str, Any] = sts.assume_role(RoleArn=role, RoleSessionName=SESSION_NAME)["Credentials"]
    except (ClientError, BotoCoreError) as wrong:
        raise _told(wrong, "the role cannot be taken", role) from wrong
    return taken
