"""How an estate stands against a standard: an answer for each requirement, a score for each account and unit.

The one idea: a control is passed where it passed at least once and neither failed nor could not decide; all else is
counting. Two scores, as AWS defines them: Security Hub's, passed controls of the passed and failed ones, and Config's,
compliant pairs of rule and resource of all that were evaluated. UNKNOWN is in no numerator; ``sure`` is the score that
stands even if everything unknown should fail.
Source: AWS Security Hub User Guide, "Calculating security scores"; AWS Config Developer Guide, "Compliance score".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bastide.model import Estate, Finding, Organization, Status
from bastide.standards.coverage import Coverage
from bastide.standards.standard import Requirement, Standard


class Answer(StrEnum):
    """What can be said of one requirement."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    PARTLY = "PARTLY COVERED"  # what was judged passed, and some of its controls do not exist yet
    MANUAL = "MANUAL"
    NOT_COVERED = "NOT COVERED"
    NOTHING = "NOTHING TO JUDGE"


@dataclass(frozen=True, slots=True)
class Score:
    """Controls by how they came out in one place, and pairs of control and resource."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    pairs_passed: int = 0
    pairs_failed: int = 0
    pairs_unknown: int = 0

    @property
    def controls(self) -> float | None:
        """Percent of controls passed of those passed and failed; None when there is neither."""
        return _percent(self.passed, self.passed + self.failed)

    @property
    def sure(self) -> float | None:
        """The same, should all that is unknown fail."""
        return _percent(self.passed, self.passed + self.failed + self.unknown)

    @property
    def pairs(self) -> float | None:
        """Percent of compliant pairs of control and resource; None when nothing was evaluated."""
        return _percent(self.pairs_passed, self.pairs_passed + self.pairs_failed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One requirement: its answer, verdicts by status, controls with nothing to judge, and references not covered.

    ``accepted``: failures that somebody accepts by an exemption or a comment; they are NOT_APPLICABLE in ``counts``.
    ``remediation``: what a conformance pack starts for what does not comply.
    """

    requirement: Requirement
    answer: Answer
    controls: tuple[str, ...] = ()
    counts: Mapping[Status, int] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    accepted: int = 0
    remediation: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One standard: an outcome for each requirement, the score of the whole, of accounts and of units (by path)."""

    standard: Standard
    outcomes: tuple[Outcome, ...]
    score: Score
    accounts: Mapping[str, Score] = field(default_factory=dict)
    units: Mapping[str, Score] = field(default_factory=dict)

    @property
    def by_answer(self) -> dict[Answer, int]:
        """How many requirements had each answer; all are named."""
        total = Counter(one.answer for one in self.outcomes)
        return {answer: total[answer] for answer in Answer}


def standing(standard: Standard, covered: Iterable[Coverage], verdicts: Iterable[Finding], estate: Estate) -> Standing:
    """How the estate stands, by all ``verdicts`` of the standard's controls, passes included."""
    covered = tuple(covered)
    wanted = {control.id for one in covered for control in one.controls}
    places: dict[str, dict[str, Counter[Status]]] = {}
    accepted: Counter[str] = Counter()
    for finding in verdicts:
        accepted[finding.control] += "would_be" in finding.evidence  # see assess.suppress
        if finding.control in wanted:
            place = places.setdefault(finding.resource.account, {})
            place.setdefault(finding.control, Counter())[finding.status] += 1
    everywhere = _together(places.values())
    return Standing(
        standard,
        tuple(_outcome(one, everywhere, accepted) for one in covered),
        _score(everywhere),
        {account: _score(places[account]) for account in sorted(places)},
        _units(estate.organization, places),
    )


def _together(places: Iterable[Mapping[str, Counter[Status]]]) -> dict[str, Counter[Status]]:
    total: dict[str, Counter[Status]] = {}
    for place in places:
        for control, counts in place.items():
            total.setdefault(control, Counter()).update(counts)
    return total


def _units(organization: Organization | None, places: Mapping[str, dict[str, Counter[Status]]]) -> dict[str, Score]:
    """Scores by the path of the unit, all accounts below it included."""
    if organization is None:
        return {}
    inside: dict[str, list[dict[str, Counter[Status]]]] = {}
    for account, counts in places.items():
        for node in organization.path(account)[1:-1]:
            inside.setdefault(organization.units_by_id[node].path, []).append(counts)
    return {path: _score(_together(inside[path])) for path in sorted(inside)}


def _score(controls: Mapping[str, Counter[Status]]) -> Score:
    ways = Counter(_way(counts) for counts in controls.values())
    pairs = _together([{"": counts} for counts in controls.values()]).get("", Counter())
    return Score(ways[Status.PASS], ways[Status.FAIL], ways[Status.UNKNOWN], pairs[Status.PASS],
                 pairs[Status.FAIL], pairs[Status.UNKNOWN])  # fmt: skip


def _way(counts: Mapping[Status, int]) -> Status:
    """How one control came out: the worst that it said; NOT_APPLICABLE when it judged nothing."""
    order = (Status.FAIL, Status.UNKNOWN, Status.PASS)
    return next((status for status in order if counts.get(status)), Status.NOT_APPLICABLE)


def _outcome(covered: Coverage, everywhere: Mapping[str, Counter[Status]], accepted: Mapping[str, int]) -> Outcome:
    names = tuple(control.id for control in covered.controls)
    counts = _together([{"": everywhere.get(name, Counter())} for name in names]).get("", Counter())
    silent = tuple(name for name in names if _way(everywhere.get(name, Counter())) is Status.NOT_APPLICABLE)
    answer = _answer(covered, _way(counts))
    taken = sum(accepted.get(name, 0) for name in names)
    return Outcome(covered.requirement, answer, names, dict(counts), silent, covered.missing, taken)


def _answer(covered: Coverage, way: Status) -> Answer:
    """INVARIANT: PASS only where something was judged, all of it passed, and every control that is asked for exists."""
    if not covered.controls:
        return Answer.NOT_COVERED if covered.missing or not covered.requirement.manual else Answer.MANUAL
    if way in (Status.FAIL, Status.UNKNOWN):
        return Answer(str(way))
    if covered.missing:
        return Answer.PARTLY if way is Status.PASS else Answer.NOT_COVERED
    return Answer.PASS if way is Status.PASS else Answer.NOTHING


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
