"""Security Hub's findings, as AWS documents them.

Source: Security Hub API Reference, GetFindings, AwsSecurityFindingFilters, BatchImportFindings, BatchUpdateFindings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def hub(world: Any) -> Any:
    """Security Hub of the member log with three findings."""
    client = world.client("securityhub", "log")
    client.enable_security_hub(EnableDefaultStandards=False)
    rows = [
        finding(world, "a", "AwsS3Bucket", {"Label": "HIGH"}, tags={"team": "red"}),
        finding(world, "b", "AwsEc2Instance", {"Normalized": 40}, tags={"team": "blue"}),
        finding(world, "c", "AwsEc2SecurityGroup", {"Label": "CRITICAL"}, when="2026-01-01T00:00:00Z"),
    ]
    assert client.batch_import_findings(Findings=rows)["SuccessCount"] == 3
    return client


def finding(
    world: Any, name: str, kind: str, severity: Any, *, tags: Any = None, when: str = "2026-11-01T00:00:00Z"
) -> dict[str, Any]:
    """A finding of the member log's own."""
    account = world.accounts["log"]
    return {
        "SchemaVersion": "2018-10-08",
        "Id": name,
        "ProductArn": f"arn:aws:securityhub:eu-west-1:{account}:product/{account}/default",
        "GeneratorId": "test",
        "AwsAccountId": account,
        "Types": ["Effects/Data Exposure"],
        "CreatedAt": when,
        "UpdatedAt": when,
        "Severity": severity,
        "Title": f"Finding {name}",
        "Description": "Something was found",
        "Resources": [{"Type": kind, "Id": f"arn:aws:x:::{name}", "Tags": tags or {}}],
    }


@pytest.fixture(scope="module")
def ids(hub: Any) -> Callable[..., str]:
    """The ids of the findings that the filters let through, in one text."""

    def listing(**filters: Any) -> str:
        return "".join(sorted(row["Id"] for row in hub.get_findings(Filters=filters)["Findings"]))

    return listing


def equals(*values: str) -> list[dict[str, str]]:
    """One of these texts."""
    return [{"Value": value, "Comparison": "EQUALS"} for value in values]


def test_filters_of_a_field_are_alternatives_and_fields_all_count(ids: Callable[..., str]) -> None:
    assert ids() == "abc"
    assert ids(SeverityLabel=equals("HIGH", "CRITICAL")) == "ac"
    assert ids(SeverityLabel=equals("HIGH", "CRITICAL"), ResourceType=equals("AwsS3Bucket")) == "a"
    assert ids(Title=equals("Finding")) == ""


def test_prefixes_negations_numbers_dates_and_maps_filter(ids: Callable[..., str]) -> None:
    assert ids(ResourceType=[{"Value": "AwsEc2", "Comparison": "PREFIX"}]) == "bc"
    negated = [{"Value": value, "Comparison": "NOT_EQUALS"} for value in ("HIGH", "MEDIUM")]
    assert ids(SeverityLabel=negated) == "c"
    assert ids(SeverityNormalized=[{"Gte": 40, "Lte": 70}]) == "ab"
    assert ids(UpdatedAt=[{"Start": "2026-10-01T00:00:00Z", "End": "2026-12-01T00:00:00Z"}]) == "ab"
    assert ids(ResourceTags=[{"Key": "team", "Value": "red", "Comparison": "EQUALS"}]) == "a"
    assert ids(ResourceTags=[{"Key": "team", "Value": "red", "Comparison": "NOT_EQUALS"}]) == "bc"


def test_a_filter_that_the_sandbox_does_not_know_is_refused_rather_than_ignored(hub: Any, refused: Any) -> None:
    refused("NotImplementedInSandbox", hub.get_findings, Filters={"MalwareName": equals("x")})


def test_findings_come_in_order_and_in_pages(hub: Any) -> None:
    order = [{"Field": "SeverityNormalized", "SortOrder": "desc"}]
    first = hub.get_findings(SortCriteria=order, MaxResults=2)
    rest = hub.get_findings(SortCriteria=order, NextToken=first["NextToken"])
    assert [row["Id"] for row in [*first["Findings"], *rest["Findings"]]] == ["c", "a", "b"]
    assert "NextToken" not in rest


def test_what_an_analyst_says_survives_the_next_import(world: Any, hub: Any, ids: Callable[..., str]) -> None:
    row = finding(world, "b", "AwsEc2Instance", {"Normalized": 40}, when="2026-11-02T00:00:00Z")
    known = {"Id": "b", "ProductArn": row["ProductArn"]}
    unknown = {"Id": "zzz", "ProductArn": row["ProductArn"]}
    note = {"Text": "looked at", "UpdatedBy": "ada"}
    made = hub.batch_update_findings(FindingIdentifiers=[known, unknown], Workflow={"Status": "RESOLVED"}, Note=note)
    assert made["ProcessedFindings"] == [known]
    assert made["UnprocessedFindings"][0]["ErrorCode"] == "FindingNotFound"
    assert ids(WorkflowStatus=equals("NEW")) == "ac"
    hub.batch_import_findings(Findings=[row])
    assert ids(WorkflowStatus=equals("RESOLVED"), NoteText=equals("looked at")) == "b"


def test_only_findings_of_ones_own_product_and_account_are_taken(world: Any, hub: Any) -> None:
    foreign = finding(world, "x", "AwsS3Bucket", {"Label": "LOW"})
    foreign["ProductArn"] = "arn:aws:securityhub:eu-west-1::product/aws/guardduty"
    other = finding(world, "y", "AwsS3Bucket", {"Label": "LOW"}) | {"AwsAccountId": world.accounts["work"]}
    stale = finding(world, "a", "AwsS3Bucket", {"Label": "LOW"})
    made = hub.batch_import_findings(Findings=[foreign, other, stale])
    assert (made["SuccessCount"], made["FailedCount"]) == (0, 3)


def test_the_administrator_sees_its_members_findings(fresh: Any) -> None:
    fresh.trust("securityhub.amazonaws.com")
    fresh.client("securityhub").enable_organization_admin_account(AdminAccountId=fresh.accounts["audit"])
    audit = fresh.client("securityhub", "audit")
    audit.create_members(AccountDetails=[{"AccountId": fresh.accounts["log"]}])
    fresh.client("securityhub", "log").batch_import_findings(
        Findings=[finding(fresh, "a", "AwsS3Bucket", {"Label": "LOW"})]
    )
    assert [row["AwsAccountId"] for row in audit.get_findings()["Findings"]] == [fresh.accounts["log"]]
