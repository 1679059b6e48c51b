"""Who a declared resource is before it exists: its identifier, what ``Ref`` and ``Fn::GetAtt`` give, its ARN.

The one idea: the name that the template states, else a provisional identifier that depends on file and logical id only
(``model/provisional``), so that whatever refers to the resource holds the same string.

Source: CloudFormation Template Reference, "Return values" of each type; the registry's primary identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bastide.declare.templates.registry import primary_identifier
from bastide.declare.templates.scope import Settings
from bastide.model import GLOBAL, Value
from bastide.model.provisional import MARK, digits, short_id, uuid

GLOBAL_SERVICES = ("IAM", "CloudFront", "Route53", "Organizations", "GlobalAccelerator", "Budgets")
EC2_PREFIX = {
    "VPC": "vpc", "Subnet": "subnet", "SecurityGroup": "sg", "Instance": "i", "Volume": "vol", "NetworkAcl": "acl",
    "RouteTable": "rtb", "InternetGateway": "igw", "NatGateway": "nat", "VPCEndpoint": "vpce", "LaunchTemplate": "lt",
    "FlowLog": "fl", "NetworkInterface": "eni", "TransitGateway": "tgw", "PrefixList": "pl", "SecurityGroupIngress":
    "sgr", "SecurityGroupEgress": "sgr", "EIP": "eipalloc", "DHCPOptions": "dopt", "CustomerGateway": "cgw",
    "VPNGateway": "vgw", "VPNConnection": "vpn", "ClientVpnEndpoint": "cvpn-endpoint",
}  # fmt: skip
# The names that people give, where the registry's identifier is an ARN or an id.
NAMED_BY = {
    "AWS::SNS::Topic": "TopicName", "AWS::SQS::Queue": "QueueName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::SecretsManager::Secret": "Name", "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name", "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
}  # fmt: skip
# Forms of ARNs: p partition, r region, a account, n name or id.
ARNS = {
    "AWS::S3::Bucket": "arn:{p}:s3:::{n}",
    "AWS::IAM::Role": "arn:{p}:iam::{a}:role{path}{n}",
    "AWS::IAM::User": "arn:{p}:iam::{a}:user{path}{n}",
    "AWS::IAM::Group": "arn:{p}:iam::{a}:group{path}{n}",
    "AWS::IAM::ManagedPolicy": "arn:{p}:iam::{a}:policy{path}{n}",
    "AWS::IAM::InstanceProfile": "arn:{p}:iam::{a}:instance-profile{path}{n}",
    "AWS::KMS::Key": "arn:{p}:kms:{r}:{a}:key/{n}",
    "AWS::KMS::ReplicaKey": "arn:{p}:kms:{r}:{a}:key/{n}",
    "AWS::KMS::Alias": "arn:{p}:kms:{r}:{a}:{n}",
    "AWS::SNS::Topic": "arn:{p}:sns:{r}:{a}:{n}",
    "AWS::SQS::Queue": "arn:{p}:sqs:{r}:{a}:{n}",
    "AWS::Lambda::Function": "arn:{p}:lambda:{r}:{a}:function:{n}",
    "AWS::DynamoDB::Table": "arn:{p}:dynamodb:{r}:{a}:table/{n}",
    "AWS::CloudTrail::Trail": "arn:{p}:cloudtrail:{r}:{a}:trail/{n}",
    "AWS::Logs::LogGroup": "arn:{p}:logs:{r}:{a}:log-group:{n}:*",
    "AWS::SecretsManager::Secret": "arn:{p}:secretsmanager:{r}:{a}:secret:{n}-ba571d",
    "AWS::RDS::DBInstance": "arn:{p}:rds:{r}:{a}:db:{n}",
    "AWS::RDS::DBCluster": "arn:{p}:rds:{r}:{a}:cluster:{n}",
    "AWS::Kinesis::Stream": "arn:{p}:kinesis:{r}:{a}:stream/{n}",
    "AWS::StepFunctions::StateMachine": "arn:{p}:states:{r}:{a}:stateMachine:{n}",
    "AWS::ECR::Repository": "arn:{p}:ecr:{r}:{a}:repository/{n}",
    "AWS::EC2::VPC": "arn:{p}:ec2:{r}:{a}:vpc/{n}",
    "AWS::EC2::Instance": "arn:{p}:ec2:{r}:{a}:instance/{n}",
    "AWS::EC2::SecurityGroup": "arn:{p}:ec2:{r}:{a}:security-group/{n}",
    "AWS::EC2::Subnet": "arn:{p}:ec2:{r}:{a}:subnet/{n}",
    "AWS::EFS::FileSystem": "arn:{p}:elasticfilesystem:{r}:{a}:file-system/{n}",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "arn:{p}:elasticloadbalancing:{r}:{a}:loadbalancer/{n}",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "arn:{p}:elasticloadbalancing:{r}:{a}:targetgroup/{n}",
    "AWS::CloudFront::Distribution": "arn:{p}:cloudfront::{a}:distribution/{n}",
    "AWS::ElasticLoadBalancingV2::Listener": "arn:{p}:elasticloadbalancing:{r}:{a}:listener/{n}",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "arn:{p}:elasticloadbalancing:{r}:{a}:listener-rule/{n}",
    "AWS::CertificateManager::Certificate": "arn:{p}:acm:{r}:{a}:certificate/{n}",
    "AWS::ACMPCA::CertificateAuthority": "arn:{p}:acm-pca:{r}:{a}:certificate-authority/{n}",
    "AWS::Events::EventBus": "arn:{p}:events:{r}:{a}:event-bus/{n}",
    "AWS::Events::Rule": "arn:{p}:events:{r}:{a}:rule/{n}",
    "AWS::NetworkFirewall::Firewall": "arn:{p}:network-firewall:{r}:{a}:firewall/{n}",
    "AWS::NetworkFirewall::FirewallPolicy": "arn:{p}:network-firewall:{r}:{a}:firewall-policy/{n}",
    "AWS::WAFv2::WebACL": "arn:{p}:wafv2:{r}:{a}:regional/webacl/{n}",
    "AWS::ECS::Cluster": "arn:{p}:ecs:{r}:{a}:cluster/{n}",
    "AWS::ECS::TaskDefinition": "arn:{p}:ecs:{r}:{a}:task-definition/{n}:1",
    "AWS::EKS::Cluster": "arn:{p}:eks:{r}:{a}:cluster/{n}",
    "AWS::CloudWatch::Alarm": "arn:{p}:cloudwatch:{r}:{a}:alarm:{n}",
}  # fmt: skip
# The same of resources that several parts of their identifier name, in the registry's order.
ARNS_BY_PARTS = {
    "AWS::ApiGateway::Stage": "arn:{p}:apigateway:{r}::/restapis/{0}/stages/{1}",
    "AWS::ApiGatewayV2::Stage": "arn:{p}:apigateway:{r}::/apis/{0}/stages/{1}",
}
# What Ref gives where it is neither the registry's whole identifier nor its last part.
REF = {"AWS::SNS::TopicPolicy": "Id", "AWS::ECS::Service": "ServiceArn"}
IS_ARN = ("Arn", "ARN")
ARN_IDS = ("AWS::SecretsManager::Secret", "AWS::ApplicationAutoScaling::ScalableTarget")


@dataclass(frozen=True)
class Identity:
    """A resource's identifiers: ``id`` as the registry has it, ``ref``, ``arn`` (empty when its form is not known)."""

    id: str
    ref: str
    arn: str
    region: str
    account: str = ""


def region_of(resource_type: str, settings: Settings) -> str:
    """The region that a resource of the type lies in."""
    service = resource_type.split("::")[1] if resource_type.count("::") >= 2 else ""
    return GLOBAL if service in GLOBAL_SERVICES else settings.region


def identify(
    resource_type: str, logical: str, stack: str, stated: Callable[[str], Value], settings: Settings
) -> Identity:
    """The identity of a resource of a stack; ``stated`` gives the value of a top-level property."""
    names = primary_identifier(resource_type)
    called = NAMED_BY.get(resource_type, "")
    name = _stated_text(stated(called)) if called else ""
    own = name or provisional(resource_type, logical, stack)
    path = _stated_text(stated("Path")) or "/"
    if len(names) == 1 and not called and _is_name(names[0], resource_type):
        own = _stated_text(stated(names[0])) or own
    arn = arn_of(resource_type, own, path, settings)
    parts = [_part(resource_type, one, own, arn, stated) for one in names] or [own]
    if resource_type == "AWS::SQS::Queue":
        parts = [f"https://sqs.{settings.region}.amazonaws.com/{settings.account}/{own}"]
    wanted = REF.get(resource_type)
    ref = parts[names.index(wanted)] if wanted in names else parts[-1]
    if resource_type in ARNS_BY_PARTS:
        arn = ARNS_BY_PARTS[resource_type].format(*parts, p=settings.partition, r=settings.region)
    return Identity("|".join(parts), ref, arn, region_of(resource_type, settings), settings.account)


def _is_name(name: str, resource_type: str) -> bool:
    """The identifier is not one that AWS makes as an ARN."""
    return not name.endswith(IS_ARN) and resource_type not in ARN_IDS


def _part(resource_type: str, name: str, own: str, arn: str, stated: Callable[[str], Value]) -> str:
    if not _is_name(name, resource_type):
        return arn or _generic_arn(resource_type, own)
    return _stated_text(stated(name)) or own


def _stated_text(value: Value) -> str:
    return value if isinstance(value, str) else str(value) if type(value) is int else ""


def _generic_arn(resource_type: str, name: str) -> str:
    service, _, kind = resource_type.removeprefix("AWS::").partition("::")
    return f"arn:aws:{service.lower()}:::{kind.lower()}/{name}"


def arn_of(resource_type: str, name: str, path: str, settings: Settings) -> str:
    """The ARN of a resource of that name or id; empty when the form is not known here."""
    form = ARNS.get(resource_type, "")
    return form.format(p=settings.partition, r=settings.region, a=settings.account, n=name, path=path)


def provisional(resource_type: str, logical: str, stack: str) -> str:
    """An identifier for what AWS will name."""
    service, _, kind = resource_type.removeprefix("AWS::").partition("::")
    if service == "EC2":
        return short_id(EC2_PREFIX.get(kind, kind.lower()), stack, logical)
    if resource_type == "AWS::KMS::Key":
        return uuid(stack, logical)
    return f"{logical.lower()}-{MARK}{digits(resource_type, stack, logical)[:9]}"


def default_group(vpc: str) -> str:
    """The provisional id of the default security group of a VPC."""
    return short_id("sg", "default", vpc)


VERSIONS: Mapping[str, tuple[str, ...]] = {
    "AWS::EC2::LaunchTemplate": ("LatestVersionNumber", "DefaultVersionNumber"),
}  # attributes that are 1 for a resource that is about to be made
