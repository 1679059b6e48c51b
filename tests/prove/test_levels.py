"""Levels add up, and a part of the organization says otherwise by name."""

import pytest

from bastide.errors import InputError
from bastide.prove.guardrail import LEVELS, SCP, Guardrail, all_guardrails, parse_guardrail
from bastide.prove.levels import Choice, guardrails_for, missing_parameters
from bastide.prove.render import render

SHARED = {"organization_id": "o-acme000000", "allowed_regions": ["eu-west-1"], "log_buckets": ["logs"]}


def names(choices: tuple[Choice, ...]) -> set[str]:
    return {choice.guardrail.name for choice in choices}


def test_each_level_holds_the_one_below() -> None:
    relaxed, standard, strict = (names(guardrails_for(level)) for level in LEVELS)
    assert relaxed < standard < strict
    assert "service-allowlist" not in strict


def test_a_name_turns_off_warns_and_brings_parameters() -> None:
    settings = {"vpc-internet": False, "imdsv2-launch": "warn", "service-allowlist": {"approved_services": ["s3"]}}
    found = {choice.guardrail.name: choice for choice in guardrails_for("strict", settings)}
    assert "vpc-internet" not in found
    assert found["imdsv2-launch"].warn
    (statement,) = found["service-allowlist"].statements(SHARED)
    assert "s3:*" in (statement.not_action or ())


def test_true_turns_on_below_the_level_of_a_guardrail() -> None:
    assert "vpc-internet" in names(guardrails_for("relaxed", {"vpc-internet": True}))


def test_a_group_sets_its_members_and_a_name_says_otherwise_about_one() -> None:
    found = {one.guardrail.name: one.warn for one in guardrails_for("strict", {"imds": "warn", "imdsv2-modify": True})}
    assert found["imdsv2-launch"]
    assert found["imdsv2-role-delivery"]
    assert not found["imdsv2-modify"]
    limited = guardrails_for("standard", {"imds": {"hop_limit": 1}})
    assert {one.guardrail.name: dict(one.parameters) for one in limited}["imdsv2-launch"] == {"hop_limit": 1}


def test_all_wrong_settings_are_named_with_the_nearest_right_one() -> None:
    wrong = {"vpc-internt": False, "tls-only": "maybe", "imdsv2-launch": {"hops": 1}}
    with pytest.raises(InputError) as caught:
        guardrails_for("strict", wrong)
    found = {problem.what: problem.fix for problem in caught.value.problems}
    assert found == {
        "no such guardrail: 'vpc-internt'": "did you mean vpc-internet?",
        "guardrail tls-only cannot be set to 'maybe'": "write true, false, warn or its parameters",
        "guardrail imdsv2-launch has no parameter 'hops'": "known: hop_limit",
    }


def test_a_level_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="no such guardrail level: 'stict'\n  fix  did you mean strict"):
        guardrails_for("stict")


def test_shared_parameters_reach_the_guardrails_that_have_them() -> None:
    choices = guardrails_for("strict")
    assert missing_parameters(choices, {}) == ("allowed_regions", "log_buckets", "organization_id")
    assert missing_parameters(choices, SHARED) == ()
    assert all(choice.statements(SHARED) for choice in choices)


def test_missing_and_unknown_parameters_come_together() -> None:
    with pytest.raises(InputError) as caught:
        render(all_guardrails()["region-restriction"], {"regions": []})
    assert [problem.what for problem in caught.value.problems] == [
        "guardrail region-restriction has no parameter 'regions'",
        "guardrail region-restriction needs 'allowed_regions'",
    ]


def test_a_list_becomes_one_element_for_each_text() -> None:
    first, _ = render(all_guardrails()["log-archive-bucket-protect"], {"log_buckets": ["a", "b"]})
    assert first.resource == ("arn:*:s3:::a", "arn:*:s3:::b", "arn:*:s3:::a/*", "arn:*:s3:::b/*")


def test_nobody_exempt_takes_the_exemption_away() -> None:
    (statement,) = render(all_guardrails()["cloudtrail-protect"], {"exempt": []})
    assert statement.condition == {}


def test_an_empty_list_is_refused_where_it_would_change_the_meaning() -> None:
    guardrail = all_guardrails()["service-allowlist"]
    assert render(guardrail, {"approved_services": []})[0].not_action
    with pytest.raises(InputError, match="guardrail platform-roles-protect has an empty Resource"):
        render(all_guardrails()["platform-roles-protect"], {"protected": []})
    with pytest.raises(InputError, match="has an empty s3:x-amz-acl"):
        render(guardrail_with_list(), {"lists": []})


def guardrail_with_list() -> Guardrail:
    return parse_guardrail(f"""
name: mine
intent: Mine.
kind: {SCP}
default: strict
parameters: {{lists: {{about: canned lists}}}}
statements:
  - Effect: Deny
    Action: "s3:PutObject"
    Resource: "*"
    Condition: {{StringEquals: {{"s3:x-amz-acl": ["<<lists>>"]}}}}
rationale: none
maps_to: [S3-1]
source: none
claims: {{denied: [], allowed: []}}
""")


def test_policy_variables_are_left_alone() -> None:
    (statement,) = render(all_guardrails()["ec2-credential-outside-vpc"])
    assert statement.condition["StringNotEqualsIfExists"] == {"aws:EC2InstanceSourceVPC": ("${aws:SourceVpc}",)}
