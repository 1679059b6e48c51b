"""What AWS Config would say: an evaluation for each resource, the compliance of rules and packs, in Config's shapes.

The one idea: several controls of ours may answer one rule, so a resource gets the worst of what they say. A rule that
nothing answers, or that judged nothing, has INSUFFICIENT_DATA; only evaluated resources make it COMPLIANT.
Source: AWS Config API Reference, EvaluationResult, AggregateEvaluationResult, ConformancePackRuleCompliance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bastide.controls import Control
from bastide.controls.control import ACCOUNT
from bastide.model import Estate, Finding, ResourceKey, Status
from bastide.standards.pack import Rule, RuleCoverage, layers, variant

COMPLIANT, NON_COMPLIANT = "COMPLIANT", "NON_COMPLIANT"
NOT_APPLICABLE, INSUFFICIENT_DATA = "NOT_APPLICABLE", "INSUFFICIENT_DATA"
WORDS = {
    Status.FAIL: NON_COMPLIANT,
    Status.UNKNOWN: INSUFFICIENT_DATA,
    Status.PASS: COMPLIANT,
    Status.NOT_APPLICABLE: NOT_APPLICABLE,
}
WORST = tuple(WORDS)  # from the worst
MOST_ANNOTATION = 256  # characters. Source: AWS Config API Reference, Evaluation, "Annotation"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One rule on one resource."""

    rule: str
    resource: ResourceKey
    compliance: str
    annotation: str = ""

    @property
    def resource_type(self) -> str:
        """The type as Config has it: what is about an account or a part of its settings is the account's."""
        return self.resource.type if self.resource.type.startswith("AWS::") else ACCOUNT

    @property
    def resource_id(self) -> str:
        """The id as Config has it."""
        return self.resource.account if self.resource_type == ACCOUNT else self.resource.id


@dataclass(frozen=True, slots=True)
class RuleCompliance:
    """One rule: its compliance, the evaluations behind it, and why there are none."""

    rule: Rule
    compliance: str
    evaluations: tuple[Evaluation, ...] = ()
    why_not: str = ""

    def count(self, compliance: str) -> int:
        """How many resources came out so."""
        return sum(one.compliance == compliance for one in self.evaluations)


@dataclass(frozen=True, slots=True)
class PackCompliance:
    """All rules of a pack. ``score`` in percent: compliant pairs of rule and resource; None when none was evaluated."""

    rules: tuple[RuleCompliance, ...] = field(default=())

    @property
    def compliance(self) -> str:
        """NON_COMPLIANT when a rule is; COMPLIANT when every rule is; else INSUFFICIENT_DATA."""
        said = {one.compliance for one in self.rules}
        if NON_COMPLIANT in said:
            return NON_COMPLIANT
        return COMPLIANT if said == {COMPLIANT} else INSUFFICIENT_DATA

    @property
    def score(self) -> float | None:
        """Percent of compliant pairs; INSUFFICIENT_DATA is in neither number."""
        passed = sum(one.count(COMPLIANT) for one in self.rules)
        judged = passed + sum(one.count(NON_COMPLIANT) for one in self.rules)
        return round(100 * passed / judged, 2) if judged else None


def evaluate(covered: RuleCoverage, verdicts: Iterable[Finding], estate: Estate) -> RuleCompliance:
    """The compliance of one rule by all ``verdicts`` of its controls, passes included."""
    if not covered.controls:
        return RuleCompliance(covered.rule, INSUFFICIENT_DATA, why_not=covered.why_not)
    names = {control.id for control in covered.controls}
    by_resource: dict[ResourceKey, list[Finding]] = {}
    for finding in verdicts:
        if finding.control in names and _within(covered.rule, finding, estate):
            by_resource.setdefault(finding.resource, []).append(finding)
    found = tuple(_evaluation(covered.rule.name, key, by_resource[key]) for key in sorted(by_resource))
    why_not = "" if found else "there is nothing in its scope"
    return RuleCompliance(covered.rule, rule_compliance(found), found, why_not)


def _within(rule: Rule, finding: Finding, estate: Estate) -> bool:
    if not (rule.types or rule.resource_id or rule.tag[0]):
        return True
    resource = estate.by_key.get(finding.resource)
    if resource is not None:
        return rule.covers(resource)
    # What could not be listed may hold resources in the scope.
    return not rule.types or finding.resource.type in rule.types or not finding.resource.type.startswith("AWS::")


def _evaluation(rule: str, key: ResourceKey, findings: list[Finding]) -> Evaluation:
    worst = min(findings, key=lambda one: WORST.index(one.status))
    return Evaluation(rule, key, WORDS[worst.status], worst.reason[:MOST_ANNOTATION])


def rule_compliance(evaluations: Iterable[Evaluation]) -> str:
    """The compliance of a rule by its evaluations."""
    said = {one.compliance for one in evaluations}
    for word in (NON_COMPLIANT, INSUFFICIENT_DATA, COMPLIANT):
        if word in said:
            return word
    return INSUFFICIENT_DATA


def render_result(one: Evaluation, at: Any, mode: str = "DETECTIVE") -> dict[str, Any]:
    """An ``EvaluationResult``; ``at`` is the time of the evaluation in the form that the caller needs."""
    qualifier = {
        "ConfigRuleName": one.rule,
        "ResourceType": one.resource_type,
        "ResourceId": one.resource_id,
        "EvaluationMode": mode,
    }
    found = {
        "EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier, "OrderingTimestamp": at},
        "ComplianceType": one.compliance,
        "ResultRecordedTime": at,
        "ConfigRuleInvokedTime": at,
    }
    return found | ({"Annotation": one.annotation} if one.annotation else {})


def render_aggregate(one: Evaluation, at: Any, home_region: str) -> dict[str, Any]:
    """An ``AggregateEvaluationResult``. ``home_region`` stands where a resource has no region."""
    region = one.resource.region if one.resource.region != "global" else home_region
    return render_result(one, at) | {"AccountId": one.resource.account, "AwsRegion": region}


def judge(
    covered: Sequence[RuleCoverage], estate: Estate, run: Callable[[tuple[Control, ...]], Iterable[Finding]]
) -> tuple[RuleCompliance, ...]:
    """The compliance of each rule on one estate. ``run`` gives all verdicts of controls on it, passes included."""
    found = [(layer, tuple(run(layer))) for layer in layers(covered)]
    verdicts = {
        variant(control): tuple(one for one in findings if one.control == control.id)
        for layer, findings in found
        for control in layer
    }
    return tuple(
        evaluate(one, [finding for each in one.controls for finding in verdicts[variant(each)]], estate)
        for one in covered
    )
