"""AWS Config: a recorder and a channel in every account and allowed region, gathered in the audit account.

Order: service-linked role → recorder → channel (and then recording starts). Types that are global are recorded in the
home region only, or every region would record each of them again.
Source: AWS Config Developer Guide, "Recording AWS resources", "Multi-Account Multi-Region Data Aggregation".
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.declare import policies
from bastide.declare.expansion.archive import bucket_policy_of, key_arn, key_of
from bastide.declare.expansion.survey import Member, Survey
from bastide.declare.expansion.tree import delegated_administrator
from bastide.model import GLOBAL, Resource
from bastide.model.platform import AGGREGATOR, PATH, role_path

SERVICE = "config.amazonaws.com"
ROLE = "AWSServiceRoleForConfig"
NAME = "default"  # the console and the CLI give it this name, and there can be only one
SAID = "detect.config"


def recording(survey: Survey) -> Iterator[Resource]:
    """Everything that ``detect.config`` asks for."""
    if not survey.architecture.detect.config:
        return
    delivered = [bucket_policy_of(survey, "config"), key_of(survey, "config")]
    for member in survey.everyone:
        role = _service_linked_role(survey, member)
        yield role
        for region in survey.regions:
            recorder = _recorder(survey, member, region, role)
            yield recorder
            yield _channel(survey, member, region, [recorder, *delivered])
    yield from _aggregator(survey)


def _service_linked_role(survey: Survey, member: Member) -> Resource:
    arn = survey.arn("iam", GLOBAL, member.id, f"role/aws-service-role/{SERVICE}/{ROLE}")
    properties = {"AWSServiceName": SERVICE}
    return survey.make("AWS::IAM::ServiceLinkedRole", (member, GLOBAL), ROLE, properties, SAID, arn=arn)


def _recorder(survey: Survey, member: Member, region: str, role: Resource) -> Resource:
    properties = {
        "Name": NAME,
        "RoleARN": role.arn,
        "Recording": True,
        "RecordingGroup": {"AllSupported": True, "IncludeGlobalResourceTypes": region == survey.home},
    }
    return survey.make("AWS::Config::ConfigurationRecorder", (member, region), NAME, properties, SAID, after=[role])


def _channel(survey: Survey, member: Member, region: str, after: list[Resource]) -> Resource:
    properties = {
        "Name": NAME,
        "S3BucketName": survey.name("config"),
        "S3KmsKeyArn": key_arn(survey, "config"),
        "ConfigSnapshotDeliveryProperties": {"DeliveryFrequency": "TwentyFour_Hours"},
    }
    return survey.make("AWS::Config::DeliveryChannel", (member, region), NAME, properties, SAID, after=after)


def _aggregator(survey: Survey) -> Iterator[Resource]:
    role_arn = survey.arn("iam", GLOBAL, survey.audit.id, f"role/{role_path(AGGREGATOR)}")
    trust = policies.service_trust_policy("config", survey.audit.id)
    role = survey.make(
        "AWS::IAM::Role",
        (survey.audit, GLOBAL),
        AGGREGATOR,
        {
            "RoleName": AGGREGATOR,
            "Path": PATH,
            "Description": "Lets AWS Config ask Organizations which accounts there are",
            "AssumeRolePolicyDocument": trust,
            "ManagedPolicyArns": [survey.managed("service-role/AWSConfigRoleForOrganizations")],
            "Tags": survey.tags(),
        },
        SAID,
        arn=role_arn,
    )
    yield role
    name = "bastide-organization"
    yield survey.make(
        "AWS::Config::ConfigurationAggregator",
        (survey.audit, survey.home),
        name,
        {
            "ConfigurationAggregatorName": name,
            "OrganizationAggregationSource": {"RoleArn": role_arn, "AwsRegions": list(survey.regions)},
            "Tags": survey.tags(),
        },
        SAID,
        after=[role, delegated_administrator(survey, SERVICE)],
    )
