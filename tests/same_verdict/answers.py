"""What a service's API answers about a resource that somebody declared, made from its model and a reader's table.

One idea: the table of a reader is read backwards (``inverse``), and what comes of it is brought into the form that the
API's model (botocore) has: its names and case, its lists, its enumerations, text where it says text. A declared value
that the API has no way to say is an error here, for what no API says no reader finds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.session import Session

from bastide.aws.readers import Reader
from bastide.aws.readers.table import Step
from tests.same_verdict.inverse import ANY, NotSayable, Other, named, parsed, put, satisfied

Answers = Mapping[tuple[str, str, frozenset[str]], Any]  # by service, method, and the parameters that are always given
NUMBERS = {"integer": int, "long": int, "float": float, "double": float}
STATES = ("Status", "State")  # words that are always there, or mean something by being there
SESSION = Session()


def answers(
    reader: Reader,
    properties: Mapping[str, Any],
    below: Mapping[str, Any] = MappingProxyType({}),
    *,
    blank: bool = False,
) -> Answers:
    """What each call of the reader answers, by service and method.

    ``below``: what is answered where nothing is declared, by the names of the reader's context; ``blank``: text that
    nobody wrote is answered as empty text.

    Raises:
        NotSayable: the API cannot say it.
    """
    table = reader.table
    context: Any = {**below, "account": Answering.account, "region": Answering.region, "partition": Answering.partition}
    for name, value in properties.items():
        context = _told(reader, name, value, context)
    if table.where:
        context = satisfied(parsed(table.where), named(parsed(table.where), context))
    if table.arn:
        context = named(parsed(table.arn), context)
    made = {}
    for name, step in table.details.items():
        if name in context or not step.absent:
            made[key_of(reader, step)] = _answer(reader, step, context.get(name), blank)
    for step in reversed(table.steps):
        if step.call:
            made[key_of(reader, step)] = _answer(reader, step, context.get("this", {}), blank)
            context = context.get("above", {})
        elif "this" not in context or not isinstance(context["this"], Mapping):
            context = context.get("above", {})  # a choice of the table's own
        else:
            context = put(parsed(step.items), [context.get("this", {})], context.get("above", {}))
    return made


def _told(reader: Reader, name: str, value: Any, context: Any) -> Any:
    """The context with what makes the reader find a top-level property."""
    by_hand = BY_HAND.get((reader.type, name))
    if by_hand is not None:
        return by_hand(value, context)
    if name in reader.table.properties:
        return put(parsed(reader.table.properties[name]), value, context)
    item = _shape_of(reader, reader.table.steps[-1])
    if isinstance(item, MapShape):
        return put(parsed(reader.table.shape), {name: value}, context)
    if isinstance(item, StructureShape) and (found := member_of(item, name)):
        return put(parsed(reader.table.shape), {found: value}, context)
    raise NotSayable(f"the API has no {name}")


def _methods(settings: Any, context: Any) -> Any:
    """API Gateway holds settings by path and method, ``~1`` for a slash inside a path."""
    by_method = {}
    for one in settings:
        if not isinstance(one, Mapping):
            raise NotSayable("not a setting")
        path = str(one.get("ResourcePath", "/*")).removeprefix("/").replace("/", "~1")
        rest = {name: value for name, value in one.items() if name not in ("ResourcePath", "HttpMethod")}
        by_method[f"{path}/{one.get('HttpMethod', '*')}"] = rest
    return put(parsed("this.methodSettings"), by_method, context)


def _feedback(protocols: Any, context: Any) -> Any:
    """SNS has an attribute for each protocol and outcome."""
    for one in protocols:
        word = {"http/s": "HTTP", "sqs": "SQS"}.get(one["Protocol"], one["Protocol"].capitalize())
        for outcome in ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn"):
            if one.get(outcome):
                context = put(parsed(f"this.{word}{outcome}"), one[outcome], context)
    return context


def _public(permissions: Any, context: Any) -> Any:
    """Snapshots that everybody may restore are listed by their names."""
    everybody = any(one.get("Group") == "all" for one in permissions)
    context = named(parsed("join('', [this.SnapshotId])"), context)
    return {**context, "public": [context["this"]["SnapshotId"]] if everybody else []}


BY_HAND = {
    ("AWS::ApiGateway::Stage", "MethodSettings"): _methods,
    ("AWS::SNS::Topic", "DeliveryStatusLogging"): _feedback,
    ("Bastide::EC2::Snapshot", "CreateVolumePermissions"): _public,
}


def key_of(reader: Reader, step: Step) -> tuple[str, str, frozenset[str]]:
    """What a call of the reader is known by."""
    return (
        step.service or reader.service,
        step.call,
        frozenset(name for name, one in step.given.items() if not isinstance(one, str)),
    )


def _answer(reader: Reader, step: Step, item: Any, blank: bool) -> Any:
    shape = output_of(*key_of(reader, step)[:2])
    several = isinstance(_shape_of(reader, step, listed=True), ListShape)
    item = [] if item is None and several else item
    if step.document:
        return {step.document: json.dumps(put(parsed(step.items), [item], {}))}
    document = put(parsed(step.items), [item] if several and not isinstance(item, list) else item, {})
    return in_form(document, shape, step.call, blank)


@cache
def output_of(service: str, call: str) -> Shape:
    """The botocore shape of what a call answers."""
    model = SESSION.get_service_model(service)
    operation = {xform_name(one): one for one in model.operation_names}[call]
    return model.operation_model(operation).output_shape


def _shape_of(reader: Reader, step: Step, *, listed: bool = False) -> Shape | None:
    if step.document:
        return None
    if not step.call:  # of the items of the step before
        before = reader.table.steps[reader.table.steps.index(step) - 1]
        shape = shape_at(_Members({"this": _shape_of(reader, before)}), parsed(step.items))
    else:
        shape = shape_at(output_of(*key_of(reader, step)[:2]), parsed(step.items))
    return shape.member if isinstance(shape, ListShape) and not listed else shape


def shape_at(shape: Shape | None, node: Mapping[str, Any]) -> Shape | None:
    """The shape that an expression ends at; None where that is not known."""
    kind, inner = node["type"], node.get("children", [])
    if kind in ("current", "identity"):
        return shape
    if kind == "field":
        if isinstance(shape, MapShape):
            return shape.value
        return shape.members.get(node["value"]) if isinstance(shape, StructureShape) else None
    if kind in ("subexpression", "pipe"):
        for one in inner:
            shape = shape_at(shape, one)
        return shape
    if kind in ("flatten", "or_expression"):
        return shape_at(shape, inner[0])
    if kind == "multi_select_dict":
        return _Members({one["value"]: shape_at(shape, one["children"][0]) for one in inner})
    return _shape_of_several(shape, node, inner)


def _shape_of_several(shape: Shape | None, node: Mapping[str, Any], inner: list[Mapping[str, Any]]) -> Shape | None:
    """What a projection, an index or a function ends at."""
    left = shape_at(shape, inner[0]) if inner else None
    if node["type"] == "function_expression":
        if node["value"] == "merge":
            return _merged_shape(left, shape_at(shape, inner[1]))
        return _Several(left.value) if node["value"] == "values" and isinstance(left, MapShape) else None
    left = left.member if isinstance(left, ListShape) else left
    if node["type"] == "index_expression":
        return left
    right = shape_at(left, inner[1]) if node["type"] in ("projection", "filter_projection") else None
    return _Several(right) if right is not None and not isinstance(right, ListShape) else right


class _Several(ListShape):  # type: ignore[misc]
    """A list of what a projection finds."""

    def __init__(self, member: Shape) -> None:
        self.member = member
        self.type_name = "list"


class _Members(StructureShape):  # type: ignore[misc]
    """An object that an expression puts together."""

    def __init__(self, members: Mapping[str, Shape | None]) -> None:
        self.members = {name: one for name, one in members.items() if one is not None}
        self.type_name = "structure"


def _merged_shape(first: Shape | None, second: Shape | None) -> Shape | None:
    both = [one.members for one in (first, second) if isinstance(one, StructureShape)]
    return _Members({name: inner for members in both for name, inner in members.items()})


def member_of(shape: StructureShape, name: str) -> str:
    """What the structure calls a member, whatever its case; "" when it has none."""
    return str({one.lower(): one for one in shape.members}.get(name.lower(), ""))


def in_form(value: Any, shape: Shape, path: str, blank: bool) -> Any:
    """The value as the model has it.

    Raises:
        NotSayable: it has no place there.
    """
    if value is None:
        return None
    if isinstance(shape, StructureShape):
        return _structure(value, shape, path, blank)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise NotSayable(f"{path} is a list, and not {value!r}")
        return [in_form(one, shape.member, f"{path}[{index}]", blank) for index, one in enumerate(value)]
    if isinstance(shape, MapShape):
        return _map(value, shape, path, blank)
    return _plain(value, shape, path)


def _structure(value: Any, shape: StructureShape, path: str, blank: bool) -> Any:
    if isinstance(value, list) and "Items" in shape.members:  # CloudFront's lists
        value = {"Quantity": len(value), **({"Items": value} if value else {})}
    if not isinstance(value, Mapping):
        raise NotSayable(f"{path} is an object, and not {value!r}")
    made = {}
    for name, one in value.items():
        found = member_of(shape, name)
        if not found:
            raise NotSayable(f"{path} has no {name}, but {sorted(shape.members)}")
        made[found] = in_form(one, shape.members[found], f"{path}.{found}", blank)
    return {**dict(_silent(shape)), **made} if blank else made


def _silent(shape: StructureShape) -> Iterator[tuple[str, Any]]:
    """What many APIs say of text that there is none of."""
    for name, inner in shape.members.items():
        if isinstance(inner, StringShape) and not inner.enum and name not in STATES:
            yield name, ""


def _map(value: Any, shape: MapShape, path: str, blank: bool) -> Any:
    if isinstance(value, list) and all(isinstance(one, Mapping) and set(one) == {"Key", "Value"} for one in value):
        value = {one["Key"]: one["Value"] for one in value}
    if not isinstance(value, Mapping):
        raise NotSayable(f"{path} is a map, and not {value!r}")
    return {key: in_form(one, shape.value, f"{path}.{key}", blank) for key, one in value.items()}


def _plain(value: Any, shape: Shape, path: str) -> Any:
    kind = shape.type_name
    if kind == "boolean":
        if isinstance(value, bool) or str(value).lower() in ("true", "false"):
            return value is True or str(value).lower() == "true"
        raise NotSayable(f"{path} is a boolean, and not {value!r}")
    if kind in NUMBERS:
        try:
            return NUMBERS[kind](value)
        except (TypeError, ValueError) as error:
            raise NotSayable(f"{path} is a number, and not {value!r}") from error
    if kind == "timestamp":
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    if isinstance(shape, StringShape):
        return _text(value, shape, path)
    return value


def _text(value: Any, shape: StringShape, path: str) -> str:
    if isinstance(value, Other):
        rest = [word for word in shape.enum if word not in value.words]
        return rest[0] if rest else "another"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if isinstance(value, Mapping | list):
        return json.dumps(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not shape.enum or text in shape.enum:
        return text
    alike = [word for word in shape.enum if _bare(word) == _bare(text)]
    if text == ANY:
        return str(shape.enum[0])
    if not alike:
        raise NotSayable(f"{path} is one of {shape.enum}, and not {text!r}")
    return str(alike[0])


def _bare(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")


class Answering:
    """A connection whose services give these answers, and for what is not among them the error that says: none."""

    account, region, partition, management_account = "222222222222", "eu-west-1", "aws", "111111111111"

    def __init__(self, given: Answers, reader: Reader) -> None:
        """``given`` by service and method; ``reader`` tells the codes that mean none."""
        self.given = given
        self.keys = {
            key_of(reader, step) for step in (*reader.table.steps, *reader.table.details.values()) if step.call
        }
        self.absent = {key_of(reader, step): step.absent for step in reader.table.details.values()}

    def client(self, service: str, region: str = "") -> Any:
        """A client that answers."""
        return _Client(service, self)

    def once(self, name: str, read: Any) -> Any:
        """What is read, each time."""
        return read()

    def each(self, work: Any, items: Any) -> Any:
        """What ``work`` returns for every item."""
        return [work(item) for item in items]

    def of(self, account: str) -> Answering:
        """The same of another account."""
        return self


class _Client:
    def __init__(self, service: str, at: Answering) -> None:
        self._service, self._at = service, at

    def can_paginate(self, call: str) -> bool:
        return False

    def __getattr__(self, call: str) -> Any:
        from botocore.exceptions import ClientError

        def answer(**parameters: Any) -> Any:
            alike = [key for key in self._at.keys if key[:2] == (self._service, call) and key[2] <= set(parameters)]
            key = max(alike, key=lambda one: len(one[2]))
            if key in self._at.given:
                return self._at.given[key]
            raise ClientError({"Error": {"Code": self._at.absent[key][0], "Message": "none"}}, call)

        return answer
