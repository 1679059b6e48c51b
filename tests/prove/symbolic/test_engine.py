"""The engine against brute force, on random policies over a small world; the search itself against planted mistakes."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from bastide.iam.decide import matches
from bastide.iam.parse import parse_policy
from bastide.iam.request import Principal, Request
from bastide.prove.symbolic import Covered, Example, Question, pinned, rules, solve
from bastide.prove.symbolic.actions import has_many_values
from tests.prove.symbolic import agreement
from tests.prove.symbolic.long_search import case, search, searched
from tests.prove.symbolic.oracle import admitted, world_of

SEED = 20_261_124
CASES = int(
    os.environ.get("BASTIDE_ENGINE_CASES", "8000")
)  # in CI; by hand: python -m tests.prove.symbolic.long_search


def test_every_answer_of_the_engine_agrees_with_brute_force() -> None:
    counts, wrong, _ = searched((SEED, 0, 300))
    assert wrong == []
    assert counts["cases"] == 300


@pytest.mark.slow
def test_thousands_of_answers_of_the_engine_agree_with_brute_force() -> None:
    assert [line for _, wrong, _ in search(CASES, SEED, 1) for line in wrong] == []


def test_the_search_finds_an_engine_that_calls_everything_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "solve", lambda asked: Covered())
    _, wrong, _ = searched((SEED, 0, 20))
    assert wrong
    assert all("is admitted" in line for line in wrong)


def test_a_disagreement_is_shrunk_to_what_it_takes() -> None:
    asked, _ = case(SEED, 2)
    two = (*rules(parse_policy(STATEMENT)), *asked.required[0])
    least = agreement.shrunk(replace(asked, required=(two,)), lambda one: one.required != ())
    assert sum(map(len, least.required)) == 1
    assert least.forbidden == ()


def test_the_oracle_knows_every_request_of_its_world() -> None:
    asked = Question((rules(parse_policy(STATEMENT)),))
    world = world_of(asked)
    bits = admitted(asked, world)
    held = [world.request(place) for place in range(world.count) if bits >> place & 1]
    assert [(one.action, one.resource, dict(one.context)) for one in held] == [
        ("s3:GetObject", "arn:aws:s3:::a", {"aws:RequestedRegion": ("a",)})
    ]


def test_single_requests_agree_with_the_oracle() -> None:
    for number in range(200):
        asked, _ = case(SEED, number)
        world = world_of(asked)
        assert agreement.bit_agrees(asked, world, admitted(asked, world), random.Random(number))


STATEMENT = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::${aws:RequestedRegion}",
        "Condition": {
            "StringLike": {"aws:RequestedRegion": "?"},
            "StringNotEquals": {"aws:RequestedRegion": ["b", "A"]},
        },
    },
}


def test_an_empty_text_is_passed_over_by_for_all_values_of_a_negated_operator() -> None:
    keys = {"aws:RequestedRegion": ("",)}
    shut = {
        "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"ForAllValues:StringNotLike": {"aws:RequestedRegion": ["*", ""]}},
    }  # fmt: skip
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    both = rules(parse_policy({"Version": "2012-10-17", "Statement": [allow, shut]}))
    given = (pinned("aws:requestedregion", ""),)
    assert isinstance(solve(Question((both[:1],), both[1:], given)), Covered)
    assert not matches(both[0].statement, Request(Principal(), "s3:x", "*", keys)) or matches(
        both[1].statement, Request(Principal(), "s3:x", "*", keys)
    )


def test_a_key_that_no_documentation_lists_may_hold_several_values() -> None:
    allow = {
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"s3:no-such-key": "a"}, "StringLike": {"s3:no-such-key": "c*"}},
    }  # fmt: skip
    asked = Question((rules(parse_policy({"Version": "2012-10-17", "Statement": allow})),))
    found = solve(asked)
    assert isinstance(found, Example)
    assert set(found.keys["s3:no-such-key"]) >= {"a"}
    assert not has_many_values("s3:prefix")
    assert not has_many_values("s3:existingobjecttag/team")
    assert not has_many_values("kms:encryptioncontext:app")
    assert has_many_values("dynamodb:attributes")


def test_an_example_of_a_key_that_holds_an_address_is_an_address() -> None:
    """Denying what is no address denies nothing that a caller could send (found by seed 32, case 287784)."""
    asked, chance = case(32, 287_784)
    assert agreement.judged(asked, chance).wrong == ""
