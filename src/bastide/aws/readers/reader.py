"""One type listed by its table.

The one idea: contexts flow through the steps. Each item becomes ``{"this": item, "above": the context that it came
from}``, and expressions pick from it. What a call answers is shared by all types of a connection.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

from bastide.aws.actions import EXCEPTIONS, PREFIXES
from bastide.aws.handler import Connection, Found, ask, error_code, whole
from bastide.aws.readers.shape import Tree, plain, shaped
from bastide.aws.waiting import refused_by_policy
from bastide.errors import ContractError
from bastide.model import Scope, Unknown, Value

if TYPE_CHECKING:
    from bastide.aws.readers.table import Step, TypeTable

Context = dict[str, Any]
WORD = re.compile(r"[A-Za-z_]\w*")


@cache
def expression(text: str) -> Any:
    """The compiled JMESPath of a text."""
    return jmespath.compile(text)


def pick(text: str, context: Context) -> Any:
    """What an expression finds in a context."""
    return expression(text).search(context)


class Reader:
    """See the package. ``wanted``: top-level properties that somebody reads; None for all."""

    def __init__(
        self, type: str, service: str, table: TypeTable, tree: Tree, wanted: frozenset[str] | None = None
    ) -> None:
        """A reader of one type, by its table and the registry's names."""
        self.type, self.service, self.table, self.tree = type, service, table, tree
        self.scope = Scope.ACCOUNT if table.scope == "account" else Scope.REGION
        self.wanted = wanted

    def narrowed(self, properties: Iterable[str]) -> Reader:
        """The same without the calls that only other properties need; paths are cut to their first part."""
        wanted = frozenset(path.split(".", 1)[0] for path in properties)
        return Reader(self.type, self.service, self.table, self.tree, wanted)

    def list(self, at: Connection) -> Iterable[Found]:
        """Every resource of the type here, in registry shape."""
        contexts: Iterable[Context] = [{"account": at.account, "region": at.region, "partition": at.partition}]
        for step in self.table.steps:
            contexts = list(self._followed(at, step, contexts))
        where = self.table.where
        return at.each(lambda one: self._found(at, one), [one for one in contexts if not where or pick(where, one)])

    def _followed(self, at: Connection, step: Step, contexts: Iterable[Context]) -> Iterator[Context]:
        """The contexts of a step's items."""
        for group, above in _batches(contexts, step.batch):
            items = self._items(at, step, group)
            for item in items if isinstance(items, list) else [] if items is None else [items]:
                yield {**above, "this": item, "above": above}

    def _items(self, at: Connection, step: Step, context: Context) -> Any:
        """Where the items of a call's answer (all its pages together) stand, or of the context where there is no call.

        None when there is no answer. What tells of all resources at once is searched once, not for each of them.
        """
        if not step.call:
            return _searched(step, context)
        parameters = {name: _value(text, context) for name, text in step.given.items()}
        parameters = {name: value for name, value in parameters.items() if value is not None}
        service = step.service or self.service
        asked = json.dumps([service, step.region, step.call, parameters, step.document, step.items], default=str)
        try:
            return at.once(asked, lambda: _searched(step, whole(at, service, step.call, parameters, step.region)))
        except ClientError as error:
            if error_code(error) in step.absent and not refused_by_policy(error):
                return None
            raise

    def _found(self, at: Connection, context: Context) -> Found:
        context = dict(context)
        for name in self._needed_details():
            context[name] = self._detail(at, self.table.details[name], context)
        properties = self._properties(context)
        parts = (self.table.id,) if isinstance(self.table.id, str) else self.table.id
        id = "|".join(str(pick(part, context)) for part in parts)
        return Found(id, properties, str(pick(self.table.arn, context) or "") if self.table.arn else "")

    def _detail(self, at: Connection, step: Step, context: Context) -> Any:
        """What a further call says of one resource; None when there is nothing, Unknown when it was refused."""
        return ask(lambda: self._items(at, step, context))

    def _needed_details(self) -> Sequence[str]:
        """Details that some wanted property, or the id, speaks of."""
        asked = [text for name, text in self.table.properties.items() if self.wanted is None or name in self.wanted]
        words = {word for text in (*asked, self.table.shape, *self.table.id) for word in WORD.findall(text)}
        return [name for name in self.table.details if name in words]

    def _properties(self, context: Context) -> dict[str, Value]:
        base = pick(self.table.shape, context)
        found = shaped(base, self.tree) if isinstance(base, Mapping) and self.tree else {}
        for name, text in self.table.properties.items():
            value = self._property(text, context)
            tree = self.tree.get(name) if isinstance(self.tree, Mapping) else None
            value = shaped(value, tree) if tree is not None else plain(value)
            if value is None:
                found.pop(name, None)
            else:
                found[name] = value
        return found

    def _property(self, text: str, context: Context) -> Value:
        """What an expression finds; Unknown when it speaks of a detail that was refused, None when it was not asked."""
        for name in WORD.findall(text):
            if name in self.table.details:
                if name not in context:
                    return None
                if isinstance(context[name], Unknown):
                    return context[name]
        return pick(text, context)

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions of the calls that are made, sorted."""
        return tuple(sorted(set(self._actions())))

    def _actions(self) -> Iterator[str]:
        steps = [*self.table.steps, *(self.table.details[name] for name in self._needed_details())]
        for step in steps:
            if not step.call:
                continue
            service = step.service or self.service
            operation = _operation(service, step.call)
            known = EXCEPTIONS.get((service, operation))
            yield from known or (f"{PREFIXES.get(service, service)}:{operation}",)


def _searched(step: Step, answer: Any) -> Any:
    return expression(step.items).search(json.loads(answer[step.document]) if step.document else answer)


def _batches(contexts: Iterable[Context], size: int) -> Iterator[tuple[Context, Context]]:
    """(context of a call, context that its items stand under); with a size, ``this`` is a list of that many items."""
    group: list[Any] = []
    above: Context = {}
    for context in contexts:
        if not size:
            yield context, context
            continue
        # Items are handed over together only while they stand under the same thing (services of one cluster).
        if group and (len(group) == size or context.get("above") is not above.get("above")):
            yield {**above, "this": group}, above
            group = []
        above = context
        group.append(context["this"])
    if group:
        yield {**above, "this": group}, above


def _value(given: Any, context: Context) -> Any:
    return pick(given, context) if isinstance(given, str) else given


@cache
def _operation(service: str, call: str) -> str:
    """The API operation of a boto3 method: ``describe_db_instances`` is ``DescribeDBInstances``.

    Raises:
        ContractError: the service has no such operation.
    """
    from botocore.session import Session

    names = Session().get_service_model(service).operation_names
    for name in names:
        if xform_name(name) == call:
            return str(name)
    raise ContractError(f"{service} has no operation {call}")
