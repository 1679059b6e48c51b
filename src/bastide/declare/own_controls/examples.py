"""Examples of controls of one's own: a control must say of each what the example says. Needs no CEL and no schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bastide.controls.control import Control
from bastide.declare.own_controls.shapes import Case
from bastide.declare.source import Document, KeyPath
from bastide.errors import Problem
from bastide.model import Estate, Resource, Status, Unknown, Value

ACCOUNT, REGION = "111111111111", "eu-west-1"


def contradicted(control: Control, cases: Iterable[Case], at: KeyPath, document: Document) -> Iterator[Problem]:
    """The cases, which stand ``at`` a place of a document, of which the control says something else than they do."""
    for index, case in enumerate(cases):
        verdict = control.verdict(*_placed(control, case))
        if verdict.status is not Status(case.status):
            said = f"{control.id} says {verdict.status} of its case {case.name!r}, which says {case.status}"
            reason = f"it answered: {verdict.reason}" if verdict.reason else "mend the check or the case"
            yield Problem(said, document.where((*at, index)), reason)


def _placed(control: Control, case: Case) -> tuple[Resource, Estate]:
    """The resource of a case, in an estate with those beside it."""
    resource = Resource(control.resource_type, ACCOUNT, REGION, case.id, _revived(case.properties))
    others = tuple(Resource(one.type, ACCOUNT, REGION, one.id, _revived(one.properties)) for one in case.beside)
    return resource, Estate(resources=(resource, *others), regions=(REGION,))


def _revived(value: Any) -> Value:
    """The value with ``{unknown: reason}`` turned into Unknown."""
    if isinstance(value, Mapping):
        if set(value) == {"unknown"}:
            return Unknown(str(value["unknown"]))
        return {key: _revived(one) for key, one in value.items()}
    return [_revived(one) for one in value] if isinstance(value, list) else value
