"""Macie handlers on the sandbox."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.macie2 import Members, OrganizationAdmin, OrganizationConfiguration, Session
from bastide.aws.handlers.organizations import ServiceAccess
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect, SandboxConnection
from tests.aws.handlers.contract import Case, assert_holds, change_to, keeps_its_contract, published
from tests.aws.handlers.membership import LAWS
from tests.aws.handlers.test_organizations import member

ON = {"Status": "ENABLED", "FindingPublishingFrequency": "FIFTEEN_MINUTES"}


def administrator(connection: Connect) -> SandboxConnection:
    """The audit account, once it administers Macie."""
    top = connection(region=GLOBAL)
    audit = member(top, "audit")
    ServiceAccess().create(top, {"ServicePrincipal": "macie.amazonaws.com"})
    OrganizationAdmin().create(connection(), {"AdminAccountId": audit})
    return connection(audit)


def test_a_session_keeps_its_contract(connection: Connect) -> None:
    changed = {"Status": "PAUSED", "FindingPublishingFrequency": "SIX_HOURS"}
    keeps_its_contract(Case(Session, lambda at: ON, changed), connection())


def test_the_administrator_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)
    keeps_its_contract(Case(OrganizationAdmin, lambda _: {"AdminAccountId": at.account}), connection())


def test_the_configuration_for_members_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)
    Session().create(at, ON)
    off = {"AutoEnable": False}
    case = Case(OrganizationConfiguration, lambda _: {"AutoEnable": True}, off, after_delete=off)
    keeps_its_contract(case, at)
    assert list(OrganizationConfiguration().list(connection())) == []


def test_where_it_is_off_there_is_nothing(connection: Connect) -> None:
    at = connection()
    for handler in (Session, OrganizationConfiguration, OrganizationAdmin):
        assert list(handler().list(at)) == []


@pytest.mark.parametrize("law", LAWS)
def test_members(law: Any, connection: Connect) -> None:
    law(Members, administrator, lambda at: Session().create(at, ON), connection)


def test_a_members_session_is_paused_and_resumed_by_its_administrator(connection: Connect) -> None:
    admin = administrator(connection)
    work = connection(member(connection(region=GLOBAL), "work"))
    id = Session().create(work, ON)
    Members().create(admin, {"Members": {work.account: True}})
    with pytest.raises(ClientError, match="member account"):
        work.client("macie2").update_macie_session(status="PAUSED")
    with pytest.raises(ClientError, match="member account"):
        Session().delete(work, id, {})
    changed = {"Status": "PAUSED", "FindingPublishingFrequency": "SIX_HOURS"}
    with published(Session(), work, "update"):
        Session().update(work, id, change_to(Session(), work, id, ON, changed))
    assert_holds(Session().read(work, id), changed)
    assert [found.properties["Members"] for found in Members().list(admin)] == [{work.account: True}]
    with published(Session(), work, "create"):
        Session().create(work, ON)
    assert_holds(Session().read(work, id), ON)
