"""An organization of 100 accounts: who outside reaches 50,000 resources."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

from bastide.iam.parse import parse_policy
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource, Unit
from benchmarks.measure import Figure

SEED = 4
ACCOUNTS = 100
RESOURCES = 50_000
ROOT = "r-acme"
ID = "o-acme000000"
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def account_id(number: int) -> str:
    """The digits of an account."""
    return f"{111_111_100_000 + number:012d}"


def organization() -> Organization:
    """Ten units of ten accounts; SCPs on the root and each unit, a data perimeter as RCP on the root."""
    units = tuple(Unit(f"ou-{n}", f"unit-{n}", ROOT, f"unit-{n}") for n in range(10))
    accounts = tuple(Account(account_id(n), f"a{n}", parent_id=f"ou-{n % 10}") for n in range(ACCOUNTS))
    every = (ROOT, *(one.id for one in units), *(one.id for one in accounts))
    perimeter = {
        "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:*"],
        "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ID, "aws:PrincipalAccount": ["555555555555"]},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }  # fmt: skip
    full = OrganizationPolicy("p-full", "FullAWSAccess", "SERVICE_CONTROL_POLICY", parse_policy(_policy(FULL)), every)
    rcp = OrganizationPolicy(
        "p-rcp", "perimeter", "RESOURCE_CONTROL_POLICY", parse_policy(_policy(perimeter)), ("ou-1",)
    )
    return Organization(ID, ROOT, account_id(0), accounts, units, (full, rcp))


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def resources(chance: random.Random) -> Iterator[Resource]:
    """Buckets, keys, queues, topics, secrets, functions, repositories and roles; one in twenty let somebody in."""
    for number in range(RESOURCES):
        account = account_id(number % ACCOUNTS)
        region = chance.choice(("eu-west-1", "eu-central-1"))
        yield KINDS[number % len(KINDS)](chance, number, account, region)


def _who(chance: random.Random, account: str) -> tuple[Any, dict[str, Any]]:
    """A principal and a condition: of the account, of another one of ours, of a partner, or everybody."""
    drawn = chance.random()
    if drawn < 0.7:
        return {"AWS": f"arn:aws:iam::{account}:root"}, {}
    if drawn < 0.85:
        return {"AWS": f"arn:aws:iam::{account_id(chance.randrange(ACCOUNTS))}:role/app-{chance.randrange(50)}"}, {}
    if drawn < 0.95:
        return "*", {"StringEquals": {"aws:PrincipalOrgID": ID}}
    if drawn < 0.98:
        partner = chance.randrange(300)
        return {"AWS": f"arn:aws:iam::{700_000_000_000 + partner}:role/partner-{partner}"}, {}
    return "*", chance.choice(({}, {"IpAddress": {"aws:SourceIp": f"198.51.{chance.randrange(100)}.0/24"}}))


def _statements(chance: random.Random, account: str, actions: list[str], *targets: str) -> list[dict[str, Any]]:
    found = []
    for number in range(chance.randint(1, 3)):
        who, condition = _who(chance, account)
        one = {"Sid": f"S{number}", "Effect": "Allow", "Principal": who, "Action": actions, "Resource": list(targets)}
        found.append(one | ({"Condition": condition} if condition else {}))
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": list(targets), "Condition": plain}
    return [*found, deny]


def _bucket(chance: random.Random, number: int, account: str, region: str) -> Resource:
    name = f"data-{number}"
    arn = f"arn:aws:s3:::{name}"
    policy = _policy(*_statements(chance, account, ["s3:GetObject", "s3:ListBucket"], arn, f"{arn}/*"))
    return Resource("AWS::S3::BucketPolicy", account, region, name, {"Bucket": name, "PolicyDocument": policy})


def _key(chance: random.Random, number: int, account: str, region: str) -> Resource:
    arn = f"arn:aws:kms:{region}:{account}:key/{number:012d}"
    policy = _policy(*_statements(chance, account, ["kms:Decrypt", "kms:DescribeKey"], "*"))
    return Resource("AWS::KMS::Key", account, region, f"{number:012d}", {"KeyPolicy": policy}, arn)


def _queue(chance: random.Random, number: int, account: str, region: str) -> Resource:
    arn = f"arn:aws:sqs:{region}:{account}:queue-{number}"
    url = f"https://sqs.{region}.amazonaws.com/{account}/queue-{number}"
    policy = _policy(*_statements(chance, account, ["sqs:SendMessage"], arn))
    return Resource("AWS::SQS::QueuePolicy", account, region, url, {"Queues": [url], "PolicyDocument": policy})


def _topic(chance: random.Random, number: int, account: str, region: str) -> Resource:
    arn = f"arn:aws:sns:{region}:{account}:topic-{number}"
    policy = _policy(*_statements(chance, account, ["sns:Publish", "sns:Subscribe"], arn))
    return Resource("AWS::SNS::TopicPolicy", account, region, arn, {"Topics": [arn], "PolicyDocument": policy})


def _secret(chance: random.Random, number: int, account: str, region: str) -> Resource:
    arn = f"arn:aws:secretsmanager:{region}:{account}:secret:s{number}-abcdef"
    policy = _policy(*_statements(chance, account, ["secretsmanager:GetSecretValue"], "*"))
    properties = {"SecretId": arn, "ResourcePolicy": policy}
    return Resource("AWS::SecretsManager::ResourcePolicy", account, region, arn, properties)


def _function(chance: random.Random, number: int, account: str, region: str) -> Resource:
    who = chance.choice(("s3.amazonaws.com", account, account_id(chance.randrange(ACCOUNTS)), "events.amazonaws.com"))
    properties = {"FunctionName": f"f-{number}", "Action": "lambda:InvokeFunction", "Principal": who}
    properties |= {"SourceAccount": account} if who.endswith("com") and chance.random() < 0.95 else {}
    return Resource("AWS::Lambda::Permission", account, region, f"f-{number}|s", properties)


def _role(chance: random.Random, number: int, account: str, region: str) -> Resource:
    who, condition = _who(chance, account)
    who = {"AWS": f"arn:aws:iam::{account}:root"} if who == "*" else who
    trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"} | (
        {"Condition": condition} if condition else {}
    )
    arn = f"arn:aws:iam::{account}:role/r-{number}"
    return Resource(
        "AWS::IAM::Role", account, "global", f"r-{number}", {"AssumeRolePolicyDocument": _policy(trust)}, arn
    )


KINDS = (_bucket, _key, _queue, _topic, _secret, _function, _role)


def external() -> Iterator[Figure]:
    """Seconds over 50,000 resources, nothing remembered."""
    from bastide.prove.external_access import external_access
    from bastide.prove.symbolic import action_list

    action_list().bits(["s3:Get*"])
    estate = Estate(tuple(resources(random.Random(SEED))), organization())
    start = time.process_time()
    found = external_access(estate)
    yield Figure(
        "external access", f"{RESOURCES:,} resources of 7 types, CPU", time.process_time() - start, "s", "≤ 30"
    )
    yield Figure("external access", "ways in from outside", len(found), "")


if __name__ == "__main__":
    for figure in external():
        print(figure)
