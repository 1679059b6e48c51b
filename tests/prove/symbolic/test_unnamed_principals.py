"""Principals that do not tell who they are: nothing is proved over them, and nothing is denied to them for sure."""

from __future__ import annotations

from typing import Any

import pytest

from bastide.iam.parse import parse_policy
from bastide.prove.proof import COUNTEREXAMPLE, NOT_PROVED, PROVED, nobody_can
from bastide.prove.symbolic import Question, rules, within
from bastide.prove.symbolic.callers import identities
from bastide.prove.symbolic.constraint import RESOURCE

ACCOUNT = "111122223333"
UNNAMED = [{"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, {"AWS": "AROADBQP57FF2AEXAMPLE"}, {"CanonicalUser": "79a59df900b949e5"}]


def status(*statements: dict[str, Any]) -> str:
    full = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **one} for one in statements]
    found = rules(parse_policy({"Version": "2012-10-17", "Statement": full}))
    allows, denies = tuple(one for one in found if one.allows), tuple(one for one in found if not one.allows)
    tests = (*identities(ACCOUNT).tests, within(RESOURCE, "arn:aws:s3:::b/*"))
    return nobody_can(Question((allows,), denies, tests)).status


@pytest.mark.parametrize("principal", UNNAMED, ids=str)
def test_a_grant_to_somebody_unnamed_is_neither_proved_nor_shown(principal: dict[str, str]) -> None:
    assert status({"Principal": principal}) == NOT_PROVED


@pytest.mark.parametrize("principal", UNNAMED, ids=str)
def test_a_deny_that_spares_somebody_unnamed_shuts_out_nobody_for_sure(principal: dict[str, str]) -> None:
    everybody = {"Principal": {"AWS": ACCOUNT}}
    assert status(everybody, {"Effect": "Deny", "NotPrincipal": principal}) != PROVED
    assert status(everybody, {"Effect": "Deny", "Principal": principal}) == COUNTEREXAMPLE
    assert status(everybody, {"Effect": "Deny", "Principal": "*"}) == PROVED


def test_what_shuts_out_everybody_shuts_out_the_unnamed_too() -> None:
    assert status({"Principal": UNNAMED[0]}, {"Effect": "Deny", "Principal": "*"}) == PROVED
