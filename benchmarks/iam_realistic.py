"""Policies and requests of the size that organizations have: the main set of ``iam_decisions``.

Three levels of SCPs and an RCP made of the guardrails that Bastide ships (filled in for an invented organization), a
role with an application's policy and one to four of AWS's managed policies, a bucket policy with a perimeter. Every
request differs from every other: 60 actions, 500 role sessions, its own object, address and time.
"""

from __future__ import annotations

import random
from importlib import resources
from typing import Any

import yaml

from bastide.iam import Principal, Request

ACCOUNT, ORGANIZATION = "111122223333", "o-acme123456"
FILLED = {
    "<<exempt>>": ["arn:aws:iam::*:role/bastide/*", "arn:aws:iam::*:role/break-glass"],
    "<<allowed_regions>>": ["eu-west-1", "eu-central-1"],
    "<<organization_id>>": [ORGANIZATION],
    "<<log_buckets>>": ["arn:aws:s3:::acme-trail", "arn:aws:s3:::acme-trail/*"],
    "<<global_services>>": ["iam:*", "organizations:*", "sts:*", "route53:*", "cloudfront:*", "support:*"],
    "<<one_region_services>>": ["globalaccelerator:*", "shield:*", "waf:*"],
}
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TEAMS = 40
Documents = list[dict[str, Any]]


def layers() -> dict[str, Documents]:
    """Documents by their place; ``identity`` without the managed policies."""
    scps, rcps = _guardrails("SERVICE_CONTROL_POLICY"), _guardrails("RESOURCE_CONTROL_POLICY")
    third = (len(scps) + 2) // 3
    levels = [_policy(*scps[start : start + third]) for start in range(0, len(scps), third)]
    found = {f"scp {name}": [FULL, one] for name, one in zip(("root", "unit", "account"), levels, strict=True)}
    return {**found, "rcp": [_policy(*rcps)], "identity": [_application()], "resource": [_bucket()]}


def _guardrails(kind: str) -> list[dict[str, Any]]:
    """Statements of the shipped guardrails of a kind, those left out that need more than ``FILLED``."""
    found: list[dict[str, Any]] = []
    folder = resources.files("bastide.prove").joinpath("guardrails")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            one = yaml.safe_load(file.read_text())
            statements = [_filled(statement) for statement in one["statements"]]
            if one["kind"] == kind and "<<" not in str(statements):
                found += statements
    return found


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [text for one in value for text in (FILLED.get(one, [one]) if isinstance(one, str) else [_filled(one)])]
    return FILLED.get(value, value) if isinstance(value, str) else value


def _application() -> dict[str, Any]:
    return _policy(
        {
            "Effect": "Allow", "Action": ["s3:GetObject*", "s3:PutObject", "s3:DeleteObject"],
            "Resource": "arn:aws:s3:::acme-data/${aws:PrincipalTag/team}/*",
        },
        {
            "Effect": "Allow", "Action": ["dynamodb:*Item", "dynamodb:Query"],
            "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/app-*",
        },
        {
            "Effect": "Allow", "Action": ["ec2:StartInstances", "ec2:StopInstances"], "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        },
        {"Effect": "Allow", "Action": ["ec2:Describe*", "s3:List*", "logs:*", "sqs:SendMessage"], "Resource": "*"},
    )  # fmt: skip


def _bucket() -> dict[str, Any]:
    outside = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
        "Bool": {"aws:PrincipalIsAWSService": "false"},
    }
    both = ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"]
    return _policy(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both, "Condition": outside},
        {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both,
            "Condition": {"NotIpAddressIfExists": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
        },
        {
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::acme-data/*",
        },
    )  # fmt: skip


HERE = f"eu-west-1:{ACCOUNT}"
# (service, resource, actions)
ASKED = (
    ("s3", "arn:aws:s3:::acme-data/team{team}/object-{number}",
     "GetObject PutObject DeleteObject GetObjectVersion PutObjectAcl GetObjectTagging"),
    ("dynamodb", f"arn:aws:dynamodb:{HERE}:table/app-{{number}}",
     "GetItem PutItem Query DeleteTable UpdateItem DescribeTable"),
    ("ec2", f"arn:aws:ec2:{HERE}:instance/i-{{number}}",
     "StartInstances StopInstances TerminateInstances RebootInstances ModifyInstanceAttribute RunInstances"),
    ("ec2", "*",
     "DescribeInstances DescribeVpcs DescribeSubnets DescribeSecurityGroups DescribeVolumes DescribeImages"),
    ("ec2", f"arn:aws:ec2:{HERE}:volume/vol-{{number}}", "DeleteVolume CreateSnapshot AttachVolume"),
    ("iam", f"arn:aws:iam::{ACCOUNT}:role/app-{{number}}", "GetRole PassRole CreateRole PutRolePolicy"),
    ("sqs", f"arn:aws:sqs:{HERE}:queue-{{number}}", "SendMessage ReceiveMessage DeleteQueue"),
    ("logs", f"arn:aws:logs:{HERE}:log-group:app-{{number}}", "PutLogEvents DeleteLogGroup"),
    ("lambda", f"arn:aws:lambda:{HERE}:function:app-{{number}}", "InvokeFunction CreateFunction"),
    ("cloudtrail", f"arn:aws:cloudtrail:{HERE}:trail/t{{number}}", "StopLogging LookupEvents"),
    ("organizations", "*", "LeaveOrganization"), ("guardduty", "*", "DeleteDetector ListFindings"),
    ("config", "*", "DeleteConfigRule"), ("rds", "*", "CreateDBInstance"), ("cloudwatch", "*", "PutMetricData"),
    ("ecr", "*", "GetAuthorizationToken"), ("sns", f"arn:aws:sns:{HERE}:topic-{{number}}", "Publish"),
    ("ssm", f"arn:aws:ssm:{HERE}:parameter/app/{{number}}", "GetParameter PutParameter"),
    ("secretsmanager", f"arn:aws:secretsmanager:{HERE}:secret:app-{{number}}", "GetSecretValue"),
    ("eks", f"arn:aws:eks:{HERE}:cluster/c{{number}}", "DescribeCluster"), ("athena", "*", "StartQueryExecution"),
    ("glue", "*", "GetTable"), ("backup", "*", "DeleteRecoveryPoint"), ("access-analyzer", "*", "DeleteAnalyzer"),
    ("s3", "*", "ListAllMyBuckets"), ("elasticloadbalancing", "*", "DescribeLoadBalancers"),
    ("cloudformation", f"arn:aws:cloudformation:{HERE}:stack/s{{number}}/x", "CreateStack"),
    ("codebuild", f"arn:aws:codebuild:{HERE}:project/p{{number}}", "StartBuild"),
)  # fmt: skip
ACTIONS = tuple((f"{service}:{name}", resource) for service, resource, names in ASKED for name in names.split())


def requests(count: int) -> list[Request]:
    """Requests of which none is another again, as a log of a busy account would tell them."""
    chance = random.Random(count)
    return [_request(chance, number) for number in range(count)]


def _request(chance: random.Random, number: int) -> Request:
    action, resource = ACTIONS[number % len(ACTIONS)]
    role, team = f"app{chance.randrange(500)}", chance.randrange(TEAMS)
    return Request(
        Principal(
            f"arn:aws:iam::{ACCOUNT}:role/{role}",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session",
            organization=ORGANIZATION,
        ),
        action,
        resource.format(team=team if chance.random() < 0.8 else 0, number=number),
        {
            "aws:RequestedRegion": chance.choice(("eu-west-1", "eu-west-1", "eu-central-1", "us-east-1")),
            "aws:SecureTransport": "true",
            "aws:SourceIp": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
            "aws:CurrentTime": f"2026-11-24T10:{chance.randrange(60):02}:{chance.randrange(60):02}Z",
            "aws:PrincipalTag/team": f"team{team}",
            "aws:ResourceTag/team": f"team{chance.randrange(TEAMS)}",
        },
    )


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
