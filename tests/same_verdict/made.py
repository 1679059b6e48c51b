"""Create calls for types that no handler makes and the sandbox has: what a case declares as parameters of the call.

One idea: a create call names nearly everything as CloudFormation does; what it cannot take is taken out of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.model import StructureShape

from bastide.sandbox import Sandbox
from tests.same_verdict.answers import SESSION, in_form, member_of
from tests.same_verdict.inverse import NotSayable

ROLE = f"arn:aws:iam::{Sandbox.management_account}:role/one"
LOGIN = {"MasterUsername": "boss", "MasterUserPassword": "example-12345"}
MACHINE = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'


@dataclass(frozen=True)
class Made:
    """The service's call, the parameters that it needs, and what it calls otherwise than the registry."""

    service: str
    call: str
    needed: Mapping[str, Any]
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> StructureShape:
        """What the call takes."""
        model = SESSION.get_service_model(self.service)
        operation = {xform_name(one): one for one in model.operation_names}[self.call]
        return model.operation_model(operation).input_shape

    def parameters(self, declared: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The call's parameters, and as much of what is declared as they say."""
        shape, parameters, taken = self.shape, dict(self.needed), {}
        for name, value in declared.items():
            own = member_of(shape, self.renamed.get(name, name))
            if not own:
                continue
            try:
                parameters[own] = in_form(value, shape.members[own], own, False)
            except NotSayable:
                continue
            taken[name] = value
        return parameters, taken


MADE = {
    "AWS::AmazonMQ::Broker": Made("mq", "create_broker", {
        "BrokerName": "one", "EngineType": "ACTIVEMQ", "DeploymentMode": "SINGLE_INSTANCE",
        "HostInstanceType": "mq.t3.micro", "PubliclyAccessible": False, "Users": [],
    }),
    "AWS::AppSync::GraphQLApi": Made("appsync", "create_graphql_api", {"name": "one", "authenticationType": "API_KEY"}),
    "AWS::AutoScaling::LaunchConfiguration": Made("autoscaling", "create_launch_configuration", {
        "LaunchConfigurationName": "one", "ImageId": "ami-12c6146b", "InstanceType": "t3.micro",
    }, {"UserData": ""}),
    "AWS::Backup::BackupVault": Made("backup", "create_backup_vault", {"BackupVaultName": "one"}),
    "AWS::CloudWatch::Alarm": Made("cloudwatch", "put_metric_alarm", {
        "AlarmName": "one", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1,
    }),
    "AWS::Cognito::IdentityPool": Made("cognito-identity", "create_identity_pool", {
        "IdentityPoolName": "one", "AllowUnauthenticatedIdentities": False,
    }),
    "AWS::DAX::Cluster": Made("dax", "create_cluster", {
        "ClusterName": "one", "NodeType": "dax.r4.large", "ReplicationFactor": 1, "IamRoleArn": ROLE,
    }),
    "AWS::DMS::Endpoint": Made("dms", "create_endpoint", {
        "EndpointIdentifier": "one", "EndpointType": "source", "EngineName": "mysql",
    }),
    "AWS::DMS::ReplicationInstance": Made("dms", "create_replication_instance", {
        "ReplicationInstanceIdentifier": "one", "ReplicationInstanceClass": "dms.t3.micro",
    }),
    "AWS::DynamoDB::Table": Made("dynamodb", "create_table", {
        "TableName": "one", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
    }),
    "AWS::EC2::TransitGateway": Made("ec2", "create_transit_gateway", {}),
    "AWS::ECR::Repository": Made("ecr", "create_repository", {"repositoryName": "one"}),
    "AWS::ECS::Cluster": Made("ecs", "create_cluster", {"clusterName": "one"}, {"ClusterSettings": "settings"}),
    "AWS::ECS::TaskDefinition": Made("ecs", "register_task_definition", {
        "family": "one", "containerDefinitions": [],
    }),
    "AWS::EFS::FileSystem": Made("efs", "create_file_system", {"CreationToken": "one"}, {"FileSystemTags": "Tags"}),
    "AWS::EKS::Cluster": Made("eks", "create_cluster", {"name": "one", "roleArn": ROLE, "resourcesVpcConfig": {}}),
    "AWS::ElastiCache::CacheCluster": Made("elasticache", "create_cache_cluster", {
        "CacheClusterId": "one", "Engine": "redis", "NumCacheNodes": 1, "CacheNodeType": "cache.t3.micro",
    }),
    "AWS::ElastiCache::ReplicationGroup": Made("elasticache", "create_replication_group", {
        "ReplicationGroupId": "one", "ReplicationGroupDescription": "one", "Engine": "redis",
    }),
    "AWS::Glue::Job": Made("glue", "create_job", {"Name": "one", "Role": ROLE, "Command": {"Name": "glueetl"}}),
    "AWS::Kinesis::Stream": Made("kinesis", "create_stream", {"StreamName": "one", "ShardCount": 1}),
    "AWS::Neptune::DBCluster": Made("rds", "create_db_cluster", {
        "DBClusterIdentifier": "one", "Engine": "neptune",
    }, {"IamAuthEnabled": "EnableIAMDatabaseAuthentication"}),
    "AWS::NetworkFirewall::Firewall": Made("network-firewall", "create_firewall", {
        "FirewallName": "one", "FirewallPolicyArn": "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/a",
    }),
    "AWS::OpenSearchService::Domain": Made("opensearch", "create_domain", {"DomainName": "one"}),
    "AWS::RDS::DBCluster": Made("rds", "create_db_cluster", {
        "DBClusterIdentifier": "one", "Engine": "aurora-mysql", **LOGIN,
    }),
    "AWS::RDS::DBInstance": Made("rds", "create_db_instance", {
        "DBInstanceIdentifier": "one", "DBInstanceClass": "db.t3.micro", "Engine": "mysql", "AllocatedStorage": 20,
        **LOGIN,
    }, {"VPCSecurityGroups": "VpcSecurityGroupIds"}),
    "AWS::SageMaker::Model": Made("sagemaker", "create_model", {"ModelName": "one", "ExecutionRoleArn": ROLE}),
    "AWS::SageMaker::NotebookInstance": Made("sagemaker", "create_notebook_instance", {
        "NotebookInstanceName": "one", "InstanceType": "ml.t2.medium", "RoleArn": ROLE,
    }),
    "AWS::StepFunctions::StateMachine": Made("stepfunctions", "create_state_machine", {
        "name": "one", "definition": MACHINE, "roleArn": ROLE,
    }),
    "AWS::Transfer::Server": Made("transfer", "create_server", {}),
}  # fmt: skip
