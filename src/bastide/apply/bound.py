"""A change with real identifiers in the place of provisional ones, and what a finished one teaches about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bastide.aws.handler import Found
from bastide.errors import ContractError
from bastide.model import Action, Change, Properties, Resource, ResourceType
from bastide.plan.binding import bind, learn_resource
from bastide.plan.order import tokens_of


def bound(change: Change, bindings: Mapping[str, str], kind: ResourceType) -> Change:
    """The change ready to be made: everything that it refers to is real, and what AWS sets itself is left out.

    Raises:
        ContractError: it refers to an identifier that nobody has learnt.
    """
    after = change.after
    if after is not None:
        settable = {name: value for name, value in after.items() if name not in kind.read_only}
        after = bind(settable, bindings)
    # A replaced resource's own token stands for the old one until the new one is read back.
    own = set(tokens_of(change.provisional_id)) if change.action is Action.REPLACE else set()
    others = {token: real for token, real in bindings.items() if token not in own} if own else bindings
    made = replace(
        change,
        key=change.key._replace(account=bind(change.key.account, bindings), id=bind(change.key.id, bindings)),
        after=after,
        differences=tuple(replace(one, after=bind(one.after, bindings)) for one in change.differences),
        provisional_id=bind(change.provisional_id, others),
        provisional_arn=bind(change.provisional_arn, others),
    )
    unknown = sorted(tokens_of(made.after) | tokens_of(made.key.account))
    if unknown:
        raise ContractError(f"{made.key.type} refers to what does not exist yet: {', '.join(unknown)}", str(made.key))
    return made


def learnt(change: Change, declared: Properties, found: Found, kind: ResourceType) -> dict[str, str]:
    """Provisional → real, from a resource that was read back: its identifier, ARN and what only AWS says of it.

    ``declared``: the desired properties as planned, with tokens where they are still unknown.
    """
    key = change.key
    planned = Resource(key.type, key.account, key.region, change.provisional_id, declared, change.provisional_arn)
    real = Resource(key.type, key.account, key.region, found.id, found.properties, found.arn)
    return learn_resource(planned, real, kind)
