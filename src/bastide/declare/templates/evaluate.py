"""What a value of a template comes to: every intrinsic function, three-valued where something is not known.

The one idea: ``Unknown`` in, ``Unknown`` out, with the first reason; but what does not hang on it is still decided (the
other branch of an ``Or``, the wanted item of a list, the keys that both branches of an ``If`` share).

Source: CloudFormation Template Reference, "Intrinsic function reference", "Condition functions", "Fn::ForEach".
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

from bastide.declare.templates.tree import Map, Seq
from bastide.model import Unknown, Value
from bastide.model.unknown import unknowns_in

MAX_TEXT = 1_000_000  # characters that one function may come to
MAX_VALUES = 1_000_000  # of one template, loops and nested stacks included
DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):")
VARIABLE = re.compile(r"\$\{([^!{}][^{}]*)\}")
LITERAL = re.compile(r"\$\{!([^{}]*)\}")
Places = dict[str, int]


class NoValue:
    """``AWS::NoValue``: the property is not there."""


NO_VALUE = NoValue()


class Names(Protocol):
    """What references mean in one template."""

    def ref(self, name: str) -> Value:
        """What ``Ref`` of the name gives."""

    def attribute(self, logical: str, attribute: str) -> Value:
        """What ``Fn::GetAtt`` gives."""

    def condition(self, name: str) -> bool | Unknown:
        """Whether a condition holds."""

    def mapping(self, name: str, top: Any, second: Any) -> Value:
        """A value of a mapping; None when it is not there."""

    def exported(self, name: str) -> Value:
        """The value that a stack exports under the name."""

    def undecided(self, node: Any) -> str:
        """Why a reference may not decide a condition (a place that was assumed); empty when it may."""

    def zones(self, region: Value) -> Value:
        """Availability zones of a region."""


class Evaluator:
    """Values of one template; ``places`` of a call collects the line of every property by dotted path."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.count = 0
        self.deciding = 0  # inside a condition
        self.functions: dict[str, Callable[[Any], Value]] = {
            "Ref": self._ref, "Fn::GetAtt": self._get_att, "Fn::Sub": self._sub, "Fn::Join": self._join,
            "Fn::Select": self._select, "Fn::Split": self._split, "Fn::FindInMap": self._find_in_map,
            "Fn::Base64": self._base64, "Fn::Cidr": self._cidr, "Fn::ImportValue": self._import,
            "Fn::GetAZs": self._zones, "Fn::Length": self._length, "Fn::ToJsonString": self._json,
            "Fn::Transform": self._transform, "Fn::And": self._and, "Fn::Or": self._or, "Fn::Not": self._not,
            "Fn::Equals": self._equals,
        }  # fmt: skip

    def value(self, node: Any, path: str = "", places: Places | None = None) -> Any:
        """What a node comes to; ``NO_VALUE`` where the property is taken away."""
        self.count += 1
        if self.count > MAX_VALUES:
            return Unknown(f"the template comes to more than {MAX_VALUES:,} values")
        if isinstance(node, Map):
            return self._mapping(node, path, places)
        if isinstance(node, list):
            return self._list(node, path, places)
        if isinstance(node, str):
            dynamic = DYNAMIC.search(node)
            if dynamic is None:
                return node
            reason = f"a dynamic reference to {dynamic.group(1)} is resolved at deployment"
            return Unknown(reason, filled=True, unwritten=True)  # a reference to nothing fails the deployment
        return node

    def plain(self, node: Any) -> Value:
        """What a node comes to; None for ``AWS::NoValue``."""
        value = self.value(node)
        return None if value is NO_VALUE else value

    def _mapping(self, node: Map, path: str, places: Places | None) -> Any:
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name == "Fn::If":
                return self._if(argument, path, places)
            if name in self.functions:
                return self.functions[name](argument)
            if name.startswith("Fn::") and not name.startswith("Fn::ForEach"):
                return Unknown(f"the function {name} is not known")
        if "Fn::Transform" in node:
            return self._transform(node["Fn::Transform"])
        made: dict[str, Value] = {}
        for key, item in node.items():
            if key.startswith("Fn::ForEach::"):
                return Unknown(f"{key} is not written out")
            below = f"{path}.{key}" if path else key
            if places is not None:
                places[below] = node.lines.get(key) or node.line
            value = self.value(item, below, places)
            if value is not NO_VALUE:
                made[key] = value
        return made

    def _list(self, node: list[Any], path: str, places: Places | None) -> list[Value]:
        made: list[Value] = []
        lines = node.lines if isinstance(node, Seq) else []
        for index, item in enumerate(node):
            below = f"{path}.{len(made)}" if path else str(len(made))
            if places is not None and index < len(lines):
                places[below] = lines[index]
            value = self.value(item, below, places)
            if value is not NO_VALUE:
                made.append(value)
        return made

    def _ref(self, name: Any) -> Any:
        if not isinstance(name, str):
            return Unknown("Ref needs a name")
        if name == "AWS::NoValue":
            return NO_VALUE
        if self.deciding:
            doubt = self.names.undecided(name)
            if doubt:
                return Unknown(doubt)
        return self.names.ref(name)

    def _get_att(self, argument: Any) -> Value:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return Unknown("Fn::GetAtt needs a logical id and an attribute")
        attribute = self.plain(argument[1])
        if isinstance(attribute, Unknown):
            return attribute
        return self.names.attribute(argument[0], str(attribute))

    def _sub(self, argument: Any) -> Value:
        text, own = argument, {}
        if isinstance(argument, list):
            if len(argument) != 2 or not isinstance(argument[1], Map):
                return Unknown("Fn::Sub needs text, or text and a mapping")
            text = argument[0]
            own = {key: self.plain(item) for key, item in argument[1].items()}
        if not isinstance(text, str):
            return Unknown("Fn::Sub needs text")
        missing: list[Unknown] = []

        def found(match: re.Match[str]) -> str:
            value = self._variable(match.group(1).strip(), own)
            if isinstance(value, Unknown):
                missing.append(value)
                return ""
            return as_text(value)

        made = VARIABLE.sub(found, text)
        return _around(missing[0], made) if missing else self._whole(LITERAL.sub(r"${\1}", made))

    def _whole(self, text: str) -> Value:
        """Text that a function made, unless it is too long to be meant."""
        return Unknown(f"text of more than {MAX_TEXT:,} characters") if len(text) > MAX_TEXT else self.value(text)

    def _variable(self, name: str, own: Mapping[str, Value]) -> Value:
        if name in own:
            return own[name]
        if "." in name:
            return self._get_att(name)
        value = self._ref(name)
        return "" if value is NO_VALUE else value

    def _join(self, argument: Any) -> Value:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("Fn::Join needs a delimiter and a list")
        items = self.plain(argument[1])
        gaps = unknowns_in(items)
        if gaps:
            known = items if isinstance(items, list) else []
            return _around(gaps[0], "".join(one for one in known if isinstance(one, str)))
        if not isinstance(items, list):
            return Unknown("Fn::Join needs a list")
        return self._whole(as_text(argument[0]).join(bounded(as_text(item) for item in items)))

    def _select(self, argument: Any) -> Value:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("Fn::Select needs an index and a list")
        index, items = self.plain(argument[0]), self.plain(argument[1])
        for part in (index, items):
            if isinstance(part, Unknown):
                return part
        if not isinstance(items, list) or not str(index).isascii() or not str(index).isdigit() or len(str(index)) > 6:
            return Unknown("Fn::Select needs an index and a list")
        return items[int(index)] if int(index) < len(items) else Unknown(f"Fn::Select: there is no item {index}")

    def _split(self, argument: Any) -> Value:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("Fn::Split needs a delimiter and text")
        text = self.plain(argument[1])
        if isinstance(text, Unknown):
            return text
        delimiter = as_text(argument[0])
        return as_text(text).split(delimiter) if delimiter else Unknown("Fn::Split needs a delimiter")

    def _find_in_map(self, argument: Any) -> Value:
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            return Unknown("Fn::FindInMap needs a mapping and two keys")
        default: Any = None
        if len(argument) == 4 and isinstance(argument[3], Map) and "DefaultValue" in argument[3]:
            default = argument[3]["DefaultValue"]
        name = self.plain(argument[0])
        if isinstance(name, Unknown):
            return name
        value = self.names.mapping(str(name), argument[1], argument[2])
        if value is None:
            return self.value(default) if default is not None else Unknown(f"mapping {name} has no such keys")
        return value

    def _base64(self, argument: Any) -> Value:
        text = self.plain(argument)
        return text if isinstance(text, Unknown) else base64.b64encode(as_text(text).encode()).decode()

    def _cidr(self, argument: Any) -> Value:
        parts = [self.plain(one) for one in argument] if isinstance(argument, list) else []
        gap = next((one for one in parts if isinstance(one, Unknown)), None)
        if gap is not None:
            return gap
        try:
            block = ipaddress.ip_network(str(parts[0]), strict=False)
            count = int(parts[1])
            bits = int(parts[2]) if len(parts) > 2 else 8
            made = [str(one) for one in islice(block.subnets(new_prefix=block.max_prefixlen - bits), min(count, 256))]
        except (ValueError, IndexError, TypeError) as error:
            return Unknown(f"Fn::Cidr: {error}")
        return made if len(made) == count else Unknown(f"Fn::Cidr: {block} has no {count} blocks of {bits} bits")

    def _import(self, argument: Any) -> Value:
        name = self.plain(argument)
        return name if isinstance(name, Unknown) else self.names.exported(as_text(name))

    def _zones(self, argument: Any) -> Value:
        return self.names.zones(self.plain(argument))

    def _length(self, argument: Any) -> Value:
        items = self.plain(argument)
        if isinstance(items, Unknown):
            return items
        return len(items) if isinstance(items, list) else Unknown("Fn::Length needs a list")

    def _json(self, argument: Any) -> Value:
        value = self.plain(argument)
        gaps = unknowns_in(value)
        return gaps[0] if gaps else json.dumps(value, separators=(",", ":"))

    def _transform(self, argument: Any) -> Value:
        name = argument.get("Name") if isinstance(argument, Map) else argument
        return Unknown(f"the transform {as_text(name)} runs at deployment")

    def _if(self, argument: Any, path: str, places: Places | None) -> Any:
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            return Unknown("Fn::If needs a condition and two values")
        holds = self.names.condition(argument[0])
        if not isinstance(holds, Unknown):
            return self.value(argument[1] if holds else argument[2], path, places)
        return either(self.value(argument[1], path, places), self.value(argument[2], path, places), holds)

    def decide(self, node: Any) -> bool | Unknown:
        """Whether a condition expression holds."""
        self.deciding += 1
        try:
            if isinstance(node, Map) and list(node) == ["Condition"]:
                return self.names.condition(str(node["Condition"]))
            value = self.plain(node)
        finally:
            self.deciding -= 1
        if isinstance(value, bool | Unknown):
            return value
        text = as_text(value).lower()
        return text == "true" if text in ("true", "false") else Unknown("a condition is not a condition function")

    def _and(self, argument: Any) -> Value:
        return self._together(argument, stop=False)

    def _or(self, argument: Any) -> Value:
        return self._together(argument, stop=True)

    def _together(self, argument: Any, *, stop: bool) -> Value:
        answers = [self.decide(one) for one in argument] if isinstance(argument, list) else []
        if not answers:
            return Unknown("a condition function needs a list of conditions")
        if any(answer is stop for answer in answers):
            return stop
        return next((answer for answer in answers if isinstance(answer, Unknown)), not stop)

    def _not(self, argument: Any) -> Value:
        if not isinstance(argument, list) or len(argument) != 1:
            return Unknown("Fn::Not needs a list of one condition")
        answer = self.decide(argument[0])
        return answer if isinstance(answer, Unknown) else not answer

    def _equals(self, argument: Any) -> Value:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("Fn::Equals needs two values")
        self.deciding += 1
        left, right = self.plain(argument[0]), self.plain(argument[1])
        self.deciding -= 1
        gaps = unknowns_in([left, right])
        return gaps[0] if gaps else as_text(left) == as_text(right)


def bounded(parts: Iterable[str]) -> Iterator[str]:
    """The parts, until they are longer than any text may be."""
    length = 0
    for part in parts:
        yield part
        length += len(part)
        if length > MAX_TEXT:
            return


def either(left: Any, right: Any, doubt: Unknown) -> Any:
    """What is sure of two values, of which one will be there: equal parts, and Unknown where they differ."""
    doubt = replace(doubt, filled=_filled(left) and _filled(right))
    if isinstance(left, Unknown) or isinstance(right, Unknown) or left is NO_VALUE or right is NO_VALUE:
        return NO_VALUE if left is right else doubt
    if isinstance(left, dict) and isinstance(right, dict):
        return {key: either(left.get(key, NO_VALUE), right.get(key, NO_VALUE), doubt) for key in {**left, **right}}
    return left if type(left) is type(right) and left == right else doubt


def _filled(value: Any) -> bool:
    """Whether a value is known to be there and not to be empty."""
    if isinstance(value, Unknown):
        return value.filled
    return value is not NO_VALUE and value is not None and value not in ("", [], {})


def as_text(value: Value) -> str:
    """A value as CloudFormation writes it into text."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)


def _around(gap: Unknown, text: str) -> Unknown:
    """The gap in a text that is known to have other letters besides: whatever fills it, the whole is not empty."""
    return replace(gap, filled=True) if text else gap
