"""Which operations the sandbox has: real (moto's), shimmed (ours) or refused (answered NotImplementedInSandbox).

One idea: computed from botocore's models, moto's methods and the shims, so it cannot go stale. "Real" says that moto
has code for it, not that the code is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bastide.sandbox import moto, shims

Kind = Literal["real", "shimmed", "refused"]
SERVICES = [
    "accessanalyzer",
    "account",
    "acm",
    "acm-pca",
    "athena",
    "backup",
    "budgets",
    "cloudformation",
    "cloudhsmv2",
    "cloudtrail",
    "cloudwatch",
    "config",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "elbv2",
    "events",
    "firehose",
    "glue",
    "guardduty",
    "iam",
    "identitystore",
    "inspector2",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "network-firewall",
    "organizations",
    "ram",
    "rds",
    "resourcegroupstaggingapi",
    "route53",
    "route53resolver",
    "s3",
    "s3control",
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
    "wafv2",
]


@dataclass(frozen=True, order=True)
class Operation:
    """One API operation and who answers it."""

    service: str
    operation: str
    kind: Kind


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
            rows.append(Operation(service, name, kind))
    return sorted(rows)
