"""What builds on what, found by value, and an order that respects it.

A resource builds on another when one of its properties holds the other's identifier or ARN, when it lies in an
account that is yet to be made, when its type says so (``builds_on``) or when it does (``depends_on``). Inside policies
only principals count: AWS checks that a principal exists, but not that a resource or a condition's value does; without
this rule a key and the trail that uses it would wait for each other. A provisional identifier always counts: it cannot
be written before it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import rustworkx

from bastide.errors import ContractError
from bastide.model import GLOBAL, Resource, ResourceKey, ResourceType, Value
from bastide.model.provisional import MARK, TOKEN
from bastide.plan.compare import is_policy


def strings_in(value: Value, *, in_policy: bool = False) -> Iterator[str]:
    """Every string of a value that can refer to another resource."""
    if isinstance(value, str):
        if not in_policy:
            yield value
    elif isinstance(value, Mapping):
        if is_policy(value) or in_policy:
            for key, item in value.items():
                yield from strings_in(item, in_policy=key not in ("Principal", "AWS", "Federated"))
        else:
            for item in value.values():
                yield from strings_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings_in(item, in_policy=in_policy)


def tokens_of(value: Value) -> set[str]:
    """Every provisional token in a value, policies included."""
    if isinstance(value, str):
        return set(TOKEN.findall(value)) if MARK in value or "0000" in value else set()
    if isinstance(value, Mapping):
        return {token for item in (*value.keys(), *value.values()) for token in tokens_of(item)}
    if isinstance(value, list | tuple):
        return {token for item in value for token in tokens_of(item)}
    return set()


def own_tokens(resource: Resource, kind: ResourceType) -> set[str]:
    """The provisional tokens that stand for the resource: in its identifier, and not got from elsewhere.

    What stands in its account or in a property that is written is another's; what is read-only is its own.
    """
    written = {name: value for name, value in resource.properties.items() if name not in kind.read_only}
    own = tokens_of([resource.id, *(resource.properties.get(name) for name in kind.read_only)])
    return own - tokens_of(written) - tokens_of(resource.account)


class References:
    """Which of some resources another one's properties name."""

    def __init__(self, resources: Iterable[Resource], kinds: Mapping[str, ResourceType]) -> None:
        """Index the identifiers, ARNs and provisional tokens of ``resources``."""
        self._kinds = kinds
        self._by_text: dict[str, list[Resource]] = {}
        self._by_token: dict[str, ResourceKey] = {}
        self._by_type: dict[tuple[str, str], list[ResourceKey]] = {}
        for resource in resources:
            self._by_type.setdefault((resource.type, resource.region), []).append(resource.key)
            for text in {resource.arn, resource.id} - {"", resource.account}:
                self._by_text.setdefault(text, []).append(resource)
            for token in own_tokens(resource, kinds[resource.type]):
                self._by_token.setdefault(token, resource.key)

    def of(self, resource: Resource) -> set[ResourceKey]:
        """Keys of what ``resource`` builds on."""
        found = set(resource.depends_on)
        for type in self._kinds[resource.type].builds_on:
            found.update(self._by_type.get((type, resource.region), ()))
        for token in tokens_of(resource.properties) | tokens_of([resource.account, resource.id]):
            if token in self._by_token:
                found.add(self._by_token[token])
        for text in strings_in(resource.properties):
            for other in self._by_text.get(text, ()):
                if self._may_refer(resource, other, text):
                    found.add(other.key)
        return found - {resource.key}

    @staticmethod
    def _may_refer(resource: Resource, other: Resource, text: str) -> bool:
        """An ARN refers from anywhere; a bare name only within the account and region (or to what has no region)."""
        if text == other.arn:
            return True
        if text == resource.id and not resource.type.startswith(other.type):
            return False  # its own name: a bucket's policy refers to the bucket, not the bucket to its policy
        return (
            other.type != resource.type
            and other.account == resource.account
            and (other.region in (resource.region, GLOBAL) or resource.region == GLOBAL)
        )


def ordered(keys: Sequence[ResourceKey], needs: Mapping[ResourceKey, Iterable[ResourceKey]]) -> list[ResourceKey]:
    """``keys`` so that each stands behind what it needs; where nothing decides, in key order.

    Raises:
        ContractError: some keys need each other.
    """
    graph: rustworkx.PyDiGraph[ResourceKey, None] = rustworkx.PyDiGraph()
    nodes = {key: graph.add_node(key) for key in sorted(keys)}
    for key, node in nodes.items():
        for needed in needs.get(key, ()):
            if needed in nodes:
                graph.add_edge(nodes[needed], node, None)
    loop = rustworkx.digraph_find_cycle(graph)
    if loop:
        names = " → ".join(str(graph[source]) for source, _ in loop)
        raise ContractError(f"these resources build on each other: {names}")
    return list(rustworkx.lexicographical_topological_sort(graph, key=precedence))


def precedence(key: ResourceKey) -> str:
    """What goes first where nothing else decides: the organization's tree, what has no region, then key order."""
    rank = 0 if "::Organizations::" in key.type else 1 if key.region == GLOBAL else 2
    return f"{rank} {key}"
