"""Trails, Config, keys, root access, contacts and Identity Center, as AWS documents them."""

from __future__ import annotations

import json
from typing import Any

import pytest

HERE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}


def delivery(service: str, bucket: str, paths: list[str], **condition: Any) -> str:
    """A bucket policy that lets a service deliver below AWSLogs/."""
    names = {"Effect": "Allow", "Principal": {"Service": service}, "Condition": {"StringEquals": condition}}
    put = [f"arn:aws:s3:::{bucket}/AWSLogs/{path}/*" for path in paths]
    rows = [
        names | {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        names | {"Action": "s3:PutObject", "Resource": put},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": rows})


@pytest.fixture
def trail(fresh: Any) -> dict[str, Any]:
    """Arguments of an organization trail into the log account's bucket, which has no policy yet."""
    fresh.client("s3", "log").create_bucket(Bucket="trail-bucket", **HERE)
    return {"Name": "org", "S3BucketName": "trail-bucket", "IsMultiRegionTrail": True, "IsOrganizationTrail": True}


def test_an_organization_trail_needs_trusted_access_and_both_paths_of_the_bucket(
    fresh: Any, trail: dict[str, Any], refused: Any
) -> None:
    cloudtrail, s3 = fresh.client("cloudtrail"), fresh.client("s3", "log")
    refused("CloudTrailAccessNotEnabledException", cloudtrail.create_trail, **trail)
    fresh.trust("cloudtrail.amazonaws.com")
    refused("InsufficientS3BucketPolicyException", cloudtrail.create_trail, **trail)
    management, service = fresh.sandbox.management_account, "cloudtrail.amazonaws.com"
    source = {"aws:SourceArn": f"arn:aws:cloudtrail:eu-west-1:{management}:trail/org"}
    wrong = {"aws:SourceArn": source["aws:SourceArn"].replace(management, fresh.accounts["log"])}
    for paths, condition in (([management], source), ([management, fresh.id], wrong)):
        policy = delivery(service, "trail-bucket", paths, **condition)
        s3.put_bucket_policy(Bucket="trail-bucket", Policy=policy)
        refused("InsufficientS3BucketPolicyException", cloudtrail.create_trail, **trail)
    policy = delivery(service, "trail-bucket", [management, fresh.id], **source)
    s3.put_bucket_policy(Bucket="trail-bucket", Policy=policy)
    assert cloudtrail.create_trail(**trail)["IsOrganizationTrail"] is True
    refused("NotOrganizationMasterAccountException", fresh.client("cloudtrail", "work").create_trail, **trail)
    refused(
        "S3BucketDoesNotExistException", cloudtrail.create_trail, **(trail | {"S3BucketName": "nowhere", "Name": "no"})
    )


@pytest.fixture
def running(fresh: Any, trail: dict[str, Any]) -> str:
    """The ARN of a logging organization trail."""
    fresh.trust("cloudtrail.amazonaws.com")
    paths = [fresh.sandbox.management_account, fresh.id]
    policy = delivery("cloudtrail.amazonaws.com", "trail-bucket", paths)
    fresh.client("s3", "log").put_bucket_policy(Bucket="trail-bucket", Policy=policy)
    made = fresh.client("cloudtrail").create_trail(**trail)
    fresh.client("cloudtrail").start_logging(Name="org")
    return str(made["TrailARN"])


def test_members_see_the_organization_trail_in_every_region_and_cannot_stop_it(
    fresh: Any, running: str, refused: Any
) -> None:
    member = fresh.client("cloudtrail", "work", "us-east-1")
    assert [row["TrailARN"] for row in member.describe_trails()["trailList"]] == [running]
    assert member.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert member.get_trail_status(Name=running)["IsLogging"] is True
    assert member.get_event_selectors(TrailName=running)["EventSelectors"][0]["ReadWriteType"] == "All"
    refused("TrailNotFoundException", member.stop_logging, Name=running)
    assert fresh.client("cloudtrail").get_trail_status(Name="org")["IsLogging"] is True


def test_a_trails_selectors_updates_and_end_are_read_back(fresh: Any, running: str) -> None:
    cloudtrail = fresh.client("cloudtrail")
    selector = {"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
    cloudtrail.put_event_selectors(TrailName="org", AdvancedEventSelectors=[selector])
    assert cloudtrail.get_event_selectors(TrailName="org")["AdvancedEventSelectors"] == [selector]
    assert cloudtrail.describe_trails()["trailList"][0]["HasCustomEventSelectors"] is True
    cloudtrail.update_trail(Name=running, EnableLogFileValidation=True)
    assert cloudtrail.get_trail(Name=running)["Trail"]["LogFileValidationEnabled"] is True
    cloudtrail.delete_trail(Name=running)
    assert cloudtrail.describe_trails()["trailList"] == []


def test_a_trails_key_must_let_cloudtrail_in(fresh: Any, running: str, refused: Any) -> None:
    kms, cloudtrail = fresh.client("kms", "log"), fresh.client("cloudtrail")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    refused("InsufficientEncryptionPolicyException", cloudtrail.update_trail, Name="org", KmsKeyId=key)
    owner = {"AWS": f"arn:aws:iam::{fresh.accounts['log']}:root"}
    rows = [
        {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": running}},
        },
    ]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": rows}))
    cloudtrail.update_trail(Name="org", KmsKeyId=key)
    assert cloudtrail.get_trail(Name="org")["Trail"]["KmsKeyId"] == key
    gone = key[:-4] + "0000"
    refused("KmsKeyNotFoundException", cloudtrail.update_trail, Name="org", KmsKeyId=gone)


def record(config: Any, account: str) -> None:
    linked = f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    mode = {"recordingFrequency": "DAILY"}
    recorder = {"name": "default", "roleARN": linked, "recordingGroup": group, "recordingMode": mode}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)


def test_config_delivers_only_where_it_may_and_never_into_a_locked_bucket(fresh: Any, refused: Any) -> None:
    s3, config = fresh.client("s3", "log"), fresh.client("config", "work")
    record(config, fresh.accounts["work"])
    assert config.describe_configuration_recorders()["ConfigurationRecorders"][0]["recordingMode"] == {
        "recordingFrequency": "DAILY"
    }
    put = config.put_delivery_channel
    s3.create_bucket(Bucket="config-bucket", **HERE)
    s3.create_bucket(Bucket="locked-bucket", ObjectLockEnabledForBucket=True, **HERE)
    policy = {name: delivery("config.amazonaws.com", name, ["*/Config"]) for name in ("config-bucket", "locked-bucket")}
    s3.put_bucket_policy(Bucket="locked-bucket", Policy=policy["locked-bucket"])
    for bucket, code in (
        ("config-bucket", "InsufficientDeliveryPolicyException"),
        ("locked-bucket", "InsufficientDeliveryPolicyException"),
        ("no-bucket", "NoSuchBucketException"),
    ):
        refused(code, put, DeliveryChannel={"name": "default", "s3BucketName": bucket})
    s3.put_bucket_policy(Bucket="config-bucket", Policy=policy["config-bucket"])
    put(DeliveryChannel={"name": "default", "s3BucketName": "config-bucket"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    status = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]
    assert (status["recording"], status["lastStatus"]) == (True, "SUCCESS")


def test_an_organization_aggregator_is_its_administrators(fresh: Any, refused: Any) -> None:
    config = fresh.client("config", "audit")
    source = {"RoleArn": f"arn:aws:iam::{fresh.accounts['audit']}:role/aggregator", "AllAwsRegions": True}
    create = {"ConfigurationAggregatorName": "org", "OrganizationAggregationSource": source}
    refused("OrganizationAccessDeniedException", config.put_configuration_aggregator, **create)
    fresh.trust("config.amazonaws.com")
    fresh.client("organizations").register_delegated_administrator(
        AccountId=fresh.accounts["audit"], ServicePrincipal="config.amazonaws.com"
    )
    config.put_configuration_aggregator(**create)
    found = config.describe_configuration_aggregators()["ConfigurationAggregators"][0]
    assert found["OrganizationAggregationSource"] == source


def share(kms: Any, key: str, *accounts: str) -> None:
    """A key policy that lets whole accounts use the key."""
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


def test_a_key_rotates_in_its_period_works_while_enabled_and_is_found_across_accounts(world: Any, refused: Any) -> None:
    kms = world.client("kms", "log")
    key = kms.create_key(Tags=[{"TagKey": "owner", "TagValue": "security"}])["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key["Arn"])["RotationPeriodInDays"] == 180
    kms.disable_key_rotation(KeyId=key["KeyId"])
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key["KeyId"])
    other = world.client("kms", "work")
    refused("AccessDeniedException", other.describe_key, KeyId=key["Arn"])
    share(kms, key["Arn"], world.accounts["log"], world.accounts["work"])
    assert other.describe_key(KeyId=key["Arn"])["KeyMetadata"]["AWSAccountId"] == world.accounts["log"]
    refused("NotFoundException", other.describe_key, KeyId=key["KeyId"])
    cipher = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    kms.disable_key(KeyId=key["KeyId"])
    refused("DisabledException", kms.encrypt, KeyId=key["KeyId"], Plaintext=b"text")
    refused("DisabledException", kms.decrypt, KeyId=key["KeyId"], CiphertextBlob=cipher)
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=cipher)["Plaintext"] == b"text"
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    refused("KMSInvalidStateException", kms.encrypt, KeyId=key["KeyId"], Plaintext=b"text")


def test_the_credential_report_begins_with_the_root_user(world: Any) -> None:
    for account, has_mfa in (("", "true"), ("work", "false")):
        iam = world.client("iam", account)
        iam.generate_credential_report()
        rows = iam.get_credential_report()["Content"].decode().splitlines()
        root = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
        assert (root["user"], root["mfa_active"], root["access_key_1_active"]) == ("<root_account>", has_mfa, "false")
        summary = iam.get_account_summary()["SummaryMap"]
        assert (summary["AccountMFAEnabled"], summary["AccountAccessKeysPresent"]) == (int(has_mfa == "true"), 0)


def test_central_root_access_needs_trusted_access_and_the_right_account(fresh: Any, refused: Any) -> None:
    iam = fresh.client("iam")
    refused("ServiceAccessNotEnabledException", iam.enable_organizations_root_sessions)
    fresh.trust("iam.amazonaws.com")
    iam.enable_organizations_root_credentials_management()
    iam.enable_organizations_root_sessions()
    features = iam.list_organizations_features()
    assert features["EnabledFeatures"] == ["RootCredentialsManagement", "RootSessions"]
    assert features["OrganizationId"] == fresh.id
    refused(
        "AccountNotManagementOrDelegatedAdministratorException",
        fresh.client("iam", "work").enable_organizations_root_sessions,
    )


@pytest.mark.parametrize(
    ("principal", "name"),
    [("config.amazonaws.com", "Config"), ("guardduty.amazonaws.com", "AmazonGuardDuty")],
)
def test_service_linked_roles_have_their_services_names_and_are_made_once(
    world: Any, refused: Any, principal: str, name: str
) -> None:
    create = world.client("iam", "audit").create_service_linked_role
    assert create(AWSServiceName=principal)["Role"]["RoleName"] == f"AWSServiceRoleFor{name}"
    refused("InvalidInput", create, AWSServiceName=principal)


def test_the_management_account_sets_members_contacts_when_trusted(fresh: Any, refused: Any) -> None:
    account, member = fresh.client("account"), fresh.accounts["work"]
    contact = {
        "AlternateContactType": "SECURITY",
        "Name": "Security",
        "Title": "On call",
        "EmailAddress": "security@acme.example",
        "PhoneNumber": "+1-555-0100",
    }
    refused("AccessDeniedException", account.put_alternate_contact, AccountId=member, **contact)
    fresh.trust("account.amazonaws.com")
    account.put_alternate_contact(AccountId=member, **contact)
    own = fresh.client("account", "work")
    assert own.get_alternate_contact(AlternateContactType="SECURITY")["AlternateContact"] == contact
    own.delete_alternate_contact(AlternateContactType="SECURITY")
    refused(
        "ResourceNotFoundException", account.get_alternate_contact, AccountId=member, AlternateContactType="SECURITY"
    )
    own.enable_region(RegionName="eu-south-2")
    statuses = {row["RegionName"]: row["RegionOptStatus"] for row in own.list_regions()["Regions"]}
    assert (statuses["eu-south-2"], statuses["af-south-1"]) == ("ENABLED", "DISABLED")
    assert statuses["us-east-1"] == "ENABLED_BY_DEFAULT"


def test_a_permission_set_becomes_a_role_with_its_policies_and_goes_with_its_last_assignment(fresh: Any) -> None:
    center = fresh.client("sso-admin")
    instance = center.list_instances()["Instances"][0]
    assert fresh.client("sso-admin", "work").list_instances()["Instances"] == []
    store = fresh.client("identitystore")
    group = store.create_group(IdentityStoreId=instance["IdentityStoreId"], DisplayName="security")["GroupId"]
    here = {"InstanceArn": instance["InstanceArn"]}
    made = center.create_permission_set(Name="Audit", SessionDuration="PT4H", Tags=[{"Key": "a", "Value": "b"}], **here)
    permission_set = here | {"PermissionSetArn": made["PermissionSet"]["PermissionSetArn"]}
    audit = "arn:aws:iam::aws:policy/SecurityAudit"
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    center.attach_managed_policy_to_permission_set(ManagedPolicyArn=audit, **permission_set)
    center.put_permissions_boundary_to_permission_set(PermissionsBoundary=boundary, **permission_set)
    found = center.get_permissions_boundary_for_permission_set(**permission_set)
    assert found["PermissionsBoundary"] == boundary
    tags = center.list_tags_for_resource(ResourceArn=permission_set["PermissionSetArn"], **here)["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    assignment = {"TargetId": fresh.accounts["work"], "TargetType": "AWS_ACCOUNT"} | permission_set
    assignment |= {"PrincipalType": "GROUP", "PrincipalId": group}
    center.create_account_assignment(**assignment)
    iam = fresh.client("iam", "work")
    role = next(row for row in iam.list_roles()["Roles"] if row["RoleName"].startswith("AWSReservedSSO_Audit_"))
    assert role["Path"] == "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [row["PolicyArn"] for row in attached] == [audit]
    bounded = iam.get_role(RoleName=role["RoleName"])["Role"]["PermissionsBoundary"]
    assert bounded["PermissionsBoundaryArn"] == boundary["ManagedPolicyArn"]
    center.delete_account_assignment(**assignment)
    assert [row["RoleName"] for row in iam.list_roles()["Roles"]] == ["OrganizationAccountAccessRole"]
