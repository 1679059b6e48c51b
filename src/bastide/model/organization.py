"""The organization tree: root, units, accounts, and the policies attached to them.

Source: AWS Organizations User Guide, "Terminology and concepts" and "Inheritance for policies".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bastide.model.policy import PolicyDocument


@dataclass(frozen=True, slots=True)
class Account:
    """One account. ``id`` is 12 digits; ``status`` is ACTIVE, SUSPENDED, PENDING_CLOSURE or CLOSED."""

    id: str
    name: str
    email: str = ""
    parent_id: str = ""
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Unit:
    """One organizational unit; ``path`` is its names from below the root, joined by ``/``."""

    id: str
    name: str
    parent_id: str
    path: str


@dataclass(frozen=True, slots=True)
class OrganizationPolicy:
    """A policy of the organization and the ids of the root, units and accounts that it is attached to."""

    id: str
    name: str
    type: str  # SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY, …
    document: PolicyDocument | None  # None when it could not be read; ``unreadable`` says why
    targets: tuple[str, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True)
class Organization:
    """The tree as it is at one moment; look-ups are constant time."""

    id: str
    root_id: str
    management_account: str
    accounts: tuple[Account, ...] = ()
    units: tuple[Unit, ...] = ()
    policies: tuple[OrganizationPolicy, ...] = ()

    @cached_property
    def accounts_by_id(self) -> dict[str, Account]:
        """Accounts by their 12 digits."""
        return {account.id: account for account in self.accounts}

    @cached_property
    def units_by_id(self) -> dict[str, Unit]:
        """Units by id."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def policies_by_target(self) -> dict[str, tuple[OrganizationPolicy, ...]]:
        """Policies by the id of the node that they are attached to."""
        found: dict[str, list[OrganizationPolicy]] = {}
        for policy in self.policies:
            for target in policy.targets:
                found.setdefault(target, []).append(policy)
        return {target: tuple(policies) for target, policies in found.items()}

    def account_name(self, account: str) -> str:
        """The name of an account, or its digits when the organization does not know it."""
        known = self.accounts_by_id.get(account)
        return known.name if known else account

    def path(self, account: str) -> tuple[str, ...]:
        """Ids from the root down to the account itself; empty for an account outside the organization."""
        known = self.accounts_by_id.get(account)
        if known is None:
            return ()
        nodes = [account]
        parent = known.parent_id
        while parent in self.units_by_id:
            nodes.append(parent)
            parent = self.units_by_id[parent].parent_id
        nodes.append(self.root_id)
        return tuple(reversed(nodes))

    def unit_path(self, account: str) -> str:
        """The path of the unit that holds the account; empty when it lies in the root."""
        known = self.accounts_by_id.get(account)
        unit = self.units_by_id.get(known.parent_id) if known else None
        return unit.path if unit else ""

    def policies_above(self, account: str, policy_type: str) -> tuple[tuple[OrganizationPolicy, ...], ...]:
        """Policies of one type in force on an account, one tuple for each level from the root to the account."""
        return tuple(
            tuple(policy for policy in self.policies_by_target.get(node, ()) if policy.type == policy_type)
            for node in self.path(account)
        )
