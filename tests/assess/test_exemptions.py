"""Exemptions: where a control does not count, why and until when; never what was not read."""

from dataclasses import replace

import pytest

from bastide.assess import Assessment, Exemption, exempted
from bastide.model import Account, Finding, Organization, ResourceKey, Severity, Status, Unit

ORGANIZATION = Organization(
    "o-acme",
    "r-root",
    "111111111111",
    accounts=(Account("111111111111", "management"), Account("222222222222", "shop", parent_id="ou-prod")),
    units=(Unit("ou-work", "workloads", "r-root", "workloads"), Unit("ou-prod", "prod", "ou-work", "workloads/prod")),
)
FOUND = Finding(
    "s3-bucket-replicated",
    "Buckets are replicated",
    Severity.LOW,
    Status.FAIL,
    ResourceKey("AWS::S3::Bucket", "222222222222", "eu-west-1", "shop-logs"),
    account_name="shop",
    arn="arn:aws:s3:::shop-logs",
    reason="no rule",
)
HERE = Exemption("s3-bucket-*", "workloads", "a copy is dear", "2026-12-31")


def after(
    exemption: Exemption, finding: Finding = FOUND, today: str = "2026-12-31"
) -> tuple[Status, dict[Status, int]]:
    """The status of one finding, and the counts."""
    found = exempted(Assessment((finding,), {finding.control: {finding.status: 1}}), [exemption], ORGANIZATION, today)
    return found.findings[0].status, {status: count for status, count in found.by_status.items() if count}


def test_an_exempt_finding_does_not_count_and_says_why() -> None:
    found = exempted(Assessment((FOUND,), {FOUND.control: {Status.FAIL: 1}}), [HERE], ORGANIZATION, "2026-01-01")
    [one] = found.findings
    assert (one.status, one.reason) == (Status.NOT_APPLICABLE, "accepted: a copy is dear (until 2026-12-31)")
    assert one.evidence["would_be"] == "FAIL" and one.evidence["because"] == "no rule"
    assert found.by_status[Status.FAIL] == 0 and found.by_status[Status.NOT_APPLICABLE] == 1


@pytest.mark.parametrize(
    "exemption",
    [
        replace(HERE, at="*"),
        replace(HERE, at="shop"),
        replace(HERE, at="222222222222"),
        replace(HERE, at="workloads/prod"),
        replace(HERE, until=""),
        replace(HERE, resources=("shop-*",)),
        replace(HERE, resources=("arn:aws:s3:::shop-logs",)),
    ],
)
def test_an_exemption_reaches_what_it_names(exemption: Exemption) -> None:
    assert after(exemption)[0] is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "exemption",
    [
        replace(HERE, at="work"),
        replace(HERE, at="sandbox"),
        replace(HERE, until="2026-12-30"),
        replace(HERE, resources=("other-*",)),
        replace(HERE, control="s3-bucket"),
    ],
)
def test_an_exemption_reaches_nothing_else(exemption: Exemption) -> None:
    assert after(exemption) == (Status.FAIL, {Status.FAIL: 1})


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.PASS])
def test_what_was_not_read_stays_unknown(status: Status) -> None:
    assert after(HERE, replace(FOUND, status=status))[0] is status
