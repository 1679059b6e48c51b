"""What every principal can do: against one question a principal and action, and after edits."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from bastide.iam.estate import Policies as Index
from bastide.iam.parse import parse_policy
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource, Unknown
from bastide.prove.guardrail import RCP, SCP
from bastide.prove.invariants_estate import Policies
from bastide.prove.reach import Memory, Reaches, rcp_bits
from bastide.prove.symbolic import Covered, Question, Rule, action_list, pinned, rules, solve
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.callers import identities

ROOT, MANAGEMENT, ONE, TWO = "r-abcd", "100000000000", "100000000001", "100000000002"
ID = "o-abc1234567"
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteBucket", "iam:CreateRole", "ec2:RunInstances", "sqs:SendMessage")
PATTERNS = (*ACTIONS, "s3:*", "s3:Get*", "*", "iam:*", "ec2:*Instances")
RESOURCES = ("*", "arn:aws:s3:::a/*", "arn:aws:s3:::a*", "arn:aws:iam::100000000001:role/x*", "arn:aws:iam::*:role/*")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {}, {}, {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, {"Bool": {"aws:SecureTransport": "false"}},
    {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/b*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:*/a*"}}, {"Null": {"aws:RequestedRegion": "true"}},
    {"StringEquals": {"aws:PrincipalAccount": ONE}}, {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ID}},
    {"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    {"StringEquals": {"aws:PrincipalType": "User"}}, {"StringEquals": {"aws:ResourceAccount": TWO}},
)  # fmt: skip


def statement(chance: random.Random, effect: str) -> dict[str, Any]:
    element = "NotAction" if chance.random() < 0.15 else "Action"
    found = {
        "Effect": effect,
        element: chance.sample(PATTERNS, chance.randint(1, 3)),
        "Resource": chance.choice(RESOURCES),
    }
    condition = chance.choice(CONDITIONS)
    return found | ({"Condition": condition} if condition else {})


def document(chance: random.Random, denies: float = 0.3) -> dict[str, Any]:
    effects = ["Deny" if chance.random() < denies else "Allow" for _ in range(chance.randint(1, 3))]
    return {"Version": "2012-10-17", "Statement": [statement(chance, effect) for effect in effects]}


def organization(chance: random.Random) -> Organization:
    full = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    narrow = {"Version": "2012-10-17", "Statement": [statement(chance, "Allow"), statement(chance, "Allow")]}
    scp = [document(chance, 1), full, document(chance, 1)]
    at_account = narrow if chance.random() < 0.5 else full
    rcp = document(chance, 1)
    for one in rcp["Statement"]:
        one["Principal"] = "*"
    accounts = tuple(Account(one, one, parent_id=ROOT) for one in (MANAGEMENT, ONE, TWO))
    policies = (
        *(OrganizationPolicy(f"p-{n}", f"scp-{n}", SCP, parse_policy(one), (ROOT,)) for n, one in enumerate(scp)),
        OrganizationPolicy("p-a", "account", SCP, parse_policy(at_account), (MANAGEMENT, ONE, TWO)),
        OrganizationPolicy("p-r", "rcp", RCP, parse_policy(rcp), (TWO,)),
    )
    return Organization(ID, ROOT, MANAGEMENT, accounts, (), policies)


def principals(chance: random.Random) -> list[Resource]:
    found: list[Resource] = []
    for account in (MANAGEMENT, ONE, TWO):
        limit = f"arn:aws:iam::{account}:policy/limit"
        found.append(
            Resource("AWS::IAM::ManagedPolicy", account, "global", limit, {"PolicyDocument": document(chance)}, limit)
        )
        shared = document(chance)
        for name in ("a1", "a2", "b1"):
            own = shared if name == "a2" else document(chance)
            properties: dict[str, Any] = {"Policies": [{"PolicyName": "own", "PolicyDocument": own}]}
            properties |= {"PermissionsBoundary": limit} if chance.random() < 0.3 else {}
            properties |= {"ManagedPolicyArns": [limit]} if chance.random() < 0.3 else {}
            kind = "user" if name == "a2" else "role"
            type_ = "AWS::IAM::User" if kind == "user" else "AWS::IAM::Role"
            found.append(Resource(type_, account, "global", name, properties, f"arn:aws:iam::{account}:{kind}/{name}"))
    return found


def asked(estate: Estate, holder: Resource, action: str) -> bool | None:
    """One question with everything that binds the principal; nothing remembered, nothing put together."""
    policies, index = Policies(estate), Index(estate)
    identity = index.own_policies(holder)
    scps, rcps = policies.scps(holder.account), policies.rcps(holder.account)
    own = [rule for one in identity.identity for rule in rules(one)]
    limits = [rule for one in identity.boundary or () for rule in rules(one)]
    layers = [tuple(rule for rule in own if rule.allows)]
    layers += [tuple(rule for rule in limits if rule.allows)] if identity.boundary is not None else []
    binding: tuple[Rule, ...] = rcps.denies if action_list().bits([action]) & rcp_bits() else ()
    denies = [rule for rule in (*own, *limits) if not rule.allows]
    callers = identities(holder.account, organization=ID)
    kind = "User" if holder.type == "AWS::IAM::User" else "AssumedRole"
    given = (
        *callers.tests, pinned("aws:principalarn", holder.arn), pinned("aws:principaltype", kind),
        pinned("aws:resourceaccount", holder.account), pinned("aws:resourceorgid", ID),
    )  # fmt: skip
    question = Question(
        (*layers, *scps.allows), (*denies, *scps.denies, *binding), given, Actions((action,)), documented_only=True
    )
    answer = solve(question)
    return False if isinstance(answer, Covered) else None if not hasattr(answer, "resource") else True


@pytest.mark.parametrize("seed", range(25))
def test_every_answer_is_that_of_one_question_of_its_own(seed: int) -> None:
    chance = random.Random(seed)
    estate = Estate(tuple(principals(chance)), organization(chance))
    reaches = Reaches(estate)
    for arn, reach in reaches.every.items():
        for action in ACTIONS:
            bit = action_list().bits([action])
            found = True if reach.can & bit else None if reach.unsure & bit else False
            assert found == asked(estate, estate.by_arn[arn], action), (arn, action)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_remembered_of_another_estate_changes_no_answer(seed: int) -> None:
    chance, memory = random.Random(seed), Memory()
    held, tree = principals(chance), organization(chance)
    for _ in range(6):
        estate = Estate(tuple(held), tree)
        assert Reaches(estate, memory).every == Reaches(estate).every
        number = chance.randrange(len(held))
        other = next(one for one in principals(chance) if one.type == held[number].type)
        held[number] = replace(held[number], properties=other.properties)
        index = chance.randrange(len(tree.policies))
        edited = replace(tree.policies[index], document=organization(chance).policies[index].document)
        tree = replace(tree, policies=(*tree.policies[:index], edited, *tree.policies[index + 1 :]))


def test_what_could_not_be_read_is_named_for_each_principal() -> None:
    unread = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    gone = {"Policies": Unknown("denied")}
    held = tuple(
        Resource("AWS::IAM::Role", account, "global", "r", values, f"arn:aws:iam::{account}:role/r")
        for account, values in ((ONE, {"ManagedPolicyArns": [unread]}), (TWO, gone))
    )
    first, second = Reaches(Estate(held, organization(random.Random(1)))).every.values()
    for name in ("ManagedPolicyArns", "Groups", "PermissionsBoundary"):
        holder = Resource("AWS::IAM::Role", ONE, "global", "r", {name: Unknown("denied")}, f"arn:aws:iam::{ONE}:role/r")
        (reach,) = Reaches(Estate((holder,), organization(random.Random(1)))).every.values()
        assert reach.can == 0 and "denied" in reach.unread[0]
    assert "ReadOnlyAccess" in first.unread[0]
    assert TWO in second.unread[0] and "denied" in second.unread[0]


def test_who_can_names_principals_in_order_and_nobody_for_an_action_that_there_is_not() -> None:
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
    properties = {"Policies": [{"PolicyName": "own", "PolicyDocument": allow}]}
    arns = [f"arn:aws:iam::{ONE}:role/{name}" for name in ("z", "a")]
    estate = Estate(tuple(Resource("AWS::IAM::Role", ONE, "global", arn[-1], properties, arn) for arn in arns))
    assert Reaches(estate).who_can("s3:GetObject") == arns
    assert Reaches(estate).who_can("s3:PutObject") == Reaches(estate).who_can("s3:Nothing") == []
