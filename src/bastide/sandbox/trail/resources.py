"""Whose a call's resources are, and the `resources` that a record names.

One idea: only calls that CloudTrail itself describes by resource: KMS keys, assumed roles, S3 buckets, data events.
Source: AWS CloudTrail User Guide, "CloudTrail record contents" (`resources`, `sharedEventID`, `recipientAccountId`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bastide.sandbox import moto
from bastide.sandbox.trail.names import data_type

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

Row = dict[str, str]

# Service → members that may name a resource of another account by ARN.
_NAMED_BY = {
    "dynamodb": ("TableName",),
    "kinesis": ("StreamARN",),
    "lambda": ("FunctionName", "Resource"),
    "secretsmanager": ("SecretId",),
    "sns": ("TopicArn", "TargetArn", "ResourceArn"),
    "sts": ("RoleArn",),
}
_DATA_MEMBER = {"lambda": "FunctionName", "dynamodb": "TableName", "sns": "TopicArn", "kinesis": "StreamName"}
_DATA_ARN = {
    "lambda": "arn:aws:lambda:{region}:{account}:function:{name}",
    "dynamodb": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "kinesis": "arn:aws:kinesis:{region}:{account}:stream/{name}",
}
_FEDERATED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


def owner_of(call: Call) -> str:
    """The account whose resource the call is about; the caller's own when nothing says otherwise."""
    if call.service == "s3":
        bucket = call.params.get("Bucket")
        found = moto.backend_dict("s3").bucket_accounts.get(bucket) if bucket else None
        return str(found[1]) if found else call.principal.account
    if call.service == "kms":
        return call.account
    if call.service == "sqs":
        parts = str(call.params.get("QueueUrl") or "").split("/")
        return parts[-2] if len(parts) > 2 and parts[-2].isdigit() else call.principal.account
    for member in _NAMED_BY.get(call.service, ()):
        parts = str(call.params.get(member) or "").split(":", 5)
        if len(parts) == 6 and parts[4]:
            return parts[4]
    return call.principal.account


def readers(call: Call, owner: str, succeeded: bool) -> tuple[str, ...]:
    """The accounts that get a record: the caller's first, then the owner's.

    A refused call is the caller's affair, but for S3, whose bucket owner sees who tried. A federated user's call is
    only in the role's account.
    """
    if call.principal.type == "Anonymous" or call.operation in _FEDERATED:
        return (owner,)
    caller = call.principal.account
    if owner == caller or not (succeeded or call.service == "s3"):
        return (caller,)
    return (caller, owner)


def resources_of(call: Call, owner: str) -> list[Row]:
    """The record's `resources`; empty when CloudTrail names none."""
    kind = data_type(call.service, call.operation)
    if call.service == "s3":
        return _s3(call, owner, kind)
    if kind is not None:
        arn = data_arn(call, owner)
        return [{"accountId": owner, "type": kind, "ARN": arn}] if arn else []
    if call.service == "kms":
        arn = _key_arn(call)
        return [{"accountId": owner, "type": "AWS::KMS::Key", "ARN": arn}] if arn else []
    if call.service == "sts" and call.params.get("RoleArn"):
        return [{"accountId": owner, "type": "AWS::IAM::Role", "ARN": str(call.params["RoleArn"])}]
    return []


def _s3(call: Call, owner: str, kind: str | None) -> list[Row]:
    bucket = call.params.get("Bucket")
    if not bucket:
        return []
    arn = f"arn:aws:s3:::{bucket}"
    rows = [{"accountId": owner, "type": "AWS::S3::Bucket", "ARN": arn}]
    if kind is None:
        return rows
    key = call.params.get("Key")
    named = {"type": kind, "ARN": f"{arn}/{key}"} if key else {"type": kind, "ARNPrefix": f"{arn}/"}
    return [named, *rows]


def data_arn(call: Call, owner: str) -> str:
    """The ARN of what a data event is about; empty when the call does not name one."""
    params = call.params
    if call.service == "sqs":
        name = str(params.get("QueueUrl") or "").rpartition("/")[2]
        return f"arn:aws:sqs:{call.region}:{owner}:{name}" if name else ""
    name = str(
        params.get(_DATA_MEMBER.get(call.service, "")) or params.get("StreamARN") or params.get("TargetArn") or ""
    )
    if name.startswith("arn:") or not name:
        return name
    pattern = _DATA_ARN.get(call.service)
    return pattern.format(region=call.region, account=owner, name=name) if pattern else ""


def _key_arn(call: Call) -> str:
    """The key's ARN: as named, or what the call's alias or id stands for."""
    named = str(call.params.get("KeyId") or call.params.get("TargetKeyId") or "")
    if not named:
        return ""
    parts = named.split(":", 5)
    region, name = (parts[3], parts[5]) if len(parts) == 6 else (call.region, named)
    if name.startswith("alias/"):
        backend = moto.backend("kms", call.account, region)
        found = str(backend.get_key_id_from_alias(name) or "")
        name = found.rpartition("/")[2]
    key = name.rpartition("/")[2]
    return f"arn:aws:kms:{region}:{call.account}:key/{key}" if key else ""


def arns_of(rows: list[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(types, ARNs or their beginnings) of a record's resources, as event selectors look at them."""
    kinds = tuple(row["type"] for row in rows)
    return kinds, tuple(row.get("ARN") or row.get("ARNPrefix", "") for row in rows)
