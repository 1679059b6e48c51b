"""What the tables of a region have provisioned stays well below what the account may provision there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.controls.lookup import elements_of, number
from bastide.controls.parameter import Parameter
from bastide.controls.policies import worst
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown

TABLE, LIMITS = "AWS::DynamoDB::Table", "Bastide::DynamoDB::Limits"
READ, WRITE = "ReadCapacityUnits", "WriteCapacityUnits"
ACCOUNT_MOST = {READ: "AccountMaxReadCapacityUnits", WRITE: "AccountMaxWriteCapacityUnits"}


@control(
    title="Provisioned throughput of DynamoDB stays below the account's limit",
    resource_type=ACCOUNT_REGION,
    severity="medium",
    maps_to=("NIST-800-53r5:CP-2(2)", "NIST-800-53r5:SC-5(2)"),
    source="AWS Config Developer Guide, dynamodb-throughput-limit-check; Amazon DynamoDB API Reference, DescribeLimits",
    remediation="Ask for a higher quota, or provision less.",
    reads=(TABLE, LIMITS),
    config_rule="dynamodb-throughput-limit-check",
    parameters=(
        Parameter("accountRCUThresholdPercentage", "integer", 80, "percent of the read capacity that are too much"),
        Parameter("accountWCUThresholdPercentage", "integer", 80, "percent of the write capacity that are too much"),
    ),
)
def dynamodb_throughput_below_limit(
    region: Resource, estate: Estate, *, account_rcu_threshold_percentage: int, account_wcu_threshold_percentage: int
) -> Verdict:
    """FAIL when reads or writes that tables and their indexes have provisioned reach the percentage."""
    limits = estate.listed(LIMITS, region.account, region.region)
    tables = estate.listed(TABLE, region.account, region.region)
    for one in (limits, tables):
        if isinstance(one, Unknown):
            return unknown(one)
    if isinstance(limits, Unknown) or isinstance(tables, Unknown) or not limits:
        return not_applicable("the account's limits are not known of what does not run yet")
    asked = {READ: account_rcu_threshold_percentage, WRITE: account_wcu_threshold_percentage}
    return worst(_judge(name, percent, limits[0], tables) for name, percent in asked.items())


def _judge(name: str, percent: int, limits: Resource, tables: tuple[Resource, ...]) -> Verdict:
    most = number(limits.get(ACCOUNT_MOST[name]))
    if isinstance(most, Unknown):
        return unknown(most)
    doubt: Unknown | None = None
    used = 0.0
    for one in (each for table in tables for each in _provisioned(table, name)):
        if isinstance(one, Unknown):
            doubt = one
        else:
            used += one
    if used * 100 >= most * percent:
        return fail(f"{used:g} of {most:g} {name} are provisioned")
    return unknown(doubt) if doubt is not None else PASS


def _provisioned(table: Resource, name: str) -> Iterator[float | Unknown]:
    """The units of a table and of each global secondary index; nothing of what is paid by the request."""
    indexes = elements_of(table.get("GlobalSecondaryIndexes"))
    holders: list[Value] = [table.properties, *([indexes] if isinstance(indexes, Unknown) else indexes)]
    for holder in holders:
        found = holder.get("ProvisionedThroughput") if isinstance(holder, Mapping) else holder
        units = found.get(name) if isinstance(found, Mapping) else found
        if units is not None:
            yield number(units)
