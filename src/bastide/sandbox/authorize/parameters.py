"""Which request parameters name which resource types, where the names alone do not tell.

One idea: data. A resource type's ARN template has blanks (`${TrailName}`); a parameter fills one when it is called like
the blank or the type (``templates.naming``). What is called otherwise stands here.

Source: Service Authorization Reference, resource types; the services' API references.
"""

from __future__ import annotations

# IAM prefix → blank of an ARN template → parameters that fill it, the first that is present counts.
BLANKS: dict[str, dict[str, tuple[str, ...]]] = {
    "s3": {"BucketName": ("Bucket",), "ObjectName": ("Key",), "AccessPointName": ("Name",), "ConfigId": ("ConfigId",)},
    "guardduty": {"DetectorId": ("DetectorId",)},
    "lambda": {"LayerName": ("LayerName",), "LayerVersion": ("VersionNumber",)},
    "logs": {"LogGroupName": ("logGroupName", "logGroupIdentifier"), "LogStreamName": ("logStreamName",)},
    "organizations": {"PolicyId": ("PolicyId",)},
    "dynamodb": {"TableName": ("TableName",), "IndexName": ("IndexName",)},
    "events": {"EventBusName": ("EventBusName",)},
    "config": {"AggregatorAccount": ("AuthorizedAccountId",), "AggregatorRegion": ("AuthorizedAwsRegion",)},
    "wafv2": {"Scope": ("Scope",), "Name": ("Name",), "Id": ("Id",)},
}

# (IAM prefix, resource type) → parameters that name it, as ARN or by the last blank.
TYPES: dict[tuple[str, str], tuple[str, ...]] = {
    ("access-analyzer", "analyzer"): ("analyzerName", "analyzerArn"),
    ("access-analyzer", "archiverule"): ("ruleName",),
    ("cloudtrail", "trail"): ("Name", "TrailName", "TrailARN", "ResourceId", "ResourceIdList", "trailNameList"),
    ("cloudtrail", "eventdatastore"): ("EventDataStore", "EventDataStoreArn", "ResourceArn"),
    ("cloudformation", "stack"): ("StackName",),
    ("cloudformation", "stackset"): ("StackSetName",),
    ("config", "aggregationauthorization"): ("AuthorizedAwsRegion",),
    ("config", "configrule"): ("ConfigRuleName", "ConfigRuleNames", "ConfigRule", "ResourceArn"),
    ("config", "configurationrecorder"): (
        "ConfigurationRecorderName", "ConfigurationRecorder", "ConfigurationRecorderNames", "ResourceArn", "Arn",
        "ServicePrincipal",
    ),
    ("config", "configurationaggregator"): ("ConfigurationAggregatorName", "ConfigurationAggregatorNames"),
    ("config", "conformancepack"): ("ConformancePackName", "ConformancePackNames"),
    ("dynamodb", "table"): ("TableName", "ResourceArn", "TableArn", "RequestItems"),
    ("ec2", "security-group"): ("GroupId", "GroupIds", "SecurityGroupIds", "GroupName"),
    ("ec2", "vpc-flow-log"): ("FlowLogIds",),
    ("ec2", "elastic-ip"): ("AllocationId", "AllocationIds"),
    ("ec2", "key-pair"): ("KeyName", "KeyPairId"),
    ("ec2", "natgateway"): ("NatGatewayId", "NatGatewayIds"),
    ("ec2", "vpc"): ("VpcId", "VpcIds"),
    ("ec2", "vpc-endpoint"): ("VpcEndpointId", "VpcEndpointIds"),
    ("ec2", "launch-template"): ("LaunchTemplateId", "LaunchTemplateName"),
    ("ec2", "dhcp-options"): ("DhcpOptionsId",),
    ("ec2", "image"): ("ImageId",),
    ("ec2", "snapshot"): ("SnapshotId",),
    ("ec2", "group"): ("PlacementGroupName",),
    ("ecr", "repository"): ("repositoryName", "repositoryNames", "resourceArn"),
    ("ecs", "cluster"): ("cluster", "clusterName", "clusters"),
    ("ecs", "service"): ("service", "serviceName", "services"),
    ("ecs", "task-definition"): ("taskDefinition", "family"),
    ("ecs", "task"): ("task", "tasks"),
    ("eks", "cluster"): ("clusterName", "name"),
    ("eks", "nodegroup"): ("nodegroupName",),
    ("elasticloadbalancing", "loadbalancer/app/"): ("LoadBalancerArn", "LoadBalancerArns", "Name"),
    ("elasticloadbalancing", "loadbalancer"): ("LoadBalancerName", "LoadBalancerNames"),
    ("elasticloadbalancing", "listener-rule/app"): ("RuleArn",),
    ("elasticloadbalancing", "targetgroup"): ("TargetGroupArn", "TargetGroupArns", "Name"),
    ("events", "event-bus"): ("EventBusName", "Name"),
    ("events", "rule-on-default-event-bus"): ("Rule", "Name"),
    ("events", "rule-on-custom-event-bus"): ("Rule", "Name"),
    ("glue", "catalog"): ("CatalogId",),
    ("glue", "database"): ("DatabaseName", "Name", "DatabaseInput"),
    ("glue", "table"): ("Name", "TableName", "TableInput"),
    ("guardduty", "publishingdestination"): ("DestinationId",),
    ("iam", "user"): ("UserName",),
    ("iam", "role"): ("RoleName", "AWSServiceName"),
    ("iam", "group"): ("GroupName",),
    ("iam", "policy"): ("PolicyArn", "PolicyName"),
    ("iam", "instance-profile"): ("InstanceProfileName",),
    ("iam", "mfa"): ("SerialNumber", "VirtualMFADeviceName"),
    ("iam", "oidc-provider"): ("OpenIDConnectProviderArn", "Url"),
    ("iam", "saml-provider"): ("SAMLProviderArn", "Name"),
    ("iam", "server-certificate"): ("ServerCertificateName",),
    ("kms", "key"): ("KeyId", "TargetKeyId", "CiphertextBlob"),
    ("kms", "alias"): ("AliasName",),
    ("lambda", "layerversion"): ("VersionNumber",),
    ("lambda", "function"): ("FunctionName", "Resource", "ResourceArn"),
    ("logs", "log-group"): (
        "logGroupName", "logGroupIdentifier", "logGroupNamePrefix", "resourceArn", "logGroupNames",
        "logGroupIdentifiers", "logGroupArn",
    ),
    ("logs", "log-stream"): ("logStreamName",),
    ("logs", "destination"): ("destinationName",),
    ("organizations", "account"): (
        "AccountId", "TargetId", "ChildId", "ResourceId", "ParentId", "MemberAccountId",
    ),
    ("organizations", "organizationalunit"): (
        "OrganizationalUnitId", "TargetId", "ParentId", "ChildId", "SourceParentId", "DestinationParentId",
        "ResourceId",
    ),
    ("organizations", "root"): (
        "RootId", "TargetId", "ParentId", "SourceParentId", "DestinationParentId", "ResourceId", "ChildId",
    ),
    ("organizations", "policy"): ("PolicyId", "ResourceId"),
    ("organizations", "awspolicy"): ("PolicyId",),
    ("organizations", "handshake"): ("HandshakeId",),
    ("rds", "db"): (
        "DBInstanceIdentifier", "ResourceName", "SourceDBInstanceIdentifier", "TargetDBInstanceIdentifier",
    ),
    ("rds", "cluster"): ("DBClusterIdentifier", "ResourceName", "SourceDBClusterIdentifier"),
    ("rds", "snapshot"): (
        "DBSnapshotIdentifier", "SourceDBSnapshotIdentifier", "TargetDBSnapshotIdentifier", "ResourceName",
    ),
    ("rds", "cluster-snapshot"): (
        "DBClusterSnapshotIdentifier", "SnapshotIdentifier", "SourceDBClusterSnapshotIdentifier",
        "TargetDBClusterSnapshotIdentifier",
    ),
    ("rds", "subgrp"): ("DBSubnetGroupName",),
    ("rds", "pg"): ("DBParameterGroupName",),
    ("rds", "cluster-pg"): ("DBClusterParameterGroupName",),
    ("rds", "og"): ("OptionGroupName",),
    ("route53", "hostedzone"): ("HostedZoneId", "Id"),
    ("s3", "bucket"): ("Bucket",),
    ("s3", "object"): ("Key",),
    ("secretsmanager", "secret"): ("SecretId", "Name"),
    ("securityhub", "product"): ("ProductArn",),
    ("ses", "identity"): ("Source", "FromEmailAddress", "EmailIdentity", "Identity"),
    ("sns", "topic"): ("TopicArn", "TargetArn", "ResourceArn", "Name", "SubscriptionArn"),
    ("sqs", "queue"): ("QueueUrl", "QueueName"),
    ("ssm", "parameter"): ("Name", "Names", "Path", "ResourceId"),
    ("ssm", "document"): ("DocumentName", "Name"),
    ("ssm", "instance"): ("InstanceId", "InstanceIds", "Target"),
    ("ssm", "managed-instance"): ("InstanceId", "InstanceIds"),
    ("ssm", "servicesetting"): ("SettingId",),
    ("ssm", "automation-definition"): ("DocumentName",),
    ("sso", "account"): ("TargetId", "AccountId"),
    ("sso", "instance"): ("InstanceArn",),
    ("sso", "permissionset"): ("PermissionSetArn",),
    ("states", "statemachine"): ("stateMachineArn", "name"),
    ("sts", "role"): ("RoleArn",),
    ("sts", "root-user"): ("TargetPrincipal",),
    ("sts", "federated-user"): ("Name",),
    ("account", "accountinorganization"): ("AccountId",),
    ("ram", "resource-share"): ("resourceShareArn", "resourceShareArns"),
    ("network-firewall", "firewall"): ("FirewallArn", "FirewallName"),
    ("network-firewall", "firewallpolicy"): ("FirewallPolicyArn", "FirewallPolicyName"),
    ("budgets", "budget"): ("BudgetName",),
    ("backup", "backupvault"): ("BackupVaultName",),
    ("backup", "backupplan"): ("BackupPlanId",),
}  # fmt: skip

# Resource types that a call means without naming them: only these are asked about.
ONLY: dict[str, tuple[str, ...]] = {
    # The tables list every type that may hold a role; a call is about the one that it names.
    "iam:passrole": ("role",),
    # A bus or rule is named by the same parameter.
    "events:putevents": ("event-bus",),
    # Objects and buckets; access points have operations of their own in the sandbox's S3.
    "sts:assumerole": ("role",),
    "sts:assumerolewithsaml": ("role",),
    "sts:assumerolewithwebidentity": ("role",),
    "sts:tagsession": ("role",),
    "sts:setsourceidentity": ("role",),
}

# Types of an operation that takes no name because there is one an account (or the caller's own).
OWN = {("iam", "user"): "the caller", ("account", "account"): "the account"}
