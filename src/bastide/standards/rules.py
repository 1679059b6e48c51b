"""AWS Config's managed rules: names, identifiers, types and the Security Hub controls that stand on them.

The one idea: a control of ours answers a managed rule when it says so (``config_rule``), or when it says that it is
the one Security Hub control that the rule stands for. Which parameters AWS's published packs give a rule is kept, since
a pack that is rendered has to give them too.
Source: AWS Config Developer Guide, "List of AWS Config Managed Rules"; AWS's published conformance packs.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from bastide.controls import Control

HUB_PREFIXES = ("FSBP", "SecurityHub")
# Rules of two names that ask one question: those that AWS runs on a schedule as well end in the first; the older and
# the newer rule about backup plans of a service end in the others.
# Source: AWS Config Developer Guide, "List of AWS Config Managed Rules".
PERIODIC = "-periodic"
OLDER, NEWER = "-in-backup-plan", "-resources-protected-by-backup-plan"
SAME = {
    "eks-secrets-encrypted": "eks-cluster-secrets-encrypted",
    "eks-cluster-oldest-supported-version": "eks-cluster-supported-version",
    "mq-cloudwatch-audit-logging-enabled": "mq-cloudwatch-audit-log-enabled",
    "cognito-identity-pool-unauthenticated-logins": "cognito-identity-pool-unauth-access-check",
}


@dataclass(frozen=True, slots=True)
class ManagedRule:
    """One managed rule. ``parameters`` are those that AWS's published packs give it, as text."""

    name: str
    identifier: str
    types: tuple[str, ...] = ()
    security_hub: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


@cache
def managed_rules() -> dict[str, ManagedRule]:
    """Every managed rule by name, sorted."""
    text = (resources.files("bastide.standards") / "data" / "config_rules.csv").read_text(encoding="utf-8")
    return {row["rule"]: _rule(row) for row in csv.DictReader(text.splitlines())}


@cache
def by_identifier() -> dict[str, ManagedRule]:
    """Every managed rule by its ``SourceIdentifier``."""
    return {rule.identifier: rule for rule in managed_rules().values()}


@cache
def by_security_hub() -> dict[str, tuple[ManagedRule, ...]]:
    """The managed rules that a Security Hub control stands on."""
    found: dict[str, tuple[ManagedRule, ...]] = {}
    for rule in managed_rules().values():
        for name in rule.security_hub:
            found[name] = (*found.get(name, ()), rule)
    return found


def _rule(row: Mapping[str, str]) -> ManagedRule:
    parameters = json.loads(row["parameters"]) if row["parameters"] else {}
    types, hub = tuple(row["types"].split()), tuple(row["security_hub"].split())
    return ManagedRule(row["rule"], row["identifier"], types, hub, parameters)


def hub_ids(control: Control) -> tuple[str, ...]:
    """The Security Hub ids that a control maps to: ``S3.8``."""
    pairs = (name.partition(":") for name in control.maps_to)
    return tuple(dict.fromkeys(number for prefix, _, number in pairs if prefix in HUB_PREFIXES))


def answering(rule: ManagedRule, controls: Iterable[Control]) -> tuple[Control, ...]:
    """The controls that answer a managed rule; empty when Bastide has none."""
    controls = tuple(controls)
    named = tuple(one for one in controls if one.config_rule == rule.name)
    named = named or tuple(one for one in controls if one.config_rule in _twins(rule.name))
    if named or len(rule.security_hub) != 1:
        return named
    # A rule that several Security Hub controls share asks something else in each of them.
    return tuple(one for one in controls if rule.security_hub[0] in hub_ids(one))


def _twins(name: str) -> set[str]:
    """The other names of a rule's question."""
    found = {name.removesuffix(PERIODIC), name + PERIODIC, SAME.get(name, name)}
    if name.endswith(OLDER):
        found.add(name.removesuffix(OLDER) + NEWER)
    if name.endswith(NEWER):
        found.add(name.removesuffix(NEWER) + OLDER)
    return found
