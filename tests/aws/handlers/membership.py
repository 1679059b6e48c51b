"""What a ``Members`` resource owes, whichever service it is of."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.delegation import Membership
from bastide.model import GLOBAL, Action, Change, Difference, ResourceKey
from tests.aws.handlers.conftest import Connect, SandboxConnection
from tests.aws.handlers.contract import Case, keeps_its_contract, published
from tests.aws.handlers.test_organizations import member

Prepare = Callable[[SandboxConnection], Any]


def keeps_the_contract_of_members(
    handler: type[Membership], administrator: Callable[[Connect], SandboxConnection], on: Prepare, connect: Connect
) -> None:
    """Existing accounts are no members until they are enrolled; enrolled in one list, the management account too."""
    at = administrator(connect)
    accounts = [member(connect(region=GLOBAL), name) for name in ("one", "two")]
    on(connect())
    on(connect(accounts[0]))
    (found,) = handler().list(at)
    assert found.properties == {"Members": {}}, "AWS enrols no account that is there already"
    top = at.management_account
    first = {"Members": {top: True, accounts[0]: True}}
    both = {"Members": {top: True, accounts[0]: True, accounts[1]: True}}
    keeps_its_contract(Case(handler, lambda _: first, both, after_delete={"Members": {}}), at)
    assert list(handler().list(connect(accounts[0]))) == []


def takes_out_only_what_a_change_names(
    handler: type[Membership], administrator: Callable[[Connect], SandboxConnection], on: Prepare, connect: Connect
) -> None:
    """A change of one account leaves those alone that nobody declared."""
    at = administrator(connect)
    accounts = [member(connect(region=GLOBAL), name) for name in ("one", "two")]
    for account in accounts:
        on(connect(account))
    both = dict.fromkeys(accounts, True)
    handler().create(at, {"Members": both})
    key = ResourceKey(handler.type, at.account, at.region, at.account)
    gone = Difference(f"Members.{accounts[0]}", True, None)
    with published(handler(), at, "update"):
        handler().update(at, at.account, Change(Action.UPDATE, key, {"Members": both}, {"Members": {}}, (gone,)))
    assert [dict(found.properties) for found in handler().list(at)] == [{"Members": {accounts[1]: True}}]


def says_which_account_is_refused_and_enrols_the_others(
    handler: type[Membership], administrator: Callable[[Connect], SandboxConnection], on: Prepare, connect: Connect
) -> None:
    """One account that cannot be enrolled keeps no other from being watched."""
    at = administrator(connect)
    there, stranger = member(connect(region=GLOBAL), "one"), "999988887777"
    on(connect(there))
    with pytest.raises(ClientError, match=f"{stranger}: ") as refused:
        handler().create(at, {"Members": {stranger: True, there: True}})
    assert refused.value.response["Error"]["Code"] == "UnprocessedAccounts"
    assert [dict(found.properties) for found in handler().list(at)] == [{"Members": {there: True}}]


LAWS = (
    keeps_the_contract_of_members, takes_out_only_what_a_change_names,
    says_which_account_is_refused_and_enrols_the_others,
)  # fmt: skip
