"""Central root access on the sandbox."""

from bastide.aws.handlers.iam_organization import OrganizationsFeatures
from bastide.aws.handlers.organizations import ServiceAccess
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract
from tests.aws.handlers.test_organizations import root

BOTH = ["RootCredentialsManagement", "RootSessions"]


def test_it_keeps_its_contract(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    root(at)
    ServiceAccess().create(at, {"ServicePrincipal": "iam.amazonaws.com"})
    case = Case(
        OrganizationsFeatures,
        lambda _: {"EnabledFeatures": BOTH},
        {"EnabledFeatures": BOTH[:1]},
        after_delete={"EnabledFeatures": []},
    )
    keeps_its_contract(case, at)


def test_without_service_access_there_is_nothing(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    assert list(OrganizationsFeatures().list(at)) == []
    root(at)
    assert list(OrganizationsFeatures().list(at)) == []
