"""The least resource behind an ARN, made by AWS itself, so that a call about it has something to be about.

One idea: one maker a resource type, for the types that guardrails and resource policies speak about; each lets the
caller in by the resource's own policy, so that only what binds regardless refuses. Ids that AWS gives out make another
ARN than the one asked for: the ARN of what was made is the answer. What has no maker stays away, and the call then
meets nothing once it is let through.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bastide.sandbox.organization import Sandbox
from bastide.sandbox.wire import AwsError

Maker = Callable[["Workbench", list[str], str], str | None]
MAKERS: dict[str, Maker] = {}


class Workbench:
    """Makes resources in a sandbox for one caller; `made` are the ARNs that came of it."""

    def __init__(self, sandbox: Sandbox, caller: str) -> None:
        """For the principal of this ARN; empty where nobody in particular calls."""
        self.sandbox, self.caller = sandbox, caller

    def policy(self, action: str, resource: str = "*", **more: str) -> str:
        """A resource policy that lets the caller, and the resource's account, do everything."""
        statement = {"Effect": "Allow", "Principal": {"AWS": self.caller or "*"}, "Action": action, **more}
        document = {"Version": "2012-10-17", "Statement": [statement | ({"Resource": resource} if resource else {})]}
        return json.dumps(document)

    def make(self, service: str, operation: str, parts: list[str], **params: Any) -> dict[str, Any]:
        """What the service answers in the ARN's account and Region. Raises AwsError."""
        return self.sandbox.perform(service, operation, params, parts[4], parts[3] or "us-east-1")


def make_least(sandbox: Sandbox, arn: str, caller: str) -> str:
    """The ARN of what stands now where the ARN says; the same ARN where nothing was, or could be, made."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or "*" in arn:
        return arn
    maker = MAKERS.get(f"{parts[2]}:{parts[5].partition('/')[0]}") or MAKERS.get(parts[2])
    if maker is None:
        return arn
    try:
        return maker(Workbench(sandbox, caller), parts, arn) or arn
    except AwsError:  # it is there already, or cannot be: the call itself will tell
        return arn


def ciphertext(sandbox: Sandbox, key: str) -> bytes:
    """Something encrypted under a key; no ciphertext where the key is not there."""
    parts = key.split(":", 5)
    try:
        answer = sandbox.perform("kms", "Encrypt", {"KeyId": key, "Plaintext": b"x"}, parts[4], parts[3])
    except (AwsError, IndexError):
        return b"x"
    return bytes(answer["CiphertextBlob"])


def _maker(*kinds: str) -> Callable[[Maker], Maker]:
    def register(function: Maker) -> Maker:
        MAKERS.update(dict.fromkeys(kinds, function))
        return function

    return register


@_maker("s3")
def _bucket(bench: Workbench, parts: list[str], arn: str) -> str | None:
    name, _, key = parts[5].partition("/")
    account = (bench.caller.split(":") + [""] * 5)[4]
    where = [*parts[:3], "us-east-1", account, ""]
    if not account or parts[4]:  # an access point
        return None
    bench.make("s3", "CreateBucket", where, Bucket=name)
    if bench.caller:
        policy = json.loads(bench.policy("s3:*"))
        policy["Statement"][0]["Resource"] = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        bench.make("s3", "PutBucketPolicy", where, Bucket=name, Policy=json.dumps(policy))
    if key:
        bench.make("s3", "PutObject", where, Bucket=name, Key=key, Body=b"x")
    return None


@_maker("kms:key")
def _key(bench: Workbench, parts: list[str], arn: str) -> str | None:
    made = bench.make("kms", "DescribeKey", parts, KeyId=arn) if _is_there(bench, parts, arn) else None
    if made is not None:
        return None
    document = json.loads(bench.policy("kms:*"))
    document["Statement"][0]["Principal"] = {"AWS": sorted({f"arn:aws:iam::{parts[4]}:root", bench.caller} - {""})}
    return str(bench.make("kms", "CreateKey", parts, Policy=json.dumps(document))["KeyMetadata"]["Arn"])


def _is_there(bench: Workbench, parts: list[str], arn: str) -> bool:
    try:
        bench.make("kms", "DescribeKey", parts, KeyId=arn)
    except AwsError:
        return False
    return True


@_maker("sqs")
def _queue(bench: Workbench, parts: list[str], arn: str) -> str | None:
    bench.make("sqs", "CreateQueue", parts, QueueName=parts[5], Attributes={"Policy": bench.policy("sqs:*", arn)})
    return None


@_maker("sns")
def _topic(bench: Workbench, parts: list[str], arn: str) -> str | None:
    bench.make("sns", "CreateTopic", parts, Name=parts[5], Attributes={"Policy": bench.policy("sns:*", arn)})
    return None


@_maker("secretsmanager")
def _secret(bench: Workbench, parts: list[str], arn: str) -> str | None:
    name = parts[5].removeprefix("secret:")
    made = bench.make("secretsmanager", "CreateSecret", parts, Name=name, SecretString="x")["ARN"]
    policy = bench.policy("secretsmanager:*")
    bench.make("secretsmanager", "PutResourcePolicy", parts, SecretId=made, ResourcePolicy=policy)
    return str(made)


@_maker("iam:role")
def _role(bench: Workbench, parts: list[str], arn: str) -> str | None:
    path, _, name = parts[5].removeprefix("role").rpartition("/")
    trust = bench.policy("sts:AssumeRole", "")
    bench.make("iam", "CreateRole", parts, RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=trust)
    return None


@_maker("iam:user")
def _user(bench: Workbench, parts: list[str], arn: str) -> str | None:
    path, _, name = parts[5].removeprefix("user").rpartition("/")
    bench.make("iam", "CreateUser", parts, UserName=name, Path=f"{path}/")
    return None


@_maker("iam:group")
def _group(bench: Workbench, parts: list[str], arn: str) -> str | None:
    path, _, name = parts[5].removeprefix("group").rpartition("/")
    bench.make("iam", "CreateGroup", parts, GroupName=name, Path=f"{path}/")
    return None


@_maker("iam:policy")
def _policy(bench: Workbench, parts: list[str], arn: str) -> str | None:
    path, _, name = parts[5].removeprefix("policy").rpartition("/")
    document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    bench.make("iam", "CreatePolicy", parts, PolicyName=name, Path=f"{path}/", PolicyDocument=document)
    return None


@_maker("cloudtrail")
def _trail(bench: Workbench, parts: list[str], arn: str) -> str | None:
    bucket = f"replay-trail-{parts[4]}"
    where = [*parts[:3], "us-east-1", parts[4], ""]
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        {**service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    try:
        bench.make("s3", "CreateBucket", where, Bucket=bucket)
        bench.make("s3", "PutBucketPolicy", where, Bucket=bucket, Policy=document)
    except AwsError:  # made for another trail before
        pass
    bench.make("cloudtrail", "CreateTrail", parts, Name=parts[5].removeprefix("trail/"), S3BucketName=bucket)
    return None


@_maker("logs")
def _log_group(bench: Workbench, parts: list[str], arn: str) -> str | None:
    bench.make("logs", "CreateLogGroup", parts, logGroupName=parts[5].split(":")[1])
    return None


@_maker("ssm:parameter")
def _parameter(bench: Workbench, parts: list[str], arn: str) -> str | None:
    bench.make("ssm", "PutParameter", parts, Name=parts[5].removeprefix("parameter/"), Value="x", Type="String")
    return None


@_maker("dynamodb:table")
def _table(bench: Workbench, parts: list[str], arn: str) -> str | None:
    bench.make(
        "dynamodb", "CreateTable", parts, TableName=parts[5].removeprefix("table/").partition("/")[0],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    return None
