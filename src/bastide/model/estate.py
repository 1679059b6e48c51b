"""The estate: all resources and the organization, indexed; and what could not be read of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bastide.model.organization import Organization
from bastide.model.resource import Resource, ResourceKey
from bastide.model.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Gap:
    """A type that could not be listed in one account and region, and why. Verdicts on it are UNKNOWN."""

    type: str
    account: str
    region: str
    reason: str
    action: str = ""  # the IAM action that was refused, where one was


@dataclass(frozen=True)
class Estate:
    """An immutable set of resources with their organization; indexed on first use, looked up in constant time."""

    resources: tuple[Resource, ...] = ()
    organization: Organization | None = None
    gaps: tuple[Gap, ...] = ()
    regions: tuple[str, ...] = ()  # the regions that were declared or looked at, sorted
    basis: str = "model"  # model | sandbox | live
    read_at: str = ""  # ISO 8601 UTC; empty for a declared estate

    @cached_property
    def by_key(self) -> dict[ResourceKey, Resource]:
        """Resources by key."""
        return {resource.key: resource for resource in self.resources}

    @cached_property
    def by_type(self) -> dict[str, tuple[Resource, ...]]:
        """Resources by type, in the estate's order."""
        return self._grouped((resource.type, resource) for resource in self.resources)

    @cached_property
    def by_account(self) -> dict[str, tuple[Resource, ...]]:
        """Resources by account, in the estate's order."""
        return self._grouped((resource.account, resource) for resource in self.resources)

    @cached_property
    def by_place(self) -> dict[tuple[str, str, str], tuple[Resource, ...]]:
        """Resources by (type, account, region), in the estate's order."""
        found: dict[tuple[str, str, str], list[Resource]] = {}
        for resource in self.resources:
            found.setdefault((resource.type, resource.account, resource.region), []).append(resource)
        return {place: tuple(resources) for place, resources in found.items()}

    @cached_property
    def by_arn(self) -> dict[str, Resource]:
        """Resources by ARN, those that have one."""
        return {resource.arn: resource for resource in self.resources if resource.arn}

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        """All resources of a type."""
        return self.by_type.get(resource_type, ())

    def in_place(self, resource_type: str, account: str, region: str) -> tuple[Resource, ...]:
        """All resources of a type in one account and region."""
        return self.by_place.get((resource_type, account, region), ())

    @cached_property
    def gaps_by_place(self) -> dict[tuple[str, str, str], Gap]:
        """Gaps by (type, account, region)."""
        return {(gap.type, gap.account, gap.region): gap for gap in self.gaps}

    def listed(self, resource_type: str, account: str, region: str) -> tuple[Resource, ...] | Unknown:
        """Resources of a type in one place; Unknown when they could not be listed, so that absence is not concluded."""
        gap = self.gaps_by_place.get((resource_type, account, region))
        return Unknown(gap.reason) if gap else self.in_place(resource_type, account, region)

    def account_name(self, account: str) -> str:
        """The account's name, or its digits."""
        return self.organization.account_name(account) if self.organization else account

    @staticmethod
    def _grouped(pairs: Iterable[tuple[str, Resource]]) -> dict[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for name, resource in pairs:
            found.setdefault(name, []).append(resource)
        return {name: tuple(resources) for name, resources in found.items()}
