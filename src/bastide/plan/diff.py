"""diff(desired, observed): the one function behind deployment, drift, remediation and containment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bastide.errors import ContractError
from bastide.model import (
    Action,
    Change,
    Difference,
    Estate,
    Plan,
    Properties,
    Resource,
    ResourceKey,
    ResourceType,
    Unknown,
    Value,
)
from bastide.model.provisional import MARK
from bastide.plan.binding import bind, learn_resource
from bastide.plan.compare import differences, tag_values
from bastide.plan.digest import observation
from bastide.plan.match import Index
from bastide.plan.order import References, ordered, own_tokens, tokens_of

HEALED = (
    "healed"  # Origin.source of a desired resource that a control's finding asks for; its detail is the control's id
)

BUILDS = "it builds on"


@dataclass
class _Draft:
    """What a diff has found so far."""

    bindings: dict[str, str] = field(default_factory=dict)
    changes: dict[ResourceKey, Change] = field(default_factory=dict)  # by the declared key
    matched: set[ResourceKey] = field(default_factory=set)  # observed keys
    uncertain: list[tuple[ResourceKey, str, Unknown]] = field(default_factory=list)
    unseen: dict[str, Unknown] = field(default_factory=dict)  # provisional id of what could not be read → why


def diff(
    desired: Estate,
    observed: Estate,
    kinds: Mapping[str, ResourceType],
    *,
    owned: frozenset[ResourceKey] = frozenset(),
    pins: Mapping[str, str] | None = None,
    target: str = "sandbox",
) -> Plan:
    """The changes that make ``observed`` what ``desired`` says, in an order that works.

    ``owned``: observed keys that Bastide created; of these, what is no longer desired is deleted, and nothing else
    ever is. ``pins``: provisional id → real id, as an earlier apply left them. A resource that could not be listed or
    read is never created or changed blindly, nor is one that would name its identifier: ``Plan.uncertain`` has both.

    Raises:
        ContractError: desired resources build on each other in a circle, or are of a type that has no handler.
    """
    unhandled = sorted({resource.type for resource in desired.resources} - set(kinds))
    if unhandled:
        raise ContractError(f"no handler knows {', '.join(unhandled)}")
    declared = [resource for resource in desired.resources if resource.origin.source != HEALED]
    references = References(declared, kinds)
    needs = {resource.key: references.of(resource) for resource in declared}
    by_key = {resource.key: resource for resource in desired.resources}
    index = Index(observed, kinds)
    draft = _Draft()
    # What is declared comes first: where a finding asks for something else of the same resource, the file decides.
    order = ordered(list(needs), needs) + sorted(by_key.keys() - needs.keys())
    for key in order:
        _consider(by_key[key], desired, observed, kinds, index, pins or {}, draft)
    changes = [_with_needs(draft.changes[key], needs.get(key, ()), draft) for key in order if key in draft.changes]
    changes += _deletes(observed, owned - draft.matched, kinds)
    seen = observation(changes, observed, kinds)
    return Plan(
        changes=tuple(changes),
        bindings=dict(sorted(draft.bindings.items())),
        observed_digest=seen.digest,
        target=target,
        uncertain=tuple(draft.uncertain),
        observed=seen.each,
    )


def _consider(
    declared: Resource,
    desired: Estate,
    observed: Estate,
    kinds: Mapping[str, ResourceType],
    index: Index,
    pins: Mapping[str, str],
    draft: _Draft,
) -> None:
    """Match one declared resource, and note the change that it asks for."""
    bound = replace(
        declared,
        account=bind(declared.account, draft.bindings),
        id=bind(declared.id, draft.bindings),
        arn=bind(declared.arn, draft.bindings),
        properties=bind(declared.properties, draft.bindings),
    )
    gap = observed.gaps_by_place.get((bound.type, bound.account, bound.region))
    found = index.find(bound, pins)
    name = desired.account_name(declared.account)
    if found is None:
        open_ = Unknown(gap.reason) if gap is not None else _unseen(draft, bound.properties, bound.account, bound.id)
        if open_ is None:
            draft.changes[declared.key] = _create(bound, kinds[bound.type], name)
        else:
            draft.uncertain.append((bound.key, "", open_))
            _hide(draft, bound, kinds[bound.type], open_)
    else:
        draft.bindings.update(learn_resource(bound, found, kinds[bound.type]))
        if found.key in draft.matched and declared.origin.source == HEALED:
            return
        draft.matched.add(found.key)
        changed = _update(
            replace(bound, properties=bind(bound.properties, draft.bindings)), found, kinds[bound.type], name, draft
        )
        if changed is None:
            return
        open_ = _unseen(draft, changed.after)
        if open_ is None:
            draft.changes[declared.key] = changed
        else:
            draft.uncertain.extend((found.key, difference.path, open_) for difference in changed.differences)


def _hide(draft: _Draft, bound: Resource, kind: ResourceType, why: Unknown) -> None:
    """Note that nobody knows the real identifiers of a resource, and whether there are any."""
    reason = (
        why.reason
        if why.reason.startswith(BUILDS)
        else f"{BUILDS} {label(bound, kind)}, which could not be read: {why.reason}"
    )
    for token in own_tokens(bound, kind) - draft.unseen.keys():
        draft.unseen[token] = Unknown(reason)


def _unseen(draft: _Draft, *values: Value) -> Unknown | None:
    """Why the values cannot be written yet: they name what could not be read; None when they do not."""
    if not draft.unseen:
        return None
    named = sorted(tokens_of(list(values)) & draft.unseen.keys())
    return draft.unseen[named[0]] if named else None


def label(resource: Resource, kind: ResourceType) -> str:
    """What a person calls a resource: its Name tag, else what identifies it, else its id."""
    named = resource.tags.get("Name")
    texts = [resource.get(path) for path in kind.identified_by if not path.startswith("Tags.")]
    texts += [resource.tags.get(path.removeprefix("Tags.")) for path in kind.identified_by if path.startswith("Tags.")]
    words = [text for text in texts if isinstance(text, str) and MARK not in text]
    return named or (" ".join(words) if (words and MARK in resource.id) or "0000" in resource.id else resource.id)


def _create(bound: Resource, kind: ResourceType, account_name: str) -> Change:
    return Change(
        action=Action.CREATE,
        key=bound.key,
        before=None,
        after=bound.properties,
        differences=tuple(Difference(path, None, value) for path, value in bound.properties.items()),
        name=label(bound, kind),
        account_name=account_name,
        provisional_id=bound.id,
        provisional_arn=bound.arn,
        data_bearing=kind.data_bearing,
        origin=bound.origin,
    )


def _update(bound: Resource, found: Resource, kind: ResourceType, account_name: str, draft: _Draft) -> Change | None:
    """The update or replacement that makes ``found`` what ``bound`` says; None when it is that already."""
    differing, unread = differences(bound.properties, found.properties, kind)
    draft.uncertain.extend((found.key, path, reason) for path, reason in unread)
    if not differing:
        return None
    after = {**bound.properties, **_merged_tags(bound.properties, found.properties)}
    replaced = any(
        difference.path.split(".")[0] in kind.create_only or difference.path in kind.create_only
        for difference in differing
    )
    return Change(
        action=Action.REPLACE if replaced else Action.UPDATE,
        key=found.key,
        before=found.properties,
        after=after,
        differences=tuple(differing),
        reason=bound.origin.detail if bound.origin.source == HEALED else "drift",
        name=label(found, kind),
        account_name=account_name,
        provisional_id=bound.id,
        provisional_arn=bound.arn,
        data_bearing=kind.data_bearing,
        origin=bound.origin,
    )


def _merged_tags(declared: Properties, observed: Properties) -> dict[str, Value]:
    """The tags to write, where tags are declared: the declared ones, and those that others have put there."""
    wanted, there = declared.get("Tags"), observed.get("Tags")
    if not wanted or not there or isinstance(there, Unknown):
        return {}
    tags = tag_values(there) | tag_values(wanted)
    if isinstance(wanted, Mapping):
        return {"Tags": tags}
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def _with_needs(change: Change, needs: Iterable[ResourceKey], draft: _Draft) -> Change:
    """The change with the keys of the changes that it waits for."""
    waits = sorted({draft.changes[key].key for key in needs if key in draft.changes} - {change.key})
    return replace(change, depends_on=tuple(waits))


def _deletes(observed: Estate, keys: Iterable[ResourceKey], kinds: Mapping[str, ResourceType]) -> Sequence[Change]:
    """Deletes of what Bastide created and nobody declares any more; what refers to another goes before it."""
    gone = [observed.by_key[key] for key in sorted(keys) if key in observed.by_key and key.type in kinds]
    references = References(gone, kinds)
    needs = {resource.key: references.of(resource) for resource in gone}
    order = list(reversed(ordered([resource.key for resource in gone], needs)))
    users: dict[ResourceKey, list[ResourceKey]] = {}
    for user, used in needs.items():
        for key in used:
            users.setdefault(key, []).append(user)
    return [
        Change(
            action=Action.DELETE,
            key=key,
            before=observed.by_key[key].properties,
            after=None,
            reason="undeclared",
            name=label(observed.by_key[key], kinds[key.type]),
            account_name=observed.account_name(key.account),
            depends_on=tuple(sorted(users.get(key, ()))),
            data_bearing=kinds[key.type].data_bearing,
        )
        for key in order
    ]
