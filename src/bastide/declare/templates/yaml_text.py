"""YAML text as a tree with lines: CloudFormation's short forms become long ones, hostile input is refused unbuilt.

Aliases and merge keys are followed (``aws cloudformation package`` writes them out), counted against a limit. Dates,
times (``22:22``) and digits with a leading zero stay text, as CloudFormation takes them.

Source: CloudFormation User Guide, "CloudFormation template formats".
"""

from __future__ import annotations

import datetime
import re
from typing import Any

import yaml

from bastide.declare.templates.tree import MAX_DEPTH, MAX_NODES, Map, Seq, single
from bastide.declare.yaml_error import not_yaml
from bastide.errors import InputError

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CORE = "tag:yaml.org,2002:"
MERGE = "tag:yaml.org,2002:merge"
AS_TEXT = re.compile(r"[-+]?0\d+|[-+]?\d+(?::\d+)+(?:\.\d*)?|\d+(?:_\d+)+")
SHORT = frozenset({
    "Ref", "Condition", "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap",
    "ForEach", "GetAtt", "GetAZs", "GetStackOutput", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll",
    "Rain", "Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll",
})  # fmt: skip
BARE = ("Ref", "Condition")
FIX = "look at the line's indentation, colons and quotes"
LONGEST = 60  # characters of a value in a message


def parse_yaml(text: str, file: str) -> Any:
    """The tree of the one YAML document in a text; None for an empty text.

    Raises:
        InputError: not YAML, a key twice, an unknown tag, too deep or too large; with file and line.
    """
    try:
        _measure(text, file)
        node = yaml.compose(text, Loader)
    except yaml.YAMLError as error:
        raise not_yaml(error, file, FIX) from error
    except ValueError as error:
        raise InputError(f"this is not YAML: {error}", file, FIX) from error
    return None if node is None else _Builder(file).build(node, 0)


def _measure(text: str, file: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_NODES * 2:
            what = f"nested more than {MAX_DEPTH} deep" if depth > MAX_DEPTH else f"more than {MAX_NODES:,} values"
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise InputError(f"values are {what}", f"{file}:{line}", "is this the right file?")


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.built = 0
        self.scalars = yaml.SafeLoader("")

    def error(self, what: str, node: yaml.Node, fix: str) -> InputError:
        return InputError(what, f"{self.file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}", fix)

    def build(self, node: yaml.Node, depth: int) -> Any:
        self.built += 1
        if self.built > MAX_NODES:
            raise self.error(f"aliases make more than {MAX_NODES:,} values", node, "write repeated parts out")
        if depth > MAX_DEPTH:
            raise self.error("an alias refers to a value that it is part of", node, "write out what it stands for")
        name = node.tag.removeprefix("!") if node.tag.startswith("!") else ""
        value = self.content(node, depth, tagged=bool(name))
        if name and name != "!":
            return self.intrinsic(name, value, node)
        if not name and not node.tag.startswith(CORE):
            raise self.error(f"the tag {node.tag} is not understood", node, "remove it")
        return value

    def intrinsic(self, name: str, value: Any, node: yaml.Node) -> Map:
        """``!Name value`` in its long form."""
        if name not in SHORT:
            raise self.error(f"the tag !{name} is not an intrinsic function", node, "see the CloudFormation reference")
        line = node.start_mark.line + 1
        if name == "GetAtt" and isinstance(value, str):
            parts = Seq(line)
            for part in value.split(".", 1):
                parts.add(part, line)
            value = parts
        return single(name if name in BARE else f"Fn::{name}", value, line)

    def content(self, node: yaml.Node, depth: int, *, tagged: bool) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            made = Seq(node.start_mark.line + 1)
            for item in node.value:
                made.add(self.build(item, depth + 1), item.start_mark.line + 1)
            return made
        return str(node.value) if tagged else self.scalar(node)

    def mapping(self, node: yaml.MappingNode, depth: int) -> Map:
        made = Map(node.start_mark.line + 1)
        merged: list[Map] = []
        for key_node, item in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error("a key must be text", key_node, "write a name")
            if key_node.tag == MERGE:
                merged += self.merged(item, depth)
                continue
            key = str(key_node.value)
            if key in made:
                raise self.error(
                    f"the key {key!r} stands twice (first on line {made.lines[key]})", key_node, "keep one"
                )
            made.put(key, self.build(item, depth + 1), key_node.start_mark.line + 1)
        for other in merged:
            for key, value in other.items():
                if key not in made:
                    made.put(key, value, other.lines[key])
        return made

    def merged(self, node: yaml.Node, depth: int) -> list[Map]:
        value = self.build(node, depth + 1)
        items = value if isinstance(value, Seq) else [value]
        if not all(isinstance(item, Map) for item in items):
            raise self.error("<< needs a mapping, or a list of them", node, "write it out")
        return list(items)

    def scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style is None and AS_TEXT.fullmatch(text):
            return text
        if not node.tag.startswith(CORE):
            raise self.error(f"the tag {node.tag} is not understood", node, "remove it")
        try:
            value = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            told = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
            raise self.error(f"{told!r} is not a value: {str(error).splitlines()[0]}", node, "quote it") from error
        return text if isinstance(value, datetime.date | bytes) else value
