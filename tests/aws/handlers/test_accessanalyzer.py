"""Access Analyzer handlers on the sandbox."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.accessanalyzer import Analyzer
from bastide.aws.handlers.iam_roles import ServiceLinkedRole
from bastide.aws.handlers.organizations import DelegatedAdministrator, ServiceAccess
from bastide.errors import TargetError
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract
from tests.aws.handlers.test_organizations import member

EXTERNAL = {"AnalyzerName": "external", "Type": "ACCOUNT", "Tags": [{"Key": "bastide:name", "Value": "external"}]}
UNUSED = {
    "AnalyzerName": "unused",
    "Type": "ACCOUNT_UNUSED_ACCESS",
    "AnalyzerConfiguration": {"UnusedAccessConfiguration": {"UnusedAccessAge": 90}},
}
LONGER: dict[str, Any] = {"AnalyzerConfiguration": {"UnusedAccessConfiguration": {"UnusedAccessAge": 180}}}
CASES = [
    Case(Analyzer, lambda at: EXTERNAL, {"Tags": [{"Key": "a", "Value": "b"}]}),
    Case(Analyzer, lambda at: UNUSED, LONGER),
]


@pytest.mark.parametrize("case", CASES, ids=("external", "unused"))
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_an_analyzer_of_that_name_and_another_type_is_not_adopted(connection: Connect) -> None:
    at = connection()
    Analyzer().create(at, EXTERNAL)
    with pytest.raises(TargetError, match="analyzer external exists with type ACCOUNT"):
        Analyzer().create(at, EXTERNAL | {"Type": "ORGANIZATION"})


def test_an_organizations_analyzer_needs_the_role_in_the_management_account(connection: Connect) -> None:
    top, principal = connection(region=GLOBAL), "access-analyzer.amazonaws.com"
    audit = member(top, "audit")
    ServiceAccess().create(top, {"ServicePrincipal": principal})
    DelegatedAdministrator().create(top, {"ServicePrincipal": principal, "AccountId": audit})
    at, waited = connection(audit), list[float]()
    declared = EXTERNAL | {"Type": "ORGANIZATION"}
    with pytest.raises(ClientError, match="Service Linked Role is not in the organizational management account"):
        Analyzer(waited.append).create(at, declared)
    assert sum(waited) >= 60, "it may only not be seen yet"
    ServiceLinkedRole().create(top, {"AWSServiceName": principal})
    assert Analyzer().create(at, declared)
