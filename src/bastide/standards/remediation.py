"""Remediations of Config rules: which runbook a pack starts for what does not comply, and what of ours does the same.

The one idea: a runbook that AWS publishes is known by what it mends; one that is not known is named, and nobody says
what it does. Nothing is run from here.
Source: AWS Config API Reference, RemediationConfiguration; Systems Manager Automation Runbook Reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bastide.controls import Control
from bastide.model import Resource, Unknown, Value
from bastide.standards.runbooks import RUNBOOKS

REMEDIATION = "AWS::Config::RemediationConfiguration"
ATTEMPTS, RETRY_SECONDS = 5, 60  # when none are named. Source: AWS Config API Reference, RemediationConfiguration


@dataclass(frozen=True, slots=True)
class Remediation:
    """What is started for resources that do not comply with a rule.

    ``parameters``: by name its constant values, or the word RESOURCE_ID. ``attempts`` and ``retry_seconds`` are of
    automatic ones. ``unread``: why a part of it could not be read; empty otherwise.
    """

    rule: str
    document: str
    version: str = ""
    automatic: bool = False
    attempts: int = ATTEMPTS
    retry_seconds: int = RETRY_SECONDS
    parameters: Mapping[str, str] = field(default_factory=dict)
    unread: str = ""

    @property
    def mends(self) -> tuple[str, ...]:
        """The managed rules that the runbook is known to mend."""
        return tuple(sorted(name for name, one in RUNBOOKS.items() if one.document == self.document))

    def text(self, controls: Sequence[Control]) -> str:
        """The remediation in words. ``controls``: those that answer the rule; one that can heal is named."""
        how = f"by itself, {self.attempts} times in {self.retry_seconds} seconds" if self.automatic else "when asked"
        said = f"{self.document or 'a runbook that could not be read'} {how}"
        if self.unread:
            return f"{said}; {self.unread}"
        if not self.mends:
            return f"{said}; what this runbook does is not known here"
        ours = ", ".join(one.id for one in controls if one.heal is not None)
        return f"{said}; bastide plan --heal mends the same by {ours}" if ours else said


def remediations_in(resources: Iterable[Resource]) -> tuple[Remediation, ...]:
    """The remediations among the resources of a template, in its order."""
    return tuple(parse_remediation(one.properties) for one in resources if one.type == REMEDIATION)


def parse_remediation(given: Mapping[str, Value]) -> Remediation:
    """A remediation from its fields, as CloudFormation or the API names them."""
    parameters, unread = _parameters(given.get("Parameters"))
    for name in ("ConfigRuleName", "TargetId"):
        value = given.get(name)
        if not isinstance(value, str) or not value:
            reason = value.reason if isinstance(value, Unknown) else "it is missing"
            unread = unread or f"its {name} could not be read: {reason}"
    automatic = given.get("Automatic")
    if isinstance(automatic, Unknown):
        unread = unread or f"whether it is automatic could not be read: {automatic.reason}"
    return Remediation(
        _text(given.get("ConfigRuleName")),
        _text(given.get("TargetId")),
        _text(given.get("TargetVersion")),
        automatic is True or automatic == "true",
        _number(given.get("MaximumAutomaticAttempts"), ATTEMPTS),
        _number(given.get("RetryAttemptSeconds"), RETRY_SECONDS),
        parameters,
        unread,
    )


def _parameters(given: Value) -> tuple[dict[str, str], str]:
    """Parameters by name, and why they could not be read."""
    if isinstance(given, Unknown):
        return {}, f"its parameters could not be read: {given.reason}"
    found: dict[str, str] = {}
    for name, value in given.items() if isinstance(given, Mapping) else ():
        static = value.get("StaticValue") if isinstance(value, Mapping) else None
        dynamic = value.get("ResourceValue") if isinstance(value, Mapping) else None
        if isinstance(dynamic, Mapping):
            found[name] = _text(dynamic.get("Value"))
        values = static.get("Values", static.get("Value")) if isinstance(static, Mapping) else None
        unknown = next(
            (one for one in (values if isinstance(values, list) else [values]) if isinstance(one, Unknown)), None
        )
        if unknown is not None:
            return found, f"parameter {name}: {unknown.reason}"
        if values is not None:
            found[name] = ",".join(map(str, values)) if isinstance(values, list) else str(values)
    return found, ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Value, default: int) -> int:
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
