"""What a call needs beside its own action: passing a role, setting tags, reading a copy's source, using a key.

One idea: each is a question of its own, asked of the same caller; the context says what it is for. The first that is
refused refuses the call.

Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; Service Authorization Reference,
dependent actions; Amazon S3 User Guide, "Required permissions for Amazon S3 API operations" and "Using server-side
encryption with AWS KMS keys", Permissions; Secrets Manager, Systems Manager, SNS and SQS guides on encryption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bastide.sandbox import moto
from bastide.sandbox.authorize.context import Keys, via_keys
from bastide.sandbox.authorize.lookups import find_key_arn
from bastide.sandbox.call import Call


@dataclass(frozen=True, slots=True)
class Dependent:
    """Another action that the call needs, on what, and the condition keys that only it has."""

    action: str
    resource: str
    kind: str = ""
    keys: Keys = field(default_factory=dict, hash=False)


# (service, operation) → (path of the parameter with the role, service that gets it).
PASSES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("lambda", "CreateFunction"): (("Role", "lambda.amazonaws.com"),),
    ("lambda", "UpdateFunctionConfiguration"): (("Role", "lambda.amazonaws.com"),),
    ("cloudtrail", "CreateTrail"): (("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),),
    ("cloudtrail", "UpdateTrail"): (("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),),
    ("config", "PutConfigurationRecorder"): (("ConfigurationRecorder.roleARN", "config.amazonaws.com"),),
    ("config", "PutConfigurationAggregator"): (
        ("OrganizationAggregationSource.RoleArn", "config.amazonaws.com"),
    ),
    ("ec2", "CreateFlowLogs"): (("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),),
    ("s3", "PutBucketReplication"): (("ReplicationConfiguration.Role", "s3.amazonaws.com"),),
    ("events", "PutRule"): (("RoleArn", "events.amazonaws.com"),),
    ("events", "PutTargets"): (("Targets.RoleArn", "events.amazonaws.com"),),
    ("stepfunctions", "CreateStateMachine"): (("roleArn", "states.amazonaws.com"),),
    ("stepfunctions", "UpdateStateMachine"): (("roleArn", "states.amazonaws.com"),),
    ("cloudformation", "CreateStack"): (("RoleARN", "cloudformation.amazonaws.com"),),
    ("cloudformation", "UpdateStack"): (("RoleARN", "cloudformation.amazonaws.com"),),
    ("cloudformation", "DeleteStack"): (("RoleARN", "cloudformation.amazonaws.com"),),
    ("cloudformation", "CreateStackSet"): (("AdministrationRoleARN", "cloudformation.amazonaws.com"),),
    ("ecs", "RegisterTaskDefinition"): (
        ("taskRoleArn", "ecs-tasks.amazonaws.com"), ("executionRoleArn", "ecs-tasks.amazonaws.com"),
    ),
    ("ecs", "RunTask"): (
        ("overrides.taskRoleArn", "ecs-tasks.amazonaws.com"),
        ("overrides.executionRoleArn", "ecs-tasks.amazonaws.com"),
    ),
    ("eks", "CreateCluster"): (("roleArn", "eks.amazonaws.com"),),
    ("eks", "CreateNodegroup"): (("nodeRole", "eks.amazonaws.com"),),
    ("eks", "CreatePodIdentityAssociation"): (("roleArn", "pods.eks.amazonaws.com"),),
    ("glue", "CreateJob"): (("Role", "glue.amazonaws.com"),),
    ("glue", "CreateCrawler"): (("Role", "glue.amazonaws.com"),),
    ("glue", "CreateDevEndpoint"): (("RoleArn", "glue.amazonaws.com"),),
    ("logs", "PutSubscriptionFilter"): (("roleArn", "logs.amazonaws.com"),),
    ("logs", "PutDestination"): (("roleArn", "logs.amazonaws.com"),),
    ("firehose", "CreateDeliveryStream"): (
        ("S3DestinationConfiguration.RoleARN", "firehose.amazonaws.com"),
        ("ExtendedS3DestinationConfiguration.RoleARN", "firehose.amazonaws.com"),
    ),
    ("backup", "CreateBackupSelection"): (("BackupSelection.IamRoleArn", "backup.amazonaws.com"),),
    ("backup", "StartBackupJob"): (("IamRoleArn", "backup.amazonaws.com"),),
    ("rds", "CreateDBInstance"): (("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),),
    ("rds", "AddRoleToDBCluster"): (("RoleArn", "rds.amazonaws.com"),),
    ("rds", "AddRoleToDBInstance"): (("RoleArn", "rds.amazonaws.com"),),
    ("ssm", "StartAutomationExecution"): (("Parameters.AutomationAssumeRole", "ssm.amazonaws.com"),),
    ("ssm", "RegisterTaskWithMaintenanceWindow"): (("ServiceRoleArn", "ssm.amazonaws.com"),),
    ("ssm", "SendCommand"): (("ServiceRoleArn", "ssm.amazonaws.com"),),
    ("codebuild", "CreateProject"): (("serviceRole", "codebuild.amazonaws.com"),),
    ("codebuild", "UpdateProject"): (("serviceRole", "codebuild.amazonaws.com"),),
    ("sagemaker", "CreateNotebookInstance"): (("RoleArn", "sagemaker.amazonaws.com"),),
    ("sagemaker", "CreateTrainingJob"): (("RoleArn", "sagemaker.amazonaws.com"),),
    ("datapipeline", "CreatePipeline"): (("roleArn", "datapipeline.amazonaws.com"),),
    ("scheduler", "CreateSchedule"): (("Target.RoleArn", "scheduler.amazonaws.com"),),
    ("guardduty", "CreateMalwareProtectionPlan"): (("Role", "malware-protection-plan.guardduty.amazonaws.com"),),
    ("batch", "CreateComputeEnvironment"): (("serviceRole", "batch.amazonaws.com"),),
}  # fmt: skip
# Who gets the role of an instance profile.
PROFILES: dict[tuple[str, str], str] = {
    ("ec2", "RunInstances"): "IamInstanceProfile",
    ("ec2", "AssociateIamInstanceProfile"): "IamInstanceProfile",
    ("ec2", "ReplaceIamInstanceProfileAssociation"): "IamInstanceProfile",
    ("autoscaling", "CreateLaunchConfiguration"): "IamInstanceProfile",
}
# (service, operation prefix) → action that setting tags at creation takes. EC2 is told apart by type.
TAGS: dict[str, dict[str, str]] = {
    "iam": {
        "CreateRole": "iam:TagRole", "CreateUser": "iam:TagUser", "CreatePolicy": "iam:TagPolicy",
        "CreateInstanceProfile": "iam:TagInstanceProfile", "CreateSAMLProvider": "iam:TagSAMLProvider",
        "CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider", "CreateVirtualMFADevice": "iam:TagMFADevice",
    },
    "kms": {"CreateKey": "kms:TagResource", "ReplicateKey": "kms:TagResource"},
    "lambda": {"CreateFunction": "lambda:TagResource"},
    "secretsmanager": {"CreateSecret": "secretsmanager:TagResource"},
    "sns": {"CreateTopic": "sns:TagResource"},
    "sqs": {"CreateQueue": "sqs:TagQueue"},
    "logs": {"CreateLogGroup": "logs:TagResource"},
    "cloudtrail": {"CreateTrail": "cloudtrail:AddTags"},
    "organizations": {
        "CreateAccount": "organizations:TagResource", "CreateOrganizationalUnit": "organizations:TagResource",
        "CreatePolicy": "organizations:TagResource",
    },
    "ssm": {"PutParameter": "ssm:AddTagsToResource", "CreateDocument": "ssm:AddTagsToResource"},
    "rds": {
        "CreateDBInstance": "rds:AddTagsToResource", "CreateDBCluster": "rds:AddTagsToResource",
        "CreateDBSnapshot": "rds:AddTagsToResource",
    },
    "dynamodb": {"CreateTable": "dynamodb:TagResource"},
    "guardduty": {"CreateDetector": "guardduty:TagResource"},
    "eks": {"CreateCluster": "eks:TagResource"},
    "ecs": {"CreateCluster": "ecs:TagResource", "RegisterTaskDefinition": "ecs:TagResource"},
    "ecr": {"CreateRepository": "ecr:TagResource"},
    "stepfunctions": {"CreateStateMachine": "states:TagResource"},
}  # fmt: skip


def dependents(call: Call, resource: str) -> Iterator[Dependent]:
    """What else the call needs; `resource` is the ARN that it is about itself."""
    key = (call.service, call.operation)
    if key in PASSES or key in PROFILES or key == ("iam", "AddRoleToInstanceProfile"):
        yield from _passed_roles(call)
    tagging = TAGS.get(call.service, {}).get(call.operation)
    if tagging and any(call.params.get(name) for name in ("Tags", "tags", "TagList")):
        yield Dependent(tagging, resource)
    if call.service == "ec2":
        # Most calls have neither; reading their parameters would be half of a decision's time.
        if b"TagSpecification" in call.request.body or b"KmsKeyId" in call.request.body:
            yield from _ec2(call)
    elif call.service == "s3" and call.operation in _S3:
        yield from _s3(call)
    elif call.service in ("secretsmanager", "ssm", "sqs", "sns"):
        yield from _encrypted(call)


def _at(params: Any, path: str) -> Iterator[str]:
    """The texts at a dotted path, through lists."""
    head, _, rest = path.partition(".")
    value = params.get(head) if isinstance(params, Mapping) else None
    for one in value if isinstance(value, list | tuple) else (value,):
        if rest and one is not None:
            yield from _at(one, rest)
        elif isinstance(one, str) and one:
            yield one


def _passed_roles(call: Call) -> Iterator[Dependent]:
    for path, service in PASSES.get((call.service, call.operation), ()):
        for role in dict.fromkeys(_at(call.params, path)):
            yield _pass(call, role, service)
    member = PROFILES.get((call.service, call.operation))
    profile = call.params.get(member) if member else None
    if profile:
        yield from (_pass(call, role, "ec2.amazonaws.com") for role in _profile_roles(call, profile))
    if call.operation == "AddRoleToInstanceProfile":
        yield _pass(call, str(call.params.get("RoleName")), "ec2.amazonaws.com")


def _pass(call: Call, role: str, service: str) -> Dependent:
    if not role.startswith("arn:"):
        roles = moto.backend("iam", call.account, "aws").roles.values()
        found = next((one for one in roles if one.name == role.rpartition("/")[2]), None)
        role = str(found.arn) if found else f"arn:aws:iam::{call.account}:role/{role}"
    return Dependent("iam:PassRole", role, "role", {"iam:PassedToService": service})


def _profile_roles(call: Call, profile: Any) -> list[str]:
    named = profile.get("Arn") or profile.get("Name") or "" if isinstance(profile, Mapping) else str(profile)
    profiles = moto.backend("iam", call.account, "aws").instance_profiles.values()
    wanted = named.rpartition("/")[2]
    found = next((one for one in profiles if one.name == wanted or one.arn == named), None)
    return [str(role.arn) for role in found.roles] if found else []


def _ec2(call: Call) -> Iterator[Dependent]:
    specifications = call.params.get("TagSpecifications") or call.params.get("TagSpecification") or ()
    for kind in dict.fromkeys(str(row.get("ResourceType")) for row in specifications if row.get("Tags")):
        arn = f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*"
        yield Dependent("ec2:CreateTags", arn, kind, {"ec2:CreateAction": call.operation})
    keys = [call.params.get("KmsKeyId")] if call.operation in ("CreateVolume", "CopySnapshot") else []
    for row in call.params.get("BlockDeviceMappings") or () if call.operation == "RunInstances" else ():
        keys.append((row.get("Ebs") or {}).get("KmsKeyId"))
    for value in dict.fromkeys(str(key) for key in keys if key):
        for action in ("kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"):
            yield from _key(call, action, value, {"kms:GrantIsForAWSResource": "true"})


# Action → parameters that take it, beside s3:PutObject and s3:CreateBucket.
WITH_OBJECTS = {
    "s3:PutObjectAcl": ("ACL", "GrantRead", "GrantFullControl", "GrantReadACP", "GrantWriteACP"),
    "s3:PutObjectTagging": ("Tagging",),
    "s3:PutObjectRetention": ("ObjectLockMode", "ObjectLockRetainUntilDate"),
    "s3:PutObjectLegalHold": ("ObjectLockLegalHoldStatus",),
}
WITH_BUCKETS = {
    "s3:PutBucketAcl": ("ACL", "GrantRead", "GrantFullControl", "GrantWrite"),
    "s3:PutBucketObjectLockConfiguration": ("ObjectLockEnabledForBucket",),
    "s3:PutBucketVersioning": ("ObjectLockEnabledForBucket",),
    "s3:PutBucketOwnershipControls": ("ObjectOwnership",),
}


def _given(params: Mapping[str, Any], table: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    return (action for action, members in table.items() if any(params.get(member) for member in members))


_S3 = frozenset({
    "CopyObject", "UploadPartCopy", "PutObject", "CreateMultipartUpload", "CreateBucket", "DeleteObject",
    "DeleteObjects", "PutObjectRetention", "GetObject", "HeadObject", "SelectObjectContent",
})  # fmt: skip


def _s3(call: Call) -> Iterator[Dependent]:
    params, operation = call.params, call.operation
    bucket = str(params.get("Bucket") or "")
    whole, one = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/{params.get('Key', '')}"
    if operation in ("CopyObject", "UploadPartCopy"):
        yield from _copied(call)
    if operation in ("PutObject", "CopyObject", "CreateMultipartUpload"):
        yield from (Dependent(action, one, "object") for action in _given(params, WITH_OBJECTS))
        yield from _written(call, bucket, one)
    if operation == "CreateBucket":
        yield from (Dependent(action, whole, "bucket") for action in _given(params, WITH_BUCKETS))
    if operation in ("DeleteObject", "DeleteObjects", "PutObjectRetention") and params.get("BypassGovernanceRetention"):
        yield Dependent("s3:BypassGovernanceRetention", one if params.get("Key") else f"{whole}/*", "object")
    if operation in ("GetObject", "HeadObject", "SelectObjectContent"):
        yield from _read(call, bucket, str(params.get("Key") or ""), params.get("VersionId"))


def _copied(call: Call) -> Iterator[Dependent]:
    source = call.params.get("CopySource") or ""
    if isinstance(source, Mapping):
        source = f"{source.get('Bucket')}/{source.get('Key')}"
    path, _, version = unquote(str(source)).lstrip("/").partition("?versionId=")
    bucket, _, key = path.partition("/")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    yield Dependent(action, f"arn:aws:s3:::{path}", "object")
    yield from _read(call, bucket, key, version or None)


def _bucket(name: str) -> Any:
    place = moto.backend_dict("s3").bucket_accounts.get(name)
    return moto.backend("s3", place[1], place[0]).buckets.get(name) if place else None


def _written(call: Call, bucket: str, arn: str) -> Iterator[Dependent]:
    """A key of KMS that the object is encrypted with: as the request says, or the bucket's default."""
    algorithm, key = call.params.get("ServerSideEncryption"), call.params.get("SSEKMSKeyId")
    found = _bucket(bucket)
    if not algorithm and found is not None:
        rule = (found.encryption or {}).get("Rule") or {}
        rule = rule[0] if isinstance(rule, list) and rule else rule
        default = rule.get("ApplyServerSideEncryptionByDefault") or {} if isinstance(rule, Mapping) else {}
        algorithm, key = default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")
    if algorithm in ("aws:kms", "aws:kms:dsse") and key:
        yield from _key(call, "kms:GenerateDataKey", str(key), {"kms:EncryptionContext:aws:s3:arn": arn})


def _read(call: Call, bucket: str, key: str, version: Any) -> Iterator[Dependent]:
    place = moto.backend_dict("s3").bucket_accounts.get(bucket)
    if place is None:
        return
    found = moto.backend("s3", place[1], place[0]).get_object(bucket, key, version_id=version)
    used = getattr(found, "kms_key_id", None)
    if found is not None and used and str(found.encryption).startswith("aws:kms"):
        context: Keys = {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}/{key}"}
        written_with = getattr(found, "encryption_context", {})
        context |= {f"kms:EncryptionContext:{name}": value for name, value in written_with.items()}
        yield from _key(call, "kms:Decrypt", str(used), context)


def _key(call: Call, action: str, value: str, keys: Keys, service: str = "") -> Iterator[Dependent]:
    """Use of a customer's key through a service; AWS's own keys let everybody of the account in."""
    if "alias/aws/" in value:
        return
    account = call.account
    if call.service == "s3":
        place = moto.backend_dict("s3").bucket_accounts.get(str(call.params.get("Bucket") or ""))
        account = place[1] if place else account
    arn = find_key_arn(value, account, call.region)
    if arn is not None:
        name = service or call.service
        via: Keys = {"kms:ViaService": f"{name}.{call.region}.amazonaws.com"}
        # The service asks KMS in the caller's name. Source: IAM User Guide, "Forward access sessions".
        yield Dependent(action, arn, "key", via | via_keys(call, f"{name}.amazonaws.com") | keys)


def _encrypted(call: Call) -> Iterator[Dependent]:
    """Secrets, parameters, queues and topics under a customer's key."""
    params = call.params
    if call.service == "secretsmanager":
        yield from _secret(call)
    elif call.service == "ssm" and call.operation == "PutParameter" and params.get("Type") == "SecureString":
        if params.get("KeyId"):
            yield from _key(call, "kms:Encrypt", str(params["KeyId"]), {})
    elif call.service == "ssm" and call.operation in ("GetParameter", "GetParameters") and params.get("WithDecryption"):
        yield from _parameters(call)
    elif call.service == "sqs" and call.operation in ("SendMessage", "SendMessageBatch", "ReceiveMessage"):
        name = str(params.get("QueueUrl") or "").rpartition("/")[2]
        queue = moto.backend("sqs", call.account, call.region).queues.get(name)
        key = getattr(queue, "kms_master_key_id", None)
        action = "kms:Decrypt" if call.operation == "ReceiveMessage" else "kms:GenerateDataKey"
        yield from _key(call, action, str(key), {}) if key else ()
    elif call.service == "sns" and call.operation in ("Publish", "PublishBatch"):
        topic = moto.backend("sns", call.account, call.region).topics.get(params.get("TopicArn") or "")
        key = getattr(topic, "kms_master_key_id", None)
        yield from _key(call, "kms:GenerateDataKey", str(key), {}) if key else ()


def _secret(call: Call) -> Iterator[Dependent]:
    key = call.params.get("KmsKeyId")
    if not key and call.params.get("SecretId"):
        secrets = moto.backend("secretsmanager", call.account, call.region).secrets
        wanted = call.params["SecretId"]
        found = next((one for one in dict.values(secrets) if wanted in (one.name, one.arn)), None)
        key = getattr(found, "kms_key_id", None)
    if not key:
        return
    if call.operation in ("CreateSecret", "PutSecretValue", "UpdateSecret"):
        yield from _key(call, "kms:GenerateDataKey", str(key), {})
    if call.operation in ("GetSecretValue", "PutSecretValue", "UpdateSecret", "CreateSecret", "BatchGetSecretValue"):
        yield from _key(call, "kms:Decrypt", str(key), {})


def _parameters(call: Call) -> Iterator[Dependent]:
    names = call.params.get("Names") or [call.params.get("Name")]
    backend = moto.backend("ssm", call.account, call.region)
    for name in names:
        versions: list[Any] = list(backend._parameters.get(str(name)) or ())
        latest = next(reversed(versions), None)
        key = getattr(latest, "keyid", None)
        if latest is not None and key and latest.parameter_type == "SecureString":
            yield from _key(call, "kms:Decrypt", str(key), {})
