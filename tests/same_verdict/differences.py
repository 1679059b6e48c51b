"""Where the forms may differ, and why: each entry names what AWS documents.

An UNKNOWN of the declared form may become a verdict of the live one, which has facts that no file can say; that needs
no entry. ``LIVE``: what is declared against what runs. ``UNREAD``: properties that controls read and the account does
not tell, by type.
"""

LIVE = {
    "ec2-instance-not-long-stopped": "An instance that is yet to be made has not been stopped; the state is a fact of "
    "the running one. Source: EC2 API Reference, Instance, StateTransitionReason.",
    "ssm-instance-managed": "Whether Systems Manager manages it, its agent says once it runs. Source: Systems Manager "
    "API Reference, DescribeInstanceInformation.",
    "s3-bucket-public-access-blocked": "AWS's Guard rule S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED asks a template to "
    "say the four settings, which S3 switches on for a new bucket that does not. Source: S3 User Guide, Blocking "
    "public access to your Amazon S3 storage.",
    "iam-user-password-not-plain-text": "A password is written and never told. Source: IAM API Reference, "
    "LoginProfile.",
    "iam-user-password-reset": "IAM does not tell whether a first password has to be changed to who lists users. "
    "Source: IAM API Reference, GetLoginProfile.",
    "iam-policy-not-on-users": "Our handlers attach a policy from its holder's side, which a template may do from "
    "either; a live list tells who holds it. Source: IAM API Reference, GetAccountAuthorizationDetails.",
    "ec2-instance-user-data-no-secrets": "User data are never read: they may hold secrets.",
    "ec2-launch-template-user-data-no-secrets": "User data are never read: they may hold secrets.",
    "ec2-security-group-attached": "An endpoint of the sandbox has no network interface, which on AWS has the group. "
    "Source: AWS PrivateLink Guide, Interface endpoints.",
    "ec2-volume-own-key": "A template does not hold the account's keys, so that a key it names is taken for the "
    "customer's; EC2 makes a volume of any, and only later finds that there is none. Source: EC2 API Reference, "
    "CreateVolume, KmsKeyId.",
}
# Of these a resource has one: AWS refuses two, or takes the later one's word.
ALTERNATIVES = {
    "AWS::EC2::Route": (
        {"DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"},
        {"GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId"},
    ),
    "AWS::GuardDuty::Detector": ({"DataSources", "Features"},),
}
REPORTED = ("Configured",)  # what our own types only report
UNREAD = {
    "AWS::CloudTrail::Trail": {
        "KMSKeyId": "the sandbox has no key with CloudTrail's policy here; the handler's own test has",
        "SnsTopicName": "the sandbox has no topic with CloudTrail's policy here",
    },
    "AWS::EC2::Instance": {
        "LaunchTemplate": "DescribeInstances tells the settings themselves, not where they came from",
        "StateTransitionTime": "only of an instance that was stopped",
        "UserData": "never read: they may hold secrets",
        "IamInstanceProfile": "instance profiles are not made by a handler",
    },
    "AWS::EC2::Volume": {"SnapshotId": "snapshots are not made here"},
    "AWS::GuardDuty::Detector": {"DataSources": "the older names of what Features says"},
    "AWS::S3::Bucket": {"Grants": "only where no canned ACL says the same, and nobody can declare that"},
    "AWS::IAM::ManagedPolicy": {
        "Users": "attached from the user's side",
        "Roles": "from the role's",
        "Groups": "as well",
    },
    "AWS::IAM::User": {"LoginProfile": "a password is written and never told"},
}
PART = "CloudFormation's way to write a part of another resource; live, the reader of that one tells it"
SECRET = "a secret is written and never told"
# Types that controls judge or read, and no account can be asked for.
NOT_COLLECTED = {
    "AWS::::Account": "an account itself: its other resources are asked for",
    "Bastide::Account::Region": "a Region of an account: its resources are asked for",
    "AWS::ACMPCA::CertificateAuthorityActivation": PART,
    "AWS::Amplify::App": SECRET,
    "AWS::Amplify::Branch": SECRET,
    "AWS::CloudFormation::Stack": "a nested stack of a template; one that runs is Bastide::CloudFormation::Stack",
    "AWS::DirectoryService::MicrosoftAD": SECRET,
    "AWS::DirectoryService::SimpleAD": SECRET,
    "AWS::EC2::EIPAssociation": PART,
    "AWS::EC2::NetworkAclEntry": PART,
    "AWS::EC2::NetworkInterfaceAttachment": PART,
    "AWS::EC2::SecurityGroupEgress": PART,
    "AWS::EC2::SecurityGroupIngress": PART,
    "AWS::EC2::VolumeAttachment": PART,
    "AWS::ElasticBeanstalk::ConfigurationTemplate": "an environment tells the settings that hold, wherever from",
    "AWS::Events::EventBusPolicy": PART,
    "AWS::IAM::AccessKey": "the credential report tells of keys",
    "AWS::IAM::Policy": PART,
    "AWS::IAM::UserPolicy": PART,
    "AWS::SNS::TopicInlinePolicy": PART,
    "AWS::SQS::QueueInlinePolicy": PART,
    "AWS::SecretsManager::RotationSchedule": PART,
    "AWS::SecretsManager::SecretTargetAttachment": PART,
    "Alexa::ASK::Skill": SECRET,
}
COPIED = "what it was made of; the resource that runs tells itself whether it is encrypted"
# Properties that controls read of a type, and its API does not tell: by type, the first part of their paths or all.
NOT_TOLD = {
    "AWS::DMS::Endpoint": {"Password": SECRET},
    "AWS::DocDB::DBCluster": {
        "MasterUserPassword": SECRET, "SnapshotIdentifier": COPIED, "SourceDBClusterIdentifier": COPIED,
    },
    "AWS::EFS::FileSystem": {"Tags": "FileSystemTags are what it has; Tags is what most types have"},
    "AWS::EMR::Cluster": {"KerberosAttributes": SECRET},
    "AWS::ElastiCache::ReplicationGroup": {"AuthToken": "AuthTokenEnabled tells that there is one"},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"SubnetMappings": "Subnets tells all of them"},
    "AWS::KinesisFirehose::DeliveryStream": {
        "DeliveryStreamEncryptionConfigurationInput": "EncryptionStatus tells what it came to",
        "HttpEndpointDestinationConfiguration": SECRET, "RedshiftDestinationConfiguration": SECRET,
        "SplunkDestinationConfiguration": SECRET,
    },
    "AWS::Lambda::Function": {"Code": "PackageType tells that it is an image"},
    "AWS::Neptune::DBCluster": {"SnapshotIdentifier": COPIED, "SourceDBClusterIdentifier": COPIED},
    "AWS::OpenSearchService::Domain": {"AdvancedSecurityOptions.MasterUserOptions.MasterUserPassword": SECRET},
    "AWS::RDS::DBCluster": {
        "MasterUserPassword": SECRET, "SnapshotIdentifier": COPIED, "SourceDBClusterIdentifier": COPIED,
    },
    "AWS::RDS::DBInstance": {
        "MasterUserPassword": SECRET, "TdeCredentialPassword": SECRET, "DBSnapshotIdentifier": COPIED,
        "DBClusterSnapshotIdentifier": COPIED,
    },
    "AWS::RDS::GlobalCluster": {"SourceDBClusterIdentifier": COPIED},
    "AWS::Redshift::Cluster": {"MasterUserPassword": SECRET},
    "AWS::Route53::HostedZone": {"VPCs": "PrivateZone tells whether there are any"},
    "AWS::SecretsManager::Secret": {
        "SecretString": SECRET, "RotationOccurringAsScheduled": "AWS Config works it out; live, the dates are compared",
    },
}  # fmt: skip
# What a declared form says and no API has a way to say: by type, the property (the rest is NOT_TOLD's).
UNSAYABLE = {
    "AWS::AmazonMQ::Broker": {"Users": SECRET},
    "AWS::CloudFront::Distribution": {"DistributionConfig": "the API has countries under Items; nobody reads them"},
    "AWS::CloudWatch::Alarm": {"AlarmActions": "a list; one text is only declared"},
    "AWS::Cognito::UserPool": {"MfaConfiguration": "words; true and false are what YAML makes of them"},
    "AWS::DataSync::Task": {"Options": "words; true and false are what YAML makes of them"},
    "AWS::EC2::VPCGatewayAttachment": {"VpnGatewayId": "gateways of VPNs have a reader of their own, or none"},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"SubnetMappings": "Subnets tells all of them"},
    "AWS::Kinesis::Stream": {"ShardCount": "the API counts open shards; no control reads them"},
    "AWS::OpenSearchService::Domain": {"AdvancedSecurityOptions": SECRET},
    "AWS::RDS::DBCluster": {"Engine": "clusters of DocumentDB and Neptune are listed as what they are"},
    "AWS::RDS::DBInstance": {"Engine": "as well"},
    "AWS::Redshift::Cluster": {"SnapshotIdentifier": COPIED},
}  # fmt: skip
# Verdicts of a control that what the API answers (or answers by default, laid below what the case says) may change.
ANSWERED = {
    "cloudfront-minimum-tls": "the case says a part of ViewerCertificate, below which lies CloudFront's own",
    "cloudfront-recommended-tls-policy": "as well",
    "cloudfront-uses-sni": "CloudFront answers vip with its own certificate, and says that it is its own",
    "cloudfront-viewers-use-https": "a distribution without cache behavior, which CloudFront refuses",
    "cognito-user-pool-strong-passwords": "a policy that is given is off in what it does not say; ours lies below it",
    "datasync-task-logged": "tasks of enhanced mode answer no level; ours lies below it",
    "ecs-capacity-provider-termination-protected": "an Auto Scaling group lies below one of managed instances",
    "backup-file-system-covered": "EFS switches backups of One Zone on, and then answers so",
    "backup-file-system-protected": "as well",
    "efs-file-system-automatic-backups": "EFS switches backups of One Zone on, and then answers so",
    "elasticache-cluster-several-zones": "one node lies below what the case does not say",
    "rds-cluster-several-zones": "Multi-AZ clusters answer MultiAZ",
    "rds-instance-encrypted": "an instance of a cluster answers what its cluster has",
    "rds-instance-iam-authentication": "as well",
    "s3-access-point-public-access-blocked": "settings of one's own replace all four",
    "sqs-queue-encrypted": "SQS answers SqsManagedSseEnabled of every queue",
    "secretsmanager-secret-rotated": "the schedule of a template is a resource; a live secret tells it itself",
    "neptune-cluster-multi-az": "instances that are yet to be made are none of a live cluster",
}
# Verdicts that AWS Config's item of a resource cannot give.
UNRECORDED = {
    "cloudfront-origin-failover": "members of a group that are counted and not listed are only declared",
    "networkfirewall-several-zones": "zones of a firewall at a transit gateway are not in Config's schema",
    "rds-instance-backups": "that an instance replicates a cluster is not in Config's schema",
}
# Types of whose items Config records nothing that a control reads.
UNJUDGED = {"AWS::ElasticBeanstalk::Environment": "option settings are not in Config's schema"}
# Verdicts that moto's answers change: what it does not keep, or says otherwise than AWS does by default.
# moto: each of these.
MOTO = {
    "ecr-repository-own-key": "names a key of its own where AWS names aws/ecr",
    "ecs-task-awsvpc-network": "makes a task of Fargate awsvpc, which AWS refuses unless it is said",
    "eks-cluster-supported-version": "makes an old version by default",
    "eks-deletion-protected": "does not keep it",
    "dms-endpoint-redis-tls": "our call names an engine, which the case does not",
    "dynamodb-table-scales": "our call asks for capacity on demand, which the case does not",
    "elasticache-cluster-several-zones": "does not keep AZMode",
    "elasticache-replication-group-encrypted": "does not encrypt Valkey by default",
    "networkfirewall-deletion-protected": "switches it on by default",
    "networkfirewall-several-zones": "does not keep zones",
    "networkfirewall-subnets-protected": "switches it on by default",
    "rds-cluster-several-zones": "answers MultiAZ of every cluster as false",
    "sagemaker-model-isolated": "does not keep it",
    "sagemaker-notebook-supported-platform": "does not keep it",
}
