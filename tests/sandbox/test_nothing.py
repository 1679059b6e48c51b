"""What is assessed can be listed in the sandbox; a list that is always empty is of what nobody can make."""

import pytest
from botocore.exceptions import ClientError

from bastide.aws.readers import readers
from bastide.aws.readers.reader import _operation
from bastide.sandbox import Sandbox, shims
from bastide.sandbox.coverage import coverage
from bastide.sandbox.shims.nothing import EMPTY

READERS = readers()


def test_the_first_call_of_every_reader_is_emulated() -> None:
    first = {name: next(step for step in one.table.steps if step.call) for name, one in READERS.items()}
    asked = {name: (first[name].service or one.service, first[name].call) for name, one in READERS.items()}
    known = {(one.service, one.operation): one.kind for one in coverage({service for service, _ in asked.values()})}
    refused = {name: found for name, found in asked.items() if known[found[0], _operation(*found)] == "refused"}
    assert refused == {}


def test_what_is_always_empty_cannot_be_made() -> None:
    known = {(one.service, one.operation): one.kind for one in coverage({service for service, _ in EMPTY})}
    assert {known[service, maker] for (service, _), maker in EMPTY.items()} == {"refused"}
    assert set(EMPTY) <= set(shims.SHIMS)


def test_an_empty_list_is_an_answer() -> None:
    client = Sandbox().session().client("redshift-serverless", region_name="eu-west-1")
    assert client.list_namespaces()["namespaces"] == []


def test_security_configurations_are_listed() -> None:
    emr = Sandbox().session().client("emr", region_name="eu-west-1")
    emr.create_security_configuration(Name="one", SecurityConfiguration="{}")
    assert [one["Name"] for one in emr.list_security_configurations()["SecurityConfigurations"]] == ["one"]


def test_feature_groups_are_listed() -> None:
    client = Sandbox().session().client("sagemaker", region_name="eu-west-1")
    features = [{"FeatureName": "id", "FeatureType": "String"}, {"FeatureName": "at", "FeatureType": "String"}]
    client.create_feature_group(
        FeatureGroupName="one",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="at",
        FeatureDefinitions=features,
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://b/features"}},
    )
    assert [one["FeatureGroupName"] for one in client.list_feature_groups()["FeatureGroupSummaries"]] == ["one"]


def test_directory_buckets_are_refused_and_so_there_are_none() -> None:
    client = Sandbox().session().client("s3", region_name="us-east-1")
    configuration = {"Location": {"Type": "AvailabilityZone", "Name": "use1-az4"}, "Bucket": {"Type": "Directory"}}
    with pytest.raises(ClientError, match="NotImplementedInSandbox"):
        client.create_bucket(Bucket="fast--use1-az4--x-s3", CreateBucketConfiguration=configuration)
    assert client.list_directory_buckets()["Buckets"] == []


def test_services_answer_before_anything_was_made() -> None:
    session = Sandbox().session()
    assert session.client("connect", region_name="eu-west-1").list_instances()["InstanceSummaryList"] == []
    ecs = session.client("ecs", region_name="eu-west-1")
    assert ecs.describe_capacity_providers()["capacityProviders"] == []
    emr = session.client("emr", region_name="eu-west-1")
    told = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert told["BlockPublicSecurityGroupRules"] is True
