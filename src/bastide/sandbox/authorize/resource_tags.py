"""Tags of resources, for policies that ask about them: `aws:ResourceTag`, S3's tags of objects.

One idea: the service's own operation that lists tags is asked, so that shims answer as they do for callers. It is asked
only when a policy in force mentions such a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bastide.sandbox.authorize.context import Keys, _tags
from bastide.sandbox.authorize.resources import Question
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError

# IAM prefix → (botocore service, operation, parameter with the ARN).
BY_ARN: dict[str, tuple[str, str, str]] = {
    "backup": ("backup", "ListTags", "ResourceArn"),
    "cloudwatch": ("cloudwatch", "ListTagsForResource", "ResourceARN"),
    "config": ("config", "ListTagsForResource", "ResourceArn"),
    "dynamodb": ("dynamodb", "ListTagsOfResource", "ResourceArn"),
    "ecr": ("ecr", "ListTagsForResource", "resourceArn"),
    "ecs": ("ecs", "ListTagsForResource", "resourceArn"),
    "eks": ("eks", "ListTagsForResource", "resourceArn"),
    "events": ("events", "ListTagsForResource", "ResourceARN"),
    "guardduty": ("guardduty", "ListTagsForResource", "ResourceArn"),
    "inspector2": ("inspector2", "ListTagsForResource", "resourceArn"),
    "kms": ("kms", "ListResourceTags", "KeyId"),
    "lambda": ("lambda", "ListTags", "Resource"),
    "logs": ("logs", "ListTagsForResource", "resourceArn"),
    "macie2": ("macie2", "ListTagsForResource", "resourceArn"),
    "network-firewall": ("network-firewall", "ListTagsForResource", "ResourceArn"),
    "rds": ("rds", "ListTagsForResource", "ResourceName"),
    "secretsmanager": ("secretsmanager", "DescribeSecret", "SecretId"),
    "securityhub": ("securityhub", "ListTagsForResource", "ResourceArn"),
    "sns": ("sns", "ListTagsForResource", "ResourceArn"),
    "states": ("stepfunctions", "ListTagsForResource", "resourceArn"),
    "wafv2": ("wafv2", "ListTagsForResource", "ResourceARN"),
}
_IAM = {
    "role": ("ListRoleTags", "RoleName"),
    "user": ("ListUserTags", "UserName"),
    "policy": ("ListPolicyTags", "PolicyArn"),
    "instance-profile": ("ListInstanceProfileTags", "InstanceProfileName"),
    "saml-provider": ("ListSAMLProviderTags", "SAMLProviderArn"),
    "oidc-provider": ("ListOpenIDConnectProviderTags", "OpenIDConnectProviderArn"),
}
_MEMBERS = ("Tags", "tags", "TagSet", "TagList")


def read_tags(call: Call, question: Question) -> Keys:
    """The condition keys for the tags of the question's resource; none where it has none or does not exist."""
    if question.resource == "*" or question.resource.endswith("/*"):
        return {}
    try:
        tags = _read(call, question)
    except AwsError:  # there is no such resource, or the service does not tag it
        return {}
    service = question.action.partition(":")[0]
    if question.kind == "object" and service == "s3":
        return {f"s3:ExistingObjectTag/{key}": value for key, value in tags.items()}
    found: Keys = {}
    for key, value in tags.items():
        found |= {f"aws:ResourceTag/{key}": value, f"{service}:ResourceTag/{key}": value}
    return found


def _read(call: Call, question: Question) -> dict[str, str]:
    arn, parts = question.resource, question.resource.split(":", 5)
    service = parts[2]
    account = parts[4] if parts[4].isdigit() else call.account
    region = parts[3] or call.region
    if service == "ec2":
        wanted = [{"Name": "resource-id", "Values": [arn.rpartition("/")[2]]}]
        answer = call.invoke("DescribeTags", {"Filters": wanted}, service="ec2", account=account, region=region)
        return {row["Key"]: row["Value"] for row in answer.get("Tags") or ()}
    if service == "s3":
        bucket, _, key = parts[5].partition("/")
        if not key:
            return {}
        answer = call.invoke("GetObjectTagging", {"Bucket": bucket, "Key": key}, service="s3")
    elif service == "iam":
        kind = parts[5].partition("/")[0]
        if kind not in _IAM:
            return {}
        operation, member = _IAM[kind]
        value = arn if member.endswith("Arn") else arn.rpartition("/")[2]
        answer = call.invoke(operation, {member: value}, service="iam", account=account)
    elif service == "sqs":
        url = f"https://sqs.{region}.amazonaws.com/{account}/{parts[5]}"
        answer = call.invoke("ListQueueTags", {"QueueUrl": url}, service="sqs", account=account, region=region)
    elif service == "cloudtrail":
        answer = call.invoke(
            "ListTags", {"ResourceIdList": [arn]}, service="cloudtrail", account=account, region=region
        )
        rows = answer.get("ResourceTagList") or [{}]
        answer = {"Tags": rows[0].get("TagsList") or []}
    elif service == "organizations":
        answer = call.invoke("ListTagsForResource", {"ResourceId": arn.rpartition("/")[2]}, service="organizations")
    elif service in BY_ARN:
        name, operation, member = BY_ARN[service]
        answer = call.invoke(operation, {member: arn}, service=name, account=account, region=region)
    else:
        return {}
    return _of(answer)


def _of(answer: Mapping[str, Any]) -> dict[str, str]:
    given = next((answer[name] for name in _MEMBERS if answer.get(name)), ())
    return dict(_tags(given, ""))
