"""The estates that read files hold: one of all of them, or one of each.

The one idea: each reader makes an estate of its kind of files, and they are put together by value: a policy in a plan
belongs to the bucket in a template that it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bastide.errors import InputError, Problem
from bastide.show.inputs import Inputs

if TYPE_CHECKING:
    from bastide.controls import Control
    from bastide.declare.templates import Reading, Settings
    from bastide.model import Resource, ResourceKey


def readings_of(
    inputs: Inputs, settings: Settings, controls: Sequence[Control] = (), *, each: bool = False
) -> list[Reading]:
    """The estates that files hold: one of all, or of ``each`` file one; ``controls`` say what is looked up beside what.

    Raises:
        InputError: a parameter is wrong, or a document is of a version that is not read; all of them at once.
    """
    from bastide.declare.templates.estate import refuse_strangers

    refuse_strangers(inputs.trees, settings)
    if not each:
        found = list(_by_kind(inputs, settings, controls))
        return [merged(found)] if found else []
    readings: list[Reading] = []
    problems: list[Problem] = []
    for one in _apart(inputs):
        own = {name for tree in one.trees.values() for name in tree.get("Parameters") or ()}
        given = {name: value for name, value in settings.parameters.items() if name in own or name.startswith("AWS::")}
        try:
            readings += _by_kind(one, replace(settings, parameters=given), controls)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError.of(problems)
    return readings


def _apart(inputs: Inputs) -> Iterator[Inputs]:
    for file in sorted({*inputs.trees, *inputs.terraform, *inputs.recorded}):
        yield Inputs(
            {file: inputs.trees[file]} if file in inputs.trees else {},
            {file: inputs.terraform[file]} if file in inputs.terraform else {},
            {file: inputs.recorded[file]} if file in inputs.recorded else {},
            inputs.assemblies,
            inputs.modules,
            named=inputs.named,
        )


def _by_kind(inputs: Inputs, settings: Settings, controls: Sequence[Control]) -> Iterator[Reading]:
    from bastide.collect.recorded import estate_of_items
    from bastide.declare.templates import estate_of
    from bastide.declare.templates.assembly import places_of

    if inputs.trees:
        yield estate_of(inputs.trees, settings, places_of(inputs.assemblies), inputs.modules)
    if inputs.terraform:
        yield _terraform(inputs, settings)
    if inputs.recorded:
        yield estate_of_items(inputs.recorded, _looked_up(controls))


def _terraform(inputs: Inputs, settings: Settings) -> Reading:
    """The estate of Terraform's documents; one that is not read costs the others of its folder nothing.

    Raises:
        InputError: a document that was named is of a form or version that is not read.
    """
    from bastide.declare.templates import Reading
    from bastide.declare.templates.template import Note
    from bastide.declare.terraform import estate_of_terraform
    from bastide.model import Estate

    documents = dict(inputs.terraform)
    notes: list[Note] = []
    while documents:
        try:
            reading = estate_of_terraform(documents, settings)
            return replace(reading, notes=(*reading.notes, *notes))
        except InputError as error:
            broken = {one.where: one.what for one in error.problems if one.where in documents.keys() - inputs.named}
            if not broken:
                raise
            notes += [Note(file, 0, f"not read: {what}", True) for file, what in broken.items()]
            documents = {file: document for file, document in documents.items() if file not in broken}
    return Reading(Estate(), notes=tuple(notes))


def _looked_up(controls: Sequence[Control]) -> dict[str, frozenset[str]]:
    """The types that judging a type looks up beside it."""
    found: dict[str, frozenset[str]] = {}
    for one in controls:
        found[one.resource_type] = found.get(one.resource_type, frozenset()) | frozenset(one.reads)
    return found


def merged(readings: list[Reading]) -> Reading:
    """One reading of several; what is named alike in two of them stays two."""
    from bastide.declare.templates import Reading
    from bastide.model import Estate

    if len(readings) == 1:
        return readings[0]
    resources: list[Resource] = []
    seen: set[ResourceKey] = set()
    there = {(one.type, one.id) for reading in readings for one in reading.estate.resources
             if one.key not in reading.stand_ins}  # fmt: skip
    places: dict[ResourceKey, dict[str, int]] = {}
    doubts: dict[ResourceKey, str] = {}
    stand_ins: dict[ResourceKey, str] = {}
    skipped: Counter[str] = Counter()
    for reading in readings:
        for resource in reading.estate.resources:
            key = resource.key
            if reading.stand_ins.get(key, "").startswith("AWS::") and (key.type, key.id) in there:
                continue  # another file holds what this one only speaks of
            kept = replace(resource, id=f"{resource.id}#{resource.origin.file}") if key in seen else resource
            seen.add(kept.key)
            resources.append(kept)
            places[kept.key] = reading.places.get(key, {})
            if key in reading.doubts:
                doubts[kept.key] = reading.doubts[key]
            if key in reading.stand_ins:
                stand_ins[kept.key] = reading.stand_ins[key]
        skipped.update(reading.skipped)
    estate = Estate(
        tuple(resources),
        gaps=tuple(gap for reading in readings for gap in reading.estate.gaps),
        regions=tuple(sorted({region for reading in readings for region in reading.estate.regions})),
    )
    notes = tuple(note for reading in readings for note in reading.notes)
    files = tuple(sorted(file for reading in readings for file in reading.files))
    return Reading(estate, places, doubts, stand_ins, notes, files, dict(sorted(skipped.items())))
