"""The same verdict from what is declared and from AWS Config's item of it, for types recorded in a Describe's shape.

What Config does not record is not known; a verdict that is given has to be the one of the declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bastide.aws.readers import readers
from bastide.collect.recorded import estate_of_items
from bastide.model import Estate, Resource, Status
from tests.same_verdict.answers import answers
from tests.same_verdict.cases import controls_of
from tests.same_verdict.differences import ANSWERED, UNJUDGED, UNRECORDED
from tests.same_verdict.forms import verdicts
from tests.same_verdict.inverse import NotSayable
from tests.same_verdict.recorded import config_types, item, told_by
from tests.same_verdict.test_answers import DEFAULTS, NEW, READ, Said, said

TYPES = [type for type in READ if type in config_types() and not type.startswith("Bastide::Backup")]


def recorded(one: Said, type: str, below: Mapping[str, Any]) -> tuple[Resource, Estate]:
    """The case as it is read from Config's item of it.

    Raises:
        NotSayable: the API cannot say it.
    """
    reader, subject = readers()[type], one.subject
    told, beside = told_by(reader, answers(reader, subject.properties, below))
    place = {"awsAccountId": subject.account, "awsRegion": subject.region, "resourceId": subject.id}
    body = item(type, told, beside, **place, resourceName=subject.id, ARN=subject.arn, tags=_tags(subject))
    [found] = [each for each in estate_of_items({"f": [body]}).estate.resources if each.type == type]
    subject = replace(subject, properties=found.properties, origin=found.origin)
    others = tuple(subject if other.key == subject.key else other for other in one.estate.resources)
    return subject, replace(one.estate, resources=others)


def _tags(subject: Resource) -> dict[str, str]:
    tags = subject.properties.get("Tags")
    pairs = tags if isinstance(tags, list) else []
    return {
        str(pair["Key"]): str(pair.get("Value", "")) for pair in pairs if isinstance(pair, Mapping) and "Key" in pair
    }


@pytest.mark.parametrize("type", TYPES)
def test_what_config_records_gets_no_other_verdict_than_what_is_declared(type: str) -> None:
    differing: list[str] = []
    known = compared = 0
    ways: tuple[Mapping[str, Any], ...] = ({}, DEFAULTS.get(type, {}))
    for one in said(type):
        wanted = verdicts(controls_of()[type], one.subject, one.estate)
        for below in ways:
            try:
                subject, estate = recorded(one, type, below)
            except NotSayable:  # test_answers asks why
                break
            for control, seen in verdicts(controls_of()[type], subject, estate).items():
                compared += 1
                known += seen.status is not Status.UNKNOWN
                if seen.status is Status.UNKNOWN or NEW in wanted[control].reason or control in UNRECORDED:
                    continue
                if wanted[control].status not in (seen.status, Status.UNKNOWN) and control not in ANSWERED:
                    differing.append(f"{one.name}: {control}: {wanted[control]} is {seen}")
    assert not differing
    assert compared
    assert known or type in UNJUDGED
