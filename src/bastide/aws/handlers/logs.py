"""Amazon CloudWatch Logs: log groups, their retention and their key.

Log events are never read here, and tags are left out: they would cost one call for every group.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, error_code, pages
from bastide.aws.shape import present, touched
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Value


class LogGroup(Handler):
    """AWS::Logs::LogGroup {LogGroupName, RetentionInDays, KmsKeyId, LogGroupClass}. Create-only: name and class.

    RetentionInDays is absent where events never expire. A key change encrypts new events only.
    Source: Amazon CloudWatch Logs API Reference, AssociateKmsKey, PutRetentionPolicy.
    """

    type = "AWS::Logs::LogGroup"
    service = "logs"
    identified_by = ("LogGroupName",)
    create_only = ("LogGroupClass",)
    data_bearing = True

    def list(self, at: Connection) -> Iterable[Found]:
        return [_found(group) for group in pages(at.client("logs"), "describe_log_groups", "logGroups")]

    def read(self, at: Connection, id: str) -> Found | None:
        groups = pages(at.client("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=id)
        return next((_found(group) for group in groups if group["logGroupName"] == id), None)

    def create(self, at: Connection, properties: Properties) -> str:
        logs, name = at.client("logs"), str(properties["LogGroupName"])
        request = present(kmsKeyId=properties.get("KmsKeyId"), logGroupClass=properties.get("LogGroupClass"))
        try:
            logs.create_log_group(logGroupName=name, **request)
        except ClientError as error:
            if error_code(error) != "ResourceAlreadyExistsException":
                raise
            if properties.get("KmsKeyId"):
                _put_key(logs, name, properties["KmsKeyId"])
        if properties.get("RetentionInDays"):
            _put_retention(logs, name, properties["RetentionInDays"])
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        logs, after = at.client("logs"), change.after or {}
        if "KmsKeyId" in touched(change):
            _put_key(logs, id, after.get("KmsKeyId"))
        if "RetentionInDays" in touched(change):
            _put_retention(logs, id, after.get("RetentionInDays"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("logs").delete_log_group, "ResourceNotFoundException", logGroupName=id)


def _found(group: dict[str, Any]) -> Found:
    properties = present(
        LogGroupName=group["logGroupName"],
        RetentionInDays=group.get("retentionInDays"),
        KmsKeyId=group.get("kmsKeyId"),
        LogGroupClass=group.get("logGroupClass"),
    )
    # DescribeLogGroups gives the ARN with a trailing ":*", which means the group's streams.
    return Found(group["logGroupName"], properties, group["arn"].removesuffix(":*"))


def _put_key(logs: Any, name: str, key: Value) -> None:
    if key:
        logs.associate_kms_key(logGroupName=name, kmsKeyId=key)
    else:
        logs.disassociate_kms_key(logGroupName=name)


def _put_retention(logs: Any, name: str, days: Value) -> None:
    if days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    else:
        logs.delete_retention_policy(logGroupName=name)
