"""Invariants of an architecture: proved, broken by a request, or not proved and why."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bastide.declare.read import read_architecture
from bastide.errors import InputError
from bastide.iam.decide import decide_scp
from bastide.iam.parse import parse_policy
from bastide.iam.request import Principal, Request
from bastide.model import Estate, OrganizationPolicy, PolicyDocument, Resource, Unknown
from bastide.model.estate import Gap
from bastide.prove.guardrail import SCP
from bastide.prove.invariants import prove
from bastide.prove.invariants_file import parse_invariants
from bastide.prove.invariants_guardrails import Standing
from bastide.prove.proof import COUNTEREXAMPLE, EXEMPT, NOT_PROVED, PROVED, Proof
from bastide.prove.symbolic.replay import request_of
from bastide.show.cli.main import _invoke
from bastide.show.cli.prove import declared

ACME = Path(__file__).parents[3] / "examples" / "acme.yaml"


@cache
def acme() -> tuple[Estate, tuple[Standing, ...]]:
    return declared(read_architecture(ACME), ACME)


@cache
def proofs() -> dict[str, Proof]:
    return {proof.name: proof for proof in prove(*acme())}


def with_policies(change: Any) -> dict[str, Proof]:
    """Proofs after ``change`` was made to every policy of the organization."""
    estate, standing = acme()
    assert estate.organization is not None
    policies = tuple(change(one) for one in estate.organization.policies)
    changed = replace(estate, organization=replace(estate.organization, policies=policies))
    return {proof.name: proof for proof in prove(changed, standing)}


def account(name: str) -> str:
    organization = acme()[0].organization
    assert organization is not None
    return next(one.id for one in organization.accounts if one.name == name)


def test_every_guardrail_of_the_example_is_proved_in_every_account_where_it_is_on() -> None:
    standing = {one.guardrail.name: one.accounts for one in acme()[1]}
    assert len(standing) > 35
    assert {name: proofs()[name].status for name in standing} == dict.fromkeys(standing, PROVED)
    assert all(proofs()[name].where == accounts for name, accounts in standing.items())


def test_nobody_outside_reaches_anything_and_boundaries_hold() -> None:
    built_in = [name for name in proofs() if name.startswith(("outside-", "boundary-", "development-"))]
    assert len(built_in) >= 6
    assert {proofs()[name].status for name in built_in} == {PROVED}


def test_a_guardrail_without_one_of_its_actions_is_broken_by_a_request_that_the_definition_lets_pass() -> None:
    def without_stop_logging(policy: OrganizationPolicy) -> OrganizationPolicy:
        assert policy.document is not None
        statements = tuple(
            replace(one, action=tuple(name for name in one.action or () if name != "cloudtrail:StopLogging"))
            if one.action
            else one
            for one in policy.document.statements
        )
        return replace(policy, document=replace(policy.document, statements=statements))

    proof = with_policies(without_stop_logging)["cloudtrail-protect"]
    assert proof.status == COUNTEREXAMPLE
    assert {example.action for example in proof.examples} == {"cloudtrail:StopLogging"}
    assert not request_of(proof.examples[0]).principal.arn.startswith("arn:aws:iam::999999999990")


def test_a_policy_that_could_not_be_read_leaves_guardrails_unproved() -> None:
    def unread(policy: OrganizationPolicy) -> OrganizationPolicy:
        return (
            replace(policy, document=None, unreadable="AccessDenied") if policy.name == "bastide-scp-all-1" else policy
        )

    proof = with_policies(unread)["leave-organization"]
    assert proof.status == NOT_PROVED
    assert "bastide-scp-all-1 could not be read: AccessDenied" in proof.why


def test_a_deny_of_everything_leaves_nothing_possible_and_says_who_shut_it_out() -> None:
    shut = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})

    def all_shut(policy: OrganizationPolicy) -> OrganizationPolicy:
        if policy.name != "bastide-scp-all-1":
            return policy
        assert policy.document is not None
        document = PolicyDocument((*policy.document.statements, *shut.statements))
        return replace(policy, document=document)

    proof = with_policies(all_shut)["cloudtrail-protect"]
    assert proof.status == PROVED
    assert any("is left free here, and denied by bastide-scp-all-1" in why for why in proof.why)


def test_what_is_proved_is_never_contradicted_by_random_requests() -> None:
    estate, standing = acme()
    organization = estate.organization
    assert organization is not None
    chance = random.Random(11)
    for one in standing:
        if one.guardrail.kind != SCP:
            continue
        member = chance.choice(one.accounts)
        levels = [
            [policy.document for policy in level if policy.document]
            for level in organization.policies_above(member, SCP)
        ]
        for claim in (claim for claim in one.guardrail.claims if claim.denied and claim.principal == "role/developer"):
            for _ in range(20):
                name = chance.choice(("role/x", "user/a/b", "role/bastid", "role/bastide-x/y"))
                context = {**claim.context, "aws:SourceIp": "10.0.0.1", "aws:PrincipalTag/x": chance.choice("ab")}
                caller = Principal(f"arn:aws:iam::{member}:{name}", organization=organization.id)
                resource = claim.resource.replace("111122223333", member)
                for index, bucket in enumerate(("acme-trail", "acme-config")):
                    logs = one.parameters.get("log_buckets", ())
                    resource = resource.replace(bucket, tuple(logs)[index]) if logs else resource
                request = Request(caller, claim.action, resource, context)
                assert not decide_scp(levels, request).allowed, (one.guardrail.name, request)


def bucket_policy(*statements: dict[str, Any]) -> Resource:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return Resource(
        "AWS::S3::BucketPolicy",
        account("play"),
        "eu-west-1",
        "play-data",
        {"Bucket": "play-data", "PolicyDocument": document},
    )


OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::play-data/*"}


def outside(resource: Resource) -> Proof:
    estate, _ = acme()
    found = prove(replace(estate, resources=(*estate.resources, resource)))
    return next(proof for proof in found if proof.name == "outside-cannot-reach-bucket")


def test_an_open_bucket_is_closed_by_the_resource_control_policy_where_that_binds() -> None:
    proof = outside(bucket_policy(OPEN))
    assert (proof.status, "bastide-rcp-all-1" in proof.by) == (PROVED, True)


def test_an_open_bucket_of_the_management_account_is_a_counterexample() -> None:
    proof = outside(replace(bucket_policy(OPEN), account=account("management")))
    assert proof.status == COUNTEREXAMPLE
    assert proof.examples[0].resource.startswith("arn:aws:s3:::play-data/")


def test_a_bucket_open_to_the_organization_only_is_no_way_in() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": acme()[0].organization.id}}  # type: ignore[union-attr]
    assert outside(bucket_policy({**OPEN, "Condition": condition})).status == PROVED


def test_a_bucket_policy_that_was_not_read_is_not_proved() -> None:
    unread = Resource(
        "AWS::S3::BucketPolicy",
        account("play"),
        "eu-west-1",
        "b",
        {"Bucket": "b", "PolicyDocument": Unknown("AccessDenied")},
    )
    proof = outside(unread)
    assert (proof.status, proof.why) == (NOT_PROVED, ("could not read b: AccessDenied",))


OWN = """
invariants:
  - name: dev-stays-at-home
    about: Nobody in dev starts an instance in America.
    nobody: {in: [workloads/dev], except: ["role/bastide/*", role/OrganizationAccountAccessRole]}
    can: [ec2:RunInstances]
    when: {StringEquals: {"aws:RequestedRegion": us-east-1}}
  - name: dev-starts-nothing
    nobody: {in: [shop-dev]}
    can: [ec2:RunInstances]
  - name: deployer-makes-roles
    somebody: {in: ["*"], named: [role/bastide/deployer]}
    can: [iam:CreateRole]
"""


def test_ones_own_invariants_are_decided_in_the_same_words() -> None:
    found = {proof.name: proof for proof in prove(acme()[0], (), parse_invariants(OWN).invariants)}
    assert found["dev-stays-at-home"].status == PROVED
    assert found["dev-starts-nothing"].status == COUNTEREXAMPLE
    assert found["deployer-makes-roles"].status == PROVED


def test_what_is_not_known_of_a_resource_is_not_proved_by_ones_own_invariants() -> None:
    estate, _ = acme()
    unread = Resource(
        "AWS::S3::BucketPolicy", account("play"), "r", "b", {"Bucket": "b", "PolicyDocument": Unknown("denied")}
    )
    asked = parse_invariants(
        "invariants: [{name: a, nobody: {in: outside}, can: ['s3:*'], resources: 'arn:aws:s3:::b/*'}]"
    ).invariants
    (proof,) = prove(replace(estate, resources=(unread,)), (), asked)[-1:]
    assert (proof.status, proof.why) == (NOT_PROVED, ("could not read b: denied",))
    (proof,) = prove(replace(estate, resources=()), (), asked)[-1:]
    assert (proof.status, proof.where) == (NOT_PROVED, ())


def test_a_wrong_invariants_file_is_refused_with_every_problem() -> None:
    with pytest.raises(InputError) as raised:
        parse_invariants("invariants: [{name: a, nobody: {}, can: [s3:Get], whom: x}, {nobody: {}, somebody: {}}]")
    said = [problem.what for problem in raised.value.problems]
    assert "an invariant has no element 'whom'" in said
    assert "an invariant says either nobody or somebody" in said
    with pytest.raises(InputError, match="no unit or account: nowhere"):
        prove(
            acme()[0], (), parse_invariants("invariants: [{name: a, nobody: {in: nowhere}, can: ['s3:*']}]").invariants
        )


def test_the_command_tells_and_exits_by_the_worst(capsys: pytest.CaptureFixture[str]) -> None:
    assert _invoke("prove", [str(ACME), "--only", "cloudtrail", "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["status"]) for one in told["proofs"]] == [("cloudtrail-protect", "PROVED")]


def test_a_name_that_no_invariant_has_is_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="no invariant has 'nosuch' in its name"):
        _invoke("prove", [str(ACME), "--only", "nosuch"])


def own(text: str, *resources: Resource) -> Proof:
    estate = replace(acme()[0], resources=resources)
    return prove(estate, (), parse_invariants(text).invariants)[-1]


def test_outside_takes_in_the_accounts_that_a_policy_names_but_for_the_exempt() -> None:
    partner = "555555555555"
    management = acme()[0].organization.management_account  # type: ignore[union-attr]
    who = {"AWS": f"arn:aws:iam::{partner}:role/reader"}
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": who, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}  # fmt: skip
    shared = Resource("AWS::S3::BucketPolicy", management, "eu-west-1", "b", {"Bucket": "b", "PolicyDocument": policy})
    asked = "invariants: [{{name: a, nobody: {{in: outside{}}}, can: ['s3:*'], resources: 'arn:aws:s3:::b/*'}}]"
    assert own(asked.format(""), shared).status == COUNTEREXAMPLE
    assert own(asked.format(f", except: ['{partner}']"), shared).status == PROVED
    assert own(asked.format(f", except: ['arn:aws:iam::{partner}:role/reader']"), shared).status == PROVED
    assert own(asked.format(f", except: ['arn:aws:iam::{partner}:role/other']"), shared).status == COUNTEREXAMPLE


def exempted(extra: str, today: str) -> Proof:
    management = acme()[0].organization.management_account  # type: ignore[union-attr]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}
    properties = {"Bucket": "site", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]}}
    site = Resource("AWS::S3::BucketPolicy", management, "eu-west-1", "site", properties)
    estate = replace(acme()[0], resources=(*acme()[0].resources, site))
    text = f"exempt: [{{invariant: outside-cannot-reach-bucket, why: the website, until: 2027-01-31{extra}}}]"
    found = prove(estate, (), (), parse_invariants(text).exemptions, today)
    return next(one for one in found if one.name == "outside-cannot-reach-bucket")


def test_an_exemption_takes_resources_or_accounts_out_of_the_question_until_its_day() -> None:
    site = ", resources: ['arn:aws:s3:::site*']"
    assert exempted(site, "2027-01-31").status == PROVED
    assert exempted(site, "2027-01-31").why == ("arn:aws:s3:::site* is exempt until 2027-01-31: the website",)
    assert exempted(", at: management", "2026-11-24").status == PROVED
    assert exempted(", resources: ['arn:aws:s3:::other*']", "2026-11-24").status == COUNTEREXAMPLE
    ended = exempted(site, "2027-02-01")
    assert (ended.status, ended.why) == (COUNTEREXAMPLE, ("the exemption ended on 2027-01-31: the website",))
    assert exempted("", "2026-11-24").status == EXEMPT


def test_wrong_exemptions_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        parse_invariants("exempt: [{invariant: x, until: tomorrow, who: me}]")
    said = [problem.what for problem in raised.value.problems]
    assert "an exemption has no element 'who'" in said
    assert {"the exemption has no 'why'", "not a day: 'tomorrow'"} <= set(said)
    text = "exempt: [{invariant: outside-cannot-reach-buckets, why: w, until: 2027-01-31}]"
    with pytest.raises(InputError, match="no such invariant: 'outside-cannot-reach-buckets'"):
        prove(*acme(), (), parse_invariants(text).exemptions)
    with pytest.raises(InputError, match="no section 'invariant'"):
        parse_invariants("invariant: []\nexempt: [{invariant: a, why: w, until: 2027-01-31}]")


def test_a_packed_policy_that_denies_more_than_its_guardrails_is_shown_with_a_request() -> None:
    def with_more(policy: OrganizationPolicy) -> OrganizationPolicy:
        if policy.name != "bastide-scp-all-1" or policy.document is None:
            return policy
        more = parse_policy(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}
        )
        return replace(policy, document=PolicyDocument((*policy.document.statements, *more.statements)))

    assert proofs()["packed-guardrails-deny-nothing-more"].status == PROVED
    broken = with_policies(with_more)["packed-guardrails-deny-nothing-more"]
    assert broken.status == COUNTEREXAMPLE
    assert broken.examples[0].action == "s3:GetObject"


def test_nothing_is_proved_of_what_could_not_be_listed() -> None:
    gaps = (Gap("AWS::S3::BucketPolicy", account("play"), "eu-west-1", "AccessDenied"),)
    text = "invariants: [{name: mine, nobody: {in: outside}, can: ['s3:GetObject']}]"
    found = {one.name: one for one in prove(replace(acme()[0], gaps=gaps), (), parse_invariants(text).invariants)}
    for name in ("outside-cannot-reach-bucket", "mine"):
        assert found[name].status == NOT_PROVED
        assert "could not be listed: AccessDenied" in found[name].why[-1]
    assert found["outside-cannot-reach-key"].status == PROVED
