"""Hostile policies end in an answer or in *not decided*, never in a search without end."""

from __future__ import annotations

from typing import Any

import pytest

from bastide.iam.parse import parse_policy
from bastide.prove.difference import difference
from bastide.prove.symbolic import Question, Undecided, rules, search, solve
from bastide.prove.symbolic.pattern import glob

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> Any:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_pattern_of_hundreds_of_stars_is_matched_in_one_pass() -> None:
    stars = glob("*a" * 400)
    assert stars.matches("ba" * 400)
    assert not stars.matches("a" * 5_000 + "b")


def test_policies_of_hundreds_of_stars_are_compared() -> None:
    hostile = [
        {"Effect": effect, "Action": "s3:*", "Resource": "arn:aws:s3:::" + f"*{letter}" * 200}
        for effect in ("Allow", "Deny")
        for letter in "abc"
    ]
    found = difference(((policy(ALL),),), ((policy(*hostile),),))
    assert not found.more and (found.less or found.undecided)


def test_a_statement_that_covers_all_others_ends_the_search_at_once() -> None:
    many = [{**ALL, "Action": "s3:*", "Resource": f"arn:aws:s3:::b{number}*/x"} for number in range(2_000)]
    found = difference(((policy(*many, ALL),),), ((policy(*many),),))
    assert not found.more and found.less and not found.undecided


def test_a_question_that_costs_too_much_is_undecided_and_never_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WORK", 45)
    allows = rules(policy({**ALL, "Resource": "arn:aws:s3:::*a*b*c"}))
    denies = rules(policy(*({"Effect": "Deny", "Action": "*", "Resource": f"*{x}*c*"} for x in "abdef")))
    answer = solve(Question((allows,), denies))
    assert isinstance(answer, Undecided) and "steps of search" in answer.why
