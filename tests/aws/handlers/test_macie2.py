"""Macie handlers on the sandbox."""

from bastide.aws.handlers.macie2 import OrganizationAdmin, OrganizationConfiguration, Session
from bastide.aws.handlers.organizations import ServiceAccess
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect, SandboxConnection
from tests.aws.handlers.contract import Case, keeps_its_contract
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
