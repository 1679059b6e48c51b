"""Instances, launch templates, volumes and snapshots on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.ec2_instances import Instance, LaunchTemplate
from bastide.aws.handlers.ec2_security import SecurityGroup
from bastide.aws.handlers.ec2_volumes import Snapshot, Volume
from bastide.aws.handlers.ec2_vpcs import Subnet
from bastide.errors import TargetError
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, change_to, keeps_its_contract
from tests.aws.handlers.test_ec2_network import group, subnet

TAGS = [{"Key": "Name", "Value": "it"}]
OTHER_TAGS = [{"Key": "owner", "Value": "shop"}]
IMDS_1 = {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}
IMAGE = "ami-12c6146b"


def instance(at: Any) -> dict[str, Any]:
    groups = [SecurityGroup().create(at, group(at) | {"GroupName": name}) for name in ("a", "b")]
    return {
        "ImageId": IMAGE,
        "InstanceType": "t3.micro",
        "SubnetId": Subnet().create(at, subnet(at)),
        "SecurityGroupIds": sorted(groups),
        "Tags": TAGS,
    }


def volume(at: Any) -> dict[str, Any]:
    return {"AvailabilityZone": "eu-west-1a", "Size": 8, "VolumeType": "gp3", "Encrypted": False, "Tags": TAGS}


def snapshot(at: Any) -> dict[str, Any]:
    return {"VolumeId": Volume().create(at, volume(at)), "Description": "weekly", "PublicRestore": False, "Tags": TAGS}


CASES = [
    Case(Instance, instance, {"SecurityGroupIds": [], "Tags": OTHER_TAGS}, adopts=False),
    Case(Volume, volume, {"Size": 20, "Tags": OTHER_TAGS}, adopts=False),
    Case(Snapshot, snapshot, {"PublicRestore": True, "Tags": OTHER_TAGS}, adopts=False),
    Case(
        LaunchTemplate,
        lambda at: {
            "LaunchTemplateName": "web",
            "LaunchTemplateData": {
                "ImageId": IMAGE,
                "MetadataOptions": {"HttpTokens": "required"},
            },
        },
        {"LaunchTemplateData": {"ImageId": IMAGE, "MetadataOptions": {"HttpTokens": "optional"}}},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    at = connection()
    if case.handler is Instance:
        declared = instance(at)
        changed = case.changed | {"SecurityGroupIds": declared["SecurityGroupIds"][:1]}
        case = Case(Instance, lambda _: declared, changed, adopts=False)
    keeps_its_contract(case, at)


def test_an_instance_that_answers_v1_metadata_is_told_and_healed(connection: Connect) -> None:
    at, handler = connection(), Instance()
    made = handler.create(at, instance(at) | {"MetadataOptions": IMDS_1})
    found = handler.read(at, made)
    assert found and found.properties["MetadataOptions"]["HttpTokens"] == "optional"
    assert found.properties["State"]["Name"] in ("pending", "running")
    wanted = {"MetadataOptions": found.properties["MetadataOptions"] | {"HttpTokens": "required"}}
    handler.update(at, made, change_to(handler, at, made, found.properties, wanted))
    found = handler.read(at, made)
    assert found and found.properties["MetadataOptions"]["HttpTokens"] == "required"
    assert found.properties["MetadataOptions"]["HttpPutResponseHopLimit"] == 2


def test_user_data_is_not_read(connection: Connect) -> None:
    at = connection()
    secret = {"ImageId": IMAGE, "UserData": "c2VjcmV0"}
    Instance().create(at, instance(at) | {"UserData": "secret"})
    made = LaunchTemplate().create(at, {"LaunchTemplateName": "web", "LaunchTemplateData": secret})
    listed = [*Instance().list(at), *LaunchTemplate().list(at)]
    assert "UserData" not in repr(listed)
    before = {"LaunchTemplateData": {"ImageId": IMAGE}}
    after = {"LaunchTemplateData": {"ImageId": IMAGE, "MetadataOptions": {"HttpTokens": "required"}}}
    LaunchTemplate().update(at, made, change_to(LaunchTemplate(), at, made, before, after))
    told = at.client("ec2").describe_launch_template_versions(LaunchTemplateId=made, Versions=["$Default"])
    assert told["LaunchTemplateVersions"][0]["LaunchTemplateData"]["UserData"] == "c2VjcmV0"


def test_what_a_running_instance_cannot_change_is_refused(connection: Connect) -> None:
    at, handler = connection(), Instance()
    made = handler.create(at, instance(at))
    with pytest.raises(TargetError, match="InstanceType of the running instance"):
        handler.update(at, made, change_to(handler, at, made, {}, {"InstanceType": "t3.large"}))


def test_an_unencrypted_volume_is_replaced_by_an_encrypted_copy_with_its_tags(connection: Connect) -> None:
    at, handler = connection(), Volume()
    old = handler.read(at, handler.create(at, volume(at)))
    assert old
    made = handler.create(at, {**old.properties, "Encrypted": True})
    handler.delete(at, old.id, old.properties)
    (found,) = handler.list(at)
    assert found.id == made != old.id
    assert found.properties["Encrypted"] is True
    assert (found.properties["Size"], found.properties["VolumeType"]) == (8, "gp3")
    assert found.properties["Tags"] == TAGS
    assert not list(Snapshot().list(at))


def test_an_attached_volume_is_not_copied(connection: Connect) -> None:
    at = connection()
    Instance().create(at, instance(at))
    (attached,) = Volume().list(at)
    with pytest.raises(TargetError, match=f"volume {attached.id} is attached to i-"):
        Volume().create(at, {**attached.properties, "Encrypted": True})


def test_public_snapshots_are_told_by_two_calls(connection: Connect) -> None:
    Snapshot().create(connection(), snapshot(connection()) | {"PublicRestore": True})
    Snapshot().create(connection(), snapshot(connection()))
    at = connection(kept=True)
    assert sorted(found.properties["PublicRestore"] for found in Snapshot().list(at)) == [False, True]
    assert at.calls == ["ec2:DescribeSnapshots", "ec2:DescribeSnapshots"]


def test_a_template_s_data_is_compared_although_the_registry_calls_it_write_only() -> None:
    from bastide.aws.registry import kinds

    assert "LaunchTemplateData" not in kinds()["AWS::EC2::LaunchTemplate"].write_only
