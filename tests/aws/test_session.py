"""One session for all accounts: who signs, what is remembered, and when keys are renewed."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import ClientError
from botocore.utils import parse_timestamp as slow

from bastide.aws.credentials import Keyring, Keys
from bastide.aws.models import parse_timestamp
from bastide.aws.session import Target, Way
from bastide.errors import TargetError
from bastide.model import GLOBAL
from bastide.sandbox import Sandbox

START = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Any:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture(scope="module")
def target(sandbox: Sandbox) -> Target:
    return Target.sandbox(sandbox)


@pytest.fixture(scope="module")
def members(target: Target) -> list[str]:
    client = target.connection(target.management_account, GLOBAL).client("organizations")
    client.create_organization(FeatureSet="ALL")
    for number in range(3):
        client.create_account(AccountName=f"m{number}", Email=f"m{number}@bastide.example")
    accounts = client.get_paginator("list_accounts").paginate().build_full_result()["Accounts"]
    return sorted(account["Id"] for account in accounts if account["Id"] != target.management_account)


def test_the_home_account_and_partition_are_those_of_the_credentials(target: Target, sandbox: Sandbox) -> None:
    assert (target.home_account, target.management_account) == (sandbox.management_account,) * 2
    assert (target.name, target.basis, target.partition) == ("sandbox", "sandbox", "aws")
    assert target.label == f"sandbox/{sandbox.management_account}"


def test_one_client_serves_every_account_with_its_own_keys(target: Target, members: list[str]) -> None:
    places = [target.connection(account, "eu-west-1") for account in members]
    for at in places:
        at.client("s3").create_bucket(
            Bucket=f"b-{at.account}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
    for at in places:
        assert at.client("sts").get_caller_identity()["Account"] == at.account
        assert [bucket["Name"] for bucket in at.client("s3").list_buckets()["Buckets"]] == [f"b-{at.account}"]
        at.client("s3control").put_public_access_block(
            AccountId=at.account, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        )
    assert len({id(at.client("s3")._client) for at in places}) == 1


def test_pages_waits_and_threads_keep_to_their_account(target: Target, members: list[str]) -> None:
    def roles(account: str) -> set[str]:
        pages = target.connection(account, GLOBAL).client("iam").get_paginator("list_roles").paginate()
        return {role["Arn"].split(":")[4] for page in pages for role in page["Roles"]}

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(roles, members * 8)) == [{account} for account in members * 8]
    # Two paginations of two accounts, turn about.
    first, second = (
        iter(target.connection(account, GLOBAL).client("iam").get_paginator("list_roles").paginate())
        for account in members[:2]
    )
    for page, account in ((next(first), members[0]), (next(second), members[1])):
        assert page["Roles"][0]["Arn"].split(":")[4] == account
    waiter = target.connection(members[0], GLOBAL).client("iam").get_waiter("role_exists")
    waiter.wait(RoleName="OrganizationAccountAccessRole")


def test_global_services_are_asked_in_the_partition_s_own_region(target: Target) -> None:
    at = target.connection(target.management_account, GLOBAL)
    assert at.client("ec2").meta.region_name == "us-east-1"
    assert at.client("ec2", "eu-west-1").meta.region_name == "eu-west-1"
    assert at.client("iam").exceptions.NoSuchEntityException is not None


def test_an_account_that_cannot_be_entered_says_so(target: Target) -> None:
    with pytest.raises(ClientError, match="AssumeRole"):
        target.enter("999999999999")


def test_credentials_that_do_not_work_are_refused_with_a_way_out(sandbox: Sandbox) -> None:
    import botocore.session

    session = botocore.session.Session()
    sandbox.attach(session)
    with pytest.raises(TargetError, match="the credentials for sandbox do not work"):
        Target("sandbox", session, Credentials("AKIANOBODY", "x"))


def test_once_asks_once_for_each_connection_even_under_threads(target: Target) -> None:
    at, asked, gate = target.connection(target.home_account, GLOBAL), [], threading.Barrier(4)

    def ask() -> int:
        gate.wait()
        return at.once("n", lambda: asked.append(1) or len(asked))

    with ThreadPoolExecutor(4) as pool:
        assert [future.result() for future in [pool.submit(ask) for _ in range(4)]] == [1] * 4
    assert target.connection(target.home_account, GLOBAL).once("n", lambda: 7) == 7


def test_once_remembers_a_refusal_too(target: Target) -> None:
    at, asked = target.connection(target.home_account, GLOBAL), []

    def read() -> None:
        asked.append(1)
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListRoles")

    for _ in range(2):
        with pytest.raises(ClientError):
            at.once("r", read)
    assert asked == [1]


def keyring(clock: list[datetime], assumed: list[str]) -> Keyring:
    def assume(account: str) -> Keys:
        assumed.append(account)
        return Keys(ReadOnlyCredentials(f"key-{len(assumed)}", "s", "t", None), clock[0] + timedelta(hours=1))

    made = Keyring(Credentials("home", "s"), assume, lambda: clock[0])
    made.home_account = "111122223333"
    return made


def test_keys_are_kept_and_renewed_five_minutes_before_they_end() -> None:
    clock, assumed = [START], []
    ring = keyring(clock, assumed)
    assert ring.read("111122223333").access_key == "home"
    assert ring.read("222233334444").access_key == "key-1"
    clock[0] += timedelta(minutes=54)
    assert ring.read("222233334444").access_key == "key-1"
    clock[0] += timedelta(minutes=1)
    assert ring.read("222233334444").access_key == "key-2"
    assert assumed == ["222233334444"] * 2


def test_many_threads_assume_a_role_once() -> None:
    assumed: list[str] = []
    ring = keyring([START], assumed)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ring.read("222233334444"), range(50)))
    assert assumed == ["222233334444"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T08:00:00Z", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-11-24T08:00:00.123+01:00", datetime(2026, 11, 24, 7, 0, 0, 123000, tzinfo=UTC)),
        ("2026-11-24T08:00:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 08:00:00 GMT", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (1795507200, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (1795507200.5, datetime(2026, 11, 24, 8, 0, 0, 500000, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_botocore_reads_them(text: Any, expected: datetime) -> None:
    assert parse_timestamp(text) == expected
    if text != "2026-11-24T08:00:00":  # botocore leaves a time without a zone as it is
        assert slow(text) == expected


def test_a_role_is_assumed_by_its_configured_name_with_the_external_id(sandbox: Sandbox, members: list[str]) -> None:
    target = Target.sandbox(
        sandbox, ways=[Way("OrganizationAccountAccessRole", "shared-secret")], role_session_name="audit"
    )
    seen: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        seen.append(params)

    target._session.events.register("provide-client-params.sts.AssumeRole", note)
    target._clients.clear()
    target.enter(members[0])
    assert seen == [
        {
            "RoleArn": f"arn:aws:iam::{members[0]}:role/OrganizationAccountAccessRole",
            "RoleSessionName": "audit",
            "DurationSeconds": 3600,
            "ExternalId": "shared-secret",
        }
    ]


def test_a_profile_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(TargetError, match="cannot use the AWS profile 'nobody'"):
        Target.aws("nobody")


def test_the_first_role_that_lets_in_is_taken_and_others_are_told(sandbox: Sandbox, members: list[str]) -> None:
    target = Target.sandbox(sandbox)
    account = members[0]
    target.enter(account)
    assert target.entered_otherwise == {}
    target.enter_by([Way("bastide/bastide-reader", "secret"), Way("OrganizationAccountAccessRole")])
    target.enter(account)
    assert target.entered_otherwise == {account: "OrganizationAccountAccessRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": target.management_account}, "Action": "sts:AssumeRole"},
    ]})  # fmt: skip
    iam = target.connection(account, GLOBAL).client("iam")
    iam.create_role(RoleName="bastide-reader", Path="/bastide/", AssumeRolePolicyDocument=trust)
    target.enter(account)  # remembered
    assert account in target.entered_otherwise
    target.enter_by([Way("bastide/bastide-reader", "secret"), Way("OrganizationAccountAccessRole")], "bastide-run-1")
    caller = target.connection(account, GLOBAL).client("sts").get_caller_identity()["Arn"]
    assert caller.endswith(":assumed-role/bastide-reader/bastide-run-1")
    assert target.entered_otherwise == {}


def test_when_no_role_lets_in_the_first_refusal_is_told(sandbox: Sandbox) -> None:
    other = Target.sandbox(sandbox, ways=[Way("first"), Way("second")])
    with pytest.raises(ClientError, match="role/first"):
        other.enter("999999999999")
