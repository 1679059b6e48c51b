"""Account settings of EC2 and Systems Manager on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.ec2_settings import (
    DefaultVpc,
    EbsEncryptionByDefault,
    ImageBlockPublicAccess,
    InstanceMetadataDefaults,
    SerialConsoleAccess,
    SnapshotBlockPublicAccess,
)
from bastide.aws.handlers.ssm import ServiceSettings
from bastide.errors import TargetError
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract
from tests.aws.handlers.delivery import key_for

UNSET = "no-preference"


def encryption(at: Any) -> dict[str, Any]:
    return {"Enabled": True, "KmsKeyId": key_for(at, "ec2.amazonaws.com")}


CASES = [
    Case(
        EbsEncryptionByDefault,
        encryption,
        {"Enabled": False, "KmsKeyId": "alias/aws/ebs"},
        after_delete={"Enabled": False, "KmsKeyId": "alias/aws/ebs"},
    ),
    Case(
        InstanceMetadataDefaults,
        lambda at: {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "disabled"},
        after_delete={
            "HttpTokens": UNSET,
            "HttpPutResponseHopLimit": -1,
            "HttpEndpoint": UNSET,
            "InstanceMetadataTags": UNSET,
        },
    ),
    Case(
        SnapshotBlockPublicAccess,
        lambda at: {"State": "block-all-sharing"},
        {"State": "unblocked"},
        after_delete={"State": "unblocked"},
    ),
    Case(
        ImageBlockPublicAccess,
        lambda at: {"State": "block-new-sharing"},
        {"State": "unblocked"},
        after_delete={"State": "block-new-sharing"},
    ),
    Case(SerialConsoleAccess, lambda at: {"Enabled": True}, {"Enabled": False}, after_delete={"Enabled": False}),
    Case(
        ServiceSettings,
        lambda at: {"PublicSharingPermission": "Disable", "CustomerScriptLogDestination": "CloudWatch"},
        {"PublicSharingPermission": "Enable"},
        after_delete={"PublicSharingPermission": "Enable", "CustomerScriptLogDestination": "None"},
    ),
    Case(DefaultVpc, lambda at: {"Present": False}, {"Present": True}, after_delete={"Present": True}),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_a_setting_that_is_not_named_stays(connection: Connect) -> None:
    from tests.aws.handlers.contract import change_to

    at, handler = connection(), InstanceMetadataDefaults()
    handler.create(at, {"HttpTokens": "required", "HttpPutResponseHopLimit": 1})
    handler.update(at, at.account, change_to(handler, at, at.account, {}, {"HttpPutResponseHopLimit": 2}))
    (found,) = handler.list(at)
    assert found.properties["HttpTokens"] == "required"


def test_the_default_vpc_goes_with_all_that_aws_made_of_it(connection: Connect) -> None:
    at = connection()
    DefaultVpc().create(at, {"Present": False})
    ec2 = at.client("ec2")
    assert ec2.describe_subnets()["Subnets"] == []
    assert ec2.describe_internet_gateways()["InternetGateways"] == []


def test_a_default_vpc_in_use_is_not_removed(connection: Connect) -> None:
    at = connection()
    ec2 = at.client("ec2")
    ec2.create_network_interface(SubnetId=ec2.describe_subnets()["Subnets"][0]["SubnetId"])
    with pytest.raises(TargetError, match=r"the default VPC vpc-\w+ is in use: 1 network interfaces"):
        DefaultVpc().create(at, {"Present": False})
    assert len(ec2.describe_subnets()["Subnets"]) == 3


def test_a_default_vpc_with_a_group_of_somebody_s_is_left_whole(connection: Connect) -> None:
    at = connection()
    ec2 = at.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ec2.create_security_group(GroupName="theirs", Description="theirs", VpcId=vpc)
    with pytest.raises(TargetError, match=r"holds what somebody made: sg-\w+"):
        DefaultVpc().create(at, {"Present": False})
    assert len(ec2.describe_subnets()["Subnets"]) == 3
    assert len(ec2.describe_internet_gateways()["InternetGateways"]) == 1
