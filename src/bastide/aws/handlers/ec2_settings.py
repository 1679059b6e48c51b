"""Amazon EC2's settings of an account in a region: one each, always there, identified by the account.

One idea: creating and updating are the same (a setting is put), and deleting puts AWS's default back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from bastide.aws.handler import Connection, Found, Handler, ask, pages
from bastide.aws.handlers.ec2_shapes import listed
from bastide.aws.shape import actions, member, pick, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Unknown, Value

EBS_ALIAS = "alias/aws/ebs"
NO_PREFERENCE = "no-preference"


class Setting(Handler):
    """A handler of one setting: subclasses say how it is told, put, and what AWS's default is."""

    service = "ec2"
    identified_by = ()
    default: ClassVar[Properties]

    @abstractmethod
    def told(self, at: Connection) -> dict[str, Value]:
        """The setting's properties."""

    @abstractmethod
    def put(self, at: Connection, properties: Properties) -> None:
        """Make these properties hold."""

    def list(self, at: Connection) -> Iterable[Found]:
        return [Found(at.account, self.told(at))]

    def create(self, at: Connection, properties: Properties) -> str:
        self.put(at, properties)
        return at.account

    def update(self, at: Connection, id: str, change: Change) -> None:
        after = change.after or {}
        self.put(at, {name: after.get(name, self.default.get(name)) for name in touched(change)})

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        self.put(at, self.default)


class EbsEncryptionByDefault(Setting):
    """Bastide::EC2::EbsEncryptionByDefault {Enabled, KmsKeyId}: new volumes and snapshot copies are encrypted.

    KmsKeyId is the default key's ARN, or ``alias/aws/ebs`` while AWS's own is in use. AWS's default: off.
    Source: Amazon EBS User Guide, "Enable Amazon EBS encryption by default".
    """

    type = "Bastide::EC2::EbsEncryptionByDefault"
    default: ClassVar[Properties] = {"Enabled": False, "KmsKeyId": EBS_ALIAS}
    actions = actions(
        read=("ec2:GetEbsEncryptionByDefault", "ec2:GetEbsDefaultKmsKeyId"),
        write=(
            "ec2:EnableEbsEncryptionByDefault",
            "ec2:DisableEbsEncryptionByDefault",
            "ec2:ModifyEbsDefaultKmsKeyId",
            "ec2:ResetEbsDefaultKmsKeyId",
            "kms:DescribeKey",
        ),
    )

    def told(self, at: Connection) -> dict[str, Value]:
        ec2 = at.client("ec2")
        return {
            "Enabled": member(ask(ec2.get_ebs_encryption_by_default), "EbsEncryptionByDefault"),
            "KmsKeyId": member(ask(ec2.get_ebs_default_kms_key_id), "KmsKeyId"),
        }

    def put(self, at: Connection, properties: Properties) -> None:
        ec2, key = at.client("ec2"), properties.get("KmsKeyId")
        if key == EBS_ALIAS:
            ec2.reset_ebs_default_kms_key_id()
        elif key:
            ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)
        if properties.get("Enabled") is True:
            ec2.enable_ebs_encryption_by_default()
        elif properties.get("Enabled") is False:
            ec2.disable_ebs_encryption_by_default()


class InstanceMetadataDefaults(Setting):
    """Bastide::EC2::InstanceMetadataDefaults: what a launch gets that says nothing about its metadata service.

    {HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags}; ``no-preference`` and -1 mean unset,
    which is AWS's default. Source: Amazon EC2 API Reference, ModifyInstanceMetadataDefaults.
    """

    type = "Bastide::EC2::InstanceMetadataDefaults"
    default: ClassVar[Properties] = {
        "HttpTokens": NO_PREFERENCE,
        "HttpPutResponseHopLimit": -1,
        "HttpEndpoint": NO_PREFERENCE,
        "InstanceMetadataTags": NO_PREFERENCE,
    }
    actions = actions(read=("ec2:GetInstanceMetadataDefaults",), write=("ec2:ModifyInstanceMetadataDefaults",))

    def told(self, at: Connection) -> dict[str, Value]:
        answer = member(ask(at.client("ec2").get_instance_metadata_defaults), "AccountLevel", otherwise={})
        if isinstance(answer, Unknown):
            return dict.fromkeys(self.default, answer)
        return {**self.default, **pick(answer, *self.default)}

    def put(self, at: Connection, properties: Properties) -> None:
        at.client("ec2").modify_instance_metadata_defaults(**pick(properties, *self.default))


class SnapshotBlockPublicAccess(Setting):
    """AWS::EC2::SnapshotBlockPublicAccess {AccountId, State}: block-all-sharing, block-new-sharing or unblocked.

    AWS's default is unblocked. Source: Amazon EBS User Guide, "Configure block public access for Amazon EBS snapshots".
    """

    type = "AWS::EC2::SnapshotBlockPublicAccess"
    default: ClassVar[Properties] = {"State": "unblocked"}
    actions = actions(
        read=("ec2:GetSnapshotBlockPublicAccessState",),
        write=("ec2:EnableSnapshotBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess"),
    )

    def told(self, at: Connection) -> dict[str, Value]:
        state = member(ask(at.client("ec2").get_snapshot_block_public_access_state), "State")
        return {"AccountId": at.account, "State": state}

    def put(self, at: Connection, properties: Properties) -> None:
        ec2, state = at.client("ec2"), properties["State"]
        if state == "unblocked":
            ec2.disable_snapshot_block_public_access()
        else:
            ec2.enable_snapshot_block_public_access(State=state)


class ImageBlockPublicAccess(Setting):
    """Bastide::EC2::ImageBlockPublicAccess {State}: block-new-sharing or unblocked. AWS's default is block-new-sharing.

    AWS needs some minutes until the state is told as it was put. Source: Amazon EC2 User Guide, "Block public access to
    your AMIs", "Default settings".
    """

    type = "Bastide::EC2::ImageBlockPublicAccess"
    default: ClassVar[Properties] = {"State": "block-new-sharing"}
    actions = actions(
        read=("ec2:GetImageBlockPublicAccessState",),
        write=("ec2:EnableImageBlockPublicAccess", "ec2:DisableImageBlockPublicAccess"),
    )

    def told(self, at: Connection) -> dict[str, Value]:
        answer = ask(at.client("ec2").get_image_block_public_access_state)
        return {"State": member(answer, "ImageBlockPublicAccessState")}

    def put(self, at: Connection, properties: Properties) -> None:
        ec2, state = at.client("ec2"), properties["State"]
        if state == "unblocked":
            ec2.disable_image_block_public_access()
        else:
            ec2.enable_image_block_public_access(ImageBlockPublicAccessState=state)


class SerialConsoleAccess(Setting):
    """Bastide::EC2::SerialConsoleAccess {Enabled}: whether serial consoles may be used. AWS's default: off."""

    type = "Bastide::EC2::SerialConsoleAccess"
    default: ClassVar[Properties] = {"Enabled": False}
    actions = actions(
        read=("ec2:GetSerialConsoleAccessStatus",),
        write=("ec2:EnableSerialConsoleAccess", "ec2:DisableSerialConsoleAccess"),
    )

    def told(self, at: Connection) -> dict[str, Value]:
        return {"Enabled": member(ask(at.client("ec2").get_serial_console_access_status), "SerialConsoleAccessEnabled")}

    def put(self, at: Connection, properties: Properties) -> None:
        ec2 = at.client("ec2")
        (ec2.enable_serial_console_access if properties.get("Enabled") else ec2.disable_serial_console_access)()


class DefaultVpc(Setting):
    """Bastide::EC2::DefaultVpc {Present, VpcId}: the network that AWS makes in every region, open to the internet.

    Present False removes it with its internet gateway and subnets; refused, before anything goes, while a network
    interface or a group, ACL or route table of somebody's own is in it.
    Present True makes a new one (AWS gives it other ids). AWS's default is to have one.
    Source: Amazon VPC User Guide, "Default VPCs".
    """

    type = "Bastide::EC2::DefaultVpc"
    default: ClassVar[Properties] = {"Present": True}
    actions = actions(
        read=("ec2:DescribeVpcs",),
        write=(
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeRouteTables",
            "ec2:DescribeInternetGateways",
            "ec2:DetachInternetGateway",
            "ec2:DeleteInternetGateway",
            "ec2:DescribeSubnets",
            "ec2:DeleteSubnet",
            "ec2:DeleteVpc",
            "ec2:CreateDefaultVpc",
        ),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        vpcs = listed(at, "describe_vpcs", "Vpcs")
        return [_presence(at, next((vpc["VpcId"] for vpc in vpcs if vpc["IsDefault"]), ""))]

    def read(self, at: Connection, id: str) -> Found | None:
        return _presence(at, _default_vpc(at.client("ec2")))

    def told(self, at: Connection) -> dict[str, Value]:
        return dict(_presence(at, _default_vpc(at.client("ec2"))).properties)

    def put(self, at: Connection, properties: Properties) -> None:
        ec2 = at.client("ec2")
        vpc = _default_vpc(ec2)
        if properties.get("Present") and not vpc:
            ec2.create_default_vpc()
        elif properties.get("Present") is False and vpc:
            _remove_vpc(ec2, vpc, f"{at.account}/{at.region}")


def _presence(at: Connection, vpc: str) -> Found:
    return Found(at.account, {"Present": True, "VpcId": vpc} if vpc else {"Present": False})


def _default_vpc(ec2: Any) -> str:
    found = pages(ec2, "describe_vpcs", "Vpcs", Filters=[{"Name": "is-default", "Values": ["true"]}])
    return next((str(vpc["VpcId"]) for vpc in found), "")


def _made_by_others(ec2: Any, here: list[dict[str, Any]]) -> Iterator[str]:
    """Ids of security groups, network ACLs and route tables in a VPC beside those that AWS made with it."""
    for group in pages(ec2, "describe_security_groups", "SecurityGroups", Filters=here):
        if group["GroupName"] != "default":
            yield group["GroupId"]
    for acl in pages(ec2, "describe_network_acls", "NetworkAcls", Filters=here):
        if not acl["IsDefault"]:
            yield acl["NetworkAclId"]
    for table in pages(ec2, "describe_route_tables", "RouteTables", Filters=here):
        if not any(association.get("Main") for association in table["Associations"]):
            yield table["RouteTableId"]


def _remove_vpc(ec2: Any, vpc: str, where: str) -> None:
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    interfaces = pages(ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=here)
    used = [item["NetworkInterfaceId"] for item in interfaces]
    if used:
        what = f"the default VPC {vpc} is in use: {len(used)} network interfaces, such as {sorted(used)[0]}"
        raise TargetError(what, where, "move what uses it to a network of its own, or remove it")
    # DeleteVpc would refuse these, but only after the gateway and the subnets have gone.
    kept = [*_made_by_others(ec2, here)]
    if kept:
        what = f"the default VPC {vpc} holds what somebody made: {', '.join(sorted(kept)[:3])}"
        raise TargetError(what, where, "move it to a network of its own, or remove it")
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    for gateway in pages(ec2, "describe_internet_gateways", "InternetGateways", Filters=attached):
        id = gateway["InternetGatewayId"]
        # A lost answer makes botocore detach twice; a gateway left behind then would be nobody's.
        quietly(ec2.detach_internet_gateway, "Gateway.NotAttached", InternetGatewayId=id, VpcId=vpc)
        ec2.delete_internet_gateway(InternetGatewayId=id)
    for subnet in pages(ec2, "describe_subnets", "Subnets", Filters=here):
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)
