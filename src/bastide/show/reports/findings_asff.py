"""AWS Security Finding Format, as Security Hub's BatchImportFindings takes it: a JSON array, 100 findings a call.

What passed is PASSED where it is asked for (``--all``); UNKNOWN is WARNING, which Security Hub counts as undecided.
Source: AWS Security Hub User Guide, "AWS Security Finding Format (ASFF)", "Required top-level ASFF attributes",
"Compliance"; botocore's shape ``AwsSecurityFinding``.
"""

from __future__ import annotations

import re
from typing import Any

from bastide.model import GLOBAL, Finding, Status
from bastide.model.serialize import to_json_value
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Report, shown

STATUSES = {
    Status.PASS: "PASSED",
    Status.FAIL: "FAILED",
    Status.UNKNOWN: "WARNING",
    Status.NOT_APPLICABLE: "NOT_AVAILABLE",
}
HOME = "us-east-1"  # where findings about what has no Region are
# The resource types that ASFF names, "Aws" left out; all else is "Other". Source: ASFF, "ResourceDetails".
NAMED = frozenset({
    "AmazonMqBroker", "ApiGatewayRestApi", "ApiGatewayStage", "ApiGatewayV2Api", "ApiGatewayV2Stage",
    "AppSyncGraphQlApi", "AthenaWorkGroup", "AutoScalingAutoScalingGroup", "AutoScalingLaunchConfiguration",
    "BackupBackupPlan", "BackupBackupVault", "BackupRecoveryPoint", "CertificateManagerCertificate",
    "CloudFormationStack", "CloudFrontDistribution", "CloudTrailTrail", "CloudWatchAlarm", "CodeBuildProject",
    "DmsEndpoint", "DmsReplicationInstance", "DmsReplicationTask", "DynamoDbTable", "Ec2ClientVpnEndpoint",
    "Ec2Eip", "Ec2Instance", "Ec2LaunchTemplate", "Ec2NetworkAcl", "Ec2NetworkInterface", "Ec2RouteTable",
    "Ec2SecurityGroup", "Ec2Subnet", "Ec2TransitGateway", "Ec2Volume", "Ec2Vpc", "Ec2VpcPeeringConnection",
    "Ec2VpnConnection", "EcrRepository", "EcsCluster", "EcsService", "EcsTaskDefinition", "EfsAccessPoint",
    "EksCluster", "ElasticBeanstalkEnvironment", "ElasticsearchDomain", "ElbLoadBalancer", "Elbv2LoadBalancer",
    "EventsEventbus", "GuardDutyDetector", "IamAccessKey", "IamGroup", "IamPolicy", "IamRole", "IamUser",
    "KinesisStream", "KmsKey", "LambdaFunction", "LambdaLayerVersion", "MskCluster", "NetworkFirewallFirewall",
    "NetworkFirewallFirewallPolicy", "NetworkFirewallRuleGroup", "OpenSearchServiceDomain", "RdsDbCluster",
    "RdsDbClusterSnapshot", "RdsDbInstance", "RdsDbSecurityGroup", "RdsDbSnapshot", "RdsEventSubscription",
    "RedshiftCluster", "Route53HostedZone", "S3AccessPoint", "S3AccountPublicAccessBlock", "S3Bucket",
    "SageMakerNotebookInstance", "SecretsManagerSecret", "SnsTopic", "SqsQueue", "StepFunctionStateMachine",
    "WafRateBasedRule", "WafRegionalRateBasedRule", "WafRegionalRule", "WafRegionalRuleGroup",
    "WafRegionalWebAcl", "WafRule", "WafRuleGroup", "WafWebAcl", "Wafv2RuleGroup", "Wafv2WebAcl",
})  # fmt: skip
# Types whose name in ASFF is not their own name in another case.
OTHERWISE = {
    "AWS::::Account": "Account",
    "AWS::IAM::ManagedPolicy": "IamPolicy",
    "AWS::ElasticLoadBalancing::LoadBalancer": "ElbLoadBalancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Elbv2LoadBalancer",
    "AWS::StepFunctions::StateMachine": "StepFunctionStateMachine",
    "AWS::AmazonMQ::Broker": "AmazonMqBroker",
}
PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}  # by the beginning of a region's name
BY_LETTERS = {name.lower(): name for name in NAMED}


def render(report: Report) -> str:
    """The findings as ASFF."""
    return json_text([finding_asff(finding, report) for finding in report.findings], 1)


def finding_asff(finding: Finding, report: Report) -> dict[str, Any]:
    """One finding as an ``AwsSecurityFinding``, with every text within its limit."""
    key = finding.resource
    region = HOME if key.region == GLOBAL else key.region
    account = key.account or "000000000000"
    at = report.generated_at
    reason = shown(finding.reason or finding.title)
    product = f"arn:{_partition(finding, region)}:securityhub:{region}:{account}:product/{account}/default"
    hub = next((name.partition(":")[2] for name in finding.maps_to if name.startswith(("FSBP:", "SecurityHub:"))), "")
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"bastide/{finding.id}",
        "ProductArn": product,
        "GeneratorId": f"bastide/{finding.control}",
        "AwsAccountId": account,
        "Region": region,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": at,
        "UpdatedAt": at,
        "Severity": {"Label": str(finding.severity).upper() if finding.status is not Status.PASS else "INFORMATIONAL"},
        "Title": shown(finding.title)[:256],
        "Description": reason[:1024],
        **({"Remediation": {"Recommendation": {"Text": finding.remediation[:512]}}} if finding.remediation else {}),
        "Resources": [_resource(finding, region)],
        "Compliance": {
            "Status": STATUSES[finding.status],
            **({"RelatedRequirements": [name[:64] for name in finding.maps_to[:32]]} if finding.maps_to else {}),
            **({"SecurityControlId": hub} if hub else {}),
        },
        "ProductFields": {
            "bastide/control": finding.control,
            "bastide/basis": finding.basis,
            **({"bastide/path": finding.path[:2048]} if finding.path else {}),
        },
        # Of a new finding only: Security Hub leaves to its users what they have made of one that it knows.
        **({"Workflow": {"Status": "SUPPRESSED"}} if "suppressed" in finding.evidence else {}),
        "RecordState": "ACTIVE",
    }


def _resource(finding: Finding, region: str) -> dict[str, Any]:
    key = finding.resource
    value = json_text(to_json_value(finding.value))[:1024]
    details = {"path": finding.path, "value": value} if finding.path else {}
    return {
        "Type": asff_type(key.type),
        "Id": (finding.arn or f"{key.type}/{key.account}/{key.region}/{key.id}")[:512],
        "Partition": _partition(finding, region),
        "Region": region,
        "Details": {"Other": {"type": key.type, "id": key.id[:1024], **details}},
    }


def _partition(finding: Finding, region: str) -> str:
    """The partition that the ARN says, else that of the region."""
    said = finding.arn.split(":")[1] if finding.arn.startswith("arn:aws") else ""
    return said or next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")


def asff_type(resource_type: str) -> str:
    """The name that ASFF has for a type; ``Other`` where it has none."""
    if resource_type in OTHERWISE:
        return f"Aws{OTHERWISE[resource_type]}"
    letters = re.sub(r"[^a-z0-9]", "", resource_type.removeprefix("AWS::").lower())
    return f"Aws{BY_LETTERS[letters]}" if letters in BY_LETTERS else "Other"
