"""Faults on demand: the right error in every protocol, as often as the rule says, and the same with the same seed."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from bastide.errors import InputError
from bastide.sandbox import Sandbox
from bastide.sandbox.faults import Rules, parse_rules, read_rules, render_rules
from bastide.sandbox.faults.disturb import Faults

ONE_TRY = Config(retries={"total_max_attempts": 1})
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "ec2": ("describe_vpcs", {}),
    "iam": ("list_roles", {}),
    "kms": ("list_keys", {}),
    "lambda": ("list_functions", {}),
    "organizations": ("list_roots", {}),
    "s3": ("list_buckets", {}),
    "sqs": ("list_queues", {}),
    "guardduty": ("list_detectors", {}),
    "stepfunctions": ("list_state_machines", {}),
}


def sandbox(*rules: dict[str, Any], seed: int = 0) -> Sandbox:
    return Sandbox(faults=parse_rules({"seed": seed, "rules": list(rules)}))


def client(box: Sandbox, service: str) -> Any:
    return box.session().client(service, config=ONE_TRY)


def failing(box: Sandbox, service: str) -> tuple[str, int]:
    operation, parameters = CALLS[service]
    with pytest.raises(ClientError) as caught:
        getattr(client(box, service), operation)(**parameters)
    response: Any = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("ec2", "RequestLimitExceeded", 503),
        ("iam", "Throttling", 400),
        ("kms", "ThrottlingException", 400),
        ("lambda", "TooManyRequestsException", 429),
        ("organizations", "TooManyRequestsException", 400),
        ("s3", "SlowDown", 503),
        ("sqs", "RequestThrottled", 403),
        ("guardduty", "ThrottlingException", 400),
    ],
)
def test_every_service_throttles_in_its_own_words(service: str, code: str, status: int) -> None:
    assert failing(sandbox({"fault": "throttle"}), service) == (code, status)


@pytest.mark.parametrize("service", CALLS)
def test_server_errors_and_denials_are_of_the_services_shape(service: str) -> None:
    assert failing(sandbox({"fault": "internal"}), service)[1] == 500
    assert failing(sandbox({"fault": "unavailable"}), service)[1] == 503
    code, status = failing(sandbox({"fault": "deny"}), service)
    assert code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
    assert status in (400, 403)


def test_botocore_tries_again_what_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    for fault in ("throttle", "internal", "unavailable", "close", "hang"):
        box = sandbox({"fault": fault, "first": 2})
        answer = box.session().client("kms", config=Config(retries={"mode": "standard"})).list_keys()
        assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_rule_strikes_only_what_it_matches() -> None:
    box = sandbox({"fault": "deny", "match": {"service": "iam", "operation": ["Create*", "Delete*"], "access": "write",
                                              "account": "1111*", "region": "us-east-1"}})  # fmt: skip
    iam = client(box, "iam")
    iam.list_users()
    client(box, "kms").create_key()
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.create_user(UserName="a")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.delete_user(UserName="a")
    assert box.faults.struck == Counter(deny=2)


def struck(box: Sandbox, times: int = 12) -> list[int]:
    kms, found = client(box, "kms"), []
    for number in range(times):
        try:
            kms.list_keys()
        except ClientError:
            found.append(number)
    return found


def test_every_nth_the_first_n_and_chance_are_as_often_as_they_say() -> None:
    assert struck(sandbox({"fault": "throttle", "every": 4})) == [3, 7, 11]
    assert struck(sandbox({"fault": "throttle", "first": 2})) == [0, 1]
    assert struck(sandbox({"fault": "throttle", "probability": 0})) == []
    assert 20 < len(struck(sandbox({"fault": "throttle", "probability": 0.3}), 100)) < 45


def test_the_same_seed_makes_the_same_day() -> None:
    rule = {"fault": "throttle", "probability": 0.5}
    assert struck(sandbox(rule, seed=1)) == struck(sandbox(rule, seed=1)) != struck(sandbox(rule, seed=2))


def test_a_rate_lets_through_what_it_allows() -> None:
    now = [0.0]
    box = sandbox()
    box.front.faults = Faults(parse_rules({"rules": [{"fault": "throttle", "rate": 5}]}), clock=lambda: now[0])
    assert struck(box) == [5, 6, 7, 8, 9, 10, 11]
    now[0] += 1
    assert struck(box) == [5, 6, 7, 8, 9, 10, 11]


def test_counts_can_be_kept_for_each_operation_or_request() -> None:
    box = sandbox({"fault": "throttle", "first": 1, "per": "request"})
    iam = client(box, "iam")
    for name in ("a", "b"):
        with pytest.raises(ClientError):
            iam.create_user(UserName=name)
        iam.create_user(UserName=name)
    box = sandbox({"fault": "throttle", "first": 1, "per": "operation"})
    iam = client(box, "iam")
    with pytest.raises(ClientError):
        iam.create_user(UserName="a")
    iam.create_user(UserName="b")


@pytest.mark.parametrize(("fault", "error"), [("close", ConnectionClosedError), ("hang", ReadTimeoutError)])
def test_a_lost_connection_says_nothing_of_what_was_done(fault: str, error: type[Exception]) -> None:
    for when, done in (("before", False), ("after", True)):
        box = sandbox({"fault": fault, "when": when, "match": {"operation": "CreateUser"}})
        iam = client(box, "iam")
        with pytest.raises(error):
            iam.create_user(UserName="a")
        assert bool(iam.list_users()["Users"]) is done


def test_what_was_not_performed_is_not_played_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    box = Sandbox(journal=journal, faults=parse_rules({"rules": [
        {"fault": "close", "match": {"operation": "CreateUser"}},
        {"fault": "internal", "when": "after", "match": {"operation": "CreateGroup"}}]}))  # fmt: skip
    iam = client(box, "iam")
    with pytest.raises(ConnectionClosedError):
        iam.create_user(UserName="a")
    with pytest.raises(ClientError, match=r"(Service|Internal)Failure"):
        iam.create_group(GroupName="g")
    box.close()
    again = Sandbox(journal=journal)
    assert client(again, "iam").list_users()["Users"] == []
    assert [one["GroupName"] for one in client(again, "iam").list_groups()["Groups"]] == ["g"]
    again.close()


def test_a_slow_answer_comes_late_and_holds_up_nobody() -> None:
    slept: list[float] = []
    box = sandbox()
    rules = parse_rules({"rules": [{"fault": "slow", "seconds": 7, "match": {"service": "kms"}}]})

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        client(box, "iam").list_users()  # the lock is free meanwhile

    box.front.faults = Faults(rules, sleep=sleep)
    assert client(box, "kms").list_keys()["Keys"] == []
    assert slept == [7.0]


def test_reads_after_a_write_are_stale_for_so_many_calls() -> None:
    box = sandbox({"fault": "stale", "reads": 2})
    iam = client(box, "iam")
    assert iam.list_users()["Users"] == []
    iam.create_user(UserName="a")
    assert iam.list_users()["Users"] == []  # the answer from before
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_user(UserName="a")  # never asked before, and just made
    assert iam.get_user(UserName="a")["User"]["UserName"] == "a"
    assert len(iam.list_users()["Users"]) == 1
    assert box.faults.struck == Counter(stale=2)


def test_a_stale_read_is_of_its_own_service_and_account() -> None:
    box = sandbox({"fault": "stale", "reads": 5})
    kms, iam = client(box, "kms"), client(box, "iam")
    kms.list_keys()
    iam.create_user(UserName="a")
    kms.list_keys()
    assert not box.faults.struck


@pytest.mark.parametrize(
    ("service", "make", "read", "code"),
    [
        (
            "s3",
            ("create_bucket", {"Bucket": "fresh-bucket"}),
            ("get_bucket_location", {"Bucket": "fresh-bucket"}),
            "NoSuchBucket",
        ),
        ("ec2", ("create_vpc", {"CidrBlock": "10.0.0.0/16"}), ("describe_vpcs", "VpcIds"), "InvalidVpcID.NotFound"),
        ("kms", ("create_key", {}), ("describe_key", "KeyId"), "NotFoundException"),
    ],
)
def test_what_was_just_made_is_not_found_in_the_services_words(service: str, make: Any, read: Any, code: str) -> None:
    box = sandbox({"fault": "stale", "reads": 1})
    aws = client(box, service)
    made = getattr(aws, make[0])(**make[1])
    name, given = read
    if given == "VpcIds":
        given = {"VpcIds": [made["Vpc"]["VpcId"]]}
    elif given == "KeyId":
        given = {"KeyId": made["KeyMetadata"]["KeyId"]}
    with pytest.raises(ClientError) as caught:
        getattr(aws, name)(**given)
    assert caught.value.response["Error"]["Code"] == code
    getattr(aws, name)(**given)


def test_the_first_rule_that_strikes_decides_and_clearing_ends_it() -> None:
    box = sandbox({"fault": "throttle", "every": 2}, {"fault": "deny"})
    assert [failing(box, "iam")[0] for _ in range(4)] == ["AccessDenied", "Throttling", "AccessDenied", "Throttling"]
    box.faults.set(Rules())
    assert client(box, "iam").list_roles()
    assert not box.disturbed


WRONG = [
    ({}, "list of rules"),
    ({"rules": {}}, "list of rules"),
    ({"rules": [], "seeds": 1}, "did you mean seed"),
    ({"rules": [], "seed": "x"}, "whole number"),
    ({"rules": ["throttle"]}, "a rule is a mapping"),
    ({"rules": [{"fault": "thunder"}]}, "no fault 'thunder'"),
    ({"rules": [{"fault": "deny", "mach": {}}]}, "did you mean match"),
    ({"rules": [{"fault": "deny", "match": {"account": 12}}]}, "text"),
    ({"rules": [{"fault": "deny", "match": {"access": "look"}}]}, "read or write"),
    ({"rules": [{"fault": "deny", "match": {"verb": "x"}}]}, "'verb'"),
    ({"rules": [{"fault": "deny", "every": 0}]}, "every must be"),
    ({"rules": [{"fault": "deny", "probability": 2}]}, "probability must be"),
    ({"rules": [{"fault": "slow", "seconds": True}]}, "seconds must be"),
    ({"rules": [{"fault": "deny", "every": 2, "first": 3}]}, "contradict"),
    ({"rules": [{"fault": "deny", "when": "after"}]}, "cannot come after"),
    ({"rules": [{"fault": "close", "when": "later"}]}, "when cannot be"),
    ({"rules": [{"fault": "close", "per": "day"}]}, "per cannot be"),
]


@pytest.mark.parametrize(("document", "said"), WRONG)
def test_a_wrong_rule_is_refused_by_name_and_place(document: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_rules(document, "faults.yaml")
    assert "faults.yaml" in str(caught.value)


@pytest.mark.parametrize("text", ["rules: [", "\t", "- 1", "", "a: &a [*a]", "[" * 5000])
def test_a_file_that_holds_no_rules_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(text)
    with pytest.raises(InputError):
        read_rules(file)
    with pytest.raises(InputError):
        read_rules(tmp_path / "missing.yaml")


def test_rules_survive_being_written_down() -> None:
    rules = parse_rules({"seed": 3, "rules": [
        {"fault": "close", "when": "after", "match": {"service": ["iam", "s3*"], "access": "write"}, "every": 3},
        {"fault": "slow", "seconds": 2.5, "probability": 0.25, "per": "operation"}]})  # fmt: skip
    assert parse_rules(render_rules(rules)) == rules
