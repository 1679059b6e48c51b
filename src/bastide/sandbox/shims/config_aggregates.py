"""AWS Config: compliance over accounts and Regions, through an aggregator. moto: keeps aggregators, aggregates nothing.

One idea: an aggregator says which places it looks at; each place answers for itself.
Source: AWS Config API Reference, DescribeAggregateComplianceByConfigRules, GetAggregateComplianceDetailsByConfigRule,
GetAggregateConfigRuleComplianceSummary, DescribeAggregateComplianceByConformancePacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_compliance import results_of, rule_row, summary
from bastide.sandbox.shims.config_organization import in_place
from bastide.sandbox.shims.config_packs import pack_compliance, packs
from bastide.sandbox.shims.config_rules import compliance, invalid, page, rules
from bastide.sandbox.shims.organizations import tree
from bastide.sandbox.wire import AwsError
from bastide.standards.evaluation import COMPLIANT, INSUFFICIENT_DATA, NON_COMPLIANT, render_aggregate

Place = tuple[str, str, Call]
MOST_COUNTED = 100
GROUPS = {"ACCOUNT_ID": 0, "AWS_REGION": 1}


def _aggregator(call: Call) -> Any:
    name = call.params["ConfigurationAggregatorName"]
    found = moto.backend("config", call.account, call.region).config_aggregators.get(name)
    if found is None:
        text = "The configuration aggregator does not exist. Check the configuration aggregator name and try again."
        raise AwsError("NoSuchConfigurationAggregatorException", text)
    return found


def _places(call: Call) -> Iterator[Place]:
    """Account, Region and the call as it would be there, of every place with rules that the aggregator looks at."""
    aggregator, filters = _aggregator(call), call.params.get("Filters") or {}
    seen: set[tuple[str, str]] = set()
    for accounts, regions in _sources(call, aggregator):
        for account in accounts:
            for region in regions or moto.backend_dict("config")[account].regions:
                there = in_place(call, account, region)
                wanted = filters.get("AccountId") in (None, account) and filters.get("AwsRegion") in (None, region)
                if wanted and (account, region) not in seen and rules(there):
                    seen.add((account, region))
                    yield account, region, there


def _sources(call: Call, aggregator: Any) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Accounts and Regions of each source; no Regions for all of them."""
    for source in aggregator.account_aggregation_sources or ():
        regions = tuple(source.aws_regions or ())
        yield [one for one in source.account_ids if _authorized(call, one)], regions
    organization = aggregator.organization_aggregation_source
    if organization is not None:
        active = [one.id for one in tree(call).accounts if one.status == "ACTIVE"]
        yield active, tuple(organization.aws_regions or ())


def _authorized(call: Call, account: str) -> bool:
    """Whether an account lets this one aggregate. Source: Developer Guide, "Authorizing Aggregator Accounts"."""
    if account == call.account:
        return True
    return any(
        (one.authorized_account_id, one.authorized_aws_region) == (call.account, call.region)
        for region in moto.backend_dict("config")[account].regions
        for one in moto.backend("config", account, region).aggregation_authorizations.values()
    )


@shim("config", "DescribeAggregateComplianceByConfigRules")
def describe_aggregate_compliance_by_config_rules(call: Call) -> Answer:
    """One row a rule, account and Region."""
    filters = call.params.get("Filters") or {}
    rows = [
        {"ConfigRuleName": name, "Compliance": rule_row(found), "AccountId": account, "AwsRegion": region}
        for account, region, there in sorted(_places(call), key=lambda place: place[:2])
        for name, found in compliance(there).items()
        if filters.get("ConfigRuleName") in (None, name) and filters.get("ComplianceType") in (None, found.compliance)
    ]
    return page(call, "AggregateComplianceByConfigRules", rows)


@shim("config", "GetAggregateComplianceDetailsByConfigRule")
def get_aggregate_compliance_details_by_config_rule(call: Call) -> Answer:
    """One row a resource of one rule in one place."""
    params = call.params
    account, region, name = params["AccountId"], params["AwsRegion"], params["ConfigRuleName"]
    place = next((there for *where, there in _places(call) if where == [account, region]), None)
    if place is None or name not in rules(place):
        return page(call, "AggregateEvaluationResults", [])
    found = results_of(compliance(place, [name])[name], account)
    word = params.get("ComplianceType")
    rows = [render_aggregate(one, call.at, region) for one in found if word in (None, one.compliance)]
    return page(call, "AggregateEvaluationResults", rows)


@shim("config", "GetAggregateConfigRuleComplianceSummary")
def get_aggregate_config_rule_compliance_summary(call: Call) -> Answer:
    """How many rules comply, together or by account or Region."""
    said = [(place[:2], one.compliance) for place in _places(call) for one in compliance(place[2]).values()]
    rows = [
        ({"GroupName": name} if name else {}) | {"ComplianceSummary": summary(call, words, MOST_COUNTED)}
        for name, words in _grouped(call, said).items()
    ]
    found = page(call, "AggregateComplianceCounts", rows, most=1000)
    return found | _group_key(call)


def _group_key(call: Call) -> dict[str, str]:
    key = call.params.get("GroupByKey")
    if key is not None and key not in GROUPS:
        raise invalid(f"GroupByKey must be among {', '.join(GROUPS)}")
    return {"GroupByKey": key} if key else {}


def _grouped(call: Call, said: Iterable[tuple[tuple[str, str], str]]) -> Mapping[str, list[str]]:
    """Words by the group that the call wants; all under an empty name when it wants none."""
    key = _group_key(call).get("GroupByKey")
    found: dict[str, list[str]] = {} if key else {"": []}
    for place, word in said:
        found.setdefault(place[GROUPS[key]] if key else "", []).append(word)
    return {name: found[name] for name in sorted(found)}


@shim("config", "DescribeAggregateComplianceByConformancePacks")
def describe_aggregate_compliance_by_conformance_packs(call: Call) -> Answer:
    """One row a pack, account and Region."""
    filters = call.params.get("Filters") or {}
    rows = []
    for account, region, there in sorted(_places(call), key=lambda place: place[:2]):
        for name, record in sorted(packs(there).items()):
            found = pack_compliance(there, record)
            if filters.get("ConformancePackName") not in (None, name):
                continue
            if filters.get("ComplianceType") not in (None, found.compliance):
                continue
            words = [one.compliance for one in found.rules]
            numbers = {
                "ComplianceType": found.compliance,
                "CompliantRuleCount": words.count(COMPLIANT),
                "NonCompliantRuleCount": words.count(NON_COMPLIANT),
                "TotalRuleCount": len(words),
            }
            rows.append({"ConformancePackName": name, "Compliance": numbers, "AccountId": account, "AwsRegion": region})
    return page(call, "AggregateComplianceByConformancePacks", rows)


@shim("config", "GetAggregateConformancePackComplianceSummary")
def get_aggregate_conformance_pack_compliance_summary(call: Call) -> Answer:
    """How many packs comply, together or by account or Region. A pack without data is in neither number."""
    said = [
        (place[:2], word)
        for place in _places(call)
        for record in packs(place[2]).values()
        if (word := pack_compliance(place[2], record).compliance) != INSUFFICIENT_DATA
    ]
    rows = [
        ({"GroupName": name} if name else {})
        | {
            "ComplianceSummary": {
                "CompliantConformancePackCount": words.count(COMPLIANT),
                "NonCompliantConformancePackCount": words.count(NON_COMPLIANT),
            }
        }
        for name, words in _grouped(call, said).items()
    ]
    found = page(call, "AggregateConformancePackComplianceSummaries", rows, most=1000)
    return found | _group_key(call)
