"""CloudTrail handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.cloudtrail import Trail
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract
from tests.aws.handlers.delivery import bucket_for, key_for

SERVICE = "cloudtrail.amazonaws.com"
EVENTS = [
    {
        "Name": "management",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }
]


def trail(at: Any) -> dict[str, Any]:
    return {
        "TrailName": "organization",
        "S3BucketName": bucket_for(at, "acme-trail", SERVICE),
        "KMSKeyId": key_for(at, SERVICE),
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "IsOrganizationTrail": False,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "AdvancedEventSelectors": EVENTS,
        "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}],
        "Tags": [{"Key": "bastide:name", "Value": "organization"}],
    }


CASES = [
    Case(
        Trail,
        trail,
        {
            "IsLogging": False,
            "EnableLogFileValidation": False,
            "IsMultiRegionTrail": False,
            "AdvancedEventSelectors": [
                {"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}
            ],
            "Tags": [{"Key": "owner", "Value": "security"}],
        },
    )
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_a_trail_is_listed_in_its_home_region_only(connection: Connect) -> None:
    at = connection()
    Trail().create(at, trail(at))
    assert not list(Trail().list(connection(region="eu-central-1")))
    assert Trail().read(connection(region="eu-central-1"), "organization") is None
