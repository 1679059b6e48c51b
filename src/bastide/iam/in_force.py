"""The policies in force for one request, and what of them could not be read.

The one idea: what could not be read is counted by what it could change. A policy that may grant makes a "no"
uncertain, one that may deny makes a "yes" uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass

from bastide.iam.policy_set import PolicySet

GRANTS, DENIES = "may grant", "may deny"


@dataclass(frozen=True, slots=True)
class Unread:
    """A policy that is in force and could not be read: which, why, and what it may change (grant, deny)."""

    what: str
    why: str
    may: frozenset[str] = frozenset({GRANTS, DENIES})
    identity: bool = False  # whether it is the caller's own, so that the resource's side may settle the matter

    def __str__(self) -> str:
        """The policy and why it could not be read."""
        return f"{self.what}: {self.why}"


@dataclass(frozen=True)
class InForce:
    """The policies in force for a caller and a resource, and what of them could not be read."""

    policies: PolicySet
    unread: tuple[Unread, ...] = ()

    def uncertain(self, *, allowed: bool) -> tuple[Unread, ...]:
        """What could turn a decision around."""
        return tuple(one for one in self.unread if (DENIES if allowed else GRANTS) in one.may)
