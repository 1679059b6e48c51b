"""AWS's own runbooks that do just what a managed rule asks.

The one idea: a rule is named with the runbook that mends it, the parameter that takes the resource, and what else it
needs. Source: AWS Systems Manager Automation Runbook Reference; AWS Config Developer Guide, "Remediating Noncompliant
Resources".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runbook:
    """An AWS-owned runbook: its name, the parameter that takes the resource, and fixed parameters."""

    document: str
    resource: str
    values: Mapping[str, str]


# Source: AWS Systems Manager Automation Runbook Reference, "AWS Config" and "Amazon S3".
RUNBOOKS = {
    "s3-bucket-level-public-access-prohibited": Runbook(
        "AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock",
        "BucketName",
        {
            "BlockPublicAcls": "true",
            "BlockPublicPolicy": "true",
            "IgnorePublicAcls": "true",
            "RestrictPublicBuckets": "true",
        },
    ),
    "s3-bucket-public-read-prohibited": Runbook("AWS-DisableS3BucketPublicReadWrite", "S3BucketName", {}),
    "s3-bucket-public-write-prohibited": Runbook("AWS-DisableS3BucketPublicReadWrite", "S3BucketName", {}),
    "s3-bucket-versioning-enabled": Runbook(
        "AWS-ConfigureS3BucketVersioning", "BucketName", {"VersioningState": "Enabled"}
    ),
    "s3-bucket-ssl-requests-only": Runbook("AWSConfigRemediation-RestrictBucketSSLRequestsOnly", "BucketName", {}),
    "cloud-trail-log-file-validation-enabled": Runbook(
        "AWSConfigRemediation-EnableCloudTrailLogFileValidation", "TrailName", {}
    ),
    "cmk-backing-key-rotation-enabled": Runbook("AWSConfigRemediation-EnableKeyRotation", "KeyId", {}),
    "vpc-default-security-group-closed": Runbook(
        "AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules", "GroupId", {}
    ),
    "restricted-ssh": Runbook("AWS-DisablePublicAccessForSecurityGroup", "GroupId", {}),
    "subnet-auto-assign-public-ip-disabled": Runbook(
        "AWSConfigRemediation-DisableSubnetAutoAssignPublicIP", "SubnetId", {}
    ),
    "rds-instance-public-access-check": Runbook(
        "AWSConfigRemediation-DisablePublicAccessToRDSInstance", "DbiResourceId", {}
    ),
    "dynamodb-pitr-enabled": Runbook("AWSConfigRemediation-EnablePITRForDynamoDbTable", "TableName", {}),
}
