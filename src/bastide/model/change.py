"""One change and one ordered plan: deploying, healing drift, fixing a finding, containing an incident are all this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bastide.model.resource import Origin, ResourceKey
from bastide.model.unknown import Properties, Unknown, Value


class Action(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that differs: its path, what was observed (None when absent) and what is desired."""

    path: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one resource.

    ``before`` holds all observed properties (None for a create), ``after`` the desired ones (None for a delete). The
    key's id is the observed identifier, or the declared (perhaps provisional) one of a create. ``provisional_id`` is
    the declared identifier whose place the real one takes. ``depends_on`` names keys of other changes of the same
    plan.
    """

    action: Action
    key: ResourceKey
    before: Properties | None
    after: Properties | None
    differences: tuple[Difference, ...] = ()
    reason: str = "declared"  # declared | drift | undeclared | the slug of the control whose finding it heals
    name: str = ""
    account_name: str = ""
    provisional_id: str = ""
    provisional_arn: str = ""
    depends_on: tuple[ResourceKey, ...] = ()
    data_bearing: bool = False
    origin: Origin = Origin()


@dataclass(frozen=True)
class Plan:
    """Changes in an order that respects what builds on what, bound to what was observed.

    ``observed_digest`` is the hash of the observed properties that the plan was made from; ``digest`` (of the whole) is
    computed in ``plan``. ``bindings`` maps each provisional string that is already known to the real one. ``uncertain``
    says what could not be compared because it could not be read: a plan with such lines is incomplete. ``observed``
    holds a fingerprint of what each change was made from, in their order, so that what has moved since can be named;
    empty in a plan that was not made from an observation, or by a Bastide that kept none.
    """

    changes: tuple[Change, ...]
    bindings: Mapping[str, str] = field(default_factory=dict)
    observed_digest: str = ""
    target: str = "sandbox"
    uncertain: tuple[tuple[ResourceKey, str, Unknown], ...] = ()
    observed: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing is to be done and nothing was left open."""
        return not self.changes and not self.uncertain
