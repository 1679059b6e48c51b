"""AWS Config: what complies, by rule and by resource. moto: has none of it.

Source: AWS Config API Reference, DescribeComplianceByConfigRule, GetComplianceDetailsByConfigRule,
DescribeComplianceByResource, GetComplianceDetailsByResource, GetComplianceSummaryByConfigRule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bastide.controls.control import ACCOUNT
from bastide.model import GLOBAL, ResourceKey
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_proactive import proactive_results
from bastide.sandbox.shims.config_rules import compliance, invalid, named, page, require_rule
from bastide.standards.evaluation import (
    COMPLIANT,
    INSUFFICIENT_DATA,
    MOST_ANNOTATION,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    Evaluation,
    RuleCompliance,
    render_result,
    rule_compliance,
)

MOST_COUNTED = 25  # AWS counts no further
WORDS = (COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, INSUFFICIENT_DATA)


def capped(count: int, most: int = MOST_COUNTED) -> dict[str, Any]:
    """A ``ComplianceContributorCount``."""
    return {"CappedCount": min(count, most), "CapExceeded": count > most}


def rule_row(found: RuleCompliance) -> dict[str, Any]:
    """The ``Compliance`` of a rule."""
    row: dict[str, Any] = {"ComplianceType": found.compliance}
    if found.compliance == NON_COMPLIANT:
        row["ComplianceContributorCount"] = capped(found.count(NON_COMPLIANT))
    return row


def wanted_types(call: Call) -> tuple[str, ...]:
    """The compliance types that the call asks for; all of them unless it names some."""
    given = tuple(call.params.get("ComplianceTypes") or WORDS)
    if not set(given) <= set(WORDS):
        raise invalid(f"ComplianceTypes must be among {', '.join(WORDS)}")
    return given


def results_of(found: RuleCompliance, account: str) -> tuple[Evaluation, ...]:
    """The evaluations of a rule; of one that was not evaluated, one about the account that says why."""
    if found.evaluations:
        return found.evaluations
    note = found.why_not[:MOST_ANNOTATION]
    return (Evaluation(found.rule.name, ResourceKey(ACCOUNT, account, GLOBAL, account), INSUFFICIENT_DATA, note),)


@shim("config", "DescribeComplianceByConfigRule")
def describe_compliance_by_config_rule(call: Call) -> Answer:
    """One row a rule."""
    wanted, names = wanted_types(call), [one["ConfigRuleName"] for one in named(call)]
    rows = [
        {"ConfigRuleName": name, "Compliance": rule_row(found)}
        for name, found in compliance(call, names).items()
        if found.compliance in wanted
    ]
    return page(call, "ComplianceByConfigRules", rows, most=25)


@shim("config", "GetComplianceDetailsByConfigRule")
def get_compliance_details_by_config_rule(call: Call) -> Answer:
    """One row a resource."""
    name, wanted = call.params["ConfigRuleName"], wanted_types(call)
    require_rule(call, name)
    found = results_of(compliance(call, [name])[name], call.account)
    rows = [render_result(one, call.at) for one in found if one.compliance in wanted]
    return page(call, "EvaluationResults", rows)


def _by_resource(call: Call) -> dict[tuple[str, str], list[Evaluation]]:
    found: dict[tuple[str, str], list[Evaluation]] = {}
    for rule in compliance(call).values():
        for one in rule.evaluations:
            found.setdefault((one.resource_type, one.resource_id), []).append(one)
    return found


def _resource_row(evaluations: Iterable[Evaluation]) -> Mapping[str, Any]:
    evaluations = list(evaluations)
    word = rule_compliance(evaluations)
    row: dict[str, Any] = {"ComplianceType": word}
    if word == NON_COMPLIANT:
        row["ComplianceContributorCount"] = capped(sum(one.compliance == NON_COMPLIANT for one in evaluations))
    return row


@shim("config", "DescribeComplianceByResource")
def describe_compliance_by_resource(call: Call) -> Answer:
    """One row a resource that some rule evaluated."""
    kind, id, wanted = call.params.get("ResourceType"), call.params.get("ResourceId"), wanted_types(call)
    if id and not kind:
        raise invalid("ResourceType must be given with ResourceId")
    rows = [
        {"ResourceType": key[0], "ResourceId": key[1], "Compliance": row}
        for key, evaluations in sorted(_by_resource(call).items())
        if kind in (None, key[0]) and id in (None, key[1])
        if (row := _resource_row(evaluations))["ComplianceType"] in wanted
    ]
    return page(call, "ComplianceByResources", rows)


@shim("config", "GetComplianceDetailsByResource")
def get_compliance_details_by_resource(call: Call) -> Answer:
    """One row a rule that evaluated the resource; or the rows of a proactive evaluation."""
    wanted, evaluation = wanted_types(call), call.params.get("ResourceEvaluationId")
    if evaluation:
        rows = [row for row in proactive_results(call, evaluation) if row["ComplianceType"] in wanted]
        return page(call, "EvaluationResults", rows)
    key = (call.params.get("ResourceType", ""), call.params.get("ResourceId", ""))
    if not all(key):
        raise invalid("ResourceType and ResourceId must be given")
    found = _by_resource(call).get(key, [])
    return page(call, "EvaluationResults", [render_result(one, call.at) for one in found if one.compliance in wanted])


@shim("config", "GetComplianceSummaryByConfigRule")
def get_compliance_summary_by_config_rule(call: Call) -> Answer:
    """How many rules comply and how many do not."""
    return {"ComplianceSummary": summary(call, (one.compliance for one in compliance(call).values()))}


def summary(call: Call, words: Iterable[str], most: int = MOST_COUNTED) -> dict[str, Any]:
    """A ``ComplianceSummary`` of these compliance types."""
    said = list(words)
    return {
        "CompliantResourceCount": capped(said.count(COMPLIANT), most),
        "NonCompliantResourceCount": capped(said.count(NON_COMPLIANT), most),
        "ComplianceSummaryTimestamp": call.at,
    }


@shim("config", "GetComplianceSummaryByResourceType")
def get_compliance_summary_by_resource_type(call: Call) -> Answer:
    """How many resources comply and how many do not: all together, or for each type that is named."""
    most, found = 100, {key: str(_resource_row(rows)["ComplianceType"]) for key, rows in _by_resource(call).items()}
    kinds = call.params.get("ResourceTypes") or []
    if not kinds:
        return {"ComplianceSummariesByResourceType": [{"ComplianceSummary": summary(call, found.values(), most)}]}
    rows = [
        {
            "ResourceType": kind,
            "ComplianceSummary": summary(call, (word for key, word in found.items() if key[0] == kind), most),
        }
        for kind in kinds
    ]
    return {"ComplianceSummariesByResourceType": rows}
