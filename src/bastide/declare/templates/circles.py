"""Resources of a template that wait for each other, which CloudFormation refuses.

The one idea: what stands in a branch of ``Fn::If`` may fall away, so it binds nothing here; every other reference does.
Verdicts are given all the same, from what is written.

Source: CloudFormation User Guide, "DependsOn attribute"; AWS re:Post, "circular dependency between resources".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import rustworkx

from bastide.declare.templates.tree import Map, Seq

NAMED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")
MOST = 5  # names in one line


def circles(resources: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Logical ids that wait for each other (or one for itself), each circle sorted, in the order of the template."""
    graph: rustworkx.PyDiGraph[str, None] = rustworkx.PyDiGraph()
    numbers = {name: graph.add_node(name) for name in resources}
    for name, body in resources.items():
        for other in set(_waits_for(body)) & numbers.keys():
            graph.add_edge(numbers[name], numbers[other], None)
    found = [sorted(group) for group in rustworkx.strongly_connected_components(graph)]
    for group in sorted(found):
        if len(group) > 1 or graph.has_edge(group[0], group[0]):
            yield tuple(sorted(graph[one] for one in group))


def circle_text(names: tuple[str, ...]) -> str:
    """A circle in words."""
    if len(names) == 1:
        return f"{names[0]} refers to itself, which CloudFormation refuses"
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{', '.join(names[:MOST])}{more} wait for each other in a circle, which CloudFormation refuses"


def _waits_for(body: Any) -> Iterator[str]:
    if not isinstance(body, Map):
        return
    depends = body.get("DependsOn")
    yield from (one for one in (depends if isinstance(depends, Seq) else [depends]) if isinstance(one, str))
    yield from _references(body.get("Properties"))


def _references(node: Any) -> Iterator[str]:
    """Names that a value refers to, outside of branches."""
    if isinstance(node, Seq):
        for item in node:
            yield from _references(item)
    elif isinstance(node, Map):
        for key, item in node.items():
            if key == "Fn::If":
                continue
            yield from _named(key, item)
            yield from _references(item)


def _named(function: str, argument: Any) -> Iterator[str]:
    first = argument[0] if isinstance(argument, Seq) and argument else argument
    if not isinstance(first, str):
        return
    if function == "Ref":
        yield first
    elif function == "Fn::GetAtt":
        yield first.split(".", 1)[0]
    elif function == "Fn::Sub":
        own = argument[1] if isinstance(argument, Seq) and len(argument) > 1 else None
        yield from (name for name in NAMED.findall(first) if not (isinstance(own, Map) and name in own))
