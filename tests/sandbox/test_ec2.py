"""EC2 account settings, and what launches and volumes inherit from them. Source: EC2 and EBS User Guides."""

from __future__ import annotations

from typing import Any

import pytest

AMI = "ami-0abcdef1234567890"


@pytest.fixture
def ec2(fresh: Any) -> Any:
    return fresh.client("ec2", "work")


def launch(ec2: Any, **arguments: Any) -> dict[str, Any]:
    made = ec2.run_instances(MinCount=1, MaxCount=1, **({"ImageId": AMI} | arguments))["Instances"][0]
    return dict(ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0])


def test_a_launch_takes_the_accounts_metadata_defaults_when_the_request_is_silent(ec2: Any) -> None:
    assert launch(ec2)["MetadataOptions"]["HttpTokens"] == "optional"
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=2)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"]["HttpTokens"] == "required"
    options = launch(ec2)["MetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 2)
    assert launch(ec2, MetadataOptions={"HttpTokens": "optional"})["MetadataOptions"]["HttpTokens"] == "optional"
    ec2.modify_instance_metadata_defaults(HttpTokens="no-preference")
    assert "HttpTokens" not in ec2.get_instance_metadata_defaults()["AccountLevel"]


def test_a_launch_template_comes_before_the_accounts_defaults(ec2: Any) -> None:
    data = {"ImageId": AMI, "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "disabled"}}
    ec2.create_launch_template(LaunchTemplateName="strict", LaunchTemplateData=data)
    made = ec2.run_instances(MinCount=1, MaxCount=1, LaunchTemplate={"LaunchTemplateName": "strict"})["Instances"][0]
    assert made["ImageId"] == AMI
    assert made["MetadataOptions"]["HttpTokens"] == "required"
    assert made["MetadataOptions"]["HttpEndpoint"] == "disabled"


def test_changing_one_metadata_option_keeps_the_others(ec2: Any) -> None:
    instance = launch(ec2, MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 3})
    ec2.modify_instance_metadata_options(InstanceId=instance["InstanceId"], HttpTokens="optional")
    found = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert found["MetadataOptions"]["HttpPutResponseHopLimit"] == 3


def test_encryption_by_default_covers_new_volumes_roots_and_copies(ec2: Any) -> None:
    volume = {"AvailabilityZone": "eu-west-1a", "Size": 1}
    plain = ec2.create_volume(**volume)
    assert plain["Encrypted"] is False
    snapshot = ec2.create_snapshot(VolumeId=plain["VolumeId"])
    ec2.enable_ebs_encryption_by_default()
    made = ec2.create_volume(**volume)
    assert made["Encrypted"] is True and made["KmsKeyId"].startswith("arn:aws:kms:eu-west-1:")
    root = launch(ec2)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    assert ec2.describe_volumes(VolumeIds=[root])["Volumes"][0]["Encrypted"] is True
    copied = ec2.copy_snapshot(SourceRegion="eu-west-1", SourceSnapshotId=snapshot["SnapshotId"])
    assert ec2.describe_snapshots(SnapshotIds=[copied["SnapshotId"]])["Snapshots"][0]["Encrypted"] is True


def test_the_default_key_is_the_customers_after_it_is_set_and_awss_after_reset(fresh: Any, ec2: Any) -> None:
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    key = fresh.client("kms", "work").create_key()["KeyMetadata"]
    assert ec2.modify_ebs_default_kms_key_id(KmsKeyId=key["KeyId"])["KmsKeyId"] == key["Arn"]
    ec2.enable_ebs_encryption_by_default()
    assert ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["KmsKeyId"] == key["Arn"]
    assert ec2.reset_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


def test_public_sharing_is_refused_while_it_is_blocked(ec2: Any, refused: Any) -> None:
    assert ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"] == "block-new-sharing"
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    image = ec2.create_image(InstanceId=launch(ec2)["InstanceId"], Name="golden")["ImageId"]
    everybody = {"LaunchPermission": {"Add": [{"Group": "all"}]}}
    refused("OperationNotPermitted", ec2.modify_image_attribute, ImageId=image, **everybody)
    ec2.disable_image_block_public_access()
    ec2.modify_image_attribute(ImageId=image, **everybody)
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    share = {
        "SnapshotId": ec2.create_snapshot(VolumeId=volume)["SnapshotId"],
        "Attribute": "createVolumePermission",
        "OperationType": "add",
        "GroupNames": ["all"],
    }
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    refused("OperationNotPermitted", ec2.modify_snapshot_attribute, **share)
    ec2.disable_snapshot_block_public_access()
    ec2.modify_snapshot_attribute(**share)


def test_settings_belong_to_one_account_and_region(fresh: Any, ec2: Any) -> None:
    ec2.enable_serial_console_access()
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-bidirectional")
    assert ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is True
    for other in (fresh.client("ec2", "work", "eu-central-1"), fresh.client("ec2", "audit")):
        assert other.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is False
        options = other.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
        assert (options["State"], options["InternetGatewayBlockMode"]) == ("default-state", "off")


def test_the_default_vpc_has_all_its_parts_and_can_be_deleted_part_by_part(ec2: Any, refused: Any) -> None:
    vpc = ec2.describe_vpcs()["Vpcs"][0]
    assert vpc["IsDefault"] and vpc["CidrBlock"] == "172.31.0.0/16"
    gateway = ec2.describe_internet_gateways()["InternetGateways"][0]
    assert gateway["Attachments"][0]["VpcId"] == vpc["VpcId"]
    routes = ec2.describe_route_tables()["RouteTables"][0]["Routes"]
    assert gateway["InternetGatewayId"] in {route.get("GatewayId") for route in routes}
    assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc["VpcId"])
    ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert ec2.describe_network_acls()["NetworkAcls"] == []
    assert ec2.describe_security_groups()["SecurityGroups"] == []
