"""What a new SCP would take away, which denies do nothing, and that packing keeps the meaning."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from bastide.iam.parse import parse_policy
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource
from bastide.model.estate import Gap
from bastide.prove.claims import example_parameters
from bastide.prove.guardrail import SCP, all_guardrails
from bastide.prove.invariants_estate import Policies
from bastide.prove.packing import pack
from bastide.prove.render import render
from bastide.prove.review import packings, redundant, review, same_meaning
from bastide.prove.symbolic import Actions, Example, Undecided, solve
from bastide.prove.what_if import Use, _Change, grants, what_if
from tests.prove.test_reach import ACTIONS, organization, principals, statement

ROOT, MANAGEMENT, OWN = "r-abcd", "100000000000", "100000000001"
ROLE = f"arn:aws:iam::{OWN}:role/app"


def policy(*statements: dict[str, Any]) -> Any:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})


def deny(*actions: str, **rest: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*", **rest}


def estate(*attached: dict[str, Any], managed: tuple[str, ...] = ()) -> Policies:
    full = OrganizationPolicy(
        "p-1", "Full", SCP, policy({"Effect": "Allow", "Action": "*", "Resource": "*"}), (ROOT, OWN)
    )
    own = tuple(
        OrganizationPolicy(f"p-{index}", f"scp-{index}", SCP, policy(one), (ROOT,))
        for index, one in enumerate(attached, 2)
    )
    accounts = (Account(MANAGEMENT, "m", parent_id=ROOT), Account(OWN, "own", parent_id=ROOT))
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    properties = {"Policies": [{"PolicyName": "own", "PolicyDocument": document}], "ManagedPolicyArns": list(managed)}
    role = Resource("AWS::IAM::Role", OWN, "global", "app", properties, ROLE)
    return Policies(Estate((role,), Organization("o-abc1234567", ROOT, MANAGEMENT, accounts, (), (full, *own))))


def test_a_granted_permission_that_the_new_policy_denies_is_lost() -> None:
    (loss,) = what_if(estate(), policy(deny("s3:DeleteBucket", "ec2:RunInstances")), [OWN])
    assert (loss.principal, loss.actions) == (ROLE, ("s3:DeleteBucket",))
    assert loss.example is not None and loss.example.action == "s3:DeleteBucket"


def test_what_was_never_granted_or_is_denied_already_is_no_loss() -> None:
    assert what_if(estate(), policy(deny("ec2:RunInstances")), [OWN]) == []
    assert what_if(estate(deny("s3:Delete*")), policy(deny("s3:DeleteBucket")), [OWN]) == []


def test_with_a_list_of_used_actions_only_these_count() -> None:
    new = policy(deny("s3:DeleteBucket"))
    assert what_if(estate(), new, [OWN], {ROLE: [Use(("s3:GetObject",))]}) == []
    assert what_if(estate(), new, [OWN], {}) == []
    assert [loss.actions for loss in what_if(estate(), new, [OWN], {ROLE: [Use(("s3:DeleteBucket",))]})] == [
        ("s3:DeleteBucket",)
    ]


def test_a_managed_policy_that_is_not_in_the_estate_is_named() -> None:
    (one,) = grants(estate(managed=("arn:aws:iam::aws:policy/ReadOnlyAccess",)), OWN)
    assert one.unread[0].startswith("arn:aws:iam::aws:policy/ReadOnlyAccess")


def test_a_deny_that_others_cover_together_is_redundant() -> None:
    bare = deny("s3:PutBucketAcl")
    by_region = [
        deny("s3:Put*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        deny("s3:Put*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
    ]
    found = redundant(estate(*by_region, bare), OWN)
    assert [(one.statement.split()[0], len(one.by)) for one in found] == [("scp-4", 2)]
    assert redundant(estate(by_region[0], bare), OWN) == []


def test_packing_the_whole_library_changes_no_meaning() -> None:
    library = {name: render(one, example_parameters(one)) for name, one in all_guardrails().items() if one.kind == SCP}
    packed = pack(library, SCP, name="all")
    before = [statement for statements in library.values() for statement in statements]
    after = [statement for one in packed for statement in one.document.statements]
    assert same_meaning(before, after) is None
    assert isinstance(same_meaning(before[:-1], before), Example) or same_meaning(before[:-1], before) is None


def test_what_is_lost_altogether_is_told_from_what_is_lost_under_conditions() -> None:
    elsewhere = deny("s3:Get*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    whole, some = what_if(estate(), policy(deny("s3:DeleteBucket"), elsewhere), [OWN])
    assert (whole.actions, whole.whole) == (("s3:DeleteBucket",), ("s3:DeleteBucket",))
    assert "s3:GetObject" in some.actions and some.whole == ()


def test_a_used_action_counts_on_its_resource_and_in_its_region_only() -> None:
    new = policy(
        deny("s3:PutObject", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        {**deny("s3:GetObject"), "Resource": "arn:aws:s3:::a/*"},
    )

    def lost(*used: Use) -> list[tuple[str, ...]]:
        return [loss.actions for loss in what_if(estate(), new, [OWN], {ROLE: used})]

    assert lost(Use(("s3:PutObject",), "", (("aws:RequestedRegion", "eu-west-1"),))) == []
    assert lost(Use(("s3:PutObject",), "", (("aws:RequestedRegion", "us-east-1"),))) == [("s3:PutObject",)]
    assert lost(Use(("s3:GetObject",), "arn:aws:s3:::b/k")) == []
    assert lost(Use(("s3:GetObject",), "arn:aws:s3:::a/k")) == [("s3:GetObject",)]


def test_a_principal_with_a_policy_that_is_not_known_is_named_in_what_may_be_lost() -> None:
    (loss,) = what_if(estate(managed=("arn:aws:iam::aws:policy/ReadOnlyAccess",)), policy(deny("ec2:Run*")), [OWN])
    assert loss.example is None and "ReadOnlyAccess" in loss.why


def test_the_management_account_loses_nothing() -> None:
    assert what_if(estate(), policy(deny("*")), [MANAGEMENT]) == []


def test_principals_that_could_not_be_listed_are_named_and_nothing_over_them_is_idle() -> None:
    found = estate(deny("ec2:RunInstances"))
    gaps = Policies(replace(found.estate, gaps=(Gap("AWS::IAM::Role", OWN, "global", "AccessDenied"),)))
    (loss,) = what_if(gaps, policy(deny("ec2:Run*")), [OWN])
    assert (loss.principal, loss.why) == ("*", "AWS::IAM::Role could not be listed: AccessDenied")
    assert [kind for kind, _ in kinds(gaps)] == ["unknown"]


def kinds(policies: Policies) -> list[tuple[str, str]]:
    return [(one.kind, one.statement.split()[0]) for one in review(policies)]


def test_a_deny_of_what_no_level_allows_is_dead_and_one_of_what_nobody_can_is_idle() -> None:
    assert kinds(estate(deny("s3:DeleteBucket"))) == []
    assert kinds(estate(deny("ec2:RunInstances"))) == [("idle", "scp-2")]
    narrow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    only_s3 = OrganizationPolicy("p-9", "only-s3", SCP, policy(narrow), (OWN,))
    found = estate(deny("ec2:RunInstances"))
    organization = found.estate.organization
    assert organization is not None
    full = replace(organization.policies[0], targets=(ROOT,))
    tree = replace(organization, policies=(full, *organization.policies[1:], only_s3))
    assert kinds(Policies(replace(found.estate, organization=tree)))[0] == ("dead", "scp-2")


def test_an_allow_that_a_deny_takes_back_whole_is_contradictory() -> None:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    (remark,) = [one for one in review(estate(allow, deny("s3:Get*"))) if one.kind == "contradictory"]
    assert remark.statement.startswith("scp-2") and remark.by[0].startswith("scp-3")


def test_policies_at_one_node_are_packed_with_a_proof() -> None:
    (packed,) = packings(estate(deny("s3:DeleteBucket"), deny("s3:PutBucketAcl"), deny("ec2:Run*")))
    assert packed.proved and packed.node == ROOT
    assert len(packed.before) == 3 and len(packed.after) == 1
    assert len(packed.after[0].document.statements) == 1
    assert packed.after[0].size < sum(size for _, size in packed.before)


def test_a_policy_that_could_not_be_read_is_unknown_in_the_review() -> None:
    found = estate()
    organization = found.estate.organization
    assert organization is not None
    unread = OrganizationPolicy("p-9", "secret", SCP, None, (ROOT,), "denied")
    tree = replace(organization, policies=(*organization.policies, unread))
    assert ("unknown", "secret") in kinds(Policies(replace(found.estate, organization=tree)))


@pytest.mark.parametrize("seed", range(12))
def test_every_action_said_to_be_lost_is_lost_and_no_other(seed: int) -> None:
    """Each documented action of some against one question before and one after."""
    chance = random.Random(seed)
    held, tree = Estate(tuple(principals(chance)), organization(chance)), policy(statement(chance, "Deny"))
    policies = Policies(held)
    losses = {one.principal: one.actions for one in what_if(policies, tree, policies.members) if not one.why}
    change = _Change(policies, tree, policies.members)
    for account in policies.members:
        for one in grants(policies, account):
            for action in ACTIONS:
                asked = change._question(one, change.denies[0], Actions((action,)), ())
                answer = solve(asked)
                if not isinstance(answer, Undecided):
                    lost = action in losses.get(one.principal.arn, ())
                    assert lost == isinstance(answer, Example), (one.principal.arn, action)
