"""How each type of the large estate looks: right as a rule, wrong now and then, unread seldom."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bastide.model import Unknown

Properties = dict[str, Any]
Made = Iterator[tuple[str, str, Properties]]

WRONG = 0.12  # share of properties that are not as they should be
UNREAD = 0.004  # share that could not be read
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
PORTS = (22, 80, 443, 3389, 5432, 3306, 8080, 27017)


class Place(NamedTuple):
    """One account and region of the organization."""

    account: str
    region: str
    organization: str


def pick(chance: random.Random, right: Any, *wrong: Any) -> Any:
    """``right`` as a rule, else one of ``wrong``, seldom Unknown."""
    roll = chance.random()
    if roll < UNREAD:
        return Unknown("AccessDenied")
    return chance.choice(wrong) if roll < UNREAD + WRONG and wrong else right


def tags(chance: random.Random, name: str) -> list[dict[str, str]]:
    """Three tags as teams set them."""
    team = f"team-{chance.randrange(40)}"
    return [{"Key": "Name", "Value": name}, {"Key": "team", "Value": team}, {"Key": "stage", "Value": "prod"}]


def statement(chance: random.Random, **elements: Any) -> Properties:
    """One Allow statement; now and then it allows far too much."""
    broad = {"Action": "*", "Resource": "*"}
    return {"Effect": "Allow", **(elements if chance.random() > 0.03 else {**elements, **broad})}


def policy(*statements: Properties) -> Properties:
    """A policy of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def identity_policy(place: Place, name: str, chance: random.Random) -> Properties:
    """What an application's role may do: one to six statements."""
    bucket = f"arn:aws:s3:::{name}"
    table = f"arn:aws:dynamodb:*:{place.account}:table/{name}"
    choices = (
        {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{bucket}/*"},
        {"Action": ["s3:ListBucket"], "Resource": bucket},
        {"Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], "Resource": [table, f"{table}/index/*"]},
        {"Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": f"arn:aws:kms:*:{place.account}:key/*"},
        {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
        {"Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::*:role/{name}"},
    )
    return policy(*(statement(chance, **choices[number]) for number in range(chance.randint(1, len(choices)))))


def bucket(place: Place, name: str, chance: random.Random) -> Made:
    """A bucket, and in most cases its policy."""
    yield (
        "AWS::S3::Bucket",
        name,
        {
            "BucketName": name,
            "PublicAccessBlockConfiguration": {block: pick(chance, True, False) for block in BLOCKS},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": pick(chance, "BucketOwnerEnforced", "ObjectWriter")}]},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": pick(chance, "aws:kms", "AES256")}}
                ]
            },
            "VersioningConfiguration": pick(chance, {"Status": "Enabled"}, {"Status": "Suspended"}),
            "LoggingConfiguration": pick(chance, {"DestinationBucketName": "access-logs"}, None),
            "Tags": tags(chance, name),
        },
    )
    if chance.random() < 0.7:
        arn = f"arn:aws:s3:::{name}"
        tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"],
               "Condition": {"Bool": {"aws:SecureTransport": pick(chance, "false", "true")}}}  # fmt: skip
        who = pick(chance, {"AWS": f"arn:aws:iam::{place.account}:role/app"}, "*", {"AWS": "999999999999"})
        read = {"Effect": "Allow", "Principal": who, "Action": "s3:GetObject", "Resource": f"{arn}/*"}
        if chance.random() < 0.5:
            read["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": place.organization}}
        yield "AWS::S3::BucketPolicy", name, {"Bucket": name, "PolicyDocument": policy(tls, read)}


def security_group(place: Place, name: str, chance: random.Random) -> Made:
    """A security group with one to eight rules."""
    rules = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
         "CidrIp": pick(chance, f"10.{chance.randrange(256)}.0.0/16", "0.0.0.0/0", "0.0.0.0/1")}
        for port in chance.sample(PORTS, chance.randint(1, len(PORTS)))
    ]  # fmt: skip
    yield (
        "AWS::EC2::SecurityGroup",
        f"sg-{name}",
        {
            "GroupName": pick(chance, name, "default"),
            "GroupDescription": f"of {name}",
            "VpcId": f"vpc-{place.account}",
            "SecurityGroupIngress": rules,
            "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
            "Tags": tags(chance, name),
        },
    )


def instance(place: Place, name: str, chance: random.Random) -> Made:
    """An instance with its volume."""
    yield "AWS::EC2::Instance", f"i-{name}", {
        "InstanceType": "m7g.large",
        "ImageId": f"ami-{chance.randrange(50):017x}",
        "MetadataOptions": {"HttpTokens": pick(chance, "required", "optional"), "HttpPutResponseHopLimit": 1,
                            "HttpEndpoint": "enabled"},
        "SubnetId": f"subnet-{place.account}",
        "SecurityGroupIds": [f"sg-{name}"],
        "NetworkInterfaces": [{"DeviceIndex": "0", "AssociatePublicIpAddress": pick(chance, False, True)}],
        "PublicIp": pick(chance, "", "203.0.113.7"),
        "Monitoring": pick(chance, True, False),
        "Tags": tags(chance, name),
    }  # fmt: skip
    yield from volume(place, name, chance)


def volume(place: Place, name: str, chance: random.Random) -> Made:
    """A volume."""
    zone = f"{place.region}a"
    yield "AWS::EC2::Volume", f"vol-{name}", {
        "Encrypted": pick(chance, True, False), "Size": 100, "VolumeType": "gp3", "AvailabilityZone": zone,
        "KmsKeyId": f"arn:aws:kms:{place.region}:{place.account}:key/data", "Tags": tags(chance, name),
    }  # fmt: skip


def vpc(place: Place, name: str, chance: random.Random) -> Made:
    """A VPC with subnets, a network ACL and its entries, an endpoint, and in most cases flow logs."""
    yield "AWS::EC2::VPC", f"vpc-{name}", {"CidrBlock": "10.0.0.0/16", "Tags": tags(chance, name)}
    for number in range(3):
        yield "AWS::EC2::Subnet", f"subnet-{name}-{number}", {
            "VpcId": f"vpc-{name}", "CidrBlock": f"10.0.{number}.0/24",
            "MapPublicIpOnLaunch": pick(chance, False, True), "Tags": tags(chance, name),
        }  # fmt: skip
    yield "AWS::EC2::NetworkAcl", f"acl-{name}", {"VpcId": f"vpc-{name}", "Tags": tags(chance, name)}
    for number in (100, 200):
        yield "AWS::EC2::NetworkAclEntry", f"acl-{name}|{number}|ingress", {
            "NetworkAclId": f"acl-{name}", "RuleNumber": number, "Protocol": 6, "Egress": False,
            "RuleAction": pick(chance, "deny", "allow"), "CidrBlock": "0.0.0.0/0",
            "PortRange": {"From": 22, "To": 22 + number},
        }  # fmt: skip
    condition = {"StringEquals": {"aws:PrincipalOrgID": place.organization}}
    limited = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
    yield "AWS::EC2::VPCEndpoint", f"vpce-{name}", {
        "VpcId": f"vpc-{name}", "ServiceName": f"com.amazonaws.{place.region}.s3",
        "PolicyDocument": pick(chance, policy(limited), policy(limited | {"Condition": {}}), None),
    }  # fmt: skip
    if chance.random() > WRONG:
        yield "AWS::EC2::FlowLog", f"fl-{name}", {
            "ResourceId": f"vpc-{name}", "ResourceType": "VPC", "TrafficType": pick(chance, "ALL", "ACCEPT"),
            "LogDestinationType": "s3", "FlowLogStatus": "ACTIVE",
        }  # fmt: skip


def launch_template(place: Place, name: str, chance: random.Random) -> Made:
    """A launch template."""
    interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": pick(chance, False, True)}
    options = {"HttpTokens": pick(chance, "required", "optional")}
    data = {"MetadataOptions": options, "NetworkInterfaces": [interface]}
    yield "AWS::EC2::LaunchTemplate", f"lt-{name}", {"LaunchTemplateName": name, "LaunchTemplateData": data}


def role(place: Place, name: str, chance: random.Random) -> Made:
    """A role with its trust, and one inline policy now and then."""
    trusted = pick(
        chance, {"Service": "lambda.amazonaws.com"}, {"AWS": f"arn:aws:iam::{place.account}:root"}, {"AWS": "*"}
    )
    trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    inline = [{"PolicyName": "inline", "PolicyDocument": identity_policy(place, name, chance)}]
    yield "AWS::IAM::Role", name, {
        "RoleName": name, "Path": "/", "AssumeRolePolicyDocument": policy(trust),
        "ManagedPolicyArns": [pick(chance, "arn:aws:iam::aws:policy/ReadOnlyAccess",
                                   "arn:aws:iam::aws:policy/AdministratorAccess")],
        "Policies": inline if chance.random() < 0.5 else [], "MaxSessionDuration": 3600, "Tags": tags(chance, name),
    }  # fmt: skip


def managed_policy(place: Place, name: str, chance: random.Random) -> Made:
    """A customer managed policy."""
    yield "AWS::IAM::ManagedPolicy", f"arn:aws:iam::{place.account}:policy/{name}", {
        "ManagedPolicyName": name, "Path": "/", "PolicyDocument": identity_policy(place, name, chance),
        "Roles": [], "Users": pick(chance, [], [name]),
    }  # fmt: skip


def user(place: Place, name: str, chance: random.Random) -> Made:
    """A user, in a group as a rule."""
    yield "AWS::IAM::User", name, {
        "UserName": name, "Path": "/", "Groups": pick(chance, ["developers"], []), "ManagedPolicyArns": pick(
            chance, [], ["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "Policies": pick(chance, [], [{"PolicyName": "p", "PolicyDocument": identity_policy(place, name, chance)}]),
        "Tags": tags(chance, name),
    }  # fmt: skip


def key(place: Place, name: str, chance: random.Random) -> Made:
    """A KMS key with its alias."""
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{place.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    yield "AWS::KMS::Key", name, {
        "KeyPolicy": policy(root, root | {"Principal": pick(chance, {"Service": "logs.amazonaws.com"}, {"AWS": "*"})}),
        "EnableKeyRotation": pick(chance, True, False), "Enabled": True, "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "Tags": tags(chance, name),
    }  # fmt: skip
    yield "AWS::KMS::Alias", f"alias/{name}", {"AliasName": f"alias/{name}", "TargetKeyId": name}


def log_group(place: Place, name: str, chance: random.Random) -> Made:
    """A log group."""
    yield "AWS::Logs::LogGroup", f"/aws/lambda/{name}", {
        "LogGroupName": f"/aws/lambda/{name}", "RetentionInDays": pick(chance, 365, None, 7),
        "KmsKeyId": pick(chance, f"arn:aws:kms:{place.region}:{place.account}:key/logs", None),
    }  # fmt: skip


def function(place: Place, name: str, chance: random.Random) -> Made:
    """A Lambda function: judged by no control of the foundation, but there."""
    yield "AWS::Lambda::Function", name, {
        "FunctionName": name, "Runtime": "python3.13", "Handler": "main.run", "MemorySize": 512,
        "Role": f"arn:aws:iam::{place.account}:role/{name}", "Environment": {"Variables": {"STAGE": "prod"}},
    }  # fmt: skip


Recipe = Callable[[Place, str, random.Random], Made]
# Type → how often it is drawn, and its recipe, which may make more than one resource.
RECIPES: dict[str, tuple[float, Recipe]] = {
    "AWS::S3::Bucket": (12, bucket),
    "AWS::EC2::SecurityGroup": (16, security_group),
    "AWS::EC2::Instance": (9, instance),
    "AWS::EC2::Volume": (5, volume),
    "AWS::EC2::VPC": (1.5, vpc),
    "AWS::EC2::LaunchTemplate": (2, launch_template),
    "AWS::IAM::Role": (17, role),
    "AWS::IAM::ManagedPolicy": (8, managed_policy),
    "AWS::IAM::User": (3, user),
    "AWS::KMS::Key": (3, key),
    "AWS::Logs::LogGroup": (6, log_group),
    "AWS::Lambda::Function": (6, function),
}
# Types that come with one of the above.
OF_RECIPES = frozenset(
    {
        "AWS::KMS::Alias",
        "AWS::EC2::NetworkAclEntry",
        "AWS::S3::BucketPolicy",
        "AWS::EC2::Subnet",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::FlowLog",
    }
)
Settings = dict[str, Callable[[Place, str, random.Random], Properties]]
ACCOUNT_WIDE: Settings = {
    "Bastide::S3::AccountPublicAccessBlock": lambda _place, _id, chance: {
        block: pick(chance, True, False) for block in BLOCKS
    },
    "Bastide::IAM::AccountPasswordPolicy": lambda _place, _id, chance: {
        "MinimumPasswordLength": pick(chance, 14, 8),
        "RequireSymbols": pick(chance, True, False),
        "PasswordReusePrevention": pick(chance, 24, 0),
        "MaxPasswordAge": 90,
    },
}
PER_REGION: Settings = {
    "Bastide::EC2::EbsEncryptionByDefault": lambda _place, _id, chance: {"Enabled": pick(chance, True, False)},
    "Bastide::EC2::DefaultVpc": lambda _place, _id, chance: {"Present": pick(chance, False, True)},
    "AWS::GuardDuty::Detector": lambda _place, _id, chance: {"Enable": pick(chance, True, False)},
    "AWS::Config::ConfigurationRecorder": lambda _place, _id, chance: {
        "Name": "default",
        "Recording": pick(chance, True, False),
        "RecordingGroup": {"AllSupported": True, "IncludeGlobalResourceTypes": True},
    },
}
