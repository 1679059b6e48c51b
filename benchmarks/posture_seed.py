"""One account full of the usual, for comparing what assessing it costs: seeded through boto3, whatever answers.

200 buckets in eight kinds, 200 security groups, 100 roles, 100 users, 100 policies, 50 instances, 80 volumes, 20 RDS
instances, 20 functions, 20 keys and 3 trails. The same numbers give the same account.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from bastide.model import Value

REGION = "us-east-1"
BUCKETS, GROUPS, PRINCIPALS, INSTANCES, VOLUMES, OTHERS = 200, 200, 100, 50, 80, 20
CODE_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements: Value) -> str:
    """A policy's text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def seed(client: Callable[[str], Any]) -> list[str]:
    """Make the account; what the other side does not know is left out and named. ``client``: one of a service."""
    refused: list[str] = []
    for part in (_buckets, _groups, _principals, _machines, _keys, _functions, _databases, _trails):
        try:
            part(client)
        except ClientError as error:
            refused.append(f"{part.__name__[1:]}: {error.operation_name}: {error.response['Error'].get('Code')}")
    return refused


def _buckets(client: Callable[[str], Any]) -> None:
    s3 = client("s3")
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    rule: dict[str, Any]
    for number in range(BUCKETS):
        name = f"posture-{number:03d}"
        s3.create_bucket(Bucket=name)
        kind = number % 8
        if kind in (0, 1):
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        if kind in (0, 2):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if kind in (1, 3):
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        if kind == 4:
            deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                    "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip
            s3.put_bucket_policy(Bucket=name, Policy=document(deny))
        if kind == 5:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "shop"}]})
        if kind == 6:
            rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


def _groups(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for number in range(GROUPS):
        made = ec2.create_security_group(GroupName=f"posture-{number:03d}", Description="seed", VpcId=vpc)["GroupId"]
        port = (22, 443, 3389, 5432)[number % 4]
        world = "0.0.0.0/0" if number % 3 == 0 else "10.0.0.0/8"
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": world}]}
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])


def _principals(client: Callable[[str], Any]) -> None:
    iam = client("iam")
    for number in range(PRINCIPALS):
        name = f"posture-{number:03d}"
        whole = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        some = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
        policy = iam.create_policy(PolicyName=name, PolicyDocument=document(whole if number % 10 == 0 else some))
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(CODE_TRUST))
        iam.attach_role_policy(RoleName=name, PolicyArn=policy["Policy"]["Arn"])
        iam.create_user(UserName=name)
        if number % 5 == 0:
            iam.create_access_key(UserName=name)
        if number % 7 == 0:
            iam.create_login_profile(UserName=name, Password="Correct-Horse-7-Battery")
        if number % 4 == 0:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(some))


def _machines(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    image = ec2.describe_images()["Images"]
    found = image[0]["ImageId"] if image else "ami-12c6146b"
    tokens = ("required", "optional")
    for number in range(2):
        ec2.run_instances(ImageId=found, MinCount=INSTANCES // 2, MaxCount=INSTANCES // 2, InstanceType="t3.micro",
                          MetadataOptions={"HttpTokens": tokens[number], "HttpEndpoint": "enabled"})  # fmt: skip
    for number in range(VOLUMES):
        ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=number % 2 == 0)


def _keys(client: Callable[[str], Any]) -> None:
    kms = client("kms")
    for number in range(OTHERS):
        made = kms.create_key(Description=f"posture {number}")["KeyMetadata"]["KeyId"]
        if number % 2:
            kms.enable_key_rotation(KeyId=made)


def _functions(client: Callable[[str], Any]) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): return 1\n")
    role = client("iam").get_role(RoleName="posture-000")["Role"]["Arn"]
    for number in range(OTHERS):
        client("lambda").create_function(
            FunctionName=f"posture-{number:03d}", Runtime="python3.12" if number % 2 else "python3.8", Role=role,
            Handler="main.handler", Code={"ZipFile": code.getvalue()},
        )  # fmt: skip


def _databases(client: Callable[[str], Any]) -> None:
    for number in range(OTHERS):
        client("rds").create_db_instance(
            DBInstanceIdentifier=f"posture-{number:03d}", DBInstanceClass="db.t3.micro", Engine="postgres",
            AllocatedStorage=20, MasterUsername="root", MasterUserPassword="correct-horse-7",
            StorageEncrypted=number % 2 == 0, PubliclyAccessible=number % 3 == 0,
        )  # fmt: skip


def _trails(client: Callable[[str], Any]) -> None:
    client("s3").create_bucket(Bucket="posture-trails")
    allow = [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl",
         "Resource": "arn:aws:s3:::posture-trails"},
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
         "Resource": "arn:aws:s3:::posture-trails/AWSLogs/*"},
    ]  # fmt: skip
    client("s3").put_bucket_policy(Bucket="posture-trails", Policy=document(*allow))
    for number in range(3):
        client("cloudtrail").create_trail(Name=f"posture-{number}", S3BucketName="posture-trails",
                                          IsMultiRegionTrail=number == 0)  # fmt: skip
