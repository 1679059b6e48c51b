"""CloudWatch Logs handlers on the sandbox."""

import pytest

from bastide.aws.handlers.logs import LogGroup
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract

KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
GROUP = {"LogGroupName": "/bastide/flow", "RetentionInDays": 365, "KmsKeyId": KEY}
CASES = [Case(LogGroup, lambda at: GROUP, {"RetentionInDays": None, "KmsKeyId": KEY + "2"})]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())
