"""What AWS asks for before it makes a resource: properties that must be there, and what it has to stand on.

Source: CloudFormation Template Reference, "Required" of each property; the services' create operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.sandbox import Sandbox

ROOT = f"arn:aws:iam::{Sandbox.management_account}:root"
IMAGE = "ami-12c6146b"
LOGS = "the-logs-of-this-world"
VPC, SUBNET, TABLE, GROUP = "base-vpc", "base-subnet", "base-table", "base-group"


def document(**statement: Any) -> dict[str, Any]:
    """A policy of one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path; None where there is nothing."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


@dataclass(frozen=True)
class Need:
    """``properties`` are laid under those of the case; ``on``: what else must be there, by the property that names it.

    ``named_by``: the property that the name goes into, in the form ``name``. ``open``: what a public policy or ACL asks
    for besides, since AWS refuses both where nobody has said that they are wanted. ``inside``: what has to stand in
    parts that are there, by dotted path (``*`` for the elements of a list; ``{}`` is an element's place in it).
    """

    properties: Mapping[str, Any] = field(default_factory=dict)
    on: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    named_by: str = ""
    name: str = "{}"
    open: Mapping[str, Any] = field(default_factory=dict)
    inside: Mapping[str, Any] = field(default_factory=dict)

    def stands_on(self, properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """(type, name) of what must be there; a thing that the case names is there under that name."""
        for name, (type, base) in self.on.items():
            said = at(properties, name.removesuffix("'"))
            for one in said if isinstance(said, list) else [said]:
                if isinstance(one, str) or base:
                    yield type, one if isinstance(one, str) else base


BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
SERVICES = ("cloudtrail", "config", "delivery.logs", "logging.s3")
# Without it nobody here could read the key again.
OURS = {"Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
POLICIES = {
    "Policies.*.PolicyName": "inline{}",
    "Policies.*.PolicyDocument": document(Action="s3:ListBucket", Resource="*"),
}
NEEDS: dict[str, Need] = {
    "AWS::S3::Bucket": Need(
        named_by="BucketName",
        open={
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
            "PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, False),
            "VersioningConfiguration": {"Status": "Enabled"},
        },
        on={"LoggingConfiguration.DestinationBucketName": ("AWS::S3::BucketPolicy", "")},
        inside={
            "ReplicationConfiguration.Role": f"arn:aws:iam::{Sandbox.management_account}:role/copy",
            "ReplicationConfiguration.Rules.*.Destination": {"Bucket": "arn:aws:s3:::copy"},
        },
    ),
    "AWS::S3::BucketPolicy": Need(
        {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": f"{service}.amazonaws.com"},
                        "Action": "s3:*",
                        "Resource": ["arn:aws:s3:::{}", "arn:aws:s3:::{}/*"],
                    }
                    for service in SERVICES
                ],
            }
        },
        {"Bucket": ("AWS::S3::Bucket", LOGS)},
        "Bucket",
    ),
    "AWS::EC2::VPC": Need({"CidrBlock": "10.0.0.0/16"}),
    "AWS::EC2::InternetGateway": Need({"Attachments": [{"VpcId": VPC}]}, {"": ("AWS::EC2::VPC", VPC)}),
    "AWS::EC2::Subnet": Need({"VpcId": VPC, "CidrBlock": "10.0.1.0/24"}, {"VpcId": ("AWS::EC2::VPC", VPC)}),
    "AWS::EC2::SecurityGroup": Need(
        {"GroupDescription": "one", "VpcId": VPC}, {"VpcId": ("AWS::EC2::VPC", VPC)}, "GroupName", "group {}"
    ),
    "AWS::EC2::NetworkAcl": Need({"VpcId": VPC}, {"VpcId": ("AWS::EC2::VPC", VPC)}),
    "AWS::EC2::RouteTable": Need({"VpcId": VPC}, {"VpcId": ("AWS::EC2::VPC", VPC)}),
    "AWS::EC2::Route": Need(
        {"RouteTableId": TABLE, "DestinationCidrBlock": "0.0.0.0/0"}, {"RouteTableId": ("AWS::EC2::RouteTable", TABLE)}
    ),
    "AWS::EC2::VPCEndpoint": Need(
        {"VpcId": VPC, "ServiceName": "com.amazonaws.eu-west-1.s3", "VpcEndpointType": "Gateway"},
        {"VpcId": ("AWS::EC2::VPC", VPC)},
    ),
    "AWS::EC2::Instance": Need(
        {"ImageId": IMAGE, "InstanceType": "t3.micro", "SubnetId": SUBNET},
        {"SubnetId": ("AWS::EC2::Subnet", SUBNET)},
        inside={"NetworkInterfaces.*.DeviceIndex": "{}"},
    ),
    "AWS::EC2::LaunchTemplate": Need({"LaunchTemplateData": {}}, named_by="LaunchTemplateName"),
    "AWS::EC2::Volume": Need({"AvailabilityZone": "eu-west-1a", "Size": 8}),
    "AWS::EC2::FlowLog": Need(
        {
            "ResourceType": "VPC",
            "ResourceId": VPC,
            "TrafficType": "ALL",
            "LogDestinationType": "s3",
            "LogDestination": f"arn:aws:s3:::{LOGS}",
        },
        {"ResourceId": ("AWS::EC2::VPC", VPC), "": ("AWS::S3::BucketPolicy", LOGS)},
    ),
    "AWS::CloudTrail::Trail": Need(
        {"TrailName": "one", "S3BucketName": LOGS, "IsLogging": True},
        {"S3BucketName": ("AWS::S3::Bucket", LOGS), "S3BucketName'": ("AWS::S3::BucketPolicy", LOGS)},
    ),
    "AWS::KMS::Key": Need(
        {"KeyPolicy": document(**OURS)}, inside={"KeyPolicy.Statement.+": {"Effect": "Allow", **OURS}}
    ),
    "AWS::Logs::LogGroup": Need(named_by="LogGroupName"),
    "AWS::IAM::User": Need(named_by="UserName", on={"Groups": ("AWS::IAM::Group", "")}, inside=POLICIES),
    "AWS::IAM::Group": Need(named_by="GroupName", inside=POLICIES),
    "AWS::IAM::Role": Need(
        {"AssumeRolePolicyDocument": document(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")},
        named_by="RoleName",
        inside=POLICIES,
    ),
    "AWS::IAM::ManagedPolicy": Need(
        {"PolicyDocument": document(Action="s3:ListBucket", Resource="*")}, named_by="ManagedPolicyName"
    ),
    "AWS::GuardDuty::Detector": Need({"Enable": True}),
    "AWS::Config::ConfigurationAggregator": Need(named_by="ConfigurationAggregatorName"),
    "AWS::EC2::SnapshotBlockPublicAccess": Need({"State": "block-all-sharing"}),
    "Bastide::EC2::ImageBlockPublicAccess": Need({"State": "block-new-sharing"}),
    "AWS::AccessAnalyzer::Analyzer": Need({"AnalyzerName": "one", "Type": "ACCOUNT"}),
}
