"""Event history: what LookupEvents answers, read backwards from the record log.

One idea: no index; the newest events stand at the end of the file, and a page's token is the offset where it stopped.
Source: CloudTrail API Reference, LookupEvents; AWS CloudTrail User Guide, "Working with CloudTrail event history".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bastide.sandbox.trail.log import Line, RecordLog

Record = dict[str, Any]
Row = dict[str, Any]

KEPT = timedelta(days=90)
PAGE = 50

# Parameter → type of the resource that it names.
_NAMED = {
    "roleName": "AWS::IAM::Role",
    "userName": "AWS::IAM::User",
    "groupName": "AWS::IAM::Group",
    "policyArn": "AWS::IAM::Policy",
    "policyName": "AWS::IAM::Policy",
    "instanceProfileName": "AWS::IAM::InstanceProfile",
    "accessKeyId": "AWS::IAM::AccessKey",
    "bucketName": "AWS::S3::Bucket",
    "trailName": "AWS::CloudTrail::Trail",
    "functionName": "AWS::Lambda::Function",
    "groupId": "AWS::EC2::SecurityGroup",
    "instanceId": "AWS::EC2::Instance",
    "vpcId": "AWS::EC2::VPC",
    "subnetId": "AWS::EC2::Subnet",
    "keyId": "AWS::KMS::Key",
    "secretId": "AWS::SecretsManager::Secret",
    "detectorId": "AWS::GuardDuty::Detector",
    "topicArn": "AWS::SNS::Topic",
    "queueUrl": "AWS::SQS::Queue",
    "logGroupName": "AWS::Logs::LogGroup",
    "tableName": "AWS::DynamoDB::Table",
    "stackName": "AWS::CloudFormation::Stack",
    "dBInstanceIdentifier": "AWS::RDS::DBInstance",
}


@dataclass(frozen=True)
class Question:
    """Which events: of an account and Region, between two times (inclusive), with an attribute's value."""

    account: str
    region: str
    start: datetime
    end: datetime
    attribute: str = ""
    value: str = ""


def look_up(log: RecordLog, question: Question, limit: int, before: int) -> tuple[list[Row], int]:
    """(events newest first, offset where the next page ends; 0 when there is none)."""
    rows: list[Row] = []
    last = 0
    for offset, row in _matching(log, question, before):
        if len(rows) == limit:
            return rows, last
        rows.append(row)
        last = offset
    return rows, 0


def _matching(log: RecordLog, question: Question, before: int) -> Iterator[tuple[int, Row]]:
    only = f'"to":"{question.account}","region":"{question.region}","category":"Management"'.encode()
    start, end = _stamp(question.start), _stamp(question.end)
    for offset, line in log.read_backwards(before, only):
        if start <= line.at <= end:
            record: Record = msgspec.json.decode(line.record)
            row = _row(record, line)
            test = ATTRIBUTES.get(question.attribute)
            if test is None or question.value in test(record, row):
                yield offset, row


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _row(record: Record, line: Line) -> Row:
    identity = record["userIdentity"]
    row: Row = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record["readOnly"] else "false",
        "EventTime": datetime.fromisoformat(record["eventTime"]),
        "EventSource": record["eventSource"],
        "Resources": _resources(record),
        "CloudTrailEvent": bytes(line.record).decode(),
    }
    if identity.get("accessKeyId"):
        row["AccessKeyId"] = identity["accessKeyId"]
    username = _username(identity)
    return row | {"Username": username} if username else row


def _username(identity: Mapping[str, Any]) -> str:
    if identity.get("type") == "Root":
        return "root"
    if identity.get("type") == "AssumedRole":
        return str(identity["principalId"]).partition(":")[2]
    return str(identity.get("userName") or identity.get("invokedBy") or "")


def _resources(record: Record) -> list[Row]:
    """The resources that the record names, and those that its parameters name."""
    rows = [
        {"ResourceType": row["type"], "ResourceName": row["ARN"]} for row in record.get("resources", []) if "ARN" in row
    ]
    params = record.get("requestParameters") or {}
    for name, value in params.items():
        if name in _NAMED and isinstance(value, str):
            rows.append({"ResourceType": _NAMED[name], "ResourceName": value})
    if record["eventSource"] == "cloudtrail.amazonaws.com" and isinstance(params.get("name"), str):
        rows.append({"ResourceType": "AWS::CloudTrail::Trail", "ResourceName": params["name"]})
    return rows


# What can be looked up by, and where it stands.
ATTRIBUTES: dict[str, Callable[[Record, Row], tuple[str, ...]]] = {
    "EventId": lambda record, row: (row["EventId"],),
    "EventName": lambda record, row: (row["EventName"],),
    "ReadOnly": lambda record, row: (row["ReadOnly"],),
    "Username": lambda record, row: (row.get("Username", ""),),
    "ResourceType": lambda record, row: tuple(one["ResourceType"] for one in row["Resources"]),
    "ResourceName": lambda record, row: tuple(one["ResourceName"] for one in row["Resources"]),
    "EventSource": lambda record, row: (row["EventSource"],),
    "AccessKeyId": lambda record, row: (row.get("AccessKeyId", ""),),
}
