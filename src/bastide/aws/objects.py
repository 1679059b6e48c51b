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
from bastide.model.platform import LOG_READER

# Classes whose objects cannot be read before somebody restores them.
# Source: Amazon S3 User Guide, "Understanding archival storage in Amazon S3 Glacier"
_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "404"})
_READERS = 16
_RESERVED = ":role/aws-reserved/sso.amazonaws.com/"
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

    def is_denied(self, bucket: str, prefix: str) -> bool:
        """Whether listing, or reading the first object (its key may be another's), is denied. Other errors are not."""
        try:
            page = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
            for one in page.get("Contents", ()):
                self._client.get_object(Bucket=bucket, Key=one["Key"], Range="bytes=0-0")["Body"].close()
        except (ClientError, BotoCoreError) as wrong:
            return isinstance(wrong, ClientError) and error_code(wrong) in DENIED
        return False

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
        fix = f"buckets of logs are read by {LOG_READER}, which `bastide apply` makes; name another role: --as-role ARN"
    return TargetError(f"{what}: {wrong}", where, fix)


@dataclass(frozen=True, slots=True)
class Hands:
    """By whom is read: `roles` (ARNs), each taken by the one before, the first from the account `start`.

    Without roles it is `start` itself, as the target enters it; an empty `start` is the home account. `external_id` is
    what the roles ask for, if they do.
    """

    roles: tuple[str, ...] = ()
    start: str = ""
    external_id: str = ""


OWN = Hands()


def open_objects(target: Target, region: str, hands: Hands = OWN) -> Objects:
    """Objects as these hands can read them. Raises TargetError."""
    return Objects(_client(target, "s3", region, hands), min(target.threads, _READERS))


def open_queue(target: Target, region: str, name: str, hands: Hands = OWN) -> Queue:
    """The queue of an ARN or a URL. Raises TargetError."""
    client = _client(target, "sqs", region, hands)
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


def _client(target: Target, service: str, region: str, hands: Hands) -> Any:
    start = hands.start or target.home_account
    if not hands.roles:
        return target.client(service, start, region)
    sts: Any = target.client("sts", start, region)
    for role in hands.roles[:-1]:
        sts = target.client_of("sts", region, _take(sts, role, hands.external_id))
    return target.client_of(service, region, _take(sts, hands.roles[-1], hands.external_id))


def _take(sts: Any, role: str, external_id: str) -> Mapping[str, Any]:
    asked = {"ExternalId": external_id} if external_id else {}
    try:
        answer = sts.assume_role(RoleArn=role, RoleSessionName=SESSION_NAME, **asked)
    except (ClientError, BotoCoreError) as wrong:
        raise TargetError(f"the role cannot be taken: {wrong}", role, _way_in(role)) from wrong
    taken: Mapping[str, Any] = answer["Credentials"]
    return taken


def _way_in(role: str) -> str:
    """What to do when a role cannot be taken.

    Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies": the trust policy of its
    roles lets in sign-ins only.
    """
    if _RESERVED in role:
        return "roles of Identity Center are signed in to, not taken: leave it out, or `aws sso login` and --profile"
    return "its trust policy must let in the caller that the message names; with an external id: --external-id"
