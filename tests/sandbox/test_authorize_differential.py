"""Random principals, policies and requests: boto3 raises exactly when the engine, asked by itself, says deny."""

from __future__ import annotations

import json
from random import Random
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from bastide.iam import Compiled, PolicySet, Principal, Request, parse_policy
from bastide.sandbox import MANAGEMENT_ACCOUNT
from bastide.sandbox.authorize.messages import CODES, DENIED

REGION = "eu-west-1"
BUCKET = "differential-1"
CASES = 120
DENIALS = {*CODES.values(), *DENIED.values(), "AccessDenied"}
OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringEqualsIfExists",
    "ForAnyValue:StringEquals",
    "Null",
)


class Asked(NamedTuple):
    """A call, and what it is to the engine."""

    service: str
    method: str
    arguments: dict[str, Any]
    action: str
    resource: str


def calls(account: str) -> list[Asked]:
    queue = f"https://sqs.{REGION}.amazonaws.com/{account}/q"
    arn, role = f"arn:aws:sqs:{REGION}:{account}:q", f"arn:aws:iam::{account}:role/p/caller"
    topic, stored = f"arn:aws:sns:{REGION}:{account}:t", {"Bucket": BUCKET, "Key": "a/b", "Body": b"x"}
    return [
        Asked("sqs", "send_message", {"QueueUrl": queue, "MessageBody": "x"}, "sqs:SendMessage", arn),
        Asked("sqs", "get_queue_attributes", {"QueueUrl": queue}, "sqs:GetQueueAttributes", arn),
        Asked("sns", "publish", {"TopicArn": topic, "Message": "x"}, "sns:Publish", topic),
        Asked("s3", "put_object", stored, "s3:PutObject", f"arn:aws:s3:::{BUCKET}/a/b"),
        Asked("s3", "list_objects_v2", {"Bucket": BUCKET}, "s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        Asked("iam", "get_role", {"RoleName": "caller"}, "iam:GetRole", role),
        Asked("iam", "list_users", {}, "iam:ListUsers", "*"),
        Asked("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs", "*"),
    ]  # fmt: skip


def statement(rng: Random, account: str, asked: Asked) -> dict[str, Any]:
    prefix = asked.action.partition(":")[0]
    found: dict[str, Any] = {"Effect": rng.choice(["Allow", "Allow", "Deny"])}
    found[rng.choice(["Action", "Action", "NotAction"])] = rng.choice([asked.action, "*", f"{prefix}:*", "ec2:Run*"])
    place = {"s3": "::", "iam": ":*:role/"}.get(prefix, "*:*:")
    found["Resource"] = rng.choice(["*", asked.resource, f"arn:aws:{prefix}:{place}*", "arn:aws:s3:::other/*"])
    if rng.random() < 0.4:
        key = rng.choice(
            ["aws:PrincipalTag/team", "aws:RequestedRegion", "aws:PrincipalArn", "aws:SourceIdentity", "t:a"]
        )
        values = ["blue", "red", REGION, "us-east-1", f"arn:aws:iam::{account}:role/p/caller"]
        operator = rng.choice(OPERATORS)
        found["Condition"] = {operator: {key: "true" if operator == "Null" else rng.choice(values)}}
    return found


def document(rng: Random, account: str, asked: Asked) -> dict[str, Any]:
    listed = [statement(rng, account, asked) for _ in range(rng.choice([1, 1, 2, 3]))]
    return {"Version": "2012-10-17", "Statement": listed}


ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Stage:
    """A member account with a role, whose policies change from case to case."""

    def __init__(self, world: Any) -> None:
        self.world, self.account = world, world.accounts["work"]
        self.iam, self.organizations = world.client("iam", "work"), world.client("organizations")
        root = self.organizations.list_roots()["Roots"][0]
        if all(one["Type"] != "SERVICE_CONTROL_POLICY" for one in root["PolicyTypes"]):
            self.organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
        made = self.organizations.create_policy(
            Name="random", Description="-", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(ALL)
        )
        self.scp = made["Policy"]["PolicySummary"]["Id"]
        self.organizations.attach_policy(PolicyId=self.scp, TargetId=self.account)
        self.organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=self.account)
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:root"}}
        trust |= {"Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}
        text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.iam.create_role(RoleName="caller", Path="/p/", AssumeRolePolicyDocument=text)
        world.client("sqs", "work").create_queue(QueueName="q")
        world.client("sns", "work").create_topic(Name="t")
        where = {"LocationConstraint": REGION}
        world.client("s3", "work").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        self.boundary = f"arn:aws:iam::{self.account}:policy/limit"
        self.iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(ALL))

    def put(self, scp: Any, identity: Any, boundary: Any) -> None:
        # The last case's guardrail would stop whoever prepares the next.
        self.organizations.update_policy(PolicyId=self.scp, Content=json.dumps(ALL))
        self._put_own(identity, boundary)
        self.organizations.update_policy(PolicyId=self.scp, Content=json.dumps(scp))

    def _put_own(self, identity: Any, boundary: Any) -> None:
        self.iam.put_role_policy(RoleName="caller", PolicyName="own", PolicyDocument=json.dumps(identity))
        if boundary is None:
            self.iam.delete_role_permissions_boundary(RoleName="caller")
            return
        for version in self.iam.list_policy_versions(PolicyArn=self.boundary)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.iam.delete_policy_version(PolicyArn=self.boundary, VersionId=version["VersionId"])
        self.iam.create_policy_version(PolicyArn=self.boundary, PolicyDocument=json.dumps(boundary), SetAsDefault=True)
        self.iam.put_role_permissions_boundary(RoleName="caller", PermissionsBoundary=self.boundary)

    def session(self, tags: dict[str, str], identity: str, policy: Any) -> boto3.Session:
        arguments: dict[str, Any] = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        arguments |= {"SourceIdentity": identity} if identity else {}
        arguments |= {"Policy": json.dumps(policy)} if policy is not None else {}
        keys = self.world.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{self.account}:role/p/caller", RoleSessionName="case", **arguments
        )["Credentials"]
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        values = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        made: boto3.Session = self.world.sandbox._attached(REGION, dict(zip(names, values, strict=True)))
        return made


@pytest.fixture(scope="module")
def stage(world: Any) -> Stage:
    return Stage(world)


def parsed(document: Any) -> Any:
    return None if document is None else (parse_policy(document),)


def engine_says(stage: Stage, asked: Asked, policies: tuple[Any, ...], context: dict[str, str]) -> bool:
    """The engine asked directly: nothing of the front."""
    scp, identity, boundary, session = policies
    full = parse_policy(ALL)
    layers = PolicySet(
        scp=((full,), (parse_policy(scp),)),
        identity=(parse_policy(identity),),
        boundary=parsed(boundary),
        session=parsed(session),
        management_account=MANAGEMENT_ACCOUNT,
    )
    role = f"arn:aws:iam::{stage.account}:role/p/caller"
    caller = Principal(role, f"arn:aws:sts::{stage.account}:assumed-role/caller/case")
    return Compiled(layers).decide(Request(caller, asked.action, asked.resource, context, stage.account)).allowed


def tried(client: Any, asked: Asked, said: str) -> str:
    """The code of the refusal; empty when the call went through."""

    def say(params: Any, **_: Any) -> None:
        params["headers"]["x-bastide-context"] = json.dumps({"t:a": said})

    if said:
        client.meta.events.register_first("before-call.*.*", say)
    try:
        getattr(client, asked.method)(**asked.arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_a_real_call_is_refused_exactly_when_the_engine_says_deny(stage: Stage) -> None:
    rng = Random(20261124)
    outcomes = []
    for _ in range(CASES):
        asked = rng.choice(calls(stage.account))
        scp = ALL if rng.random() < 0.5 else document(rng, stage.account, asked)
        identity = ALL if rng.random() < 0.4 else document(rng, stage.account, asked)
        boundary = document(rng, stage.account, asked) if rng.random() < 0.3 else None
        session = document(rng, stage.account, asked) if rng.random() < 0.3 else None
        tags = rng.choice([{}, {"team": "blue"}, {"team": "red"}])
        source, said = rng.choice(["", "blue"]), rng.choice(["", "blue", "red"])
        stage.put(scp, identity, boundary)
        client = stage.session(tags, source, session).client(asked.service)
        region = "us-east-1" if asked.service == "iam" else REGION
        context = {"aws:RequestedRegion": region} | {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}
        context |= ({"aws:SourceIdentity": source} if source else {}) | ({"t:a": said} if said else {})
        expected = engine_says(stage, asked, (scp, identity, boundary, session), context)
        code = tried(client, asked, said)
        assert (code == "") is expected, (asked, scp, identity, boundary, session, context, code)
        assert code in ("", *DENIALS)
        outcomes.append(expected)
    assert 0.2 < sum(outcomes) / CASES < 0.8  # both answers are tested
