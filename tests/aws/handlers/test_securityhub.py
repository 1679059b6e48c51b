"""Security Hub handlers on the sandbox."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.organizations import ServiceAccess
from bastide.aws.handlers.securityhub import (
    DelegatedAdmin,
    FindingAggregator,
    Hub,
    Members,
    OrganizationConfiguration,
    Standard,
)
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect, SandboxConnection
from tests.aws.handlers.contract import Case, assert_holds, keeps_its_contract
from tests.aws.handlers.membership import LAWS
from tests.aws.handlers.test_organizations import member

FSBP = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
HUB = {"ControlFindingGenerator": "SECURITY_CONTROL", "AutoEnableControls": True, "EnableDefaultStandards": False}


def with_hub(properties: dict[str, Any]) -> Any:
    return lambda at: (Hub().create(at, HUB), properties)[1]


CASES = [
    Case(
        Hub,
        lambda at: HUB,
        {"ControlFindingGenerator": "STANDARD_CONTROL", "AutoEnableControls": False},
        unread=("EnableDefaultStandards",),
    ),
    Case(Standard, with_hub({"StandardsArn": FSBP})),
    Case(
        FindingAggregator,
        with_hub({"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["eu-central-1"]}),
        {"Regions": ["eu-central-1", "us-east-1"]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def administrator(connection: Connect) -> SandboxConnection:
    """The audit account, once it administers Security Hub."""
    top = connection(region=GLOBAL)
    audit = member(top, "audit")
    ServiceAccess().create(top, {"ServicePrincipal": "securityhub.amazonaws.com"})
    at = connection(audit)
    Hub().create(at, HUB)
    DelegatedAdmin().create(connection(), {"AdminAccountId": audit})
    return at


def test_the_administrator_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)
    keeps_its_contract(Case(DelegatedAdmin, lambda _: {"AdminAccountId": at.account}), connection())


def test_the_configuration_for_members_keeps_its_contract(connection: Connect) -> None:
    at = administrator(connection)
    declared = {"AutoEnable": True, "AutoEnableStandards": "NONE", "ConfigurationType": "LOCAL"}
    default = {"AutoEnable": False, "AutoEnableStandards": "DEFAULT", "ConfigurationType": "LOCAL"}
    case = Case(OrganizationConfiguration, lambda _: declared, {"AutoEnableStandards": "DEFAULT"}, after_delete=default)
    keeps_its_contract(case, at)
    assert list(OrganizationConfiguration().list(connection())) == []


def test_where_it_is_off_there_is_nothing(connection: Connect) -> None:
    at = connection()
    for handler in (Hub, Standard, FindingAggregator, OrganizationConfiguration, DelegatedAdmin):
        assert list(handler().list(at)) == []


def test_an_aggregator_is_listed_in_its_own_region_only(connection: Connect) -> None:
    at, other = connection(), connection(region="eu-central-1")
    Hub().create(at, HUB)
    Hub().create(other, HUB)
    FindingAggregator().create(at, {"RegionLinkingMode": "ALL_REGIONS"})
    assert len(list(FindingAggregator().list(at))) == 1
    assert list(FindingAggregator().list(other)) == []


def turned_on(at: Any) -> str:
    return Hub().create(at, {"AutoEnableControls": True, "EnableDefaultStandards": False})


@pytest.mark.parametrize("law", LAWS)
def test_members(law: Any, connection: Connect) -> None:
    law(Members, administrator, turned_on, connection)


def test_a_member_keeps_its_own_switches_but_not_the_administrators(connection: Connect) -> None:
    admin = administrator(connection)
    work = connection(member(connection(region=GLOBAL), "work"))
    id = turned_on(work)
    Members().create(admin, {"Members": {work.account: True}})
    assert Hub().create(work, {"AutoEnableControls": False}) == id
    assert_holds(Hub().read(work, id), {"AutoEnableControls": False})
    assert Standard().create(work, {"StandardsArn": FSBP})
    with pytest.raises(ClientError, match="administrator"):
        work.client("securityhub").update_security_hub_configuration(ControlFindingGenerator="STANDARD_CONTROL")
    for at in (admin, work):
        with pytest.raises(ClientError, match="administrator or a member"):
            Hub().delete(at, id, {})
    admin.client("securityhub").update_security_hub_configuration(ControlFindingGenerator="STANDARD_CONTROL")
    assert_holds(Hub().read(work, id), {"ControlFindingGenerator": "STANDARD_CONTROL"})
