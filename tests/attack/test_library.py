"""The files of the techniques say what they must, and what they say exists."""

import re

import pytest

from bastide.attack import all_techniques
from bastide.attack.library import chosen
from bastide.attack.technique import TACTICS, Prevented, Script
from bastide.errors import InputError
from bastide.prove.guardrail import all_guardrails

SCRIPTS = all_techniques()
# Source: MITRE ATT&CK v17, Enterprise, Cloud matrix: technique → tactics.
ATTACK = {
    "T1021.007": "lateral-movement",
    "T1021.008": "lateral-movement",
    "T1048": "exfiltration",
    "T1069.003": "discovery",
    "T1078.004": "defense-evasion persistence privilege-escalation initial-access",
    "T1087.004": "discovery",
    "T1098.001": "persistence privilege-escalation",
    "T1098.003": "persistence privilege-escalation",
    "T1098.004": "persistence privilege-escalation",
    "T1136.003": "persistence",
    "T1199": "initial-access",
    "T1484.002": "defense-evasion privilege-escalation",
    "T1485": "impact",
    "T1485.001": "impact",
    "T1486": "impact",
    "T1489": "impact",
    "T1490": "impact",
    "T1496.001": "impact",
    "T1496.004": "impact",
    "T1530": "collection",
    "T1531": "impact",
    "T1535": "defense-evasion",
    "T1537": "exfiltration",
    "T1546": "persistence privilege-escalation",
    "T1548.005": "privilege-escalation defense-evasion",
    "T1550.001": "defense-evasion lateral-movement",
    "T1552.001": "credential-access",
    "T1552.005": "credential-access",
    "T1555.006": "credential-access",
    "T1556": "credential-access defense-evasion persistence",
    "T1562": "defense-evasion",
    "T1562.001": "defense-evasion",
    "T1562.007": "defense-evasion",
    "T1562.008": "defense-evasion",
    "T1578.002": "defense-evasion",
    "T1580": "discovery",
    "T1619": "discovery",
    "T1648": "execution",
    "T1651": "execution",
    "T1666": "defense-evasion",
}


def test_there_are_enough_techniques_and_every_tactic_has_some() -> None:
    assert len(SCRIPTS) >= 40
    assert {script.technique.tactic for script in SCRIPTS} == set(TACTICS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.technique.id)
def test_a_technique_tells_its_story(script: Script) -> None:
    said = script.technique
    assert said.title and said.source and said.detectors
    assert len(said.story) > 40
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", said.id)
    for function in (script.prepare, script.attack, script.succeeded, script.clean_up):
        assert function.__doc__


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.technique.id)
def test_its_first_mitre_technique_belongs_to_its_tactic_and_all_exist(script: Script) -> None:
    said = script.technique
    assert set(said.mitre) <= set(ATTACK)
    assert said.tactic in ATTACK[said.mitre[0]].split()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.technique.id)
def test_the_guardrails_that_should_prevent_it_are_of_the_library(script: Script) -> None:
    expected = script.technique.expected
    if isinstance(expected, Prevented):
        assert expected.by
        assert set(expected.by) <= set(all_guardrails())
    else:
        assert expected.because


def test_techniques_are_chosen_by_id_by_mitre_id_with_its_parts_and_by_tactic() -> None:
    assert [one.technique.id for one in chosen(["stop-trail"])] == ["stop-trail"]
    disabling = {one.technique.id for one in chosen(["T1562"])}
    assert {"stop-trail", "security-contact-replaced", "open-ssh-to-world"} <= disabling
    assert {one.technique.tactic for one in chosen((), ["impact", "discovery"])} == {"impact", "discovery"}
    assert [one.technique.id for one in chosen(["T1562"], ["defense-evasion"])]


def test_unknown_names_are_all_told_with_a_suggestion() -> None:
    with pytest.raises(InputError) as told:
        chosen(["stop-trial", "T9999"], ["impcat"])
    texts = [str(problem) for problem in told.value.problems]
    assert len(texts) == 3
    assert "did you mean stop-trail?" in "\n".join(texts)


def test_a_choice_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="no technique is both"):
        chosen(["stop-trail"], ["impact"])
