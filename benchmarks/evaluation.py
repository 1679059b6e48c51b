"""100,000 generated resources: judged by all controls, written as JSON and read again; policies canonicalized."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bastide.assess import run
from bastide.controls import all_controls
from bastide.iam.canonical import canonical
from bastide.model import Estate
from bastide.model.serialize import parse_json, render_json
from bastide.model.unknown import unknowns_in
from bastide.show.reports import FORMATS, Report
from benchmarks.estate import generated
from benchmarks.measure import Figure, peak_mb, timed

SIZE = 100_000
ROWS = 50_000  # findings of the largest report that must stay usable


def evaluate() -> Iterator[Figure]:
    """Time and memory of all controls over 100,000 resources, on one core."""
    name = "evaluate"
    with timed() as taken:
        estate = generated(SIZE)
    yield Figure(name, f"generate {SIZE:,} resources", taken[0], "s")
    yield Figure(name, "memory with the estate alone", peak_mb(), "MB")
    controls = all_controls()
    yield Figure(name, "controls", len(controls), "controls", "≥ 150")
    begin = time.process_time()
    with timed() as taken:
        assessment = run(estate, controls)
    cpu = time.process_time() - begin
    yield Figure(name, "all controls, one core", cpu, "s CPU")
    yield Figure(name, "all controls", taken[0], "s wall")
    some = controls[:: len(controls) // 150][:150]
    with timed() as shorter:
        run(estate, some)
    yield Figure(name, f"{len(some)} controls, evenly from the list", shorter[0], "s wall", "≤ 15")
    yield Figure(name, "verdicts", assessment.judged, "verdicts")
    yield Figure(name, "verdicts per CPU second", assessment.judged / cpu, "/s")
    yield Figure(name, "findings", len(assessment.findings), "findings")
    yield Figure(name, "findings per CPU second", len(assessment.findings) / cpu, "/s")
    yield Figure(name, "controls with nothing to judge", len(assessment.silent), "controls")
    yield Figure(name, "peak memory", peak_mb(), "MB", "≤ 1000")
    yield from _reports(estate)


def _reports(estate: Estate) -> Iterator[Figure]:
    """Size and time of each format for 50,000 findings."""
    controls = all_controls()
    assessment = run(estate, controls, include_passes=True)
    rows = sorted(assessment.findings, key=lambda one: (one.status, -one.severity))[:ROWS]
    report = Report(
        findings=tuple(rows),
        estate=estate,
        controls={control.id: control for control in controls},
        counts=assessment.by_status,
        generated_at="2026-01-01T00:00:00Z",
    )
    for name, render in FORMATS.items():
        with timed() as taken:
            size = len(render(report).encode())
        yield Figure("report", f"{name}, {len(rows):,} findings", taken[0], "s")
        yield Figure("report", f"{name}, size", size / 1e6, "MB", "≤ 5" if name == "html" else "")


def estate_json() -> Iterator[Figure]:
    """Writing and reading an estate of 100,000 resources, and its indexes."""
    name = "estate as JSON"
    estate = generated(SIZE)
    with timed() as taken:
        data = render_json(estate)
    yield Figure(name, "write", taken[0], "s")
    yield Figure(name, "size", len(data) / 1e6, "MB")
    with timed() as taken:
        read = parse_json(data, Estate)
    yield Figure(name, "read", taken[0], "s")
    with timed() as taken:
        indexes = [read.by_key, read.by_type, read.by_account, read.by_place, read.by_arn]
    yield Figure(name, f"build {len(indexes)} indexes", taken[0], "s")
    keys = [resource.key for resource in read.resources]
    with timed() as taken:
        found = sum(key in read.by_key for key in keys)
    yield Figure(name, f"look-up, mean of {found:,}", taken[0] / found * 1e6, "µs")
    yield Figure(name, "peak memory", peak_mb(), "MB", "≤ 1000")


def policies() -> Iterator[Figure]:
    """How many policies a second are brought into canonical form."""
    estate = generated(20_000, seed=11)
    documents = [document for resource in estate.resources for document in _documents(resource.properties)]
    begin = time.process_time()
    for document in documents:
        canonical(document)
    cpu = time.process_time() - begin
    yield Figure("policies", "canonicalized", len(documents), "policies")
    yield Figure("policies", "canonicalized per CPU second", len(documents) / cpu, "/s")
    yield Figure("policies", "mean", cpu / len(documents) * 1e6, "µs CPU")


def _documents(value: Any) -> Iterator[dict[str, Any]]:
    """Every policy in a resource's properties that holds nothing Unknown."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(item, dict) and "Statement" in item:
            if not unknowns_in(item):
                yield item
        elif isinstance(item, dict | list):
            yield from _documents(item)
