"""Standards: every file is read, references are known, and an answer is never better than what was judged."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.controls import Control, all_controls
from bastide.errors import InputError
from bastide.model import (
    Account,
    Estate,
    Finding,
    Organization,
    ResourceKey,
    Severity,
    Status,
    Unit,
)
from bastide.standards import (
    Answer,
    Requirement,
    Standard,
    all_standards,
    controls_of,
    coverage,
    find_standard,
    parse_standard,
    standing,
)
from bastide.standards.coverage import answers_to
from bastide.standards.rules import answering, by_identifier, by_security_hub, managed_rules

SSH = next(one for one in all_controls() if one.id == "ec2-security-group-ssh-closed")
ROOT = next(one for one in all_controls() if one.id == "iam-root-no-access-key")


def verdict(control: Control, status: Status, account: str = "111111111111", id: str = "x") -> Finding:
    """A finding of a control."""
    key = ResourceKey(control.resource_type, account, "eu-west-1", id)
    return Finding(control.id, control.title, Severity.HIGH, status, key)


def made(*requirements: Requirement, covers: bool = False) -> Standard:
    """A standard of these requirements."""
    return Standard("x", "X", "1", "2026-01-01", "X", "ours", requirements, covers)


def answered(requirement: Requirement, *verdicts: Finding) -> Answer:
    """What is said of a requirement after these verdicts."""
    one = made(requirement)
    return standing(one, coverage(one, all_controls()), verdicts, Estate()).outcomes[0].answer


@pytest.mark.parametrize("slug", sorted(all_standards()))
def test_every_standard_has_controls_or_a_word_on_why_not(slug: str) -> None:
    one = find_standard(slug)
    assert one.requirements
    assert controls_of(coverage(one, all_controls()))
    for requirement in one.requirements:
        own = any(f"{one.prefix}:{requirement.id}" in control.maps_to for control in all_controls())
        if not requirement.controls and not requirement.manual and not own:
            # Nothing refers to it yet: it has to be said to be not covered, not left out.
            assert answered_in(one, requirement.id) is Answer.NOT_COVERED


def answered_in(one: Standard, requirement: str) -> Answer:
    """The answer when nothing was judged."""
    found = standing(one, coverage(one, all_controls()), (), Estate())
    return next(outcome.answer for outcome in found.outcomes if outcome.requirement.id == requirement)


@pytest.mark.parametrize("slug", sorted(all_standards()))
def test_references_are_to_rules_and_controls_that_exist(slug: str) -> None:
    slugs = {control.id for control in all_controls()}
    for requirement in find_standard(slug).requirements:
        for reference in requirement.controls:
            kind, _, name = reference.rpartition(":")
            assert kind != "rule" or name in managed_rules(), reference
            assert kind != "slug" or name in slugs, reference


def test_nothing_judged_is_never_a_pass() -> None:
    for one in all_standards().values():
        found = standing(one, coverage(one, all_controls()), (), Estate())
        assert found.by_answer[Answer.PASS] == 0
        assert found.score.controls is None


def test_a_requirement_whose_control_does_not_exist_is_not_covered() -> None:
    assert answered(Requirement("1", "t", ("Nope.1",))) is Answer.NOT_COVERED
    assert answered(Requirement("1", "t", ("Nope.1",), "also by hand")) is Answer.NOT_COVERED


def test_a_requirement_with_one_control_missing_is_partly_covered_at_best() -> None:
    both = Requirement("1", "t", ("IAM.4", "Nope.1"))
    assert answered(both, verdict(ROOT, Status.PASS)) is Answer.PARTLY
    assert answered(both, verdict(ROOT, Status.FAIL)) is Answer.FAIL
    assert answered(both) is Answer.NOT_COVERED


def test_what_only_people_can_show_is_manual() -> None:
    assert answered(Requirement("1", "t", (), "people know")) is Answer.MANUAL


@given(st.lists(st.sampled_from(Status), max_size=6), st.booleans())
def test_an_unknown_never_becomes_a_pass(statuses: list[Status], missing: bool) -> None:
    controls = ("IAM.4", "Nope.1") if missing else ("IAM.4",)
    verdicts = [verdict(ROOT, status, id=str(number)) for number, status in enumerate(statuses)]
    answer = answered(Requirement("1", "t", controls), *verdicts)
    if answer is Answer.PASS:
        assert not missing
        assert Status.PASS in statuses
        assert not {Status.UNKNOWN, Status.FAIL} & set(statuses)


@given(st.lists(st.tuples(st.sampled_from([SSH, ROOT]), st.sampled_from(Status)), max_size=8))
def test_scores_never_count_what_is_unknown_as_passed(judged: list[tuple[Control, Status]]) -> None:
    one = made(Requirement("1", "t", ("IAM.4", "EC2.13")))
    verdicts = [verdict(control, status, id=str(number)) for number, (control, status) in enumerate(judged)]
    known = [each for each in verdicts if each.status is not Status.UNKNOWN]
    score = standing(one, coverage(one, all_controls()), verdicts, Estate()).score
    without = standing(one, coverage(one, all_controls()), known, Estate()).score
    assert score.passed <= without.passed
    assert score.pairs == without.pairs
    assert (score.sure or 0) <= (score.controls if score.controls is not None else 0)


def test_an_accepted_failure_is_no_pass_and_is_told() -> None:
    one = made(Requirement("1", "t", ("IAM.4",)))
    taken = replace(verdict(ROOT, Status.NOT_APPLICABLE), evidence={"would_be": "FAIL"})
    (outcome,) = standing(one, coverage(one, all_controls()), [taken], Estate()).outcomes
    assert (outcome.answer, outcome.accepted) == (Answer.NOTHING, 1)


def test_units_hold_the_accounts_below_them() -> None:
    organization = Organization(
        "o-1", "r-1", "999999999999",
        (Account("111111111111", "a", parent_id="ou-2"), Account("222222222222", "b", parent_id="ou-1")),
        (Unit("ou-1", "work", "r-1", "work"), Unit("ou-2", "prod", "ou-1", "work/prod")),
    )  # fmt: skip
    one = made(Requirement("1", "t", ("IAM.4",)))
    verdicts = (verdict(ROOT, Status.PASS), verdict(ROOT, Status.FAIL, "222222222222"))
    found = standing(one, coverage(one, all_controls()), verdicts, Estate(organization=organization))
    assert found.accounts["111111111111"].controls == 100.0
    assert found.units["work/prod"].controls == 100.0
    assert found.units["work"].controls == 0.0  # failed anywhere is failed
    assert found.units["work"].pairs == 50.0


def test_a_control_that_maps_to_the_requirement_itself_covers_it_where_the_standard_says_so() -> None:
    mapped = replace(ROOT, maps_to=("X:1",))
    for covers, answer in ((True, Answer.PASS), (False, Answer.PARTLY)):
        one = made(Requirement("1", "t", ("Nope.1",)), covers=covers)
        found = standing(one, coverage(one, [mapped]), [verdict(mapped, Status.PASS)], Estate())
        assert found.outcomes[0].answer is answer


def test_a_rule_is_answered_by_its_name_and_else_by_its_security_hub_control() -> None:
    assert [one.id for one in answering(by_identifier()["INCOMING_SSH_DISABLED"], all_controls())] == [SSH.id]
    deletion = answering(by_identifier()["KMS_CMK_NOT_SCHEDULED_FOR_DELETION"], all_controls())
    assert [one.id for one in deletion] == ["kms-key-not-pending-deletion", "kms-key-not-scheduled-for-deletion"]
    assert by_security_hub()["S3.8"][0].name == "s3-bucket-level-public-access-prohibited"
    assert answers_to("rule:restricted-ssh", all_controls()) == (SSH,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "a standard is a mapping"),
        ("name: x", "version is missing"),
        ("{", "this is not YAML"),
        (
            "{name: x, version: 1, date: d, prefix: p, source: s, requirements: [{id: 1, title: t, control: []}]}",
            "'control' is not a field here",
        ),
        (
            "{name: x, version: 1, date: d, prefix: p, source: s, requirements: "
            "[{id: 1, title: t}, {id: 1, title: t}]}",
            "requirement 1 is there twice",
        ),
    ],
)
def test_a_wrong_file_is_told(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_standard(text, "x")


def test_a_wrong_slug_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean"):
        find_standard("cis-aws-5")
