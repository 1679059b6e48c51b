"""What AWS keeps out of its log: secrets left out, hidden behind a word, or starred.

One idea: botocore marks the sensitive members; how a service hides them is a default a service and a few members.
Source: the services' own "Logging API calls with AWS CloudTrail" pages, and published records.
"""

from __future__ import annotations

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
STARS = "****"
REMOVED = "<sensitiveDataRemoved>"
# The member is not in the record at all.
OMIT = ""

# What a service writes for a member that its API model marks as sensitive; HIDDEN for the others.
BY_SERVICE = {
    "iam": OMIT,
    "sts": OMIT,
    "secretsmanager": OMIT,
    "kms": OMIT,
    "lambda": OMIT,
    "organizations": STARS,
    "account": STARS,
    "guardduty": STARS,
    "ec2": REMOVED,
    "rds": STARS,
    "redshift": STARS,
}

# (service, member as botocore names it): what stands there instead, whatever the model says of it.
BY_MEMBER = {
    ("sns", "Message"): HIDDEN,
    ("sns", "Subject"): HIDDEN,
    ("sns", "MessageAttributes"): HIDDEN,
    ("sns", "PublishBatchRequestEntries"): HIDDEN,
    ("sqs", "MessageBody"): HIDDEN,
    ("sqs", "MessageAttributes"): HIDDEN,
    ("sqs", "Entries"): HIDDEN,
    ("ssm", "TokenValue"): "Value hidden due to security reasons.",
    ("iam", "SecretAccessKey"): OMIT,
    ("iam", "Base32StringSeed"): OMIT,
    ("iam", "QRCodePNG"): OMIT,
    ("iam", "SAMLPrivateKeyList"): OMIT,
    ("sts", "SecretAccessKey"): OMIT,
    ("lambda", "ZipFile"): OMIT,
    ("lambda", "Variables"): OMIT,
    ("ec2", "UserData"): REMOVED,
    ("ec2", "KeyMaterial"): REMOVED,
    ("rds", "MasterUserPassword"): STARS,
    ("rds", "TdeCredentialPassword"): STARS,
    ("redshift", "MasterUserPassword"): STARS,
    ("elasticache", "AuthToken"): STARS,
    ("docdb", "MasterUserPassword"): STARS,
    ("neptune", "MasterUserPassword"): STARS,
    ("ecs", "environment"): HIDDEN,
    ("cloudformation", "TemplateBody"): OMIT,
    ("cloudformation", "StackPolicyBody"): OMIT,
    ("events", "Detail"): OMIT,
    ("dynamodb", "Item"): OMIT,
    ("dynamodb", "Expected"): OMIT,
    ("dynamodb", "AttributeUpdates"): OMIT,
    ("dynamodb", "ExpressionAttributeValues"): OMIT,
    ("dynamodb", "RequestItems"): OMIT,
    ("dynamodb", "TransactItems"): OMIT,
    ("stepfunctions", "definition"): HIDDEN,
    ("stepfunctions", "input"): HIDDEN,
    ("athena", "QueryString"): "***OMITTED***",
}

# Members that are secret by their name wherever a model forgets to say so.
SECRET_NAMES = frozenset(
    {"password", "masteruserpassword", "secretstring", "privatekey", "secretaccesskey", "authtoken"}
)


def replacement(service: str, member: str, sensitive: bool) -> str | None:
    """What stands instead of the member's value: a word, OMIT to leave it out, None to log it."""
    fixed = BY_MEMBER.get((service, member))
    if fixed is not None:
        return fixed
    if sensitive or member.lower() in SECRET_NAMES:
        return BY_SERVICE.get(service, HIDDEN)
    return None
