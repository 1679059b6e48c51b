"""Access Analyzer handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.accessanalyzer import Analyzer
from bastide.errors import TargetError
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract

EXTERNAL = {"AnalyzerName": "external", "Type": "ACCOUNT", "Tags": [{"Key": "bastide:name", "Value": "external"}]}
UNUSED = {
    "AnalyzerName": "unused", "Type": "ACCOUNT_UNUSED_ACCESS",
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
