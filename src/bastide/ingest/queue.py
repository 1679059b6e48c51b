"""Notifications of new objects, from an SQS queue, as a source.

One idea: messages are deleted only after what they name was committed (``settle``), so a kill costs a second delivery,
which the manifest knows. S3's own notifications, those that came through SNS, and EventBridge's are understood.
Source: Amazon S3 User Guide, "Event message structure" and "EventBridge event message structure"
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from bastide.aws.objects import Objects, Queue
from bastide.ingest.source import Filter, Item, describe

_ROUNDS = 100  # of at most ten messages each


@dataclass(slots=True)
class Notifications:
    """The objects that a queue's messages name."""

    queue: Queue
    objects: Objects
    prefix: str = ""
    _receipts: list[str] = field(default_factory=list)

    @property
    def threads(self) -> int:
        """See Source."""
        return self.objects.threads

    def list(self, wanted: Filter) -> Iterator[Item]:
        """See Source. Reads at most 1,000 messages."""
        for _ in range(_ROUNDS):
            messages = self.queue.receive()
            if not messages:
                return
            for message in messages:
                self._receipts.append(message.receipt)
                yield from (item for item in parse_notification(message.body) if wanted.takes(item))

    def read(self, item: Item) -> bytes:
        """See Source."""
        return self.objects.read(item.source.removeprefix("s3://"), item.key)

    def settle(self) -> None:
        """What was listed is in the lake: its messages can go."""
        receipts, self._receipts = self._receipts, []
        if receipts:
            self.queue.delete(receipts)


def parse_notification(body: str) -> list[Item]:
    """The objects that a message says were made; none of a test event, a deletion or anything else."""
    try:
        message = json.loads(body)
    except ValueError:
        return []
    if not isinstance(message, dict):
        return []
    if message.get("Type") == "Notification" and isinstance(message.get("Message"), str):
        return parse_notification(message["Message"])
    if message.get("detail-type") == "Object Created":
        return _described(_at(message, "detail"), lambda key: key)
    records = message.get("Records")
    made = [
        one
        for one in (records if isinstance(records, list) else [])
        if isinstance(one, dict) and str(one.get("eventName", "")).startswith("ObjectCreated:")
    ]
    # S3's own notifications have the key as a form has it, EventBridge's as it is.
    return [item for one in made for item in _described(_at(one, "s3"), unquote_plus)]


def _described(told: dict[str, Any], plain: Any) -> list[Item]:
    bucket, key = _at(told, "bucket").get("name"), _at(told, "object").get("key")
    if not isinstance(bucket, str) or not isinstance(key, str) or not bucket or not key:
        return []
    found = _at(told, "object")
    etag, size = found.get("eTag", found.get("etag")), found.get("size")
    return [describe(f"s3://{bucket}", plain(key), str(etag or ""), size if isinstance(size, int) else 0)]


def _at(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
