"""Packing changes no meaning, keeps to the quotas and remembers which guardrail stands where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.iam.canonical import canonical, render_policy
from bastide.iam.decide import matches
from bastide.iam.request import Principal, Request
from bastide.model import PolicyDocument, Statement
from bastide.prove.claims import broken_claims
from bastide.prove.guardrail import LEVELS, RCP, SCP, all_guardrails
from bastide.prove.levels import guardrails_for
from bastide.prove.packing import LIMITS, Limits, PackedPolicy, pack

SHARED = {
    "organization_id": "o-acme000000",
    "allowed_regions": ["eu-west-1", "eu-central-1"],
    "log_buckets": ["acme-trail", "acme-config"],
}


def library(level: str, kind: str) -> dict[str, tuple[Statement, ...]]:
    choices = [choice for choice in guardrails_for(level) if choice.guardrail.kind == kind]
    return {choice.guardrail.name: choice.statements(SHARED) for choice in choices}


def statements(packed: tuple[PackedPolicy, ...]) -> list[Statement]:
    return [statement for policy in packed for statement in policy.document.statements]


@pytest.mark.parametrize("kind", [SCP, RCP])
@pytest.mark.parametrize("level", LEVELS)
def test_the_library_fits_with_room_for_others(level: str, kind: str) -> None:
    packed = pack(library(level, kind), kind)
    assert len(packed) <= 2
    for policy in packed:
        assert policy.size == len(policy.text.encode()) <= LIMITS[kind].size
        assert render_policy(policy.document) == policy.text
        assert canonical(policy.text) == canonical(policy.document)


@pytest.mark.parametrize("level", LEVELS)
def test_every_claim_survives_packing(level: str) -> None:
    together = {kind: statements(pack(library(level, kind), kind)) for kind in (SCP, RCP)}
    for name in {*library(level, SCP), *library(level, RCP)}:
        guardrail = all_guardrails()[name]
        denied = [claim for claim in broken_claims(guardrail, together[guardrail.kind]) if claim.denied]
        assert denied == [], name


@pytest.mark.parametrize("kind", [SCP, RCP])
def test_every_statement_is_found_again_by_its_guardrail(kind: str) -> None:
    guardrails = library("strict", kind)
    packed = pack(guardrails, kind)
    for name, originals in guardrails.items():
        for original in originals:
            for action in original.action or ("",):
                homes = [
                    policy.document.statements[part.statement]
                    for policy in packed
                    for part in policy.contents.get(name, ())
                    if not action or action in part.actions
                ]
                assert any((home.condition, home.resource) == (original.condition, original.resource) for home in homes)


def test_an_explanation_finds_the_guardrail_of_a_merged_action() -> None:
    packed = pack(library("strict", SCP), SCP)
    found = [
        policy.guardrails_of(index, "cloudtrail:StopLogging")
        for policy in packed
        for index in range(len(policy.document.statements))
    ]
    assert ("cloudtrail-protect",) in found
    everything = {"root-user-actions", "imdsv2-role-delivery", "region-restriction"}  # they deny any action
    assert {name for names in found for name in names} - everything == {"cloudtrail-protect"}


def test_the_order_of_guardrails_makes_no_difference() -> None:
    guardrails = library("strict", SCP)
    assert pack(dict(reversed(guardrails.items())), SCP) == pack(guardrails, SCP)


actions = st.sampled_from(
    ["s3:GetObject", "S3:getobject", "s3:Get*", "s3:*", "ec2:Run?nstances", "ec2:RunInstances", "*"]
)
some_actions = st.lists(actions, min_size=1, max_size=3).map(tuple)
resources = st.sampled_from([("*",), ("arn:aws:s3:::a/*",), ("arn:aws:s3:::a/*", "arn:aws:s3:::b")])
conditions = st.sampled_from([
    {}, {"Bool": {"aws:SecureTransport": ("false",)}}, {"ArnNotLike": {"aws:PrincipalArn": ("arn:*:iam::*:role/x/*",)}}
])  # fmt: skip
denies = st.one_of(
    st.builds(Statement, st.just("Deny"), action=some_actions, resource=resources, condition=conditions),
    st.builds(Statement, st.just("Deny"), sid=st.just("A"), action=some_actions, resource=resources),
    st.builds(Statement, st.just("Deny"), not_action=some_actions, resource=resources, condition=conditions),
    st.builds(Statement, st.just("Deny"), action=some_actions, not_resource=resources, condition=conditions),
)  # fmt: skip
sets = st.dictionaries(st.sampled_from("abcdef"), st.lists(denies, max_size=3), max_size=6)
REQUESTS = [
    Request(Principal(arn), action, resource, {"aws:SecureTransport": secure})
    for arn in ("arn:aws:iam::111122223333:role/x/y", "arn:aws:iam::111122223333:role/dev")
    for action in ("s3:GetObject", "s3:PutObject", "ec2:RunInstances", "iam:CreateUser")
    for resource in ("arn:aws:s3:::a/k", "arn:aws:s3:::b", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1")
    for secure in ("true", "false")
]


@given(sets, st.sampled_from([Limits(260, 100), Limits(400, 100), Limits(10_240, 10)]))
def test_packing_denies_exactly_what_was_denied(guardrails: dict[str, list[Statement]], limits: Limits) -> None:
    packed = pack(guardrails, SCP, limits=limits)
    before = [statement for found in guardrails.values() for statement in found]
    for request in REQUESTS:
        denied = [policy for policy in packed if any(matches(one, request) for one in policy.document.statements)]
        assert bool(denied) == any(matches(one, request) for one in before)
        names = {name for name, found in guardrails.items() if any(matches(one, request) for one in found)}
        told = {
            name
            for policy in denied
            for index, one in enumerate(policy.document.statements)
            if matches(one, request)
            for name in policy.guardrails_of(index, request.action)
        }
        assert told == names
    assert all(policy.size <= limits.size for policy in packed)


def test_a_merged_statement_over_the_quota_is_cut_between_its_actions() -> None:
    many = tuple(f"service{number}:ActionWithALongName{number}" for number in range(600))
    packed = pack({"many": [Statement("Deny", action=many, resource=("*",))]}, SCP)
    assert len(packed) == 3
    assert sorted(action for one in statements(packed) for action in one.action or ()) == sorted(many)


def test_characters_beyond_ascii_count_as_they_are_sent() -> None:
    statement = Statement("Deny", action=("s3:*",), resource=("arn:aws:s3:::b/é",))
    (policy,) = pack({"a": [statement]}, SCP)
    assert policy.size == len(policy.text) + 1


def test_one_statement_over_the_quota_names_guardrail_and_sizes() -> None:
    long = Statement("Deny", not_action=tuple(f"service{number}:*" for number in range(900)), resource=("*",))
    with pytest.raises(InputError) as caught:
        pack({"region-restriction": [long]}, SCP)
    assert caught.value.what == (
        "one SCP over its quota: a statement of region-restriction takes 13,475 bytes, a policy holds 10,240"
    )


def test_one_attachment_too_many_names_every_policy() -> None:
    guardrails = {
        f"g{number}": [Statement("Deny", not_action=tuple(f"s{number}x{i}:*" for i in range(400)), resource=("*",))]
        for number in range(5)
    }
    with pytest.raises(InputError) as caught:
        pack(guardrails, RCP)
    first, *others = caught.value.problems
    assert first.what == (
        "one attachment too many: 5 RCPs of guardrails and 1 attached already, "
        "5 may be attached to one root, unit or account"
    )
    assert first.fix == "set guardrails to false or warn here, or attach the common ones higher in the tree"
    assert [one.what for one in others][:1] == ["policy 1 of 4,375 bytes holds g0"]
    assert len(pack(guardrails, RCP, taken=0)) == 5


def test_nothing_packs_into_no_policy() -> None:
    assert pack({}, SCP) == ()
    assert PolicyDocument(()).statements == ()
