"""What could not be read, told in lines: how much, and what to do about each kind."""

from __future__ import annotations

from bastide.assess import Assessment
from bastide.aws.handler import IN_VAIN
from bastide.model import Estate, Finding, Gap, Resource, ResourceKey, Severity, Status, Unknown
from bastide.show.incomplete import incomplete

OWN, ROLE = "111122223333", "bastide/bastide-reader"


def test_what_was_throttled_to_the_end_is_counted_with_what_reads_it_once_more() -> None:
    key = ResourceKey("AWS::S3::Bucket", OWN, "eu-west-1", "logs")
    bucket = Resource(*key, {"BucketEncryption": Unknown(f"GetBucketEncryption: SlowDown {IN_VAIN}")})
    gap = Gap("AWS::KMS::Key", OWN, "eu-west-1", f"ListAliases: ThrottlingException {IN_VAIN}")
    doubt = Finding("c", "t", Severity.parse("low"), Status.UNKNOWN, key, "logs")
    lines = incomplete(Assessment((doubt,)), Estate((bucket,), gaps=(gap,)), ROLE)
    assert lines == [
        "incomplete: 1 places and 1 values of resources could not be read; their verdicts are UNKNOWN",
        "  of these 2 were throttled for too long: --since last reads them once more",
    ]


def test_nothing_is_said_when_all_was_read() -> None:
    assert incomplete(Assessment(()), Estate(), ROLE) == []
