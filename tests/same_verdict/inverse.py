"""JMESPath the other way round: what a document must say for an expression to find a value in it.

One idea: ``put`` lays the value where the expression looks. It knows as much of JMESPath as the readers' tables use;
for the rest it refuses, and whoever asks writes the document by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath

Node = Mapping[str, Any]
ANY = "one"  # a text on which nothing depends
TEXT = ("join", "starts_with", "ends_with")  # functions that take nothing but text


class NotSayable(Exception):
    """Why no document can be made that says a value."""


class Other:
    """Any text but these: what a comparison that must not hold leaves open, until the API's enumeration is known."""

    def __init__(self, *words: Any) -> None:
        """All but ``words``."""
        self.words = words


def parsed(text: str) -> Node:
    """The tree of an expression."""
    tree: Node = jmespath.compile(text).parsed
    return tree


def merged(below: Any, over: Any) -> Any:
    """Two documents in one; lists of the same length element by element, else the later word counts."""
    if isinstance(below, Mapping) and isinstance(over, Mapping):
        return {**below, **{key: merged(below.get(key), one) for key, one in over.items()}}
    if isinstance(below, list) and isinstance(over, list) and len(below) == len(over):
        return [merged(one, other) for one, other in zip(below, over, strict=True)]
    if isinstance(below, Other) and isinstance(over, Other):
        return Other(*below.words, *over.words)
    return below if over is None else over


def put(node: Node, value: Any, document: Any = None) -> Any:
    """The document with what makes the expression find the value.

    Raises:
        NotSayable: the expression is none that can be turned round, or never finds the value.
    """
    maker = MAKERS.get(node["type"])
    if maker is None:
        raise NotSayable(f"{node['type']} cannot be turned round")
    return maker(node, value, document)


def seen(node: Node, document: Any) -> Any:
    """What the expression finds in the document so far."""
    return None if document is None else jmespath.parser.ParsedResult("", node).search(document)


def _current(node: Node, value: Any, document: Any) -> Any:
    return merged(document, value)


def _field(node: Node, value: Any, document: Any) -> Any:
    return merged(document, {node["value"]: value})


def _inside(node: Node, value: Any, document: Any) -> Any:
    first, *rest = node["children"]
    if len(rest) > 1:
        return _inside({"children": [first, {"type": "subexpression", "children": rest}]}, value, document)
    return put(first, put(rest[0], value, seen(first, document)), document)


def _index(node: Node, value: Any, document: Any) -> Any:
    return put(node["children"][0], [value], document)


def _flatten(node: Node, value: Any, document: Any) -> Any:
    inner = node["children"][0]
    nested = inner["type"] in ("projection", "filter_projection", "value_projection")
    return put(inner, [value] if nested else value, document)


def _each(node: Node, value: Any, document: Any) -> Any:
    if not isinstance(value, list):
        raise NotSayable(f"{value!r} is no list")
    made = [put(node["children"][1], one) for one in value]
    if node["type"] == "filter_projection":
        made = [satisfied(node["children"][2], one) for one in made]
    return put(node["children"][0], made, document)


def _dictionary(node: Node, value: Any, document: Any) -> Any:
    if not isinstance(value, Mapping):
        raise NotSayable(f"{value!r} is no object")
    pairs = {one["value"]: one["children"][0] for one in node["children"]}
    if lacking := set(value) - set(pairs):
        raise NotSayable(f"nobody tells {sorted(lacking)}")
    for name, one in value.items():
        document = put(pairs[name], one, document)
    return document


def _list(node: Node, value: Any, document: Any) -> Any:
    if not isinstance(value, list) or len(value) != len(node["children"]):
        raise NotSayable(f"{value!r} is another list")
    for inner, one in zip(node["children"], value, strict=True):
        document = put(inner, one, document)
    return document


def _equal(node: Node, value: Any, document: Any) -> Any:
    left, right = node["children"]
    value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if node["value"] not in ("eq", "ne") or right["type"] not in ("literal", "field"):
        raise NotSayable(f"the comparison {node['value']}")
    wanted = right["value"] if right["type"] == "literal" else seen(right, document)
    if value is (node["value"] == "eq"):
        return put(left, wanted, document)
    if value is (node["value"] == "ne"):
        return put(left, Other(wanted), document)
    raise NotSayable(f"{value!r} of a comparison")


def _either(node: Node, value: Any, document: Any) -> Any:
    left, right = node["children"]
    if right["type"] == "comparator" and value in (False, "false"):
        return put(right, False, put(left, False, document))
    try:
        return put(left, value, document)
    except NotSayable:
        return put(right, value, document)


def _both(node: Node, value: Any, document: Any) -> Any:
    return put(node["children"][1], value, satisfied(node["children"][0], document))


def _not(node: Node, value: Any, document: Any) -> Any:
    return put(node["children"][0], not value, document)


def _literal(node: Node, value: Any, document: Any) -> Any:
    if node["value"] != value:
        raise NotSayable(f"{value!r} where the table says {node['value']!r}")
    return document


def _pipe(node: Node, value: Any, document: Any) -> Any:
    first, second = node["children"]
    return put(first, put(second, value), document)


def _function(node: Node, value: Any, document: Any) -> Any:
    inner = node["children"]
    if node["value"] == "to_string" and str(value).lstrip("-").isdigit():
        return put(inner[0], int(value), document)
    if node["value"] == "merge" and isinstance(value, Mapping) and inner[1]["type"] == "multi_select_dict":
        added = {one["value"] for one in inner[1]["children"]}
        document = put(inner[0], {name: one for name, one in value.items() if name not in added}, document)
        return put(inner[1], {name: one for name, one in value.items() if name in added}, document)
    if node["value"] == "values" and isinstance(value, list):
        return put(inner[0], {str(index): one for index, one in enumerate(value)}, document)
    raise NotSayable(f"{node['value']}() cannot be turned round")


def named(node: Node, document: Any, inside: bool = False) -> Any:
    """The document with some text wherever a function of the expression asks for text that is not there."""
    inside = inside or (node["type"] == "function_expression" and node["value"] in TEXT)
    if node["type"] in ("subexpression", "field"):
        return put(node, ANY, document) if inside and seen(node, document) is None else document
    for one in node["children"]:
        document = named(one, document, inside)
    return document


def satisfied(node: Node, document: Any) -> Any:
    """The document with what makes a condition hold, as far as it does not yet."""
    if seen(node, document if document is not None else {}):
        return document
    if node["type"] == "function_expression" and node["value"] == "ends_with":
        return put(node["children"][0], ANY + str(node["children"][1]["value"]), document)
    if node["type"] == "and_expression":
        return satisfied(node["children"][1], satisfied(node["children"][0], document))
    if node["type"] == "or_expression":
        return satisfied(node["children"][0], document)
    if node["type"] in ("comparator", "not_expression", "field", "subexpression"):
        return put(node, True, document)
    return document  # a function: what it asks for has still to be put there


MAKERS = {
    "current": _current, "identity": _current, "field": _field, "subexpression": _inside, "index_expression": _index,
    "flatten": _flatten, "projection": _each, "filter_projection": _each, "multi_select_dict": _dictionary,
    "multi_select_list": _list, "comparator": _equal, "or_expression": _either, "and_expression": _both,
    "not_expression": _not, "literal": _literal, "pipe": _pipe, "function_expression": _function,
}  # fmt: skip
