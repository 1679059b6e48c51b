"""Collecting: complete, in order, and what could not be read is a gap with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler
from bastide.collect import INTERRUPTED, collect, interrupted, missing_permissions
from bastide.model import GLOBAL, Account, Change, Gap, Organization, Properties, Scope
from tests.apply.world import MANAGEMENT, At

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MEMBER, CLOSED = "222233334444", "333344445555"
ORGANIZATION = Organization(
    "o-1", "r-1", MANAGEMENT,
    (Account(MANAGEMENT, "top"), Account(MEMBER, "shop"), Account(CLOSED, "old", status="SUSPENDED")),
)  # fmt: skip


class Fake(Handler):
    """Lists what it is told to."""

    service = "iam"
    identified_by = ()
    answer: ClassVar[Any] = ()

    def list(self, at: Connection) -> Iterable[Found]:
        found = self.answer(at) if callable(self.answer) else self.answer
        for one in found:
            if isinstance(one, BaseException):
                raise one
            yield one

    def create(self, at: Connection, properties: Properties) -> str:
        raise NotImplementedError

    def update(self, at: Connection, id: str, change: Change) -> None:
        raise NotImplementedError

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        raise NotImplementedError


def fake(kind: str, where: Scope, answer: Any) -> Handler:
    made = type(
        "Made", (Fake,), {"type": kind, "scope": where, "answer": staticmethod(answer) if callable(answer) else answer}
    )
    return made()  # type: ignore[no-any-return]


class FakeTarget:
    name, management_account, basis = "sandbox", MANAGEMENT, "sandbox"

    def __init__(self, threads: int, closed: str = "") -> None:
        self.threads, self.closed, self.entered = threads, closed, []

    def connection(self, account: str, region: str) -> At:
        return At(account, region)

    def enter(self, account: str) -> None:
        self.entered.append(account)
        if account == self.closed:
            raise refused("AccessDenied", "AssumeRole")


def refused(code: str, operation: str = "ListThings") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@pytest.fixture(params=[1, 4])
def target(request: pytest.FixtureRequest) -> FakeTarget:
    return FakeTarget(request.param)


def run(target: FakeTarget, *handlers: Handler, regions: tuple[str, ...] = ("eu-west-1",), **options: Any) -> Any:
    kinds = {handler.type: handler for handler in handlers}
    return collect(target, ORGANIZATION, kinds, regions, read_at=NOW, **options)  # type: ignore[arg-type]


def test_each_scope_is_looked_at_in_its_own_places(target: FakeTarget) -> None:
    def here(at: Connection) -> list[Found]:
        return [Found("x", {"In": at.region})]

    estate = run(
        target, fake("T::Org", Scope.ORGANIZATION, here), fake("T::Account", Scope.ACCOUNT, here),
        fake("T::Region", Scope.REGION, here), regions=("eu-west-1", "eu-central-1"),
    )  # fmt: skip
    assert [(one.type, one.account, one.region) for one in estate.resources] == [
        ("T::Account", MANAGEMENT, GLOBAL), ("T::Account", MEMBER, GLOBAL),
        ("T::Org", MANAGEMENT, GLOBAL),
        ("T::Region", MANAGEMENT, "eu-central-1"), ("T::Region", MANAGEMENT, "eu-west-1"),
        ("T::Region", MEMBER, "eu-central-1"), ("T::Region", MEMBER, "eu-west-1"),
    ]  # fmt: skip
    assert estate.regions == ("eu-central-1", "eu-west-1")
    assert (estate.basis, estate.read_at) == ("sandbox", "2026-11-24T08:00:00Z")
    assert estate.resources[0].origin.read_at == "2026-11-24T08:00:00Z"
    assert CLOSED not in target.entered


def test_a_refusal_is_a_gap_with_the_action_and_the_rest_is_read(target: FakeTarget) -> None:
    def here(at: Connection) -> list[Any]:
        return [refused("AccessDenied")] if at.account == MEMBER else [Found("x", {})]

    estate = run(target, fake("T::A", Scope.ACCOUNT, here), fake("T::B", Scope.ACCOUNT, [Found("b", {})]))
    assert estate.gaps == (Gap("T::A", MEMBER, GLOBAL, "ListThings: AccessDenied", "iam:ListThings"),)
    assert [(one.type, one.account) for one in estate.resources] == [
        ("T::A", MANAGEMENT), ("T::B", MANAGEMENT), ("T::B", MEMBER),
    ]  # fmt: skip
    assert missing_permissions(estate.gaps) == [{"Effect": "Allow", "Action": ["iam:ListThings"], "Resource": "*"}]


def test_a_list_that_breaks_off_is_a_gap_and_never_half_an_answer(target: FakeTarget) -> None:
    estate = run(target, fake("T::A", Scope.ORGANIZATION, [Found("x", {}), refused("Throttling")]))
    assert estate.resources == ()
    assert [gap.reason for gap in estate.gaps] == ["ListThings: Throttling (throttled, after all retries)"]
    assert missing_permissions(estate.gaps) == []


def test_an_account_that_cannot_be_entered_is_a_gap_for_every_type_and_asked_once() -> None:
    target = FakeTarget(1, closed=MEMBER)
    estate = run(target, fake("T::A", Scope.ACCOUNT, [Found("x", {})]), fake("T::B", Scope.REGION, [Found("x", {})]))
    assert {(gap.type, gap.reason) for gap in estate.gaps} == {
        ("T::A", "the account's role cannot be assumed: AccessDenied"),
        ("T::B", "the account's role cannot be assumed: AccessDenied"),
    }
    assert target.entered.count(MEMBER) == 1
    assert {one.account for one in estate.resources} == {MANAGEMENT}


def test_a_fault_of_a_handler_is_a_gap_that_says_so(target: FakeTarget) -> None:
    estate = run(target, fake("T::A", Scope.ORGANIZATION, [KeyError("Vpcs")]))
    assert [gap.reason for gap in estate.gaps] == ["Bastide's own fault: KeyError: 'Vpcs'"]


def test_ctrl_c_keeps_what_was_read_and_marks_the_rest() -> None:
    def here(at: Connection) -> list[Any]:
        return [KeyboardInterrupt()] if at.account == MEMBER else [Found("x", {})]

    estate = run(FakeTarget(1), fake("T::A", Scope.ACCOUNT, here), fake("T::B", Scope.REGION, [Found("y", {})]))
    assert {(one.type, one.account) for one in estate.resources} == {("T::A", MANAGEMENT), ("T::B", MANAGEMENT)}
    assert {(gap.type, gap.account, gap.reason) for gap in estate.gaps} == {
        ("T::A", MEMBER, INTERRUPTED), ("T::B", MEMBER, INTERRUPTED),
    }  # fmt: skip
    assert interrupted(estate)


def test_progress_hears_of_every_task(target: FakeTarget) -> None:
    heard: list[tuple[str, str]] = []

    class Watch:
        def start(self, total: int) -> None:
            heard.append(("total", str(total)))

        def advance(self, task: str, result: str) -> None:
            heard.append((task, result))

    run(target, fake("T::A", Scope.ACCOUNT, [Found("x", {})]), progress=Watch(), accounts=[MEMBER])
    assert heard == [("total", "1"), (f"{MEMBER}/global/T::A", "1 resources")]
