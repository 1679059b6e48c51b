"""What several techniques find in the victim's account: a network, a function, a key, a user, a log group, a trail …

One idea: everything is made by the account's owner with plain calls, under names that nobody else has, and its maker's
other half takes it away. It attacks nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from bastide.attack.stage import Stage, policy

IMAGE = "ami-12c6146b"  # one of Amazon's own
RANGE = "10.250.0.0/24"


class Network(NamedTuple):
    """A VPC of its own with one subnet."""

    vpc: str
    subnet: str


def network(stage: Stage) -> Network:
    """A VPC with one private subnet in the home region."""
    ec2 = stage.owner().client("ec2")
    vpc = ec2.create_vpc(CidrBlock=RANGE)["Vpc"]["VpcId"]
    return Network(vpc, ec2.create_subnet(VpcId=vpc, CidrBlock=RANGE)["Subnet"]["SubnetId"])


def default_group(stage: Stage, made: Network) -> str:
    """Id of the network's default security group."""
    wanted = [{"Name": "vpc-id", "Values": [made.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    found = stage.owner().client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"]
    return str(found[0]["GroupId"])


def drop_network(stage: Stage, made: Network) -> None:
    """Delete the subnet and the VPC, with every gateway and security group that was put into it."""
    ec2 = stage.owner().client("ec2")
    inside = [{"Name": "attachment.vpc-id", "Values": [made.vpc]}]
    for gateway in ec2.describe_internet_gateways(Filters=inside)["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=made.vpc)
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])["SecurityGroups"]
    for group in groups:
        if group["GroupName"] != "default":
            ec2.delete_security_group(GroupId=group["GroupId"])
    ec2.delete_subnet(SubnetId=made.subnet)
    ec2.delete_vpc(VpcId=made.vpc)


def instance(stage: Stage, subnet: str, **more: Any) -> str:
    """Id of a running instance that requires IMDSv2, started by the account's owner."""
    return str(launch(stage.owner().client("ec2"), SubnetId=subnet, **more)["InstanceId"])


def launch(ec2: Any, **more: Any) -> dict[str, Any]:
    """One instance as RunInstances answers it; IMDSv2 is required unless ``more`` says otherwise."""
    asked = {
        "ImageId": IMAGE,
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    }
    found: dict[str, Any] = ec2.run_instances(**{**asked, **more})["Instances"][0]
    return found


def instances(stage: Stage, region: str = "", **filters: str) -> list[dict[str, Any]]:
    """The victim's instances that are not terminated, filtered by EC2's own names with ``_`` for ``-``."""
    wanted = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    found = stage.owner().client("ec2", region).describe_instances(Filters=wanted)["Reservations"]
    rows = [one for reservation in found for one in reservation["Instances"]]
    return [one for one in rows if one["State"]["Name"] not in ("terminated", "shutting-down")]


def drop_instances(stage: Stage, region: str = "", **filters: str) -> None:
    """Terminate the victim's instances that match."""
    ids = [one["InstanceId"] for one in instances(stage, region, **filters)]
    if ids:
        stage.owner().client("ec2", region).terminate_instances(InstanceIds=ids)


IDLE = "def handler(event, context):\n    return None\n"


def code(text: str = IDLE) -> bytes:
    """A deployment package for Lambda with this module; one that does nothing when left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("index.py", text)
    return buffer.getvalue()


LAMBDA = {"Service": "lambda.amazonaws.com"}


def function(stage: Stage, stem: str) -> tuple[str, str]:
    """(name of a function, ARN of its role)."""
    role = stage.role(f"{stem}-role", trusts=LAMBDA, allows="logs:PutLogEvents")
    name = stage.name(stem)
    made = {"Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": code()}}
    stage.owner().client("lambda").create_function(FunctionName=name, Role=role, **made)
    return name, role


def drop_function(stage: Stage, name: str, role: str) -> None:
    """Delete a function and its role."""
    stage.owner().client("lambda").delete_function(FunctionName=name)
    stage.drop_role(role)


def key(stage: Stage, *statements: Mapping[str, Any]) -> str:
    """Id of a customer managed key that its account administers; ``statements`` are added to its policy."""
    own = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{stage.victim}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return str(stage.owner().client("kms").create_key(Policy=policy(own, *statements))["KeyMetadata"]["KeyId"])


def drop_key(stage: Stage, id: str) -> None:
    """Enable a key again and schedule its deletion with the longest wait."""
    kms = stage.owner().client("kms")
    if kms.describe_key(KeyId=id)["KeyMetadata"]["KeyState"] == "PendingDeletion":
        kms.cancel_key_deletion(KeyId=id)
    kms.schedule_key_deletion(KeyId=id, PendingWindowInDays=30)


def log_group(stage: Stage, name: str) -> str:
    """Name of a log group that is made."""
    stage.owner().client("logs").create_log_group(logGroupName=name)
    return name


def has_log_group(stage: Stage, name: str) -> bool:
    """Whether the log group is there."""
    return bool(stage.owner().client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"])


def drop_log_group(stage: Stage, name: str) -> None:
    """Delete a log group, if it is there."""
    if has_log_group(stage, name):
        stage.owner().client("logs").delete_log_group(logGroupName=name)


def user(stage: Stage, stem: str, actions: Any) -> tuple[str, dict[str, str]]:
    """(name of a user whom an inline policy allows ``actions``, its access key as IAM answers it)."""
    iam, name = stage.owner().client("iam"), stage.name(stem)
    iam.create_user(UserName=name)
    allowed = policy({"Effect": "Allow", "Action": actions, "Resource": "*"})
    iam.put_user_policy(UserName=name, PolicyName="work", PolicyDocument=allowed)
    return name, dict(iam.create_access_key(UserName=name)["AccessKey"])


def drop_user(stage: Stage, name: str) -> None:
    """Delete a user, if it is there, with its keys, password and policies."""
    iam = stage.owner().client("iam")
    if name not in [one["UserName"] for page in iam.get_paginator("list_users").paginate() for one in page["Users"]]:
        return
    for one in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=one["AccessKeyId"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    with suppress(iam.exceptions.NoSuchEntityException):  # a password that it may never have had
        iam.delete_login_profile(UserName=name)
    iam.delete_user(UserName=name)


def database(stage: Stage, subnet_group: str, **more: Any) -> str:
    """Name of an encrypted database in the subnets named."""
    name = stage.name("orders")
    stage.owner().client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="shop",
        MasterUserPassword="Correct-Horse-9-Battery",
        StorageEncrypted=True,
        DBSubnetGroupName=subnet_group,
        **more,
    )
    return name


def subnet_group(stage: Stage, subnet: str) -> str:
    """Name of a group for databases with this subnet."""
    name = stage.name("databases")
    stage.owner().client("rds").create_db_subnet_group(
        DBSubnetGroupName=name, DBSubnetGroupDescription="databases", SubnetIds=[subnet]
    )
    return name


class Trail(NamedTuple):
    """A trail of the account's own, and its bucket."""

    name: str
    bucket: str


def trail(stage: Stage) -> Trail:
    """A trail of the victim's own that is logging."""
    bucket = stage.bucket("team-trail")
    service = {"Service": "cloudtrail.amazonaws.com"}
    stage.owner().client("s3").put_bucket_policy(
        Bucket=bucket,
        Policy=policy(
            {
                "Effect": "Allow",
                "Principal": service,
                "Action": "s3:GetBucketAcl",
                "Resource": f"arn:aws:s3:::{bucket}",
            },
            {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
        ),
    )
    name, trails = stage.name("team-trail"), stage.owner().client("cloudtrail")
    trails.create_trail(Name=name, S3BucketName=bucket)
    trails.start_logging(Name=name)
    return Trail(name, bucket)


def drop_trail(stage: Stage, made: Trail) -> None:
    """Delete the trail, if it is still there, and its bucket."""
    trails = stage.owner().client("cloudtrail")
    if any(one["Name"] == made.name for one in trails.describe_trails()["trailList"]):
        trails.delete_trail(Name=made.name)
    stage.drop_bucket(made.bucket)
