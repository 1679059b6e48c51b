"""Verdicts on resources that may not be made: judged with them and without them.

The one idea: where the two estates give a resource another status, the answer hangs on the condition and is UNKNOWN. A
resource that may be absent and fails is UNKNOWN; one that passes passes either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bastide.assess.run import KEPT, Assessment, run
from bastide.controls.control import Control
from bastide.model import Estate, Finding, ResourceKey, Status

NOT_HERE = "not in the templates"  # in the reason of everything that is not known of a stand-in


def run_doubtful(
    estate: Estate,
    doubts: Mapping[ResourceKey, str],
    controls: Iterable[Control],
    *,
    stand_ins: Mapping[ResourceKey, str] | None = None,
    include_passes: bool = False,
) -> Assessment:
    """As ``run``, for an estate of which the resources in ``doubts`` may be absent, for the reason given there.

    ``stand_ins``: resources of which nothing is known but what the resources of a type say of them; only controls that
    read that type, or the policies of a holder, are kept for them.
    """
    controls = tuple(controls)
    stand_ins = stand_ins or {}
    if not doubts and not stand_ins:
        return run(estate, controls, include_passes=include_passes)
    reads = {control.id: control.reads for control in controls}
    whole = run(estate, controls, include_passes=True)
    sure = replace(estate, resources=tuple(one for one in estate.resources if one.key not in doubts))
    without = {
        (finding.control, finding.resource): finding.status
        for finding in run(sure, controls, include_passes=True).findings
    }
    reason = next(iter(doubts.values()), "")
    settled = [
        _settled(finding, without, doubts, reason)
        for finding in whole.findings
        if finding.resource not in stand_ins or _speaks(finding, stand_ins[finding.resource], reads[finding.control])
    ]
    counts: dict[str, Counter[Status]] = {name: Counter() for name in whole.by_control}
    for finding in settled:
        counts[finding.control][finding.status] += 1
    kept = frozenset(Status) if include_passes else KEPT
    return replace(
        whole,
        findings=tuple(finding for finding in settled if finding.status in kept),
        by_control={name: dict(count) for name, count in counts.items()},
    )


def _speaks(finding: Finding, kind: str, reads: tuple[str, ...]) -> bool:
    """Whether what a control says of a stand-in comes from what is known of it."""
    if not kind.startswith("AWS::"):  # a part of Terraform: what it says is known, or Unknown for a reason of its own
        return finding.status is not Status.UNKNOWN or NOT_HERE not in finding.reason
    if kind.startswith("AWS::IAM::"):
        return finding.path.startswith("Policies") or "AWS::IAM::UserPolicy" in reads
    return kind in reads


def _settled(
    finding: Finding,
    without: Mapping[tuple[str, ResourceKey], Status],
    doubts: Mapping[ResourceKey, str],
    reason: str,
) -> Finding:
    """The finding, or UNKNOWN where it hangs on whether something is made."""
    key = (finding.control, finding.resource)
    # An account that is judged by what may not be made is judged only should it be made.
    own = doubts.get(finding.resource, reason if key not in without else None)
    if own is not None:
        if finding.status is not Status.FAIL:
            return finding
        return replace(finding, status=Status.UNKNOWN, reason=f"{finding.reason}, should the resource be made: {own}")
    other = without[key]
    if other is finding.status:
        return finding
    return replace(finding, status=Status.UNKNOWN, reason=f"{finding.status} or {other}: {reason}")
