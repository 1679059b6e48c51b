"""Which operations the sandbox has: real (moto's), shimmed (ours) or refused (answered NotImplementedInSandbox).

One idea: computed from botocore's models, moto's methods and the shims, so it cannot go stale. "Real" says that moto
has code for it, not that the code is right. Beside it stands what authorization knows: the IAM action, and whether the
resource's ARN follows from the request.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bastide.sandbox import moto, shims
from bastide.sandbox.authorize.actions import static_actions
from bastide.sandbox.authorize.resources import MAKES
from bastide.sandbox.authorize.special import SPECIAL
from bastide.sandbox.authorize.templates import has_types, types

Kind = Literal["real", "shimmed", "refused"]
# About what a call is authorized: the ARN that follows from it, `*` where the action has no resources, `*` where it has
# and the request does not tell them, or nothing at all where no action is known.
Asked = Literal["arn", "none", "undecided", "unknown"]
SERVICES = [
    "accessanalyzer",
    "account",
    "acm",
    "acm-pca",
    "apigateway",
    "athena",
    "backup",
    "batch",
    "budgets",
    "cloudformation",
    "cloudhsmv2",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "cognito-idp",
    "config",
    "connect",
    "dlm",
    "dynamodb",
    "ec2",
    "ecr",
    "ecr-public",
    "ecs",
    "eks",
    "elbv2",
    "emr",
    "events",
    "firehose",
    "glue",
    "guardduty",
    "iam",
    "identitystore",
    "inspector2",
    "kafkaconnect",
    "kendra",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "network-firewall",
    "organizations",
    "ram",
    "rds",
    "redshift-serverless",
    "resourcegroupstaggingapi",
    "route53",
    "route53resolver",
    "s3",
    "s3control",
    "sagemaker",
    "secretsmanager",
    "securityhub",
    "service-quotas",
    "servicecatalog",
    "shield",
    "signer",
    "sns",
    "sqs",
    "ssm",
    "sso-admin",
    "stepfunctions",
    "sts",
    "waf",
    "waf-regional",
    "wafv2",
]


@dataclass(frozen=True, order=True)
class Operation:
    """One API operation and who answers it."""

    service: str
    operation: str
    kind: Kind
    # IAM action; empty when none is known, and every call is refused.
    action: str = ""
    resource: Asked = "unknown"


def authorized(service: str, operation: str) -> tuple[str, Asked]:
    """(IAM action, about what) of an operation."""
    found = static_actions(service, operation)
    if not found:
        return "", "unknown"
    action = found[0]
    if (service, operation) in SPECIAL:
        return action, "arn"
    if not has_types(action):
        return action, "none"
    makes = operation.startswith(MAKES)
    found_types = types(service, operation, action)
    if any(one.members or not one.last or (one.required and makes) for one in found_types):
        return action, "arn"
    return action, "undecided" if any(one.required for one in found_types) else "none"


def coverage(services: Iterable[str] = SERVICES) -> list[Operation]:
    """Every operation of the services, sorted."""
    known = shims.walk()
    rows = []
    for service in services:
        for name in moto.service_model(service).operation_names:
            kind: Kind = "refused"
            if (service, name) in known:
                kind = "shimmed"
            elif moto.implements(service, name):
                kind = "real"
            rows.append(Operation(service, name, kind, *authorized(service, name)))
    return sorted(rows)
