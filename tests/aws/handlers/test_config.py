"""AWS Config handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.config import ConfigurationAggregator, ConfigurationRecorder, DeliveryChannel
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract
from tests.aws.handlers.delivery import bucket_for, key_for

SERVICE = "config.amazonaws.com"
ROLE = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
RECORDER = {
    "Name": "default",
    "RoleARN": ROLE,
    "Recording": True,
    "RecordingGroup": {
        "AllSupported": True,
        "IncludeGlobalResourceTypes": True,
        "RecordingStrategy": {"UseOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
    },
}


def bucket(at: Any) -> dict[str, Any]:
    return {
        "Name": "default",
        "S3BucketName": bucket_for(at, "acme-config", SERVICE),
        "S3KeyPrefix": "config",
        "S3KmsKeyArn": key_for(at, SERVICE),
        "ConfigSnapshotDeliveryProperties": {"DeliveryFrequency": "TwentyFour_Hours"},
    }


def channel(at: Any) -> dict[str, Any]:
    ConfigurationRecorder().create(at, RECORDER)
    return bucket(at)


def aggregator(at: Any) -> dict[str, Any]:
    at.client("organizations").create_organization(FeatureSet="ALL")
    return {
        "ConfigurationAggregatorName": "organization",
        "OrganizationAggregationSource": {
            "RoleArn": "arn:aws:iam::111122223333:role/service-role/aggregator",
            "AllAwsRegions": True,
        },
        "Tags": [{"Key": "bastide:name", "Value": "organization"}],
    }


def recorder_beside_a_channel(at: Any) -> dict[str, Any]:
    DeliveryChannel().create(at, channel(at))
    return RECORDER


CASES = [
    Case(
        ConfigurationRecorder,
        recorder_beside_a_channel,
        {
            "Recording": False,
            "RecordingGroup": {
                "AllSupported": False,
                "IncludeGlobalResourceTypes": False,
                "ResourceTypes": ["AWS::S3::Bucket"],
                "RecordingStrategy": {"UseOnly": "INCLUSION_BY_RESOURCE_TYPES"},
            },
        },
    ),
    Case(DeliveryChannel, channel, {"S3KeyPrefix": "elsewhere"}),
    Case(
        ConfigurationAggregator,
        aggregator,
        {
            "OrganizationAggregationSource": {
                "RoleArn": "arn:aws:iam::111122223333:role/service-role/other",
                "AwsRegions": ["eu-west-1"],
                "AllAwsRegions": False,
            },
            "Tags": [{"Key": "owner", "Value": "security"}],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_a_recorder_waits_for_its_channel_and_the_channel_starts_it(connection: Connect) -> None:
    at = connection()
    ConfigurationRecorder().create(at, RECORDER)
    assert [found.properties["Recording"] for found in ConfigurationRecorder().list(at)] == [False]
    DeliveryChannel().create(at, bucket(at))
    assert [found.properties["Recording"] for found in ConfigurationRecorder().list(at)] == [True]


def test_a_recorder_of_another_name_gives_way(connection: Connect) -> None:
    at = connection()
    ConfigurationRecorder().create(at, RECORDER | {"Name": "theirs"})
    ConfigurationRecorder().create(at, RECORDER)
    assert [found.id for found in ConfigurationRecorder().list(at)] == ["default"]
