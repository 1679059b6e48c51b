"""Every control on every resource of its type: an Assessment.

The one idea: resources are grouped by type once, and a Finding is made only for an answer that is kept. Where a type
could not be listed, each control about it answers UNKNOWN for that place. Subjects that are no resources (an account,
one region of an account) are made here of the organization, so that the absence of a whole resource can be judged.
A control that raises has said nothing: UNKNOWN there, and the others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bastide.assess.secrets import shown_value
from bastide.controls.control import ACCOUNT, ACCOUNT_REGION, Control
from bastide.model import GLOBAL, Estate, Finding, Gap, Resource, ResourceKey, Severity, Status, Verdict, unknown
from bastide.model.bulk import unsearched

KEPT = frozenset({Status.FAIL, Status.UNKNOWN})
PLACES = (ACCOUNT, ACCOUNT_REGION)
LONGEST = 200  # characters of an error
ANY_ID = "*"  # the id in a finding about a whole type that could not be listed


@dataclass(frozen=True)
class Assessment:
    """What an assessment found.

    ``findings``: FAIL and UNKNOWN (all, when passes were asked for), by severity from the worst, account, control,
    resource. ``by_control`` counts statuses for each control, PASS included. ``silent`` names controls that had
    nothing to judge. ``judged`` is the number of verdicts. ``faults`` says which controls raised, and on what.
    """

    findings: tuple[Finding, ...]
    by_control: Mapping[str, Mapping[Status, int]] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    basis: str = "model"
    read_at: str = ""
    faults: tuple[str, ...] = ()

    @property
    def by_status(self) -> dict[Status, int]:
        """How many verdicts had each status; all four are named."""
        total: Counter[Status] = Counter()
        for counts in self.by_control.values():
            total.update(counts)
        return {status: total[status] for status in Status}

    @property
    def judged(self) -> int:
        """The number of verdicts."""
        return sum(self.by_status.values())

    @property
    def complete(self) -> bool:
        """Nothing was UNKNOWN."""
        return not self.by_status[Status.UNKNOWN]

    def by_severity(self, status: Status = Status.FAIL) -> dict[Severity, int]:
        """How many findings of one status had each severity, from the worst."""
        total = Counter(finding.severity for finding in self.findings if finding.status is status)
        return {severity: total[severity] for severity in sorted(Severity, reverse=True)}


def run(estate: Estate, controls: Iterable[Control], *, include_passes: bool = False) -> Assessment:
    """The assessment of an estate by controls; the same input gives the same output, in the same order."""
    kept = frozenset(Status) if include_passes else KEPT
    by_type: dict[str, list[Control]] = {}
    for control in sorted(controls, key=lambda one: one.id):
        by_type.setdefault(control.resource_type, []).append(control)
    findings: list[Finding] = []
    faults: dict[str, tuple[str, int]] = {}
    counts: dict[str, Counter[Status]] = {one.id: Counter() for group in by_type.values() for one in group}
    with unsearched():
        for resource_type, group in by_type.items():
            for resource in _subjects(estate, resource_type, group):
                # Controls inside, resources outside: what one control parsed of a resource the next one finds again.
                for control in group:
                    subject = resource if resource.type not in PLACES else _grounded(control, resource, estate)
                    if subject is None:
                        continue
                    try:
                        verdict = control.verdict(subject, estate)
                        status = verdict.status
                    except Exception as error:  # noqa: BLE001 - the edge of a rule: its fault must not lose the others
                        verdict, status = _raised(control, subject, error, faults), Status.UNKNOWN
                    counts[control.id][status] += 1
                    if status in kept:
                        findings.append(_finding(control, subject, verdict, estate))
        for finding in _gap_findings(estate, by_type):
            counts[finding.control][Status.UNKNOWN] += 1
            findings.append(finding)
        findings.sort(key=_order)
    silent = tuple(sorted(name for name, count in counts.items() if not count))
    return Assessment(tuple(findings), {name: dict(counts[name]) for name in sorted(counts)}, silent,
                      estate.basis, estate.read_at, _fault_lines(faults))  # fmt: skip


def _raised(control: Control, subject: Resource, error: Exception, faults: dict[str, tuple[str, int]]) -> Verdict:
    """UNKNOWN for what a control could not say, noted in ``faults``: control → the first of them, and how many."""
    said = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
    first, count = faults.get(control.id, (f"{subject.type} {subject.name}: {said}", 0))
    faults[control.id] = first, count + 1
    return unknown(f"the control {control.id} raised {said}")


def _fault_lines(faults: Mapping[str, tuple[str, int]]) -> tuple[str, ...]:
    """One line for each control that raised."""
    return tuple(
        f"the control {name} raised an error on {count} resources, which are UNKNOWN; the first: {first}"
        for name, (first, count) in sorted(faults.items())
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of an assessment."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[int, str, str, ResourceKey, str]:
    return -finding.severity, finding.resource.account, finding.control, finding.resource, finding.path


def _subjects(estate: Estate, resource_type: str, group: Iterable[Control]) -> Iterable[Resource]:
    """Resources of the type; for the two types that are no resources, one for each active account (and region).

    Templates know no organization: there the places are those of the resources that the controls read.
    """
    if resource_type not in PLACES:
        return estate.of_type(resource_type)
    if estate.organization is None:
        return _declared_places(estate, resource_type, sorted({kind for one in group for kind in one.reads}))
    accounts = [one for one in estate.organization.accounts if one.status == "ACTIVE"]
    if resource_type == ACCOUNT:
        return [Resource(ACCOUNT, one.id, GLOBAL, one.id, {"AccountName": one.name}) for one in accounts]
    return [
        Resource(ACCOUNT_REGION, one.id, region, one.id, {"AccountName": one.name, "Region": region})
        for one in accounts
        for region in estate.regions
    ]


def _declared_places(estate: Estate, resource_type: str, kinds: Iterable[str]) -> Iterable[Resource]:
    """The accounts (or their regions) that resources of the types lie in."""
    places = {
        (one.account, GLOBAL if resource_type == ACCOUNT else one.region)
        for kind in kinds
        for one in estate.of_type(kind)
    }
    return [Resource(resource_type, account, region, account, {}) for account, region in sorted(places)]


def _grounded(control: Control, place: Resource, estate: Estate) -> Resource | None:
    """The place where the control has something to judge it by: its organization, or a resource there that it reads.

    That templates lack a trail says nothing of the account; that the trail which they declare does not log, does. The
    place has the origin of that resource.
    """
    if estate.organization is not None:
        return place
    grounds = (one for kind in control.reads for one in estate.of_type(kind) if one.account == place.account)
    first = next((one for one in grounds if place.region in (GLOBAL, one.region)), None)
    return replace(place, origin=first.origin) if first is not None else None


def _finding(control: Control, resource: Resource, verdict: Verdict, estate: Estate) -> Finding:
    return Finding(
        control=control.id,
        title=control.title,
        severity=control.severity,
        status=verdict.status,
        resource=resource.key,
        resource_name=str(resource.properties.get("AccountName") or resource.name),
        account_name=estate.account_name(resource.account),
        arn=resource.arn,
        reason=verdict.reason,
        path=verdict.path,
        value=shown_value(resource, verdict.path),
        remediation=control.remediation,
        maps_to=control.maps_to,
        origin=resource.origin,
        basis=estate.basis,
        evidence=verdict.evidence or {},
    )


def _gap_findings(estate: Estate, by_type: Mapping[str, Sequence[Control]]) -> Iterator[Finding]:
    for gap in estate.gaps:
        for control in by_type.get(gap.type, ()):
            yield _gap_finding(control, gap, estate)


def _gap_finding(control: Control, gap: Gap, estate: Estate) -> Finding:
    action = f" ({gap.action})" if gap.action else ""
    return Finding(
        control=control.id,
        title=control.title,
        severity=control.severity,
        status=Status.UNKNOWN,
        resource=ResourceKey(gap.type, gap.account, gap.region, ANY_ID),
        resource_name=f"all of {gap.type}",
        account_name=estate.account_name(gap.account),
        reason=f"could not be listed: {gap.reason}{action}",
        remediation="Let the reader role list this type, then assess again.",
        maps_to=control.maps_to,
        basis=estate.basis,
    )
