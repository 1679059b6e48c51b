"""An organization of 100 accounts: what 5,000 principals can do, who outside reaches 50,000 resources, and the proof.

Roles: 45 of the 50 in each account come from one set of templates (with the account's own names in them), 5 are drawn
for the account alone, each of 1 to 4 statements. SCPs on three levels and an RCP bind them, with exemptions, regions
and tag conditions. One edit: of an SCP at the root (which binds everybody), of a unit's SCP, of one role.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bastide.iam.parse import parse_policy
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource, Unit
from bastide.prove.symbolic import action_list
from benchmarks.measure import Figure

SEED = 4
ACCOUNTS = 100
RESOURCES = 50_000
ROLES, OWN = 50, 5  # roles of each account, and how many of them are like no other
DEMO = Path(__file__).parents[1] / "examples" / "acme.yaml"
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
    scp = "SERVICE_CONTROL_POLICY"
    root = OrganizationPolicy("p-root", "guardrail", scp, parse_policy(guardrail()), (ROOT,))
    below = tuple(
        OrganizationPolicy(f"p-{n}", f"unit-{n}", scp, parse_policy(unit_policy(n)), (f"ou-{n}",)) for n in range(10)
    )
    full = OrganizationPolicy("p-full", "FullAWSAccess", scp, parse_policy(_policy(FULL)), every)
    rcp = OrganizationPolicy(
        "p-rcp", "perimeter", "RESOURCE_CONTROL_POLICY", parse_policy(_policy(perimeter)), ("ou-1",)
    )
    return Organization(ID, ROOT, account_id(0), accounts, units, (full, root, *below, rcp))


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def resources(chance: random.Random) -> Iterator[Resource]:
    """Buckets, keys, queues, topics, secrets, functions, repositories and roles; one in twenty let somebody in."""
    for number in range(RESOURCES):
        account = account_id(number % ACCOUNTS)
        region = chance.choice(("eu-west-1", "eu-central-1"))
        yield KINDS[number % len(KINDS)](chance, number, account, region)


def guardrail(regions: Sequence[str] = ("eu-west-1", "eu-central-1")) -> dict[str, Any]:
    """The SCP at the root."""
    exempt = {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/break-glass", "arn:aws:iam::*:role/deploy-*"]}}
    return _policy(
        {
            "Sid": "Regions", "Effect": "Deny", "Resource": "*",
            "NotAction": ["iam:*", "sts:*", "organizations:*", "route53:*", "cloudfront:*", "support:*", "health:*"],
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(regions)}, **exempt},
        },
        {"Sid": "Leave", "Effect": "Deny", "Action": ["organizations:LeaveOrganization", "account:*"], "Resource": "*"},
        {
            "Sid": "Trails", "Effect": "Deny", "Resource": "*", "Condition": exempt,
            "Action": ["cloudtrail:Delete*", "cloudtrail:StopLogging", "config:Delete*", "guardduty:Delete*"],
        },
        {
            "Sid": "Roles", "Effect": "Deny", "Action": ["iam:*Role", "iam:*RolePolicy"], "Condition": exempt,
            "Resource": ["arn:aws:iam::*:role/break-glass", "arn:aws:iam::*:role/deploy-*"],
        },
    )  # fmt: skip


def unit_policy(number: int) -> dict[str, Any]:
    """The SCP of a unit: what its accounts do not need, launches only with a metadata token, a tag on volumes."""
    services = [
        f"{name}:*" for name in ("sagemaker", "gamelift", "iot", "braket", "connect", "lex", "ses")[: number % 7]
    ]
    token = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    return _policy(
        {"Effect": "Deny", "Action": ["aws-portal:*", *services], "Resource": "*"},
        {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": token},
        {
            "Effect": "Deny", "Action": "ec2:CreateVolume", "Resource": "*",
            "Condition": {"Null": {"aws:RequestTag/owner": "true"}},
        },
    )  # fmt: skip


def roles() -> Iterator[Resource]:
    """Fifty roles in each account."""
    names = sorted(action_list().names)
    for number in range(ACCOUNTS):
        account = account_id(number)
        for index in range(ROLES):
            chance = random.Random(index if index < ROLES - OWN else f"{number}-{index}")
            name = ("break-glass", "deploy-app")[index] if index < 2 else f"app-{index}"
            arn = f"arn:aws:iam::{account}:role/{name}"
            document = _policy(*(_grant(chance, names, account) for _ in range(chance.randint(1, 4))))
            properties = {"Policies": [{"PolicyName": "own", "PolicyDocument": document}]}
            yield Resource("AWS::IAM::Role", account, "global", name, properties, arn)


def _grant(chance: random.Random, names: Sequence[str], account: str) -> dict[str, Any]:
    drawn = [chance.choice(names) for _ in range(chance.randint(1, 6))]
    actions = [
        name if chance.random() < 0.4 else f"{name[: name.index(':') + chance.randint(1, 5)]}*" for name in drawn
    ]
    service = actions[0].partition(":")[0]
    resource = chance.choice(("*", f"arn:aws:{service}:*:{account}:*", f"arn:aws:{service}:eu-west-1:{account}:app/*"))
    found: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resource}
    if chance.random() < 0.2:
        found["Condition"] = {"StringEquals": {"aws:ResourceTag/team": f"t{chance.randrange(9)}"}}
    return {"Effect": "Allow", "Action": "*", "Resource": "*"} if chance.random() < 0.05 else found


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


def principals() -> Iterator[Figure]:
    """Seconds for the actions of 5,000 principals with nothing remembered, and milliseconds after one edit."""
    from bastide.prove.reach import Memory, Reaches
    from bastide.prove.symbolic.forget import forget

    action_list().bits(["s3:Get*"])
    tree, held = organization(), tuple(roles())
    estate = Estate(held, tree)
    forget()
    memory = Memory()
    start = time.process_time()
    first = Reaches(estate, memory).every
    taken = time.process_time() - start
    yield Figure(
        "organization", f"{len(first):,} principals × {len(action_list().names):,} actions, CPU", taken, "s", "≤ 2"
    )
    edits = {
        "an SCP at the root": Estate(held, _edited(tree, "p-root", guardrail(("eu-west-1",)))),
        "an SCP of a unit": Estate(held, _edited(tree, "p-3", unit_policy(6))),
        "one role's policy": Estate((*held[:-1], replace(held[-1], properties=held[7].properties)), tree),
    }
    for name, edited in edits.items():
        start = time.process_time()
        again = Reaches(edited, memory).every
        yield Figure(
            "organization", f"after an edit of {name}, CPU", (time.process_time() - start) * 1e3, "ms", "≤ 100"
        )
        if again != Reaches(edited).every:
            raise AssertionError("what was remembered gave another answer")


def _edited(tree: Organization, policy: str, document: dict[str, Any]) -> Organization:
    new = parse_policy(document)
    return replace(
        tree, policies=tuple(replace(one, document=new) if one.id == policy else one for one in tree.policies)
    )


def proofs() -> Iterator[Figure]:
    """Seconds to prove all invariants of the demo's architecture, nothing remembered."""
    from bastide.declare.read import read_architecture
    from bastide.prove.invariants import prove
    from bastide.prove.symbolic.forget import forget
    from bastide.show.cli.prove import declared

    estate, standing = declared(read_architecture(DEMO), DEMO)
    forget()
    start = time.process_time()
    found = prove(estate, standing)
    taken = time.process_time() - start
    yield Figure("proof", f"{len(found)} invariants of the demo's architecture, CPU", taken, "s", "≤ 2")


def organization_figures() -> Iterator[Figure]:
    """All figures of the organization."""
    yield from principals()
    yield from external()
    yield from proofs()


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
    for figure in organization_figures():
        print(figure)
