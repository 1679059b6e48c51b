"""Verdicts, their order of badness, and findings that keep their identity."""

import dataclasses

import pytest

from bastide.model import Finding, ResourceKey, Severity, Status, Unknown, fail, not_applicable, unknown

KEY = ResourceKey("AWS::S3::Bucket", "111111111111", "us-east-1", "logs")
FINDING = Finding("s3-bucket-versioning-enabled", "Versioned", Severity.LOW, Status.FAIL, KEY)


def test_severities_are_ordered_and_named() -> None:
    assert [str(one) for one in sorted(Severity)] == ["informational", "low", "medium", "high", "critical"]
    assert Severity.parse("High") is Severity.HIGH > Severity.MEDIUM
    with pytest.raises(KeyError):
        Severity.parse("urgent")


def test_a_finding_s_id_is_known_for_ever() -> None:
    # A literal: ids lie in other people's baselines and ledgers.
    assert FINDING.id == "e2d662de253cbb7f"


def test_a_finding_s_id_depends_on_control_and_resource_alone() -> None:
    same = dataclasses.replace(
        FINDING, status=Status.UNKNOWN, severity=Severity.HIGH, reason="other", account_name="logs", basis="live"
    )
    assert same.id == FINDING.id
    others = [dataclasses.replace(FINDING, control="other")]
    others += [dataclasses.replace(FINDING, resource=KEY._replace(**{part: "x"})) for part in KEY._fields]
    assert len({FINDING.id, *(one.id for one in others)}) == 1 + len(others)


def test_a_verdict_carries_the_reason_of_what_could_not_be_read() -> None:
    assert unknown(Unknown("AccessDenied"), "A.B").reason == "AccessDenied"
    assert unknown("throttled").status is Status.UNKNOWN
    assert (fail("off", "A").status, fail("off", "A").path) == (Status.FAIL, "A")
    assert not_applicable("no policy").status is Status.NOT_APPLICABLE
