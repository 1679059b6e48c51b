"""Readers of load balancers, APIs, containers, messages and identities: what controls ask for, in registry shape."""

import json
from typing import Any

import boto3
import jmespath
import pytest

from bastide.aws.readers import readers
from tests.aws.test_readers import PLACE, At, cloud, found

__all__ = ["cloud"]
POLICY = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]}

COUNT = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9}
LIFECYCLE = {"rules": [{"rulePriority": 1, "selection": COUNT, "action": {"type": "expire"}}]}


def client(name: str) -> Any:
    """A client of moto."""
    return boto3.client(name, region_name=PLACE)


def test_a_classic_load_balancer_comes_with_policies_and_attributes(cloud: None) -> None:
    elb = client("elb")
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
    elb.create_load_balancer(LoadBalancerName="a", Listeners=[listener], AvailabilityZones=[f"{PLACE}a"])
    elb.create_load_balancer_policy(
        LoadBalancerName="a",
        PolicyName="mine",
        PolicyTypeName="SSLNegotiationPolicyType",
        PolicyAttributes=[
            {"AttributeName": "Reference-Security-Policy", "AttributeValue": "ELBSecurityPolicy-2016-08"}
        ],
    )
    elb.set_load_balancer_policies_of_listener(LoadBalancerName="a", LoadBalancerPort=80, PolicyNames=["mine"])
    [one] = found("AWS::ElasticLoadBalancing::LoadBalancer")
    assert one.properties["Listeners"][0]["Protocol"] == "HTTP"
    assert one.properties["Listeners"][0]["PolicyNames"] == ["mine"]
    assert one.properties["Policies"][0]["PolicyType"] == "SSLNegotiationPolicyType"
    assert one.properties["Policies"][0]["Attributes"][0]["Name"] == "Reference-Security-Policy"
    assert one.properties["CrossZone"] is False
    at = At()
    found("AWS::ElasticLoadBalancing::LoadBalancer", at, ("Listeners",))
    assert at.calls == ["DescribeLoadBalancers"]


def test_policies_of_queues_and_topics_are_resources_of_their_own(cloud: None) -> None:
    queue = client("sqs").create_queue(QueueName="q", Attributes={"Policy": json.dumps(POLICY)})["QueueUrl"]
    client("sqs").create_queue(QueueName="none")
    [one] = found("AWS::SQS::QueuePolicy")
    assert (one.properties["PolicyDocument"], one.properties["Queues"]) == (POLICY, [queue])
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    [one] = found("AWS::SNS::TopicPolicy")
    assert one.properties["Topics"] == [topic]
    assert one.properties["PolicyDocument"]["Statement"]
    at = At()
    found("AWS::SNS::Topic", at)
    found("AWS::SNS::TopicPolicy", at)
    assert at.calls == ["ListTopics", "GetTopicAttributes"]


def test_repositories_tell_of_policies_only_when_there_are_some(cloud: None) -> None:
    client("ecr").create_repository(repositoryName="shop", imageTagMutability="IMMUTABLE")
    [one] = found("AWS::ECR::Repository")
    assert one.properties["ImageTagMutability"] == "IMMUTABLE"
    assert not set(one.properties) & {"LifecyclePolicy", "RepositoryPolicyText"}
    client("ecr").put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=json.dumps(LIFECYCLE))
    client("ecr").set_repository_policy(repositoryName="shop", policyText=json.dumps(POLICY))
    [one] = found("AWS::ECR::Repository")
    assert one.properties["LifecyclePolicy"]["LifecyclePolicyText"]
    assert one.properties["RepositoryPolicyText"]["Statement"] == POLICY["Statement"]


def test_a_cluster_tells_which_logs_it_writes(cloud: None) -> None:
    client("eks").create_cluster(
        name="a",
        roleArn="arn:aws:iam::123456789012:role/r",
        resourcesVpcConfig={"endpointPublicAccess": False},
        logging={
            "clusterLogging": [{"types": ["api", "audit"], "enabled": True}, {"types": ["scheduler"], "enabled": False}]
        },
    )
    [one] = found("AWS::EKS::Cluster")
    assert one.properties["Logging"] == {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}, {"Type": "audit"}]}}


def test_settings_of_a_stage_name_the_ones_for_all_methods() -> None:
    text = readers()["AWS::ApiGateway::Stage"].table.properties["MethodSettings"]
    settings = {"*/*": {"loggingLevel": "INFO"}, "a/GET": {"loggingLevel": "OFF"}}
    made = jmespath.search(text, {"this": {"methodSettings": settings}})
    assert {"loggingLevel": "INFO", "HttpMethod": "*", "ResourcePath": "/*"} in made
    assert {"loggingLevel": "OFF"} in made
    assert jmespath.search(text, {"this": {}}) == []
    assert jmespath.search(text, {"this": {"methodSettings": {"a/GET": {}}}}) == [{}]


def test_a_hosted_zone_says_whether_it_is_private(cloud: None) -> None:
    client("route53").create_hosted_zone(Name="example.com", CallerReference="a")
    at = At()
    [one] = found("AWS::Route53::HostedZone", at, ("PrivateZone",))
    assert one.properties["PrivateZone"] is False
    assert at.calls == ["ListHostedZones"]


EMPTY = (
    "AWS::CertificateManager::Certificate", "AWS::CloudFront::Distribution", "AWS::CodeBuild::Project",
    "AWS::ECR::Repository", "AWS::ECS::TaskSet", "AWS::EKS::Nodegroup", "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine", "AWS::WAFv2::RuleGroup", "AWS::WAFv2::WebACLAssociation",
)  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_an_account_that_has_none_has_none(cloud: None, name: str) -> None:
    assert found(name) == []
