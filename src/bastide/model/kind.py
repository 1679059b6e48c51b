"""What the engine must know of a resource type: where it lives, what identifies it, what cannot change in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """Where resources of a type are looked for."""

    ORGANIZATION = "organization"  # once, in the management account
    ACCOUNT = "account"  # once in every account (region GLOBAL)
    REGION = "region"  # in every region of every account


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Facts of one type, from its handler and the CloudFormation registry.

    ``identified_by``: property paths whose values tell two resources of one account and region apart and are known
    before the resource exists; ``Tags.NAME`` stands for the tag of that name. An empty tuple: there is one per
    account and region. ``create_only``: a change of these means replacement. ``write_only`` and ``read_only`` are
    never compared. ``permissions``: IAM actions by operation (create, read, update, delete, list). ``builds_on``: types
    whose resources of the same region, in any account, are made before these and removed behind them.
    """

    type: str
    scope: Scope
    identified_by: tuple[str, ...]
    create_only: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    data_bearing: bool = False
    permissions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    builds_on: tuple[str, ...] = ()
