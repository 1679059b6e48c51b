"""Which of many rules may speak about the actions of some services: found by service, not by asking each rule.

One idea: nearly every rule names the services of its actions, so a question about ``s3`` need not look at those of
``ec2``. Rules of any service (``*``, NotAction) are always near; those that match every request come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bastide.prove.symbolic.rule import Rule


class Near:
    """An index of rules by service; built once a question."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, rule in enumerate(self.rules):
            for pattern in rule.statement.action or ("*",):
                found[pattern.partition(":")[0].lower()].append(number)
        self._by_service = found
        self._anywhere = {one for service in found if "*" in service or "?" in service for one in found[service]}
        self._whole = {number for number in self._anywhere if self.rules[number].is_everything}

    def of(self, services: frozenset[str]) -> tuple[Rule, ...]:
        """The rules that may speak about actions of some services (empty: of any), in their order."""
        found: Iterable[int] = range(len(self.rules))
        if services:
            found = self._anywhere.union(*(self._by_service.get(service, ()) for service in services))
        order = sorted(found, key=lambda number: (number not in self._whole, number))
        return tuple([self.rules[number] for number in order])
