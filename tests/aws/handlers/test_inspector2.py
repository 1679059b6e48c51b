"""Inspector handlers on the sandbox."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.inspector2 import AccountStatus, DelegatedAdmin, Members, OrganizationConfiguration
from bastide.aws.handlers.organizations import ServiceAccess
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect, SandboxConnection
from tests.aws.handlers.contract import Case, assert_holds, change_to, keeps_its_contract, published
from tests.aws.handlers.membership import LAWS
from tests.aws.handlers.test_organizations import member

ALL = {"Ec2": True, "Ecr": True, "Lambda": True, "LambdaCode": True}
MEMBERS = {"ec2": True, "ecr": True, "lambda": True, "lambdaCode": False}
OFF = dict.fromkeys(ALL, False)


def administrator(connection: Connect) -> SandboxConnection:
    """The audit account, once it administers Inspector."""
    top = connection(region=GLOBAL)
    audit = member(top, "audit")
    ServiceAccess().create(top, {"ServicePrincipal": "inspector2.amazonaws.com"})
    DelegatedAdmin().create(connection(), {"DelegatedAdminAccountId": audit})
    return connection(audit)


def test_the_switches_keep_their_contract(connection: Connect) -> None:
    keeps_its_contract(
        Case(AccountStatus, lambda at: ALL, {"Ecr": False, "LambdaCode": False}, after_delete=OFF), connection()
    )


def test_an_account_where_it_was_never_on_has_all_switches_off(connection: Connect) -> None:
    assert [dict(found.properties) for found in AccountStatus().list(connection())] == [OFF]


def test_switches_that_are_right_are_not_touched(connection: Connect) -> None:
    at = connection()
    AccountStatus().create(at, ALL)
    at.calls.clear()
    AccountStatus().create(at, ALL)
    assert at.calls == ["inspector2:BatchGetAccountStatus"]


def test_the_administrator_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)
    keeps_its_contract(Case(DelegatedAdmin, lambda _: {"DelegatedAdminAccountId": at.account}), connection())


def test_the_configuration_for_members_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)
    off = {"AutoEnable": dict.fromkeys(MEMBERS, False)}
    case = Case(
        OrganizationConfiguration,
        lambda _: {"AutoEnable": MEMBERS},
        {"AutoEnable": MEMBERS | {"lambdaCode": True}},
        after_delete=off,
    )
    keeps_its_contract(case, at)
    assert list(OrganizationConfiguration().list(connection())) == []


def test_without_an_organization_there_is_nothing_of_it(connection: Connect) -> None:
    at = connection()
    assert list(DelegatedAdmin().list(at)) == []
    assert list(OrganizationConfiguration().list(at)) == []


@pytest.mark.parametrize("law", LAWS)
def test_members(law: Any, connection: Connect) -> None:
    law(Members, administrator, lambda at: AccountStatus().create(at, ALL), connection)


def test_scans_of_a_member_are_switched_by_its_administrator(connection: Connect) -> None:
    admin = administrator(connection)
    work = connection(member(connection(region=GLOBAL), "work"))
    id = AccountStatus().create(work, ALL)
    refused = admin.client("inspector2").disable(accountIds=[work.account], resourceTypes=["ECR"])["failedAccounts"]
    assert [one["errorCode"] for one in refused] == ["ACCESS_DENIED"], "not a member yet"
    Members().create(admin, {"Members": {work.account: True}})
    refused = work.client("inspector2").disable(resourceTypes=["ECR"])["failedAccounts"]
    assert [one["errorCode"] for one in refused] == ["ACCESS_DENIED"], "a member"
    with published(AccountStatus(), work, "update"):
        AccountStatus().update(work, id, change_to(AccountStatus(), work, id, ALL, {"Ecr": False}))
    assert_holds(AccountStatus().read(work, id), ALL | {"Ecr": False})


def test_a_switch_that_is_refused_is_an_error_with_aws_s_words(connection: Connect) -> None:
    admin = administrator(connection)
    work = connection(member(connection(region=GLOBAL), "work"))
    Members().create(admin, {"Members": {work.account: True}})
    work.of = lambda account: work  # type: ignore[method-assign]
    with pytest.raises(ClientError, match="ACCESS_DENIED: Invoking account does not have access"):
        AccountStatus().create(work, ALL)
