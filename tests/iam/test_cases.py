"""The contract of ``bastide iam evaluate``: what goes in, what comes out, and what is refused by name."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from bastide.iam.cases import Evaluator
from bastide.show.cli.main import run

USER = "arn:aws:iam::111122223333:user/bob"
OBJECT = "arn:aws:s3:::b/k"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {**ALLOW, **statement}}


def case(identifier: Any = "c", policies: Any = None, **request: Any) -> dict[str, Any]:
    asked = {"principal": USER, "action": "s3:GetObject", "resource": OBJECT, **request}
    return {"id": identifier, "request": asked, **({} if policies is None else {"policies": policies})}


def answer(value: Any) -> dict[str, Any]:
    return dict(
        Evaluator("2026-01-01T00:00:00Z").answer(value if isinstance(value, str | bytes) else json.dumps(value)).value
    )


def test_everything_but_id_and_request_may_be_absent() -> None:
    assert answer({"id": 7, "request": {"principal": USER, "action": "s3:ListAllMyBuckets"}}) == {
        "id": 7,
        "decision": "implicit_deny",
        "reasons": [
            {
                "policy": "identity",
                "outcome": "silent",
                "text": "identity policies: nothing allows it",
                "decisive": True,
                "fix": f"add Allow s3:ListAllMyBuckets on * to an identity policy of {USER}",
            }
        ],
    }


@pytest.mark.parametrize(
    ("policies", "decision"),
    [
        ({}, "implicit_deny"),
        ({"identity": None}, "implicit_deny"),
        ({"identity": []}, "implicit_deny"),
        ({"identity": [document()]}, "allowed"),
        ({"identity": document()}, "allowed"),
        ({"identity": [json.dumps(document())]}, "allowed"),
        ({"identity": [document()], "boundary": None}, "allowed"),
        ({"identity": [{"Version": "2012-10-17", "Statement": []}]}, "implicit_deny"),
        ({"identity": [document()], "boundary": {"Version": "2012-10-17", "Statement": []}}, "implicit_deny"),
        ({"identity": [document()], "boundary": []}, "allowed"),
        ({"identity": [document()], "boundary": document(Action="ec2:*")}, "implicit_deny"),
        ({"identity": [document()], "boundary": [document(Action="ec2:*"), document(Action="s3:*")]}, "allowed"),
        ({"identity": [document()], "session": []}, "allowed"),
        ({"identity": [document()], "scp": []}, "allowed"),
        ({"identity": [document()], "scp": [[]]}, "implicit_deny"),
        ({"identity": [document()], "rcp": [[], []]}, "allowed"),
        ({"identity": [document()], "resource_account": "999988887777"}, "implicit_deny"),
    ],
)
def test_what_is_absent_does_not_restrict_and_what_is_empty_does_as_agreed(policies: Any, decision: str) -> None:
    assert answer(case(policies=policies))["decision"] == decision


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("nonsense", "not JSON"),
        ("[]", "a case is a JSON object"),
        ('{"id": "c"}', "the case has no request"),
        ('{"request": {}}', "the case has no id"),
        ('{"id": "c", "id": "d"}', "occurs twice"),
        (case(principal=None), "a principal is a text or an object"),
        (case(principal="nobody"), "no such principal"),
        (case(principal="arn:aws:iam::1:user/x"), "not the ARN of a principal"),
        (case(principal="arn:aws:iam::111122223333:group/x"), "not the ARN of a principal"),
        (case(principal="arn:aws:sts::111122223333:assumed-role/r"), "not the ARN of a principal"),
        (case(principal={"type": "Robot", "id": "x"}), "no such type of principal"),
        (case(principal={"type": "Service"}), "needs an id"),
        (case(action="GetObject"), "action is service:Action"),
        (case(action="s3:Get*"), "action is service:Action"),
        (case(action=5), "action is service:Action"),
        (case(resource=["a"]), "resource is an ARN"),
        (case(context={"a:b": {"c": 1}}), "a context value is a text"),
        (case(context={"a:b": None}), "a context value is a text"),
        (case(context={"a:b": "1", "A:B": "2"}), "one context key in two spellings"),
        (case(context={"a:b": "x" * 20_000}), "longer than 16,384 characters"),
        (case(recource="x"), "no such member of a request"),
        (case(policies={"identty": []}), "no such type of policy"),
        (case(policies=[]), "policies is an object"),
        (case(policies={"scp": [document()]}), "here stands a list"),
        (case(policies={"identity": [5]}), "a policy is an object"),
        (case(policies={"identity": [document(Effect="allow")]}), "did you mean Allow?"),
        (case(policies={"identity": [document(Principal="*")]}), "names no principal"),
        (case(policies={"resource": document()}), "has to name principals"),
        (case(policies={"identity": [document(Condition={"StringIs": {"a": "b"}})]}), "no such condition operator"),
        (case(policies={"identity": [document(Condition={"StringEquals": {"a": {}}})]}), "a condition value is"),
        (case(policies={"identity": [document(Resource="arn:aws:s3:::${a${b}}")]}), "not a policy variable"),
        (case(policies={"identity": [document(Resource="arn:aws:s3:::${a")]}), "not a policy variable"),
        (case(policies={"identity": ["{"]}), "not JSON"),
        (case(policies={"resource_account": "12"}), "is 12 digits"),
        ("{" * 100_000, "not JSON"),
        ('{"id":' + "[" * 100_000, "nested too deep"),
    ],
)  # fmt: skip
def test_a_bad_case_is_answered_by_name(bad: Any, words: str) -> None:
    found = answer(bad)
    assert words in found["error"], found
    assert "decision" not in found


def test_one_bad_case_gives_one_error_line_and_the_rest_go_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps(case("good", {"identity": [document()]}))
    file = tmp_path / "cases.jsonl"
    file.write_text(f'{good}\n\n{{"id": "bad", "request"\n{good}\n', encoding="utf-8")
    assert run(["iam", "evaluate", "--cases", str(file), "-o", "jsonl"]) == 3
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["good", "bad", "good"]
    assert [line.get("decision") for line in lines] == ["allowed", None, "allowed"]
    assert lines[1]["line"] == 3 and "not JSON" in lines[1]["error"]


def test_all_good_cases_exit_with_0_and_go_to_a_file(tmp_path: Path) -> None:
    file, out = tmp_path / "cases.jsonl", tmp_path / "answers.jsonl"
    file.write_text(json.dumps(case()) + "\n", encoding="utf-8")
    assert run(["iam", "evaluate", "--cases", str(file), "-o", f"jsonl={out}"]) == 0
    assert json.loads(out.read_text("utf-8"))["decision"] == "implicit_deny"


@pytest.mark.parametrize(
    "policy",
    [
        document(Resource="arn:aws:s3:::" + "*a" * 500),
        document(Resource="arn:aws:s3:::" + "?a*" * 500),
        document(Action="s3:" + "*" * 5_000),
        document(Condition={"StringLike": {"a:b": "*x" * 800}}),
        document(Condition={"ArnLike": {"a:b": "arn:*:*:*:*:" + "*?" * 800}}),
        {"Version": "2012-10-17", "Statement": [{**ALLOW, "Resource": f"arn:aws:s3:::{i}*{i}"} for i in range(10_000)]},
    ],
    ids=["stars", "question marks", "action", "condition", "arn", "10,000 statements"],
)
def test_hostile_patterns_are_decided_in_bounded_time(policy: dict[str, Any]) -> None:
    begin = time.process_time()
    found = answer(
        case("c", {"identity": [policy]}, resource="arn:aws:s3:::" + "a" * 1_000, context={"a:b": "y" * 8_000})
    )
    assert found.get("decision") in ("allowed", "implicit_deny")
    assert time.process_time() - begin < 5


def test_non_ascii_and_other_partitions_are_compared_as_they_are() -> None:
    policy = document(Resource="arn:aws-cn:s3:::bücket/*")
    other = {"principal": "arn:aws-cn:iam::111122223333:user/bob"}
    assert (
        answer(case("c", {"identity": [policy]}, resource="arn:aws-cn:s3:::bücket/k", **other))["decision"] == "allowed"
    )
    assert answer(case("c", {"identity": [policy]}, resource="arn:aws:s3:::bücket/k"))["decision"] == "implicit_deny"
    assert (
        answer(case("c", {"identity": [policy]}, resource="arn:aws-cn:s3:::bu\u0308cket/k"))["decision"]
        == "implicit_deny"
    )


def test_policies_are_made_ready_once_for_the_same_text() -> None:
    evaluator = Evaluator()
    policies = {"identity": [document()]}
    assert evaluator.compiled(policies) is evaluator.compiled(json.loads(json.dumps(policies)))


def test_the_reasons_say_what_was_lacking() -> None:
    policy = document(Sid="Team", Condition={"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}})
    (reason,) = answer(case("c", {"identity": [policy]}))["reasons"]
    assert reason["statements"] == [
        {
            "document": 0,
            "statement": 0,
            "sid": "Team",
            "effect": "Allow",
            "lacks": ["condition StringEquals aws:PrincipalTag/team red, blue: the request lacks the key"],
        }
    ]


def test_an_explicit_deny_is_named_with_its_level() -> None:
    scp = [[document()], [document(), document(Sid="NoS3", Effect="Deny", Action="s3:*")]]
    found = answer(case("c", {"identity": [document()], "scp": scp}))
    decisive = [reason for reason in found["reasons"] if reason.get("decisive")]
    assert [(reason["policy"], reason["level"]) for reason in decisive] == [("scp", 1)]
    assert "remove NoS3" in decisive[0]["fix"]


def test_the_context_may_tell_who_owns_a_bucket() -> None:
    policies = {"identity": [document()]}
    own, other = ({"aws:ResourceAccount": account} for account in ("111122223333", "999988887777"))
    assert answer(case("c", policies, context=own))["decision"] == "allowed"
    assert answer(case("c", policies, context=other))["decision"] == "implicit_deny"


@pytest.mark.parametrize("identifier", ["9" * 5_000, "-" + "9" * 400, "1e999"])
def test_an_id_that_is_no_number_of_any_reader_is_an_error_of_its_line(identifier: str) -> None:
    line = '{"id": ' + identifier + ', "request": {"principal": "anonymous", "action": "s3:GetObject"}}'
    found = answer(line)
    assert found["id"] is None and "the id" in found["error"]


def test_numbers_inside_an_id_come_back_as_numbers() -> None:
    assert answer(case([1, {"a": 2.5}]))["id"] == [1, {"a": 2.5}]


def test_a_moment_that_is_none_is_said_once_and_decides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.jsonl").write_text(json.dumps(case()))
    assert run(["iam", "evaluate", "--cases", str(tmp_path / "c.jsonl"), "--now", "soon"]) == 2
    found = capsys.readouterr()
    assert found.out == "" and "not a moment" in found.err


@pytest.mark.parametrize("command", [["who-can", "s3:*"], ["simulate", "anonymous", "s3"]])
def test_a_question_names_one_action(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["iam", *command]) == 2
    assert "action is service:Action" in capsys.readouterr().err
