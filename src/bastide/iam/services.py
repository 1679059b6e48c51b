"""What single services do differently, as dated tables.

Source: named at each table. What changes with time stands here and nowhere else.
"""

from __future__ import annotations

# Source: AWS Organizations User Guide, "Resource control policies (RCPs)", List of AWS services that support RCPs;
# as of 2026-09-26. Prefixes of actions.
RCP_SERVICES = frozenset({
    "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
    "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
    "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
    "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
    "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch",
    "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3", "secretsmanager",
    "servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract", "timestream-influxdb", "transcribe",
    "transfer", "translate", "wafv2", "workspaces", "xray",
})  # fmt: skip
# Source: the same page, "Resources and entities not restricted by RCPs".
RCP_EXEMPT_ACTIONS = frozenset({"kms:retiregrant"})
# Source: AWS Organizations User Guide, "Service control policies (SCPs)", Tasks and entities not restricted by SCPs:
# the tasks there that have an IAM action prefix of their own.
SCP_EXEMPT_SERVICES = frozenset({"mechanicalturk"})
# Source: AWS STS API Reference, GetCallerIdentity: "No permissions are required", a deny does not stop it.
ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity"})
# Source: AWS STS API Reference, GetSessionToken: no permissions are required, and policies cannot control it.
ALWAYS_ALLOWED_TO_USERS = frozenset({"sts:getsessiontoken"})
# Source: AWS STS API Reference, AssumeRole: "You cannot use AWS account root user credentials to call AssumeRole".
NEVER_ALLOWED_TO_ROOT = frozenset({"sts:assumerole"})
# Source: IAM User Guide, "How AWS enforcement code logic evaluates requests": trust policies and key policies must
# themselves allow, in the same account too.
NEEDS_RESOURCE_POLICY = frozenset({
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity", "sts:setcontext",
})  # fmt: skip
KEY = "kms"


def needs_resource_policy(action: str, resource: str) -> bool:
    """Whether an identity policy alone is never enough; ``action`` in lower case."""
    return action in NEEDS_RESOURCE_POLICY or (action.startswith(f"{KEY}:") and ":key/" in resource)


def has_rcps(action: str) -> bool:
    """Whether resource control policies speak about an action (lower case) at all."""
    return action.partition(":")[0] in RCP_SERVICES and action not in RCP_EXEMPT_ACTIONS
