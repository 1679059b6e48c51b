"""Which observed resource a declared one is.

A real identifier decides; else the pin that an earlier apply left; else the properties that identify its type
(``ResourceType.identified_by``). Nothing is matched by likeness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bastide.model import Estate, Resource, ResourceType, Unknown, Value
from bastide.model.provisional import MARK
from bastide.plan.compare import canonical_value, sort_key

TAG = "Tags."


def identity(resource: Resource, kind: ResourceType) -> str | None:
    """The values that identify a resource in its account and region, as one text; None when one is absent or unread."""
    values: list[Value] = []
    for path in kind.identified_by:
        value = resource.tags.get(path[len(TAG) :]) if path.startswith(TAG) else resource.get(path)
        if value is None or isinstance(value, Unknown):
            return None
        values.append(canonical_value(value))
    return sort_key(values)


class Index:
    """Observed resources, to be found by identity within one type, account and region."""

    def __init__(self, observed: Estate, kinds: Mapping[str, ResourceType]) -> None:
        """Index ``observed``; identities are computed for a place when it is first asked for."""
        self._observed = observed
        self._kinds = kinds
        self._places: dict[tuple[str, str, str], dict[str, Resource]] = {}

    def find(self, declared: Resource, pins: Mapping[str, str]) -> Resource | None:
        """The observed resource that ``declared`` (already bound) is; None when there is none."""
        by_id = self._observed.by_key.get(declared.key)
        if by_id is None and MARK in declared.id and declared.id in pins:
            by_id = self._observed.by_key.get(declared.key._replace(id=pins[declared.id]))
        if by_id is not None:
            return by_id
        wanted = identity(declared, self._kinds[declared.type])
        return self._place(declared).get(wanted) if wanted is not None else None

    def _place(self, declared: Resource) -> dict[str, Resource]:
        place = (declared.type, declared.account, declared.region)
        if place not in self._places:
            self._places[place] = dict(self._identities(self._observed.in_place(*place), self._kinds[declared.type]))
        return self._places[place]

    @staticmethod
    def _identities(resources: Iterable[Resource], kind: ResourceType) -> Iterable[tuple[str, Resource]]:
        for resource in resources:
            found = identity(resource, kind)
            if found is not None:
                yield found, resource
