"""A conformance pack's compliance as a standing: each rule a requirement, so that packs are shown as standards are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bastide.model import Status
from bastide.standards.evaluation import COMPLIANT, NON_COMPLIANT, WORDS, Evaluation, PackCompliance, RuleCompliance
from bastide.standards.evaluation import rule_compliance as worst
from bastide.standards.pack import PROCESS, RuleCoverage
from bastide.standards.standard import Requirement, Standard
from bastide.standards.standing import Answer, Outcome, Score, Standing

STATUSES = {word: status for status, word in WORDS.items()}


def pack_standing(name: str, date: str, covered: Iterable[RuleCoverage], compliance: PackCompliance) -> Standing:
    """The standing of an estate against a pack. ``compliance`` has the rules of ``covered``, in its order."""
    pairs = zip(covered, compliance.rules, strict=True)
    outcomes = tuple(_outcome(found, one) for one, found in pairs)
    standard = Standard(
        name,
        name,
        "conformance pack",
        date,
        "",
        "the pack's own file",
        tuple(one.requirement for one in outcomes),
    )
    evaluations = [each for one in compliance.rules for each in one.evaluations]
    accounts = sorted({one.resource.account for one in evaluations})
    return Standing(
        standard,
        outcomes,
        _score(evaluations),
        {account: _score([one for one in evaluations if one.resource.account == account]) for account in accounts},
    )


def _outcome(one: RuleCompliance, covered: RuleCoverage) -> Outcome:
    controls = tuple(each.id for each in covered.controls)
    remedy = one.rule.remediation.text(covered.controls) if one.rule.remediation else ""
    title = one.rule.identifier or f"custom rule ({one.rule.owner.lower() or 'no owner'})"
    counts = Counter(STATUSES[each.compliance] for each in one.evaluations)
    manual = one.why_not if one.rule.identifier == PROCESS else ""
    missing = (one.why_not,) if not controls and one.why_not and not manual else ()
    return Outcome(
        Requirement(one.rule.name, title, manual=manual),
        _answer(one, controls),
        controls,
        dict(counts),
        (),
        missing,
        remediation=remedy,
    )


def _answer(one: RuleCompliance, controls: tuple[str, ...]) -> Answer:
    if not controls:
        return Answer.MANUAL if one.rule.identifier == PROCESS else Answer.NOT_COVERED
    if one.compliance == COMPLIANT:
        return Answer.PASS
    if one.compliance == NON_COMPLIANT:
        return Answer.FAIL
    return Answer.UNKNOWN if any(STATUSES[each.compliance] is Status.UNKNOWN for each in one.evaluations) else (
        Answer.NOTHING
    )  # fmt: skip


def _score(evaluations: list[Evaluation]) -> Score:
    """Rules by how they came out, and pairs of rule and resource."""
    by_rule: dict[str, list[Evaluation]] = {}
    for one in evaluations:
        by_rule.setdefault(one.rule, []).append(one)
    rules = Counter(
        STATUSES[worst(mine)]
        for mine in by_rule.values()
        if any(STATUSES[one.compliance] is not Status.NOT_APPLICABLE for one in mine)
    )
    pairs = Counter(STATUSES[one.compliance] for one in evaluations)
    numbers = (Status.PASS, Status.FAIL, Status.UNKNOWN)
    return Score(*(rules[status] for status in numbers), *(pairs[status] for status in numbers))
