"""What one policy allows beyond another, and the command that gates on it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bastide.iam.decide import find
from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument
from bastide.prove.difference import RESOURCE, SCP, difference, in_words
from bastide.show.cli.main import _invoke
from tests.prove.symbolic.domain import requests, statement

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> PolicyDocument:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **rest: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **rest}


def deny(action: Any, resource: Any = "*", **rest: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **rest}


def test_a_policy_differs_from_itself_in_nothing() -> None:
    one = policy(allow("s3:*"), deny("s3:Put*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert difference(((one,),), ((one,),)).is_equal


def test_splitting_a_pattern_into_all_its_cases_changes_nothing() -> None:
    whole = policy(allow("s3:GetObject", "arn:aws:s3:::a*"))
    split = policy(allow("s3:GetObject", "arn:aws:s3:::a"), allow("S3:getobject", "arn:aws:s3:::a?*"))
    assert difference(((whole,),), ((split,),)).is_equal


def test_a_wider_resource_is_more_and_has_an_example_outside_the_old_one() -> None:
    old, new = policy(allow("s3:GetObject", "arn:aws:s3:::a/*")), policy(allow("s3:GetObject", "arn:aws:s3:::a*"))
    found = difference(((old,),), ((new,),))
    assert not found.less
    assert [example.action for example in found.more] == ["s3:GetObject"]
    assert not found.more[0].resource.startswith("arn:aws:s3:::a/")


def test_a_dropped_deny_is_more_and_an_added_one_is_less() -> None:
    open_, shut = policy(ALLOW_ALL), policy(ALLOW_ALL, deny("organizations:LeaveOrganization"))
    assert [one.action for one in difference(((shut,),), ((open_,),), SCP).more] == ["organizations:LeaveOrganization"]
    assert [one.action for one in difference(((open_,),), ((shut,),), SCP).less] == ["organizations:LeaveOrganization"]


def test_todays_actions_one_by_one_are_less_than_their_pattern_by_those_of_tomorrow() -> None:
    from bastide.prove.symbolic import action_list

    known = list(action_list().listed(action_list().bits(["sts:*"])))
    found = difference(((policy(allow("sts:*")),),), ((policy(allow(known)),),))
    assert not found.more
    assert "an action that AWS does not have today" in in_words(found.less[0])


def test_a_new_principal_of_a_resource_policy_is_named() -> None:
    def trust(*accounts: str) -> PolicyDocument:
        names = [f"arn:aws:iam::{account}:root" for account in accounts]
        return policy({"Effect": "Allow", "Principal": {"AWS": names}, "Action": "sts:AssumeRole"})

    found = difference(((trust("111111111111"),),), ((trust("111111111111", "222222222222"),),), RESOURCE)
    assert found.more[0].keys["aws:principalaccount"] == ("222222222222",)
    assert not found.less


def test_no_difference_is_never_contradicted_by_random_requests() -> None:
    for seed in range(25):
        chance = random.Random(seed)
        old = policy(*(statement(chance, "Allow", 0.5) for _ in range(2)))
        new = policy(*(statement(chance, effect, 0.5) for effect in ("Allow", "Deny", "Deny")))
        found = difference(((old,),), ((new,),))
        if found.more or found.undecided:
            continue
        for request in requests(chance, 300):
            admitted = find((new,), request, "Allow") and not find((new,), request, "Deny")
            assert not admitted or find((old,), request, "Allow"), f"seed {seed}: {request}"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, resource in (("old", "arn:aws:s3:::a/*"), ("new", "*")):
        document = {"Version": "2012-10-17", "Statement": [allow("s3:GetObject", resource)]}
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return str(tmp_path / "old.json"), str(tmp_path / "new.json")


def test_the_gate_is_hit_by_a_broader_policy_only(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files
    assert _invoke("iam_diff", [old, new, "--fail-on-broader"]) == 1
    assert "Only the new one allows:\n  s3:GetObject on" in capsys.readouterr().out
    assert _invoke("iam_diff", [new, old, "--fail-on-broader", "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["broader"], told["narrower"]) == ("bastide.iam-diff/1", False, True)
