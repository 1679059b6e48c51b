"""Where logs lie, and the organization trail: buckets, their policies and keys in the log-archive account.

Four buckets, for each producer asks for what another refuses: the trail's is locked, AWS Config does not deliver to a
locked one, flow logs come from a service of their own, and S3's access logs can only be encrypted with S3's own key.
Source: AWS CloudTrail User Guide, "Creating a trail for an organization"; CloudFormation, AWS::Config::DeliveryChannel
(no delivery to buckets with Object Lock); Amazon S3 User Guide, "Enabling Amazon S3 server access logging".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bastide.declare import policies
from bastide.declare.expansion.baseline import BLOCK_ALL
from bastide.declare.expansion.duration import Duration
from bastide.declare.expansion.platform import INVESTIGATORS, of_set, role, role_arn
from bastide.declare.expansion.survey import Survey
from bastide.declare.expansion.tree import service_access
from bastide.model import GLOBAL, Properties, Resource, provisional
from bastide.model.platform import LOG_READER, PATH

TRAIL = "bastide-organization"
STORES = ("trail", "config", "flow-logs")  # each encrypted with a key of its own
ACCESS_LOGS = "access-logs"
EVENTS = {  # what the file calls it → resource type, value of readOnly (None: both)
    "s3-read": ("AWS::S3::Object", "true"),
    "s3-write": ("AWS::S3::Object", "false"),
    "lambda": ("AWS::Lambda::Function", None),
}
COLD_AFTER = 90  # days until objects move to a cheaper class with the same access


def archive(survey: Survey) -> Iterator[Resource]:
    """Keys, buckets and the trail."""
    for subject in (*STORES, ACCESS_LOGS):
        if subject in STORES:
            key = key_of(survey, subject)
            yield key
            yield _alias(survey, subject, key)
        yield bucket_of(survey, subject)
        yield bucket_policy_of(survey, subject)
    yield trail_of(survey)


def trail_arn(survey: Survey) -> str:
    """The trail's ARN, known before the trail exists: key and bucket policy let in nothing else."""
    return policies.trail_arn(survey.management.id, survey.home, TRAIL, partition=survey.known.partition)


def key_arn(survey: Survey, subject: str) -> str:
    """The ARN of the key that encrypts one kind of log."""
    return survey.arn("kms", survey.home, survey.archive.id, f"key/{_key_id(survey, subject)}")


def _key_id(survey: Survey, subject: str) -> str:
    return provisional.uuid("key", survey.archive.name, survey.home, subject)


def key_of(survey: Survey, subject: str) -> Resource:
    """The key that encrypts one kind of log."""
    properties = {
        "Description": f"Encrypts {survey.name(subject)}",
        "Enabled": True,
        "EnableKeyRotation": True,
        "KeyPolicy": _key_policy(survey, subject),
        "Tags": survey.tags(bastide_name=f"bastide/{subject}"),
    }
    at = (survey.archive, survey.home)
    return survey.make("AWS::KMS::Key", at, _key_id(survey, subject), properties, "logs", arn=key_arn(survey, subject))


def _alias(survey: Survey, subject: str, key: Resource) -> Resource:
    name = f"alias/bastide/{subject}"
    properties = {"AliasName": name, "TargetKeyId": key.id}
    at = (survey.archive, survey.home)
    return survey.make(
        "AWS::KMS::Alias", at, name, properties, "logs", arn=survey.arn("kms", survey.home, survey.archive.id, name)
    )


def bucket_of(survey: Survey, subject: str) -> Resource:
    """The bucket of one kind of log; the trail's objects cannot be deleted before ``logs.retain`` has passed."""
    name = survey.name(subject)
    properties = {
        "BucketName": name,
        "BucketEncryption": _encryption(survey, subject),
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": BLOCK_ALL,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": _lifecycle(survey),
        "Tags": survey.tags(),
        **(_lock(survey) if subject == "trail" else {}),
        **(_logged(survey, subject) if subject != ACCESS_LOGS else {}),
    }
    at, said = (survey.archive, survey.home), "logs.lock" if subject == "trail" else "logs.retain"
    return survey.make("AWS::S3::Bucket", at, name, properties, said, arn=bucket_arn(survey, subject))


def bucket_arn(survey: Survey, subject: str) -> str:
    """The ARN of the bucket of one kind of log."""
    return f"arn:{survey.known.partition}:s3:::{survey.name(subject)}"


def _encryption(survey: Survey, subject: str) -> Properties:
    # S3 delivers access logs only to buckets that are encrypted with its own key.
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn(survey, subject)}
    rule: dict[str, Any] = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    if subject in STORES:
        rule = {"ServerSideEncryptionByDefault": kms, "BucketKeyEnabled": True}
    return {"ServerSideEncryptionConfiguration": [rule]}


def _retention(survey: Survey) -> Duration:
    return Duration.parse(survey.architecture.logs.retain) or Duration(1, "y")


def _lock(survey: Survey) -> Properties:
    retention = _retention(survey)
    period = {"Years": retention.count} if retention.unit == "y" else {"Days": retention.days}
    rule = {"DefaultRetention": {"Mode": survey.architecture.logs.lock.upper(), **period}}
    return {
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule},
    }


def _logged(survey: Survey, subject: str) -> Properties:
    return {
        "LoggingConfiguration": {
            "DestinationBucketName": survey.name(ACCESS_LOGS),
            "LogFilePrefix": f"{subject}/",
        }
    }


def _lifecycle(survey: Survey) -> Properties:
    days = _retention(survey).days
    rule = {
        "Id": "retain",
        "Status": "Enabled",
        "ExpirationInDays": days,
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    if days > COLD_AFTER:
        rule["Transitions"] = [{"StorageClass": "GLACIER_IR", "TransitionInDays": COLD_AFTER}]
    return {"Rules": [rule]}


def bucket_policy_of(survey: Survey, subject: str) -> Resource:
    """Who writes to the bucket of one kind of log, for whom; nobody else, and by TLS only."""
    name = survey.name(subject)
    properties = {"Bucket": name, "PolicyDocument": _bucket_document(survey, subject)}
    at = (survey.archive, survey.home)
    return survey.make("AWS::S3::BucketPolicy", at, name, properties, "logs", after=[bucket_of(survey, subject)])


def _bucket_document(survey: Survey, subject: str) -> Properties:
    name, organization = survey.name(subject), survey.known.organization_id
    shared: dict[str, Any] = {"reader_roles": [log_reader_arn(survey)], "partition": survey.known.partition}
    match subject:
        case "trail":
            return policies.trail_bucket_policy(name, organization, survey.management.id, survey.home, TRAIL, **shared)
        case "config":
            return policies.config_bucket_policy(name, organization, **shared)
        case "flow-logs":
            return policies.flow_logs_bucket_policy(name, organization, **shared)
    return policies.access_logs_bucket_policy(name, organization, survey.archive.id, **shared)


def _key_policy(survey: Survey, subject: str) -> Properties:
    account, organization, partition = survey.archive.id, survey.known.organization_id, survey.known.partition
    readers = [log_reader_arn(survey)]
    match subject:
        case "trail":
            management = survey.management.id
            return policies.trail_key_policy(
                account, organization, management, survey.home, TRAIL, reader_roles=readers, partition=partition
            )
        case "config":
            build = policies.config_key_policy
        case _:
            build = policies.flow_logs_key_policy
    return build(account, organization, survey.home, reader_roles=readers, partition=partition)


def trail_of(survey: Survey) -> Resource:
    """The trail of all accounts and regions."""
    properties = {
        "TrailName": TRAIL,
        "S3BucketName": survey.name("trail"),
        "KMSKeyId": key_arn(survey, "trail"),
        "IsLogging": True,
        "IsOrganizationTrail": True,
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "AdvancedEventSelectors": _selectors(survey),
        "Tags": survey.tags(),
    }
    return survey.make(
        "AWS::CloudTrail::Trail",
        (survey.management, survey.home),
        TRAIL,
        properties,
        "logs.events",
        arn=trail_arn(survey),
        after=[
            service_access(survey, "cloudtrail.amazonaws.com"),
            bucket_policy_of(survey, "trail"),
            key_of(survey, "trail"),
        ],
    )


def _selectors(survey: Survey) -> list[Properties]:
    """One selector for each kind of event; management events always, and never what CloudTrail itself writes."""
    selectors: list[Properties] = [{"Name": "management", "FieldSelectors": [_equals("eventCategory", "Management")]}]
    for event in sorted(set(survey.architecture.logs.events) - {"management"}):
        type, read_only = EVENTS[event]
        fields = [_equals("eventCategory", "Data"), _equals("resources.type", type)]
        if read_only:
            fields.append(_equals("readOnly", read_only))
        if type == "AWS::S3::Object":
            # Each delivery of a log would be an event that is delivered in its turn.
            fields.append({"Field": "resources.ARN", "NotStartsWith": [f"{bucket_arn(survey, 'trail')}/"]})
        selectors.append({"Name": event, "FieldSelectors": fields})
    return selectors


def _equals(field: str, value: str) -> Properties:
    return {"Field": field, "Equals": [value]}


def log_reader_arn(survey: Survey) -> str:
    """The ARN of the one role that reads logs where they lie."""
    return role_arn(survey, survey.archive, LOG_READER)


def log_reader(survey: Survey) -> Resource:
    """The role in the log-archive account with which the security team reads logs from the account of its tools."""
    known, archive = survey.known, survey.archive
    sets = (of_set(survey, survey.audit, name) for name in ("Administrator", *INVESTIGATORS))
    trusted = [*sets, survey.arn("iam", GLOBAL, survey.audit.id, f"role{PATH}*")]
    trust = policies.log_reader_trust_policy(survey.audit.id, known.organization_id, trusted, partition=known.partition)
    keys = [key_of(survey, subject) for subject in STORES]
    buckets = [survey.name(subject) for subject in (*STORES, ACCESS_LOGS)]
    document = policies.log_reader_policy(buckets, [key.arn for key in keys], partition=known.partition)
    inline = [{"PolicyName": "read-logs", "PolicyDocument": document}]
    says = "Reads logs, for the security team in the audit account"
    return role(survey, archive, LOG_READER, says, trust, "logs", [], inline, after=keys)
