"""What CloudTrail calls things: event sources and names, the Region of global services, reads, data events.

One idea: nearly always the operation's own name; the differences are small tables.
Source: AWS CloudTrail User Guide, "CloudTrail record contents", "Logging data events"; Amazon S3 User Guide, "Amazon S3
CloudTrail events"; AWS Lambda Developer Guide, "Logging Lambda API calls".
"""

from __future__ import annotations

import re
from functools import cache

from bastide.sandbox import moto


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Services of the whole partition: their events carry us-east-1.
GLOBAL = _words("iam organizations cloudfront route53 route53domains waf shield support")
GLOBAL |= {"globalaccelerator", "account", "ce", "budgets", "health", "networkmanager"}
# Services whose events a trail gets by `IncludeGlobalServiceEvents`.
GLOBAL_SERVICE_EVENTS = _words("iam.amazonaws.com sts.amazonaws.com cloudfront.amazonaws.com")

_SOURCES = {"cloudwatch": "monitoring", "cognito-idp": "cognito-idp", "application-autoscaling": "autoscaling"}

_S3_NAMES = {
    "ListObjectsV2": "ListObjects",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
} | {f"{verb}PublicAccessBlock": f"{verb}BucketPublicAccessBlock" for verb in ("Get", "Put", "Delete")}
_S3_CONTROL_NAMES = {f"{verb}PublicAccessBlock": f"{verb}AccountPublicAccessBlock" for verb in ("Get", "Put", "Delete")}

# Lambda names its older API versions; these of them had a second form.
_LAMBDA_V2 = _words(
    "AddPermission GetFunction GetFunctionConfiguration GetPolicy RemovePermission TagResource "
    "UntagResource UpdateFunctionCode UpdateFunctionConfiguration"
)
_LAMBDA_VERSION = re.compile(r"^/(201[4-8])-(\d\d)-(\d\d)/")

_READ = re.compile(
    r"(Describe|Get|List|Head|Search|Lookup|BatchGet|BatchDescribe|Select|Scan|Query|Test|Validate|Simulate|Check|Estimate"
    r"|Decode|Preview)"
)
_READS = {
    ("kms", name) for name in _words("Encrypt Decrypt ReEncrypt Sign Verify GenerateRandom GenerateMac VerifyMac")
}
_READS |= {("kms", name) for name in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair")}
# CloudTrail counts these as reads although IAM does not.
_READS |= {("sts", name) for name in ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot")}
_WRITES = {("sts", "GetFederationToken")}

_S3_OBJECT_OPERATIONS = _words(
    "AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject "
    "DeleteObjectTagging DeleteObjects GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold "
    "GetObjectRetention GetObjectTagging GetObjectTorrent HeadBucket HeadObject ListMultipartUploads "
    "ListObjectVersions ListObjects ListObjectsV2 ListParts PutObject PutObjectAcl PutObjectLegalHold "
    "PutObjectRetention PutObjectTagging RestoreObject SelectObjectContent UploadPart UploadPartCopy"
)
_DATA: dict[str, tuple[str, frozenset[str]]] = {
    "s3": ("AWS::S3::Object", _S3_OBJECT_OPERATIONS),
    "lambda": ("AWS::Lambda::Function", _words("Invoke InvokeAsync InvokeWithResponseStream")),
    "dynamodb": (
        "AWS::DynamoDB::Table",
        _words(
            "BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem ExecuteStatement ExecuteTransaction "
            "GetItem PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem"
        ),
    ),
    "dynamodbstreams": ("AWS::DynamoDB::Stream", _words("GetRecords GetShardIterator")),
    "sns": ("AWS::SNS::Topic", _words("Publish PublishBatch")),
    "sqs": (
        "AWS::SQS::Queue",
        _words(
            "ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch ReceiveMessage "
            "SendMessage SendMessageBatch"
        ),
    ),
    "kinesis": (
        "AWS::Kinesis::Stream",
        _words("GetRecords GetShardIterator PutRecord PutRecords SubscribeToShard"),
    ),
    "ebs": (
        "AWS::EC2::Snapshot",
        _words("CompleteSnapshot GetSnapshotBlock ListChangedBlocks ListSnapshotBlocks PutSnapshotBlock"),
    ),
    "sagemaker-runtime": ("AWS::SageMaker::Endpoint", _words("InvokeEndpoint InvokeEndpointAsync")),
    "cloudwatch": ("AWS::CloudWatch::Metric", _words("GetMetricData GetMetricStatistics PutMetricData")),
    "xray": ("AWS::XRay::Trace", _words("PutTraceSegments GetTraceSummaries BatchGetTraces")),
}
# Operations that no kind of event records.
_SILENT = {("logs", "PutLogEvents"), ("firehose", "PutRecord"), ("firehose", "PutRecordBatch"), ("events", "PutEvents")}


@cache
def event_source(service: str) -> str:
    """The service's host name in events: `kms.amazonaws.com`."""
    return f"{_SOURCES.get(service) or moto.service_model(service).signing_name}.amazonaws.com"


@cache
def event_name(service: str, operation: str) -> str:
    """The event's name: the operation's, or what S3, S3 Control and Lambda call it."""
    if service == "s3":
        return _S3_NAMES.get(operation, operation)
    if service == "s3control":
        return _S3_CONTROL_NAMES.get(operation, operation)
    if service == "lambda" and data_type(service, operation) is None:
        path = moto.service_model(service).operation_model(operation).http.get("requestUri", "")
        version = _LAMBDA_VERSION.match(path)
        if version:
            return f"{operation}{''.join(version.groups())}{'v2' if operation in _LAMBDA_V2 else ''}"
    return operation


def event_region(service: str, region: str) -> str:
    """The Region that the event names."""
    return "us-east-1" if service in GLOBAL else region


@cache
def is_read(service: str, operation: str) -> bool:
    """CloudTrail's `readOnly`."""
    key = (service, operation)
    return key in _READS or (bool(_READ.match(operation)) and key not in _WRITES)


@cache
def data_type(service: str, operation: str) -> str | None:
    """The resource type that a data event selector must name for this operation; None for management events."""
    kind, operations = _DATA.get(service, ("", frozenset()))
    return kind if operation in operations else None


def is_silent(service: str, operation: str) -> bool:
    """Whether CloudTrail never records the operation (or only by selectors that the sandbox does not have)."""
    return (service, operation) in _SILENT
