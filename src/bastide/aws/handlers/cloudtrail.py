"""AWS CloudTrail: trails, with their logging switch, event selectors and insights as one resource.

One idea: a trail belongs to the account and region that made it. Shadows of multi-region trails and of the
organization's trail in member accounts are not listed: nobody could change them there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, ask, error_code, tag_list
from bastide.aws.shape import actions, arn_of, before_and_after, member, pick, present, tag_changes, tags_of, touched
from bastide.aws.waiting import quietly
from bastide.model import Arn, Change, Properties, Unknown, Value

# Registry name → CreateTrail's and UpdateTrail's parameter.
SETTINGS = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "KMSKeyId": "KmsKeyId",
    "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
}
# Where DescribeTrails says it by another name.
SAID_AS = {"EnableLogFileValidation": "LogFileValidationEnabled"}
GONE = ("TrailNotFoundException",)


class Trail(Handler):
    """AWS::CloudTrail::Trail. Create-only: TrailName. Listed in the home region, in the account that owns it.

    An update sends only the settings that differ; an empty string takes an optional one away.
    Create needs the bucket's and the key's policy in place (InsufficientS3BucketPolicyException otherwise).
    Source: AWS CloudTrail API Reference, UpdateTrail, DescribeTrails.
    """

    type = "AWS::CloudTrail::Trail"
    service = "cloudtrail"
    identified_by = ("TrailName",)
    actions = actions(
        read=(
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:GetEventSelectors",
            "cloudtrail:GetInsightSelectors",
            "cloudtrail:ListTags",
        ),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return self._found(at, includeShadowTrails=False)

    def read(self, at: Connection, id: str) -> Found | None:
        return next(iter(self._found(at, trailNameList=[arn_of(at, "cloudtrail", f"trail/{id}")])), None)

    def _found(self, at: Connection, **query: Any) -> Iterable[Found]:
        trails = at.client("cloudtrail").describe_trails(**query)["trailList"]
        return [
            Found(trail["Name"], _properties(at.client("cloudtrail"), trail), trail["TrailARN"])
            for trail in trails
            if trail["HomeRegion"] == at.region and Arn.parse(trail["TrailARN"]).account == at.account
        ]

    def create(self, at: Connection, properties: Properties) -> str:
        cloudtrail, name = at.client("cloudtrail"), str(properties["TrailName"])
        settings = {SETTINGS[key]: properties[key] for key in SETTINGS if properties.get(key) is not None}
        try:
            cloudtrail.create_trail(Name=name, **settings, **present(TagsList=tags_of(properties) or None))
        except ClientError as error:
            if error_code(error) != "TrailAlreadyExistsException":
                raise
            cloudtrail.update_trail(Name=name, **settings)
        for part in ("EventSelectors", "AdvancedEventSelectors", "InsightSelectors", "IsLogging"):
            if properties.get(part) is not None:
                _put(cloudtrail, name, part, properties[part])
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        cloudtrail, names, after = at.client("cloudtrail"), touched(change), change.after or {}
        settings = {SETTINGS[key]: after.get(key, "") for key in SETTINGS if key in names}
        if settings:
            cloudtrail.update_trail(Name=id, **settings)
        for part in ("EventSelectors", "AdvancedEventSelectors", "InsightSelectors", "IsLogging"):
            if part in names and (part in after or part == "InsightSelectors"):
                _put(cloudtrail, id, part, after.get(part))
        if "Tags" in names:
            wanted, gone = tag_changes(*before_and_after(change, "Tags"))
            arn = arn_of(at, "cloudtrail", f"trail/{id}")
            if gone:
                cloudtrail.remove_tags(ResourceId=arn, TagsList=[{"Key": key} for key in gone])
            if wanted:
                cloudtrail.add_tags(ResourceId=arn, TagsList=wanted)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("cloudtrail").delete_trail, *GONE, Name=id)


def _put(cloudtrail: Any, name: str, part: str, value: Value) -> None:
    if part == "IsLogging":
        (cloudtrail.start_logging if value else cloudtrail.stop_logging)(Name=name)
    elif part == "InsightSelectors":
        cloudtrail.put_insight_selectors(TrailName=name, InsightSelectors=value or [])
    else:
        cloudtrail.put_event_selectors(TrailName=name, **{part: value})


def _properties(cloudtrail: Any, trail: Mapping[str, Any]) -> dict[str, Value]:
    arn = trail["TrailARN"]
    status = member(ask(cloudtrail.get_trail_status, Name=arn), "IsLogging")
    selectors = ask(cloudtrail.get_event_selectors, TrailName=arn)
    tags = member(ask(cloudtrail.list_tags, ResourceIdList=[arn]), "ResourceTagList")
    settings = {key: trail.get(SAID_AS.get(key, sent)) for key, sent in SETTINGS.items()}
    return present(
        TrailName=trail["Name"],
        IsLogging=status,
        EventSelectors=_unless_empty(selectors, "EventSelectors"),
        AdvancedEventSelectors=_unless_empty(selectors, "AdvancedEventSelectors"),
        InsightSelectors=_insights(cloudtrail, trail),
        Tags=tags if isinstance(tags, Unknown) else tag_list(tags[0]["TagsList"] if tags else ()),
        **{key: value for key, value in settings.items() if value != ""},
    ) | pick(trail, "SnsTopicArn")


def _insights(cloudtrail: Any, trail: Mapping[str, Any]) -> Value:
    if not trail.get("HasInsightSelectors"):
        return None
    answer = ask(cloudtrail.get_insight_selectors, absent=("InsightNotEnabledException",), TrailName=trail["TrailARN"])
    return member(answer, "InsightSelectors")


def _unless_empty(answer: Value, name: str) -> Value:
    found = member(answer, name)
    return found if isinstance(found, Unknown) else found or None
