"""AWS Config's files and answers as an estate: shapes, wrapping, latest item, what is not recorded."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from bastide.assess import run
from bastide.collect.recorded import estate_of_items, is_recorded
from bastide.collect.recorded.read import tables, unrecorded
from bastide.controls import all_controls
from bastide.declare.templates import Reading
from bastide.model import GLOBAL, Resource, Status, Unknown
from tests.declare.targets import wrong_targets

# Properties of Bastide's own, or that the registry does not have.
OURS = frozenset({
    "Grants", "Entries", "IsDefault", "MfaDelete", "RestoreAttribute", "PublicIp", "State", "KeyState", "KeyManager",
    "SubnetIds", "NotAfter", "Status", "Type", "Association", "VgwTelemetry", "Attachments", "AssociationId",
    "VirtualizationType", "StateTransitionTime", "AccessKeys", "MFADevices", "ParameterGroupStatus", "WebAclArn",
    "DesyncMitigationMode", "MultiAZ", "RotationEnabled", "RotationOccurringAsScheduled", "RotationRules",
})  # fmt: skip
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
                                                  "Action": "sts:AssumeRole"}]}  # fmt: skip


def item(kind: str, configuration: Any, **more: Any) -> dict[str, Any]:
    """A configuration item as delivered files hold it."""
    return {
        "resourceType": kind,
        "resourceId": "x",
        "awsAccountId": "111122223333",
        "awsRegion": "eu-west-1",
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-01-02T03:04:05.000Z",
        "configurationStateId": 1,
        "configuration": configuration,
        **more,
    }


def read(*items: Any) -> Reading:
    """The reading of a snapshot of the items."""
    return estate_of_items({"snapshot.json": {"fileVersion": "1.0", "configurationItems": list(items)}})


def only(*items: Any, kind: str = "") -> Resource:
    """The one resource (of a type) that the items come to."""
    (found,) = [one for one in read(*items).estate.resources if kind in ("", one.type)]
    return found


def test_a_security_groups_permissions_are_rules_one_for_each_source() -> None:
    group = only(item("AWS::EC2::SecurityGroup", {
        "groupId": "sg-1", "groupName": "web", "description": "d", "vpcId": "vpc-1", "ownerId": "111122223333",
        "ipPermissions": [{"fromPort": 22, "toPort": 22, "ipProtocol": "tcp", "ipRanges": ["0.0.0.0/0"],
                           "ipv4Ranges": [{"cidrIp": "0.0.0.0/0"}], "ipv6Ranges": [{"cidrIpv6": "::/0"}],
                           "prefixListIds": [], "userIdGroupPairs": [{"groupId": "sg-2"}]}],
        "ipPermissionsEgress": [],
    }, tags={"Name": "web"}))  # fmt: skip
    assert group.get("SecurityGroupIngress") == [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"},
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv6": "::/0"},
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourceSecurityGroupId": "sg-2"},
    ]
    assert (group.id, group.account, group.region, group.name) == ("sg-1", "111122223333", "eu-west-1", "web")
    assert (group.origin.source, group.origin.read_at) == ("recorded", "2026-01-02T03:04:05.000Z")


BUCKET = item(
    "AWS::S3::Bucket",
    {"name": "logs", "creationDate": "2020-01-01T00:00:00.000Z"},
    resourceId="logs",
    supplementaryConfiguration={
        "BucketPolicy": json.dumps({"policyText": json.dumps({"Statement": []})}),
        "PublicAccessBlockConfiguration": json.dumps({"blockPublicAcls": True, "ignorePublicAcls": True,
                                                      "blockPublicPolicy": True, "restrictPublicBuckets": False}),
        "ServerSideEncryptionConfiguration": json.dumps({"rules": [{"applyServerSideEncryptionByDefault": {
            "sseAlgorithm": "aws:kms", "kmsMasterKeyID": "k"}, "bucketKeyEnabled": True}]}),
        "BucketVersioningConfiguration": json.dumps({"status": "Enabled", "isMfaDeleteEnabled": None}),
        "BucketLoggingConfiguration": json.dumps({"destinationBucketName": None, "logFilePrefix": None}),
        "AccessControlList": json.dumps({"grantSet": None, "grantList": [
            {"grantee": {"id": "abc", "displayName": None}, "permission": "FullControl"},
            {"grantee": "AllUsers", "permission": "Read"}]}),
    },
)  # fmt: skip


def test_a_buckets_supplementary_texts_become_its_properties_and_its_policy() -> None:
    bucket = only(BUCKET, kind="AWS::S3::Bucket")
    assert bucket.get("PublicAccessBlockConfiguration.RestrictPublicBuckets") is False
    assert bucket.get("VersioningConfiguration.Status") == "Enabled"
    encryption = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm"
    assert bucket.get(encryption) == "aws:kms"
    assert bucket.get("Grants.1") == {
        "Grantee": "http://acs.amazonaws.com/groups/global/AllUsers",
        "Permission": "READ",
    }
    assert isinstance(bucket.get("OwnershipControls"), Unknown)
    policy = only(BUCKET, kind="AWS::S3::BucketPolicy")
    assert (policy.get("Bucket"), policy.get("PolicyDocument")) == ("logs", {"Statement": []})


def test_a_bucket_without_a_policy_has_none() -> None:
    bare = item("AWS::S3::Bucket", {"name": "b"}, supplementaryConfiguration={"BucketPolicy": '{"policyText":null}'})
    assert [one.type for one in read(bare).estate.resources] == ["AWS::S3::Bucket"]


def test_roles_users_and_policies_are_decoded() -> None:
    role = only(item("AWS::IAM::Role", {
        "path": "/", "roleName": "app", "roleId": "AROA", "arn": "arn:aws:iam::111122223333:role/app",
        "assumeRolePolicyDocument": quote(json.dumps(TRUST)),
        "rolePolicyList": [{"policyName": "p", "policyDocument": quote('{"Statement": []}')}],
        "attachedManagedPolicies": [{"policyName": "A", "policyArn": "arn:aws:iam::aws:policy/A"}],
        "permissionsBoundary": None, "tags": [{"key": "a", "value": "b"}],
    }, awsRegion="global"))  # fmt: skip
    assert (role.id, role.region, role.tags) == ("app", GLOBAL, {"a": "b"})
    assert role.get("AssumeRolePolicyDocument") == TRUST
    assert role.get("Policies") == [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}]
    assert role.get("ManagedPolicyArns") == ["arn:aws:iam::aws:policy/A"]
    policy = only(item("AWS::IAM::Policy", {
        "policyName": "p", "arn": "arn:aws:iam::111122223333:policy/p", "defaultVersionId": "v2",
        "policyVersionList": [{"versionId": "v1", "isDefaultVersion": False, "document": "x"},
                              {"versionId": "v2", "isDefaultVersion": True, "document": quote('{"Statement": []}')}],
    }))  # fmt: skip
    assert (policy.type, policy.get("PolicyDocument")) == ("AWS::IAM::ManagedPolicy", {"Statement": []})


def test_databases_keys_instances_and_distributions_come_in_the_registrys_names() -> None:
    database = only(item("AWS::RDS::DBInstance", {
        "dBInstanceIdentifier": "db", "storageEncrypted": True, "publiclyAccessible": False, "multiAZ": True,
        "iAMDatabaseAuthenticationEnabled": True, "enabledCloudwatchLogsExports": ["audit"],
            "endpoint": {"port": 5432},
        "vpcSecurityGroups": [{"vpcSecurityGroupId": "sg-1", "status": "active"}], "deletionProtection": False,
        "dBParameterGroups": [{"dBParameterGroupName": "default"}], "backupRetentionPeriod": 7,
    }, resourceId="db-ABC"))  # fmt: skip
    assert database.id == "db"
    assert {name: database.get(name) for name in ("EnableIAMDatabaseAuthentication", "MultiAZ", "Port")} == {
        "EnableIAMDatabaseAuthentication": True, "MultiAZ": True, "Port": "5432",
    }  # fmt: skip
    assert database.get("VPCSecurityGroups") == ["sg-1"]
    key = only(
        item(
            "AWS::KMS::Key",
            {"keyId": "k", "keyState": "Enabled", "keyManager": "CUSTOMER", "origin": "AWS_KMS"},
            supplementaryConfiguration={"KeyRotationStatus": "true", "Policy": '"{\\"Statement\\": []}"'},
        )
    )
    assert key.get("EnableKeyRotation") is True
    instance = only(item("AWS::EC2::Instance", {
        "instanceId": "i-1", "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"},
        "monitoring": {"state": "enabled"}, "securityGroups": [{"groupId": "sg-1"}], "subnetId": "subnet-1",
        "publicIpAddress": "198.51.100.7",
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeId": "v"}}],
    }))  # fmt: skip
    assert instance.get("MetadataOptions.HttpTokens") == "required"
    assert instance.get("Monitoring") is True
    assert instance.get("SecurityGroupIds") == ["sg-1"]
    distribution = only(item("AWS::CloudFront::Distribution", {"id": "E1", "distributionConfig": {
        "enabled": True, "aliases": {"quantity": 1, "items": ["a.example.com"]},
        "origins": {"quantity": 1, "items": [{"id": "o", "domainName": "b.s3.amazonaws.com",
                    "s3OriginConfig": {"originAccessIdentity": ""}}]},
        "defaultCacheBehavior": {"viewerProtocolPolicy": "allow-all", "targetOriginId": "o"},
        "viewerCertificate": {"cloudFrontDefaultCertificate": True}, "logging": {"enabled": False, "bucket": ""},
    }}))  # fmt: skip
    assert distribution.get("DistributionConfig.Aliases") == ["a.example.com"]
    assert distribution.get("DistributionConfig.Origins.0.Id") == "o"
    assert distribution.get("DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy") == "allow-all"


def test_types_recorded_in_cloudformations_shape_need_no_table() -> None:
    queue = only(item("AWS::SQS::Queue", {"QueueName": "q", "SqsManagedSseEnabled": True}))
    assert queue.get("SqsManagedSseEnabled") is True


def test_policies_of_queues_and_topics_are_resources_of_their_own() -> None:
    text = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]})
    queue = item("AWS::SQS::Queue", {"QueueName": "q", "QueueUrl": "https://q", "Policy": text})
    policy = only(queue, kind="AWS::SQS::QueuePolicy")
    assert policy.get("Queues") == ["https://q"]
    assert policy.get("PolicyDocument.Statement.0.Principal") == "*"
    topic = item("AWS::SNS::Topic", {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:t"})
    assert only(topic).type == "AWS::SNS::Topic"


def test_a_secret_tells_its_key_and_its_rotation_and_a_detector_not_its_features() -> None:
    told = {
        "ARN": "arn:s",
        "Name": "s",
        "KMSKeyId": "arn:k",
        "RotationEnabled": True,
        "RotationRules": {"AutomaticallyAfterDays": 3},
    }
    secret = only(item("AWS::SecretsManager::Secret", told))
    assert (secret.id, secret.get("KmsKeyId"), secret.get("RotationEnabled")) == ("arn:s", "arn:k", True)
    assert secret.get("RotationRules.AutomaticallyAfterDays") == 3
    detector = only(item("AWS::GuardDuty::Detector", {"Enable": True, "DataSources": {"S3Logs": {"Enable": True}}}))
    assert detector.get("DataSources.S3Logs.Enable") is True
    assert isinstance(detector.get("Features"), Unknown)


def test_stacks_and_recovery_points_are_told_apart() -> None:
    stacks = [item("AWS::CloudFormation::Stack", {"stackName": one}, resourceId=one) for one in ("a", "b")]
    point = item("AWS::Backup::RecoveryPoint", {"IsEncrypted": False, "BackupVaultName": "v"}, resourceId="p")
    found = read(*stacks, point).estate.resources
    assert [(one.type, one.id) for one in found] == [
        ("Bastide::CloudFormation::Stack", "a"),
        ("Bastide::CloudFormation::Stack", "b"),
        ("Bastide::Backup::RecoveryPoint", "p"),
    ]
    assert found[2].get("IsEncrypted") is False


def test_a_described_shape_without_a_table_is_listed_and_not_judged() -> None:
    reading = read(item("AWS::EC2::Host", {"hostId": "h", "state": "available"}))
    assert reading.skipped == {"AWS::EC2::Host": 1}
    assert "AWS::EC2::Host (1)" in reading.notes[0].text
    assert not reading.estate.resources


def test_the_latest_item_counts_and_what_was_deleted_is_gone() -> None:
    old = item("AWS::EC2::Volume", {"volumeId": "v", "encrypted": False}, resourceId="v")
    new = item("AWS::EC2::Volume", {"volumeId": "v", "encrypted": True}, resourceId="v",
               configurationItemCaptureTime="2026-02-01T00:00:00.000Z")  # fmt: skip
    assert only(new, old).get("Encrypted") is True
    gone = item("AWS::EC2::Volume", None, resourceId="v", configurationItemStatus="ResourceDeleted",
                configurationItemCaptureTime="2026-03-01T00:00:00.000Z")  # fmt: skip
    assert not read(new, gone, old).estate.resources
    lost = {**gone, "configurationItemStatus": "ResourceNotRecorded"}
    reading = read(new, lost)
    assert not reading.estate.resources
    assert "not recorded any more" in reading.notes[0].text


ANSWERS = [
    {"configurationItems": [item("AWS::EC2::Volume", json.dumps({"volumeId": "v", "encrypted": True}))]},
    {"baseConfigurationItems": [item("AWS::EC2::Volume", json.dumps({"volumeId": "v", "encrypted": True}))]},
    {"BaseConfigurationItems": [item("AWS::EC2::Volume", json.dumps({"volumeId": "v", "encrypted": True}))]},
    {"messageType": "ConfigurationItemChangeNotification", "configurationItem":
     item("AWS::EC2::Volume", {"volumeId": "v", "encrypted": True})},
    {"Results": [json.dumps(item("AWS::EC2::Volume", {"volumeId": "v", "encrypted": True}))],
     "QueryInfo": {"SelectFields": [{"Name": "configuration"}]}},
    [item("AWS::EC2::Volume", {"volumeId": "v", "encrypted": True})],
    item("AWS::EC2::Volume", {"volumeId": "v", "encrypted": True}),
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_wrapping_holds_the_same_item(answer: Any) -> None:
    assert is_recorded(answer)
    (volume,) = estate_of_items({"f": answer}).estate.resources
    assert volume.get("Encrypted") is True
    assert volume.get("KmsKeyId") is None


def test_what_a_query_did_not_ask_for_is_unknown() -> None:
    result = {"resourceId": "v", "resourceType": "AWS::EC2::Volume", "accountId": "111122223333",
              "awsRegion": "eu-west-1", "configuration": {"volumeType": "gp3"}}  # fmt: skip
    asked = [{"Name": "resourceId"}, {"Name": "configuration.volumeType"}]
    answer = {"Results": [json.dumps(result)], "QueryInfo": {"SelectFields": asked}}
    (volume,) = estate_of_items({"f": answer}).estate.resources
    assert isinstance(volume.get("Encrypted"), Unknown)


def test_a_type_that_the_files_do_not_hold_is_a_gap_for_what_looks_it_up() -> None:
    vpc = {"configurationItems": [item("AWS::EC2::VPC", {"vpcId": "vpc-1", "isDefault": False}, resourceId="vpc-1")]}
    control = next(one for one in all_controls() if one.id == "ec2-vpc-flow-logs-enabled")
    reading = estate_of_items({"f": vpc}, {control.resource_type: frozenset(control.reads)})
    (finding,) = run(reading.estate, [control]).findings
    assert finding.status is Status.UNKNOWN
    assert run(estate_of_items({"f": vpc}).estate, [control]).findings[0].status is Status.FAIL


@pytest.mark.parametrize(
    ("manager", "status"), [("CUSTOMER", Status.PASS), ("AWS", Status.FAIL), (None, Status.UNKNOWN)]
)
def test_whose_key_encrypts_a_volume_the_recorded_key_says(manager: str | None, status: Status) -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/k-1"
    key = {"keyId": "k-1", "arn": arn, "keyManager": manager, "keyState": "PendingDeletion"}
    items = [item("AWS::EC2::Volume", {"volumeId": "v-1", "encrypted": True, "kmsKeyId": arn}, resourceId="v-1")]
    items += [item("AWS::KMS::Key", key, resourceId="k-1")] if manager else []
    control = next(one for one in all_controls() if one.id == "ec2-volume-own-key")
    reading = estate_of_items({"f": {"configurationItems": items}}, {control.resource_type: frozenset(control.reads)})
    assert {one.type for one in reading.estate.gaps} == (set() if manager else {"AWS::KMS::Key"})
    (finding,) = run(reading.estate, [control], include_passes=True).findings
    assert finding.status is status, finding


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_target_of_a_table_is_in_the_registrys_schema(name: str) -> None:
    shaping = tables()[name]
    if shaping.schema:
        assert list(wrong_targets(shaping, OURS)) == []
        assert {*shaping.schema["properties"], *OURS}.issuperset(unrecorded()[name])


@pytest.mark.parametrize(
    "document", [{}, [], {"Resources": {}}, {"Results": 1}, "x", None, [1], {"configurationItems": {}}]
)
def test_what_holds_no_items_is_not_taken_for_configs(document: Any) -> None:
    assert not is_recorded(document)


def test_an_item_without_a_type_is_told() -> None:
    reading = read({"resourceId": "x"}, "text", 5)
    assert [note.incomplete for note in reading.notes] == [True, True, True]


def test_what_config_holds_by_id_becomes_lists() -> None:
    supplementary = {
        "BucketReplicationConfiguration": json.dumps({"roleARN": "r", "rules": {"a": {"status": "Enabled"}}}),
        "BucketNotificationConfiguration": json.dumps({"configurations": {
            "n": {"events": ["s3:ObjectCreated:*"], "topicARN": "t", "type": "TopicConfiguration"}}}),
        "BucketLifecycleConfiguration": json.dumps({"rules": [{"id": "x", "status": "Enabled", "expirationInDays": -1,
            "transitions": [{"days": 30, "storageClass": "GLACIER"}], "noncurrentVersionExpirationInDays": 7}]}),
    }  # fmt: skip
    bucket = only(item("AWS::S3::Bucket", {"name": "b"}, supplementaryConfiguration=supplementary))
    assert bucket.get("ReplicationConfiguration") == {"Role": "r", "Rules": [{"Id": "a", "Status": "Enabled"}]}
    assert bucket.get("NotificationConfiguration") == {
        "TopicConfigurations": [{"Event": "s3:ObjectCreated:*", "Topic": "t"}]
    }
    rule = bucket.get("LifecycleConfiguration.Rules.0")
    assert rule["Transitions"] == [{"TransitionInDays": 30, "StorageClass": "GLACIER"}]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert "ExpirationInDays" not in rule
