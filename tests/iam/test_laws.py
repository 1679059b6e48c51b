"""Laws that hold whatever the policies: the evaluator against its short definition, and against itself."""

import os
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from bastide.iam.conditions import holds
from bastide.iam.conditions import test as made_ready
from bastide.iam.decide import matches
from bastide.iam.evaluator import Compiled
from bastide.iam.policy_set import PolicySet
from bastide.iam.principals import DELEGATED, DIRECT, ENTITY, NONE, caller_of, naming
from bastide.iam.request import Principal, Request
from bastide.iam.services import has_rcps, needs_resource_policy
from bastide.model import PolicyDocument, Statement
from tests.iam.random_policies import condition, policy_set, request
from tests.iam.random_policies import policy as policy_of

EACH = int(os.environ.get("CASES", "1000"))  # random cases of one seed; CASES=200000 for a long search
EVERYTHING = PolicyDocument((Statement("Allow", action=("*",), resource=("*",)),))
FOR_EVERYBODY = PolicyDocument((Statement("Allow", principal={"*": ("*",)}, action=("*",), resource=("*",)),))


def speaking(documents: Any, asked: Request, effect: str) -> list[Statement]:
    return [
        statement
        for document in documents or ()
        for statement in document.statements
        if statement.effect == effect and matches(statement, asked, version=document.version)
    ]


def named(policy: PolicySet, request: Request, effect: str, documents: Any) -> list[int]:
    """Strengths with which resource statements name the caller; a boundary voids every NotPrincipal of a Deny."""
    caller, found = caller_of(request.principal), []
    for document in documents or ():
        for one in document.statements:
            anybody = replace(one, principal=None, not_principal=None)
            if one.effect == effect and matches(anybody, request, version=document.version):
                names = naming(one, bounded=policy.boundary is not None)
                found.append(DIRECT if names is None else names(caller))
    return [strength for strength in found if strength]


def naive(policy: PolicySet, request: Request) -> str:
    """The whole decision in one function, as AWS's pages tell it: no index, nothing made ready beforehand."""
    principal, kind = request.principal, request.principal.kind
    identity = kind in ("user", "session", "root", "role")
    owner = request.owner_account
    cross = bool(principal.account and owner and principal.account != owner)
    own = [policy.identity, policy.session or ()] + ([policy.boundary or ()] if kind != "root" else [])
    levels = [*(policy.scp or ())] if identity else []
    rcps = [one for level in policy.rcp or () for one in level] if has_rcps(request.action.lower()) else []
    resource = named(policy, request, "Allow", policy.resource)
    denied = (
        any(speaking(layer, request, "Deny") for layer in (own if identity else []))
        or any(speaking(level, request, "Deny") for level in levels)
        or bool(speaking(rcps, request, "Deny"))
        or bool(named(policy, request, "Deny", policy.resource))
        or bool(speaking(policy.endpoint, request, "Deny"))
    )
    if denied:
        return "explicit_deny"
    strongest = max(resource, default=NONE)
    allows = {
        "scp": all(speaking(level, request, "Allow") for level in levels),
        "endpoint": policy.endpoint is None or bool(speaking(policy.endpoint, request, "Allow")),
        "identity": kind == "root" or bool(speaking(policy.identity, request, "Allow")),
        "boundary": kind == "root" or policy.boundary is None or bool(speaking(policy.boundary, request, "Allow")),
        "session": policy.session is None or bool(speaking(policy.session, request, "Allow")),
    }
    limits = allows["boundary"] and allows["session"]
    if not identity:
        granted = strongest > NONE
    elif cross:
        granted = strongest > NONE and allows["identity"] and limits
    elif strongest == DIRECT:
        granted = True
    elif strongest == ENTITY:
        granted = limits
    else:
        asks = policy.resource is not None and needs_resource_policy(request.action.lower(), request.resource)
        granted = allows["identity"] and limits and (strongest == DELEGATED or not asks)
    return "allowed" if granted and allows["scp"] and allows["endpoint"] else "implicit_deny"


@pytest.mark.parametrize("seed", range(8))
def test_the_evaluator_decides_as_the_whole_decision_in_one_function_does(seed: int) -> None:
    rng, seen = Random(seed), Counter[str]()
    for _ in range(EACH // 4):
        policy = policy_set(rng)
        compiled = Compiled(policy)
        for _ in range(4):
            asked = request(rng)
            found = compiled.decide(asked).decision
            assert found == naive(policy, asked), (policy, asked)
            seen[found] += 1
    assert min(seen[name] for name in ("allowed", "explicit_deny", "implicit_deny")) > EACH / 50, seen


@pytest.mark.parametrize("seed", range(20, 24))
def test_the_short_way_decides_as_the_long_one_does_for_the_same_reason(seed: int) -> None:
    rng, short = Random(seed), 0
    for _ in range(EACH // 8):
        policy = policy_set(rng)
        if rng.random() < 0.7:
            policy = replace(policy, boundary=None, session=None, management_account="", grants=(), bucket=None)
        compiled = Compiled(policy)
        asked = [request(rng) for _ in range(4)]
        others = [replace(one, resource=other.resource, principal=other.principal) for one in asked for other in asked]
        for one in [*asked, *asked, *asked, *others]:
            found, wanted = compiled.decide(one), compiled.decide_in_full(one)
            assert found[:2] == wanted[:2], (policy, one)
            assert found[4:] == wanted[4:], (policy, one)
        short += sum(found is not None for found in compiled._programs.values())
    assert short > EACH / 20


def test_a_key_that_the_context_tells_in_two_spellings_is_read_as_ever() -> None:
    one = Statement("Allow", action=("s3:*",), resource=("*",), condition={"StringEquals": {"aws:x": ("b",)}})
    compiled = Compiled(PolicySet(identity=(PolicyDocument((one,)),)))
    caller = Principal("arn:aws:iam::111122223333:role/r", "arn:aws:sts::111122223333:assumed-role/r/s")
    for context in ({"AWS:X": "a", "aws:x": "b"}, {"aws:x": "b", "AWS:X": "a"}, {"Aws:X": ["b"]}, {"aws:y": "b"}):
        asked = Request(caller, "s3:GetObject", "arn:aws:s3:::b/k", context)
        decided = {compiled.decide(asked).decision for _ in range(4)}
        assert decided == {compiled.decide_in_full(asked).decision}


def test_a_condition_made_ready_holds_as_its_definition_does() -> None:
    rng = Random(11)
    for _ in range(EACH):
        found, asked, variables = condition(rng), request(rng), rng.random() < 0.7
        texts = {name: {key: tuple(values) for key, values in tests.items()} for name, tests in found.items()}
        ready = made_ready(texts, variables=variables)
        assert (ready is None or ready(asked.keys)) == holds(texts, asked.keys, variables=variables), (texts, asked)


def test_adding_a_deny_never_allows_more() -> None:
    rng = Random(12)
    for _ in range(EACH // 4):
        before, asked, deny = policy_set(rng), request(rng), policy_of(rng, effect="Deny")
        if Compiled(before).decide(asked).allowed:
            continue
        levels = tuple(before.scp or ((EVERYTHING,),))
        for stricter in (
            replace(before, identity=(*before.identity, deny)),
            replace(before, session=(*(before.session or (EVERYTHING,)), deny)),
            replace(before, scp=(*levels[:-1], (*levels[-1], deny))),
        ):
            assert not Compiled(stricter).decide(asked).allowed or before.session == ()


def test_adding_an_allow_never_denies_what_was_allowed() -> None:
    rng = Random(13)
    for _ in range(EACH // 2):
        before, asked = policy_set(rng), request(rng)
        wider = replace(before, identity=(*before.identity, policy_of(rng, effect="Allow")))
        assert not Compiled(before).decide(asked).allowed or Compiled(wider).decide(asked).allowed


def test_scps_and_boundaries_never_grant() -> None:
    rng = Random(14)
    for _ in range(EACH // 2):
        bare = replace(policy_set(rng), identity=(), resource=None, scp=((EVERYTHING,),), boundary=(EVERYTHING,))
        asked = request(rng)
        assert asked.principal.kind == "root" or not Compiled(bare).decide(asked).allowed


def test_an_implicitly_denied_request_is_allowed_once_every_named_fix_is_made() -> None:
    rng = Random(15)
    for _ in range(EACH):
        before, asked = policy_set(rng), request(rng)
        decision = Compiled(before).decide(asked)
        if decision.decision != "implicit_deny":
            continue
        changed = before
        for kind, level in {(reason.policy, reason.level) for reason in decision.reasons if reason.fix}:
            if kind == "scp":
                levels = [*(changed.scp or ())]
                levels[level or 0] = (*levels[level or 0], EVERYTHING)
                changed = replace(changed, scp=tuple(levels))
            else:
                added = FOR_EVERYBODY if kind in ("resource", "endpoint") else EVERYTHING
                changed = replace(changed, **{kind: (*(getattr(changed, kind) or ()), added)})
        assert Compiled(changed).decide(asked).allowed, (decision.reasons, asked)


def test_reasons_agree_with_the_decision() -> None:
    rng = Random(16)
    for _ in range(EACH):
        decision = Compiled(policy_set(rng)).decide(request(rng))
        reasons = decision.reasons
        assert any(reason.decisive for reason in reasons)
        assert any(reason.outcome == "deny" for reason in reasons) == (decision.decision == "explicit_deny")
        assert bool(decision.fixes) != decision.allowed
