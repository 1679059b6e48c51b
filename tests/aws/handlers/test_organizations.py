"""Organizations handlers on the sandbox."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers import organizations_accounts
from bastide.aws.handlers.organizations import (
    DelegatedAdministrator,
    Organization,
    OrganizationalUnit,
    PolicyType,
    ServiceAccess,
)
from bastide.aws.handlers.organizations_accounts import Account
from bastide.aws.handlers.organizations_policies import Policy
from bastide.errors import TargetError
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, assert_holds, change_to, keeps_its_contract

TAGS = [{"Key": "bastide:name", "Value": "x"}]
SCP = "SERVICE_CONTROL_POLICY"
LEAVE = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
DENY = {"Version": "2012-10-17", "Statement": [LEAVE]}


def root(at: Any) -> str:
    Organization().create(at, {"FeatureSet": "ALL"})
    return str(next(iter(Organization().list(at))).properties["RootId"])


def unit(at: Any, name: str = "workloads") -> str:
    return OrganizationalUnit().create(at, {"Name": name, "ParentId": root(at)})


def member(at: Any, name: str = "shop") -> str:
    return Account().create(at, {"AccountName": name, "Email": f"aws+{name}@acme.example", "ParentIds": [unit(at)]})


def policy(at: Any) -> dict[str, Any]:
    target = unit(at)
    PolicyType().create(at, {"PolicyType": SCP})
    return {"Name": "deny-leave", "Type": SCP, "Content": DENY, "TargetIds": [target], "Tags": TAGS}


def delegated(at: Any) -> dict[str, Any]:
    account = member(at)
    ServiceAccess().create(at, {"ServicePrincipal": "sso.amazonaws.com"})
    return {"ServicePrincipal": "sso.amazonaws.com", "AccountId": account}


def with_organization(properties: dict[str, Any]) -> Any:
    return lambda at: (root(at), properties)[1]


def declared_unit(at: Any) -> dict[str, Any]:
    return {"Name": "workloads", "ParentId": root(at), "Tags": TAGS}


CASES = [
    Case(Organization, lambda at: {"FeatureSet": "ALL"}),
    Case(PolicyType, with_organization({"PolicyType": "RESOURCE_CONTROL_POLICY"})),
    Case(ServiceAccess, with_organization({"ServicePrincipal": "guardduty.amazonaws.com"})),
    Case(DelegatedAdministrator, delegated),
    Case(OrganizationalUnit, declared_unit, {"Name": "work", "Tags": [{"Key": "a", "Value": "b"}]}),
    Case(Policy, policy, {"Content": DENY | {"Id": "2"}, "Description": "two", "Tags": [], "TargetIds": []}),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection(region=GLOBAL))


@pytest.mark.parametrize(
    "handler", [Organization, PolicyType, ServiceAccess, DelegatedAdministrator, OrganizationalUnit, Account, Policy]
)
def test_without_an_organization_there_is_nothing(handler: Any, connection: Connect) -> None:
    assert list(handler().list(connection(region=GLOBAL))) == []


def test_an_account_is_made_where_it_belongs_adopted_by_its_email_moved_and_never_closed(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    home, other = unit(at), unit(at, "quarantine")
    declared = {
        "AccountName": "shop",
        "Email": "aws+shop@acme.example",
        "ParentIds": [home],
        "RoleName": "OrganizationAccountAccessRole",
        "Tags": TAGS,
    }
    account = Account().create(at, declared)
    assert len(account) == 12
    assert_holds(Account().read(at, account), declared, ("RoleName",))
    assert Account().create(at, declared | {"Email": "AWS+SHOP@acme.example"}) == account
    before = Account().read(at, account)
    assert before and before.properties["Status"] == "ACTIVE"
    Account().update(at, account, change_to(Account(), at, account, before.properties, {"ParentIds": [other]}))
    listed = {found.id: found for found in Account().list(at)}
    assert listed[account].properties["ParentIds"] == [other]
    assert at.management_account in listed
    with pytest.raises(TargetError, match="does not close account shop"):
        Account().delete(at, account, listed[account].properties)


def test_a_unit_that_holds_an_account_is_not_deleted(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    member(at)
    with pytest.raises(TargetError, match="organizational unit workloads is not empty"):
        OrganizationalUnit().delete(at, unit(at), {"Name": "workloads"})


def test_the_same_name_under_two_parents_is_two_units(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    first = unit(at, "prod")
    second = OrganizationalUnit().create(at, {"Name": "prod", "ParentId": first})
    assert first != second
    assert [found.id for found in OrganizationalUnit().list(at)] == [first, second]


def test_a_policy_moves_to_another_unit_and_is_adopted_with_what_is_declared(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    declared = policy(at)
    id = Policy().create(at, declared)
    other = unit(at, "sandbox")
    before = Policy().read(at, id)
    assert before
    Policy().update(at, id, change_to(Policy(), at, id, before.properties, {"TargetIds": [other]}))
    moved = Policy().read(at, id)
    assert moved and moved.properties["TargetIds"] == [other]
    assert Policy().create(at, declared) == id
    assert_holds(Policy().read(at, id), declared)


def test_policies_that_aws_manages_are_not_listed(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    policy(at)
    assert list(Policy().list(at)) == []


def test_a_policy_is_sent_without_whitespace(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    id = Policy().create(at, policy(at))
    text = at.client("organizations").describe_policy(PolicyId=id)["Policy"]["Content"]
    assert " " not in text


def test_a_write_that_meets_another_one_is_repeated_and_gives_up_in_the_end(connection: Connect) -> None:
    at, naps = connection(region=GLOBAL), []
    handler = ServiceAccess(sleep=naps.append)
    busy = ClientError({"Error": {"Code": "ConcurrentModificationException"}}, "EnableAWSServiceAccess")
    answers = [busy, busy, "done"]

    def call(**_: Any) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, ClientError):
            raise answer
        return answer

    assert handler.write(call, ServicePrincipal="x") == "done"
    assert naps == [0.5, 1.0]
    answers[:] = [busy] * 100
    with pytest.raises(ClientError):
        handler.write(call, ServicePrincipal="x")
    assert 120 <= sum(naps) < 130
    assert at.calls == []


def test_a_failed_creation_says_why_and_what_to_do(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    account = member(at)
    organizations = at.client("organizations")
    organizations.remove_account_from_organization(AccountId=account)
    with pytest.raises(TargetError, match="EMAIL_ALREADY_EXISTS") as refused:
        member(at)
    assert "cannot be used again" in str(refused.value)


def test_too_many_creations_at_once_are_waited_for(connection: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    at, naps = connection(region=GLOBAL), []
    home = unit(at)
    organizations = at.client("organizations")
    create, refusals = organizations.create_account, ["ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED"] * 2

    def busy(**given: Any) -> Any:
        if not refusals:
            return create(**given)
        answer = {"Error": {"Code": "ConstraintViolationException", "Message": "wait"}, "Reason": refusals.pop()}
        raise ClientError(answer, "CreateAccount")  # type: ignore[arg-type]

    monkeypatch.setattr(organizations, "create_account", busy)
    declared = {"AccountName": "shop", "Email": "aws+shop@acme.example", "ParentIds": [home]}
    account = Account(sleep=naps.append).create(at, declared)
    assert naps == [0.5, 1.0]
    assert_holds(Account().read(at, account), declared)


def test_an_account_whose_creation_is_under_way_is_waited_for_and_adopted(
    connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = connection(region=GLOBAL)
    home = unit(at)
    declared = {"AccountName": "shop", "Email": "aws+shop@acme.example", "ParentIds": [home]}
    organizations = at.client("organizations")
    # What a killed run leaves: the request is in, its account in no list yet.
    started = organizations.create_account(AccountName="shop", Email=declared["Email"])["CreateAccountStatus"]
    listed_by_aws = organizations_accounts.listed

    def listed(place: Any, operation: str, key: str, **parameters: Any) -> Any:
        hidden = {"list_accounts": [], "list_create_account_status": [started]}
        return iter(hidden[operation]) if operation in hidden else listed_by_aws(place, operation, key, **parameters)

    monkeypatch.setattr(organizations_accounts, "listed", listed)
    account = Account(sleep=lambda _: None).create(at, declared)
    monkeypatch.undo()
    assert_holds(Account().read(at, account), declared)
