"""Types that baselines use and that no handler of ours has: one function that makes, one that removes.

One idea: a row a type. `make` puts what the properties say and answers (primary identifier, what GetAtt reads); where
`again`, making is also how it is updated, else a change replaces the resource. What a row does not pass on, it refuses:
`members` are all the properties that it knows.
Source: AWS CloudFormation Template Reference, "Return values" of each type.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Props = Mapping[str, Any]
Client = Callable[[str], Any]
Made = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Direct:
    """How a type is made and removed; `name`: the property that a generated name goes into."""

    make: Callable[[Client, Props], Made]
    remove: Callable[[Client, str, Props], None]
    members: frozenset[str]
    name: str = ""
    again: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _some(props: Props, **members: str) -> dict[str, Any]:
    """Parameter → value, for the properties that are given."""
    return {name: props[member] for name, member in members.items() if member in props}


def _nothing(at: Client, id: str, props: Props) -> None:
    """It goes with what it is about."""


# ── SNS, SQS ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _topic(at: Client, props: Props) -> Made:
    attributes = {
        name: str(props[name]).lower() if isinstance(props[name], bool) else str(props[name])
        for name in ("DisplayName", "KmsMasterKeyId", "FifoTopic", "ContentBasedDeduplication")
        if name in props
    }
    arn = at("sns").create_topic(Name=props["TopicName"], Attributes=attributes, Tags=props.get("Tags", []))["TopicArn"]
    for one in props.get("Subscription", ()):
        at("sns").subscribe(TopicArn=arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"])
    return arn, {"TopicName": props["TopicName"], "TopicArn": arn}


def _topic_policy(at: Client, props: Props) -> Made:
    for arn in props["Topics"]:
        policy = _text(props["PolicyDocument"])
        at("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return props["Topics"][0], {}


def _subscription(at: Client, props: Props) -> Made:
    attributes = {name: _text(props[name]) for name in ("FilterPolicy", "RawMessageDelivery") if name in props}
    made = at("sns").subscribe(TopicArn=props["TopicArn"], Protocol=props["Protocol"], Endpoint=props.get("Endpoint"),
                               Attributes=attributes, ReturnSubscriptionArn=True)  # fmt: skip
    return made["SubscriptionArn"], {}


_QUEUE = ("DelaySeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod", "SqsManagedSseEnabled",
          "ReceiveMessageWaitTimeSeconds", "VisibilityTimeout", "FifoQueue", "KmsDataKeyReusePeriodSeconds",
          "RedrivePolicy")  # fmt: skip


def _queue(at: Client, props: Props) -> Made:
    texts = {name: props[name] if isinstance(props[name], str) else json.dumps(props[name])
             for name in _QUEUE if name in props}  # fmt: skip
    tags = {row["Key"]: row["Value"] for row in props.get("Tags", ())}
    url = at("sqs").create_queue(QueueName=props["QueueName"], Attributes=texts, tags=tags)["QueueUrl"]
    read = at("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, {"Arn": read["QueueArn"], "QueueName": props["QueueName"], "QueueUrl": url}


def _queue_policy(at: Client, props: Props) -> Made:
    for url in props["Queues"]:
        at("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": _text(props["PolicyDocument"])})
    return props["Queues"][0], {}


# ── EventBridge, CloudWatch, Config, Systems Manager ────────────────────────────────────────────────────────────────


def _rule(at: Client, props: Props) -> Made:
    bus = _some(props, EventBusName="EventBusName")
    pattern = {"EventPattern": _text(props["EventPattern"])} if "EventPattern" in props else {}
    given = _some(props, ScheduleExpression="ScheduleExpression", State="State", Description="Description",
                  RoleArn="RoleArn")  # fmt: skip
    made = at("events").put_rule(Name=props["Name"], **bus, **pattern, **given)
    if props.get("Targets"):
        at("events").put_targets(Rule=props["Name"], Targets=props["Targets"], **bus)
    return props["Name"], {"Arn": made["RuleArn"]}


def _remove_rule(at: Client, id: str, props: Props) -> None:
    bus = _some(props, EventBusName="EventBusName")
    targets = [target["Id"] for target in props.get("Targets", ())]
    if targets:
        at("events").remove_targets(Rule=id, Ids=targets, **bus)
    at("events").delete_rule(Name=id, **bus)


def _alarm(at: Client, props: Props) -> Made:
    at("cloudwatch").put_metric_alarm(**props)
    alarm = at("cloudwatch").describe_alarms(AlarmNames=[props["AlarmName"]])["MetricAlarms"][0]
    return props["AlarmName"], {"Arn": alarm["AlarmArn"]}


def _metric_filter(at: Client, props: Props) -> Made:
    metrics = [{key[:1].lower() + key[1:]: value for key, value in row.items()}
               for row in props["MetricTransformations"]]  # fmt: skip
    at("logs").put_metric_filter(logGroupName=props["LogGroupName"], filterName=props["FilterName"],
                                 filterPattern=props["FilterPattern"], metricTransformations=metrics)  # fmt: skip
    return props["FilterName"], {}


def _config_rule(at: Client, props: Props) -> Made:
    parameters = {"InputParameters": _text(props["InputParameters"])} if "InputParameters" in props else {}
    rule = {key: value for key, value in props.items() if key != "InputParameters"} | parameters
    at("config").put_config_rule(ConfigRule=rule)
    found = at("config").describe_config_rules(ConfigRuleNames=[props["ConfigRuleName"]])["ConfigRules"][0]
    return props["ConfigRuleName"], {"Arn": found["ConfigRuleArn"], "ConfigRuleId": found["ConfigRuleId"]}


def _parameter(at: Client, props: Props) -> Made:
    tags = {"Tags": [{"Key": key, "Value": value} for key, value in props["Tags"].items()]} if "Tags" in props else {}
    given = {key: value for key, value in props.items() if key != "Tags"}
    at("ssm").put_parameter(**given, **tags)
    return props["Name"], {"Type": props["Type"], "Value": props["Value"]}


# ── IAM ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

_HOLDERS = (("Roles", "put_role_policy", "delete_role_policy", "RoleName"),
            ("Users", "put_user_policy", "delete_user_policy", "UserName"),
            ("Groups", "put_group_policy", "delete_group_policy", "GroupName"))  # fmt: skip


def _policy(at: Client, props: Props) -> Made:
    for member, put, _, name in _HOLDERS:
        for holder in props.get(member, ()):
            policy = {"PolicyName": props["PolicyName"], "PolicyDocument": _text(props["PolicyDocument"])}
            getattr(at("iam"), put)(**{name: holder}, **policy)
    return props["PolicyName"], {}


def _remove_policy(at: Client, id: str, props: Props) -> None:
    for member, _, delete, name in _HOLDERS:
        for holder in props.get(member, ()):
            getattr(at("iam"), delete)(**{name: holder, "PolicyName": props["PolicyName"]})


def _role_policy(at: Client, props: Props) -> Made:
    names = {"RoleName": props["RoleName"], "PolicyName": props["PolicyName"]}
    at("iam").put_role_policy(**names, PolicyDocument=_text(props["PolicyDocument"]))
    return f"{props['PolicyName']}|{props['RoleName']}", {}


def _remove_role_policy(at: Client, id: str, props: Props) -> None:
    at("iam").delete_role_policy(RoleName=props["RoleName"], PolicyName=props["PolicyName"])


# What a managed policy is attached to, and how. Our handler leaves that to whoever it is attached to.
ATTACHED = (("Roles", "role", "RoleName"), ("Users", "user", "UserName"), ("Groups", "group", "GroupName"))


def attach(at: Client, arn: str, old: Props, new: Props) -> None:
    """Bring the holders of a managed policy from those of the old properties to those of the new ones."""
    for member, kind, name in ATTACHED:
        before, after = old.get(member) or (), new.get(member) or ()
        for holder in [one for one in before if one not in after]:
            getattr(at("iam"), f"detach_{kind}_policy")(**{name: holder, "PolicyArn": arn})
        for holder in [one for one in after if one not in before]:
            getattr(at("iam"), f"attach_{kind}_policy")(**{name: holder, "PolicyArn": arn})


def _profile(at: Client, props: Props) -> Made:
    name = props["InstanceProfileName"]
    made = at("iam").create_instance_profile(InstanceProfileName=name, Path=props.get("Path", "/"))
    for role in props["Roles"]:
        at("iam").add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return name, {"Arn": made["InstanceProfile"]["Arn"]}


def _remove_profile(at: Client, id: str, props: Props) -> None:
    for role in props["Roles"]:
        at("iam").remove_role_from_instance_profile(InstanceProfileName=id, RoleName=role)
    at("iam").delete_instance_profile(InstanceProfileName=id)


# ── Lambda, DynamoDB, Secrets Manager ───────────────────────────────────────────────────────────────────────────────


def _function(at: Client, props: Props) -> Made:
    given = {key: value for key, value in props.items() if key not in ("Code", "Tags")}
    code = dict(props["Code"])
    if isinstance(code.get("ZipFile"), str):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(zipfile.ZipInfo("index.py"), code["ZipFile"])
        code["ZipFile"] = packed.getvalue()
    tags = {"Tags": {row["Key"]: row["Value"] for row in props["Tags"]}} if "Tags" in props else {}
    made = at("lambda").create_function(**given, Code=code, **tags)
    return made["FunctionName"], {"Arn": made["FunctionArn"]}


def _permission(at: Client, props: Props) -> Made:
    sid = f"{props['FunctionName'].rpartition(':')[2]}-{props['Action'].partition(':')[2]}-{props['Principal']}"
    sid = "".join(one if one.isalnum() or one in "-_" else "-" for one in sid)[:100]
    given = _some(props, SourceArn="SourceArn", SourceAccount="SourceAccount", PrincipalOrgID="PrincipalOrgID")
    named = {name: props[name] for name in ("FunctionName", "Action", "Principal")}
    at("lambda").add_permission(StatementId=sid, **named, **given)
    return sid, {"Id": sid}


def _table(at: Client, props: Props) -> Made:
    given = {key: value for key, value in props.items() if key not in ("ResourcePolicy", "SSESpecification")}
    if "SSESpecification" in props:
        sse = dict(props["SSESpecification"])
        given["SSESpecification"] = {"Enabled" if key == "SSEEnabled" else key: value for key, value in sse.items()}
    made = at("dynamodb").create_table(**given)["TableDescription"]
    if "ResourcePolicy" in props:
        text = _text(props["ResourcePolicy"]["PolicyDocument"])
        at("dynamodb").put_resource_policy(ResourceArn=made["TableArn"], Policy=text)
    return made["TableName"], {"Arn": made["TableArn"]}


def _secret(at: Client, props: Props) -> Made:
    arn = at("secretsmanager").create_secret(**props)["ARN"]
    return arn, {"Id": arn}


TYPES: dict[str, Direct] = {
    "AWS::SNS::Topic": Direct(
        _topic, lambda at, id, props: at("sns").delete_topic(TopicArn=id),
        _words("TopicName DisplayName KmsMasterKeyId FifoTopic ContentBasedDeduplication Tags Subscription"),
        "TopicName",
    ),
    "AWS::SNS::TopicPolicy": Direct(_topic_policy, _nothing, _words("Topics PolicyDocument"), again=True),
    "AWS::SNS::Subscription": Direct(
        _subscription, lambda at, id, props: at("sns").unsubscribe(SubscriptionArn=id),
        _words("TopicArn Protocol Endpoint FilterPolicy RawMessageDelivery"),
    ),
    "AWS::SQS::Queue": Direct(
        _queue, lambda at, id, props: at("sqs").delete_queue(QueueUrl=id), frozenset({*_QUEUE, "QueueName", "Tags"}),
        "QueueName",
    ),
    "AWS::SQS::QueuePolicy": Direct(_queue_policy, _nothing, _words("Queues PolicyDocument"), again=True),
    "AWS::Events::Rule": Direct(
        _rule, _remove_rule,
        _words("Name EventBusName EventPattern ScheduleExpression State Description RoleArn Targets"), "Name", True,
    ),
    "AWS::CloudWatch::Alarm": Direct(
        _alarm, lambda at, id, props: at("cloudwatch").delete_alarms(AlarmNames=[id]),
        _words("AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions MetricName "
               "Namespace Statistic ExtendedStatistic Dimensions Period Unit EvaluationPeriods DatapointsToAlarm "
               "Threshold ComparisonOperator TreatMissingData Tags"), "AlarmName", True,
    ),
    "AWS::Logs::MetricFilter": Direct(
        _metric_filter,
        lambda at, id, props: at("logs").delete_metric_filter(logGroupName=props["LogGroupName"], filterName=id),
        _words("LogGroupName FilterName FilterPattern MetricTransformations"), "FilterName", True,
    ),
    "AWS::Config::ConfigRule": Direct(
        _config_rule, lambda at, id, props: at("config").delete_config_rule(ConfigRuleName=id),
        _words("ConfigRuleName Description Scope Source InputParameters MaximumExecutionFrequency"),
        "ConfigRuleName", True,
    ),
    "AWS::SSM::Parameter": Direct(
        _parameter, lambda at, id, props: at("ssm").delete_parameter(Name=id),
        _words("Name Type Value Description AllowedPattern Tier Tags"), "Name",
    ),
    "AWS::IAM::Policy": Direct(
        _policy, _remove_policy, _words("PolicyName PolicyDocument Roles Users Groups"),
    ),
    "AWS::IAM::RolePolicy": Direct(
        _role_policy, _remove_role_policy, _words("RoleName PolicyName PolicyDocument"), again=True,
    ),
    "AWS::IAM::InstanceProfile": Direct(
        _profile, _remove_profile, _words("InstanceProfileName Path Roles"), "InstanceProfileName",
    ),
    "AWS::Lambda::Function": Direct(
        _function, lambda at, id, props: at("lambda").delete_function(FunctionName=id),
        _words("FunctionName Code Handler Role Runtime Description Timeout MemorySize Environment Architectures "
               "KmsKeyArn Layers TracingConfig VpcConfig DeadLetterConfig PackageType Tags"), "FunctionName",
    ),
    "AWS::Lambda::Permission": Direct(
        _permission,
        lambda at, id, props: at("lambda").remove_permission(FunctionName=props["FunctionName"], StatementId=id),
        _words("FunctionName Action Principal SourceArn SourceAccount PrincipalOrgID"),
    ),
    "AWS::DynamoDB::Table": Direct(
        _table, lambda at, id, props: at("dynamodb").delete_table(TableName=id),
        _words("TableName AttributeDefinitions KeySchema BillingMode ProvisionedThroughput GlobalSecondaryIndexes "
               "LocalSecondaryIndexes SSESpecification ResourcePolicy Tags"), "TableName",
    ),
    "AWS::SecretsManager::Secret": Direct(
        _secret, lambda at, id, props: at("secretsmanager").delete_secret(SecretId=id, ForceDeleteWithoutRecovery=True),
        _words("Name Description KmsKeyId SecretString Tags"), "Name",
    ),
    "AWS::CloudFormation::WaitConditionHandle": Direct(lambda at, props: ("handle", {}), _nothing, frozenset()),
    "AWS::CDK::Metadata": Direct(lambda at, props: ("metadata", {}), _nothing, _words("Analytics Modules")),
}  # fmt: skip
