"""Which of many rules may speak about the actions of some services: found by service, not by asking each rule.

One idea: nearly every rule names the services of its actions, so a question about ``s3`` need not look at those of
``ec2``. Rules of any service (``*``, NotAction) are always near; those that match every request come first.
"""

from __future__ import annotations

from collections.abc import Iterable

from bastide.prove.symbolic.rule import Rule


class Near:
    """An index of rules by service; built once a question."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        every = list(rules)
        whole = {rule for rule in every if rule.is_everything}
        self.rules = tuple(sorted(every, key=lambda rule: rule not in whole)) if whole else tuple(every)
        found: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for pattern in rule.statement.action or ("*",):
                found.setdefault(pattern.partition(":")[0].lower(), []).append(number)
        self._by_service = found
        wild = [service for service in found if "*" in service or "?" in service]
        self._anywhere = [number for service in wild for number in found[service]]

    def of(self, services: frozenset[str]) -> tuple[Rule, ...]:
        """The rules that may speak about actions of some services (empty: of any), in their order."""
        if not services:
            return self.rules
        found = set(self._anywhere).union(*(self._by_service.get(service, ()) for service in services))
        return tuple(self.rules[number] for number in sorted(found))
