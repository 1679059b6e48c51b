"""The same verdict from the architecture, from the rendered templates and from what runs after an apply.

Only an UNKNOWN of the architecture may become a verdict of the live account, which has facts that no file can say;
every other difference is a fault of a reader, a handler or a control.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bastide.assess import run
from bastide.aws.session import Target
from bastide.controls import all_controls
from bastide.controls.control import ACCOUNT, ACCOUNT_REGION
from bastide.declare.starter import starter
from bastide.declare.templates import Settings as Deployment
from bastide.declare.templates import estate_of
from bastide.declare.templates.files import read_template
from bastide.model import Estate, ResourceKey, Status
from bastide.model.provisional import TOKEN
from bastide.sandbox import Sandbox
from bastide.show.stacks import Stack, stacks
from bastide.show.workspace import Settings, Workspace

Verdicts = dict[tuple[str, ResourceKey], Status]
CONFIGURATION = tuple(one for one in all_controls() if one.resource_type not in (ACCOUNT, ACCOUNT_REGION))


def verdicts(estate: Estate) -> Verdicts:
    found = run(estate, CONFIGURATION, include_passes=True).findings
    return {(one.control, one.resource): one.status for one in found if one.resource.id != "*"}


def decided(status: Status) -> bool:
    return status is not Status.UNKNOWN


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    file = tmp_path_factory.mktemp("acme") / "architecture.yaml"
    file.write_text(starter("acme", "aws+{account}@acme.example", "eu-west-1", "2027-01-01"))
    return Workspace(Settings(file), Target.sandbox(Sandbox()))


def read_back(stack: Stack, folder: Path) -> tuple[Estate, dict[ResourceKey, ResourceKey]]:
    """The estate that a template declares, and its keys by those of the architecture."""
    path = folder / f"{stack.account}-{stack.region}.json"
    path.write_text(json.dumps(stack.template, indent=1))
    told = {"AWS::AccountId": stack.account, "AWS::Region": stack.region}
    reading = estate_of({str(path): read_template(path)}, Deployment(told))
    assert not [note for note in reading.notes if note.incomplete]
    return reading.estate, {stack.logical[one.origin.detail]: one.key for one in reading.estate.resources
                            if one.origin.detail in stack.logical}  # fmt: skip


def test_a_rendered_template_gets_the_verdicts_of_what_it_was_rendered_from(place: Workspace, tmp_path: Path) -> None:
    estate = place.modelled()
    compared = 0
    for stack in stacks(estate, place.declaration.architecture.regions.home):
        kept = tuple(one for one in estate.resources if one.key in set(stack.logical.values()))
        declared = verdicts(Estate(kept, None, (), estate.regions, "model"))
        read, keys = read_back(stack, tmp_path)
        template = verdicts(read)
        assert {key for key in stack.logical.values() if key in {one.key for one in kept}} <= set(keys)
        for (control, key), status in declared.items():
            other = template.get((control, keys[key]))
            assert other == status, (control, key, status, other)
            compared += 1
    assert compared > 200


@pytest.mark.slow
def test_what_runs_after_an_apply_gets_the_verdicts_of_what_was_declared(place: Workspace) -> None:
    assert place.applied(place.planned()).complete
    bound = place.store.bindings(place.target.label)
    declared_estate = place.declared(place.organization())
    _, live_estate = place.assessed()
    live, declared = verdicts(live_estate), verdicts(declared_estate)
    there = {one.key for one in live_estate.resources}
    compared, differing = 0, []
    for (control, key), status in declared.items():
        real = ResourceKey(key.type, bound.get(key.account, key.account), key.region, resolved(key.id, bound))
        if real not in there:
            continue
        other = live.get((control, real))
        if other != status and decided(status):
            differing.append((control, str(real), status.name, other and other.name))
        compared += 1
    assert not differing
    assert compared > 200


def resolved(text: str, bound: Mapping[str, Any]) -> str:
    return bound.get(text) or TOKEN.sub(lambda found: str(bound.get(found.group(), found.group())), text)
