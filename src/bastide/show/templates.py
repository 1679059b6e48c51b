"""``assess`` of templates, wired: files to an estate, controls over it, the lines of what they found.

The one idea: judging one template or many is the same; ``each`` makes an estate of every file and puts the results
together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bastide.model import Estate, Finding, Resource, ResourceKey, Status, Value

if TYPE_CHECKING:
    from bastide.assess import Assessment, Baseline
    from bastide.controls import Control
    from bastide.declare.templates import Reading
    from bastide.show.reports import Report


@dataclass(frozen=True)
class Judged:
    """What came of assessing templates; ``notes`` are lines for people, ``incomplete`` when a part was not judged."""

    assessment: Assessment
    estate: Estate
    notes: tuple[str, ...] = ()
    incomplete: bool = False
    skipped: Mapping[str, int] = field(default_factory=dict)  # resources of types that are not read, by type


def assess_templates(
    paths: Sequence[Path],
    parameters: Mapping[str, Value],
    controls: Sequence[Control],
    *,
    each: bool = False,
    include_passes: bool = False,
) -> Judged:
    """The verdicts of controls on the templates that paths name, as one estate or ``each`` by itself.

    Raises:
        InputError: a named file is no template, or a parameter is wrong.
    """
    from bastide.assess import suppressed
    from bastide.declare.templates import Settings
    from bastide.declare.templates.suppress import suppressions, unheard
    from bastide.show.inputs import read_inputs
    from bastide.show.readings import readings_of

    files = read_inputs(paths)
    notes = [*files.notes, *unheard(files.trees, _names(controls))]
    readings = readings_of(files, Settings(parameters), controls, each=each)
    judged = [(reading, _judged(reading, controls, include_passes)) for reading in readings]
    notes += [note for reading in readings for note in reading.notes]
    unique = sorted(set(notes), key=lambda note: (note.file, note.line, note.text))
    whole = _together([one for _, one in judged], controls)
    return Judged(
        suppressed(whole, suppressions(files.trees), {control.id: control for control in controls}),
        _one_estate(readings),
        (*(str(note) for note in unique), *whole.faults),
        bool(whole.faults) or any(note.incomplete for note in unique),
        dict(sorted(sum((Counter(reading.skipped) for reading in readings), Counter()).items())),
    )


def _names(controls: Sequence[Control]) -> set[str]:
    """What a template may call a control: its id, or the rule of AWS Config that asks the same."""
    from bastide.controls import all_controls

    return {name for one in (*all_controls(), *controls) for name in (one.id, one.config_rule) if name}


def _judged(reading: Reading, controls: Sequence[Control], include_passes: bool) -> Assessment:
    from bastide.assess import run_doubtful

    found = run_doubtful(
        reading.estate, reading.doubts, controls, stand_ins=reading.stand_ins, include_passes=include_passes
    )
    return replace(found, findings=tuple(_placed(finding, reading) for finding in found.findings))


def _placed(finding: Finding, reading: Reading) -> Finding:
    """The finding with file and line of the property that decided it."""
    from bastide.declare.templates import line_of

    line = line_of(reading, finding.resource, finding.path)
    return replace(finding, evidence={**finding.evidence, "file": finding.origin.file, "line": line})


def _together(parts: Sequence[Assessment], controls: Sequence[Control]) -> Assessment:
    from bastide.assess import run
    from bastide.assess.run import in_order

    if len(parts) == 1:
        return parts[0]
    empty = run(Estate(), controls)
    counts: dict[str, Counter[Status]] = {name: Counter() for name in empty.by_control}
    for part in parts:
        for name, numbers in part.by_control.items():
            counts[name].update(numbers)
    silent = tuple(sorted(name for name, numbers in counts.items() if not numbers))
    findings = in_order(finding for part in parts for finding in part.findings)
    by_control = {name: dict(one) for name, one in counts.items()}
    faults = tuple(dict.fromkeys(line for part in parts for line in part.faults))
    return replace(empty, findings=findings, by_control=by_control, silent=silent, faults=faults)


def _one_estate(readings: Sequence[Reading]) -> Estate:
    """All resources; of one key that stands in several templates, the first."""
    found: dict[ResourceKey, Resource] = {}
    for reading in readings:
        for resource in reading.estate.resources:
            found.setdefault(resource.key, resource)
    regions = sorted({region for reading in readings for region in reading.estate.regions})
    gaps = tuple(dict.fromkeys(gap for reading in readings for gap in reading.estate.gaps))
    return Estate(resources=tuple(found.values()), gaps=gaps, regions=tuple(regions))


def report(judged: Judged, controls: Sequence[Control], generated_at: str, baseline: Baseline | None = None) -> Report:
    """The verdicts on templates, ready to be shown; with a baseline, only what is new."""
    from bastide.show.reports import Report

    findings = judged.assessment.findings
    return Report(
        findings=baseline.new(findings) if baseline else findings,
        compared=baseline is not None,
        estate=judged.estate,
        controls={control.id: control for control in controls},
        counts=judged.assessment.by_status,
        generated_at=generated_at,
        title="Assessment of templates",
        skipped=judged.skipped,
        notes=judged.notes,
    )
