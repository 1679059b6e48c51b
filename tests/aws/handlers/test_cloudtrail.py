"""CloudTrail handlers on the sandbox."""

import json
from typing import Any

import pytest

from bastide.aws.handlers.cloudtrail import Trail
from bastide.aws.handlers.s3 import Bucket
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract

BUCKET = "arn:aws:s3:::acme-trail"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
EVENTS = [{
    "Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}]
DELIVERY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": action, "Resource": where}
        for action, where in (("s3:GetBucketAcl", BUCKET), ("s3:PutObject", f"{BUCKET}/*"))
    ],
}


def trail(at: Any) -> dict[str, Any]:
    Bucket().create(at, {"BucketName": "acme-trail"})
    at.client("s3").put_bucket_policy(Bucket="acme-trail", Policy=json.dumps(DELIVERY))
    return {
        "TrailName": "organization", "S3BucketName": "acme-trail", "KMSKeyId": KEY,
        "IsLogging": True, "IsMultiRegionTrail": True, "IsOrganizationTrail": False, "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True, "AdvancedEventSelectors": EVENTS,
        "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}],
        "Tags": [{"Key": "bastide:name", "Value": "organization"}],
    }


CASES = [Case(Trail, trail, {
    "IsLogging": False, "EnableLogFileValidation": False, "IsMultiRegionTrail": False,
    "AdvancedEventSelectors": [{"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}],
    "Tags": [{"Key": "owner", "Value": "security"}],
})]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_a_trail_is_listed_in_its_home_region_only(connection: Connect) -> None:
    at = connection()
    Trail().create(at, trail(at))
    assert not list(Trail().list(connection(region="eu-central-1")))
    assert Trail().read(connection(region="eu-central-1"), "organization") is None
