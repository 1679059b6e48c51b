"""What was found about one policy, told again of policies that differ only in the name of resource and account.

The one idea: renaming. Where no rule that bears on a resource speaks of resource names in part (a pattern such as
``prod-*``) or of an account's digits in part, a consistent change of the resource's ARN and of its account changes
nothing but these names in the answer. Policies that do not allow this reasoning are asked about one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from bastide.model import Resource
from bastide.prove.access import Access
from bastide.prove.invariants_estate import SHAPES, Policies, Stack, targets_of
from bastide.prove.symbolic import Example

TARGET, OWNER = "\ue000", "\ue001"  # private characters: no policy may hold them
PARTIAL_DIGITS = re.compile(r"\d[*?]|[*?]\d")
Ask = Callable[[Resource], list[Access]]


@dataclass
class Memory:
    """Answers by the shape of the policy."""

    policies: Policies
    zone: str
    _known: dict[tuple[object, ...], tuple[str, str, list[Access]]] = field(default_factory=dict)
    _plain: dict[str, tuple[bool, bool]] = field(default_factory=dict)

    def of(self, resource: Resource, state: str, ask: Ask) -> list[Access]:
        """The answer about a resource with a policy; ``state`` is what else bears on it."""
        arn = _only_target(resource)
        key = self._key(resource, arn, state) if arn else None
        if key is None:
            return ask(resource)
        known = self._known.get(key)
        if known is None:
            found = ask(resource)
            self._known[key] = (arn, resource.account, found)
            return found
        return [_renamed(one, known[0], known[1], arn, resource) for one in known[2]] if known[2] else []

    def _key(self, resource: Resource, arn: str, state: str) -> tuple[object, ...] | None:
        shape = SHAPES[resource.type]
        policy = resource.properties.get(shape.policy) if shape.policy else dict(resource.properties)
        text = _text(policy)
        if text is None or TARGET in text or OWNER in text or not _names_whole(policy, arn):
            return None
        any_name, any_account = self._stacks(resource.account)
        if not any_name:
            return None
        text = text.replace(arn, TARGET)
        owner: object = resource.account
        if any_account and not PARTIAL_DIGITS.search(text):
            text = text.replace(resource.account, OWNER)
            owner = id(self.policies.rcps(resource.account))
        inside = resource.account in self.policies.accounts
        return resource.type, text, state, owner, inside

    def _stacks(self, account: str) -> tuple[bool, bool]:
        """Whether what binds the account's resources speaks of no resource by name, and of no account."""
        if account not in self._plain:
            stacks = [self.policies.rcps(account)]
            if self.zone == "account":
                stacks += [self.policies.scps(member) for member in self.policies.members]
            self._plain[account] = (all(map(_any_name, stacks)), not any(one.names_accounts for one in stacks))
        return self._plain[account]


def _any_name(stack: Stack) -> bool:
    return all(
        rule.statement.not_resource is None and rule.statement.resource in (None, ("*",)) for rule in stack.every
    )


def _only_target(resource: Resource) -> str:
    """The ARN of the resource that a policy is about; empty where there are several, or none is known."""
    targets = targets_of(resource, SHAPES[resource.type])
    return targets[0] if len(targets) == 1 and targets[0].startswith("arn:") else ""


def _text(policy: Any) -> str | None:
    try:
        return msgspec.json.encode(policy).decode()
    except (TypeError, ValueError):  # it holds something unread, which is no JSON value
        return None


def _names_whole(policy: Any, arn: str) -> bool:
    """Whether each resource that the policy names is any, or begins with the resource's own ARN."""
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    if statements is None:
        return isinstance(policy, Mapping) and "Principal" in policy  # a permission of its own, whose resource is its
    listed = statements if isinstance(statements, list | tuple) else [statements]
    return all(isinstance(one, Mapping) and _names_own(one, arn) for one in listed)


def _names_own(statement: Mapping[str, Any], arn: str) -> bool:
    named = statement.get("Resource", "*")
    listed = named if isinstance(named, list | tuple) else [named]
    return "NotResource" not in statement and all(
        isinstance(one, str) and (one == "*" or one.startswith(arn)) for one in listed
    )


def _renamed(access: Access, old: str, old_account: str, arn: str, resource: Resource) -> Access:
    def said(text: str) -> str:
        return text.replace(old, TARGET).replace(old_account, resource.account).replace(TARGET, arn)

    name = said(access.resource) if access.resource.startswith("arn:") else _bare(resource, arn)
    return replace(
        access, resource=name, account=resource.account, region=resource.region, who=said(access.who),
        conditions=tuple(map(said, access.conditions)), example=_example(access.example, said),
        why=access.why.replace(access.resource, name),
    )  # fmt: skip


def _bare(resource: Resource, arn: str) -> str:
    """The name that is written where the policy names its resource without an ARN."""
    target = SHAPES[resource.type].target
    value = resource.properties.get(target) if target else None
    return value if isinstance(value, str) else arn


def _example(example: Example | None, said: Callable[[str], str]) -> Example | None:
    if example is None:
        return None
    keys = {key: tuple(map(said, values)) for key, values in example.keys.items()}
    return replace(example, resource=said(example.resource), keys=keys)
