"""CloudTrail events that came through CloudWatch Logs: subscription files and exports.

One idea: unwrapped, they are JSON lines of events, and go the way of every other CloudTrail file.
Source: AWS CloudTrail User Guide, "Sending events to CloudWatch Logs"
"""

from __future__ import annotations

from bastide.ingest.kinds import Kind, Rendered, cloudtrail
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.source import Item


def detect(name: str, head: bytes) -> bool:
    """By the first message."""
    inner = cloudwatch.peek(head)
    return bool(inner) and cloudtrail.detect(name, str(inner).encode())


class Wrapped(cloudtrail.CloudTrail):
    """The events of many files."""

    def add(self, data: bytes, item: Item) -> Rendered:
        """See Gathering. Raises NotThisKindError when an envelope or a message is broken."""
        return super().add(cloudwatch.joined(cloudwatch.read_messages(data, item)), item)


KIND = Kind(name="cloudtrail-cloudwatch", table="cloudtrail", detect=detect, gather=Wrapped, rank=19)
