"""The same verdict from what is declared and from what the service's API answers of it, for types that readers list.

The cases of every control of the type, judged by all of its controls: alone, and with what the service answers by
default below and empty text for what nobody wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from msgspec import structs

from bastide.aws.readers import Reader, readers
from bastide.controls import cases_of
from bastide.model import Estate, Resource, Status, Verdict
from bastide.model.unknown import unknowns_in
from tests.controls.test_cases import estate_of
from tests.same_verdict.answers import Answering, answers
from tests.same_verdict.cases import controls_of
from tests.same_verdict.differences import ANSWERED, NOT_TOLD, UNSAYABLE
from tests.same_verdict.forms import verdicts
from tests.same_verdict.inverse import NotSayable

READ = [type for type in controls_of() if type in readers()]
DEFAULTS: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("defaults.yaml").read_text("utf-8"))
NEW = "yet to be made"


class Said(NamedTuple):
    """A case whose every property is known: what it is called, its subject, what it lies in."""

    name: str
    subject: Resource
    estate: Estate


@cache
def said(type: str) -> tuple[Said, ...]:
    """The cases of a type's controls, as they are declared."""
    found: list[Said] = []
    for control in controls_of()[type]:
        for case in cases_of(control):
            subject, estate = estate_of(control, case)
            if not unknowns_in(subject.properties):
                found.append(Said(f"{control.id}: {case['name']}", subject, estate))
    return tuple(found)


def answered(one: Said, reader: Reader, *, below: Mapping[str, Any], blank: bool) -> tuple[Resource, Estate]:
    """The case as it is read from the answers that say it.

    Raises:
        NotSayable: there are none.
    """
    given = answers(reader, one.subject.properties, below, blank=blank)
    [found] = reader.list(Answering(given, reader))
    subject = replace(one.subject, properties=found.properties)
    others = tuple(subject if other.key == subject.key else other for other in one.estate.resources)
    return subject, replace(one.estate, resources=others)


def ways(type: str) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """What is laid below a case, and whether text that nobody wrote is empty."""
    yield {}, False
    yield DEFAULTS.get(type, {}), True


@pytest.mark.parametrize("type", READ)
def test_what_the_api_answers_gets_the_verdict_of_what_is_declared(type: str) -> None:
    reader, differing, compared = readers()[type], [], 0
    for one in said(type):
        wanted = verdicts(controls_of()[type], one.subject, one.estate)
        for below, blank in ways(type):
            try:
                subject, estate = answered(one, reader, below=below, blank=blank)
            except NotSayable as why:
                told = {path.split(".")[0] for path in (*NOT_TOLD.get(type, ()), *UNSAYABLE.get(type, ()))}
                assert told & set(one.subject.properties), f"{one.name}: {why}"
                break
            for control, seen in verdicts(controls_of()[type], subject, estate).items():
                compared += 1
                if not _holds(control, wanted[control], seen):
                    differing.append(f"{one.name}: {control}: {wanted[control]} is {seen} ({below and 'defaults'})")
    assert not differing
    assert compared


def _holds(control: str, wanted: Verdict, seen: Verdict) -> bool:
    """Of what was not known the API may tell; of what is yet to be made it tells once it is there."""
    if wanted.status in (seen.status, Status.UNKNOWN) or control in ANSWERED:
        return True
    return wanted.status is Status.NOT_APPLICABLE and NEW in wanted.reason


def test_most_cases_can_be_answered() -> None:
    count = refused = 0
    for type in READ:
        for one in said(type):
            count += 1
            try:
                answered(one, readers()[type], below={}, blank=False)
            except NotSayable:
                refused += 1
    assert count > 1500
    assert refused < count / 25


def test_a_wrong_name_in_a_table_is_noticed() -> None:
    right = readers()["AWS::RDS::DBCluster"]
    properties = {**right.table.properties, "EnableIAMDatabaseAuthentication": "this.IamDatabaseAuthentication"}
    wrong = Reader(right.type, right.service, structs.replace(right.table, properties=properties), right.tree)
    with pytest.raises(NotSayable, match="IamDatabaseAuthentication"):
        answers(wrong, {"EnableIAMDatabaseAuthentication": True})


def test_a_word_that_the_api_does_not_have_is_noticed() -> None:
    with pytest.raises(NotSayable, match="and not 'SOMETIMES'"):
        answers(readers()["AWS::ECR::Repository"], {"ImageTagMutability": "SOMETIMES"})
