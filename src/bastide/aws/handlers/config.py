"""AWS Config: the recorder, its delivery channel, and the aggregator, in the registry's case instead of Config's.

One idea: one recorder and one channel an account and region, whatever they are called. Recording starts only once a
channel exists, and a channel exist only beside a recorder: so the recorder comes first, and the channel starts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler, ask, pages, tag_list
from bastide.aws.shape import actions, before_and_after, member, pick, present, recased, tag_changes, tags_of, touched
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Unknown, Value

NO_CHANNEL = "NoAvailableDeliveryChannelException"
NO_RECORDER = "NoSuchConfigurationRecorderException"
CHANNEL = ("Name", "S3BucketName", "S3KeyPrefix", "S3KmsKeyArn", "SnsTopicARN", "ConfigSnapshotDeliveryProperties")
RECORDER = ("Name", "RoleARN", "RecordingGroup", "RecordingMode")


class ConfigurationRecorder(Handler):
    """AWS::Config::ConfigurationRecorder. Create-only: Name. There is one; recorders of AWS services are left out.

    Ours: ``Recording`` (started or stopped). A recorder that is created before there is a channel starts when that is
    created. One of another name gives way: AWS has room for one, and what it recorded stays with Config.
    Source: AWS Config Developer Guide, "Working with the configuration recorder".
    """

    type = "AWS::Config::ConfigurationRecorder"
    service = "config"
    identified_by = ()
    settles = ("Recording",)
    actions = actions(
        read=("config:DescribeConfigurationRecorders", "config:DescribeConfigurationRecorderStatus"),
        write=(
            "config:PutConfigurationRecorder",
            "config:StartConfigurationRecorder",
            "config:StopConfigurationRecorder",
            "config:DeleteConfigurationRecorder",
            "iam:PassRole",
        ),
        delete=("config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder"),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        recorders = _recorders(at)
        if not recorders:
            return []
        answer = ask(at.client("config").describe_configuration_recorder_status)
        status = member(answer, "ConfigurationRecordersStatus")
        return [_recorder(recorder, status) for recorder in recorders]

    def create(self, at: Connection, properties: Properties) -> str:
        for other in _recorders(at):
            if other["name"] != properties["Name"]:
                self.delete(at, other["name"], {})
        _put_recorder(at, properties)
        if properties.get("Recording") is not None:
            _switch(at, properties["Name"], properties["Recording"])
        return str(properties["Name"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        names, after = touched(change), change.after or {}
        if names & {"RoleARN", "RecordingGroup", "RecordingMode"}:
            _put_recorder(at, desired(change))
        if "Recording" in names:
            _switch(at, id, after.get("Recording"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        config = at.client("config")
        quietly(config.stop_configuration_recorder, NO_RECORDER, ConfigurationRecorderName=id)
        quietly(config.delete_configuration_recorder, NO_RECORDER, ConfigurationRecorderName=id)


def _recorders(at: Connection) -> list[dict[str, Any]]:
    found = at.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
    return [recorder for recorder in found if not recorder.get("servicePrincipal")]


def _recorder(recorder: dict[str, Any], status: Value) -> Found:
    on: Value = status
    if not isinstance(status, Unknown):
        same = [item for item in status or () if item["name"] == recorder["name"]]
        on = bool(same[0].get("recording")) if same else Unknown("its status names no such recorder")
    group = recorder.get("recordingGroup") or {}
    # AWS fills in empty lists where nothing is included or excluded by type.
    said = {key: value for key, value in group.items() if value not in ([], {"resourceTypes": []}, None)}
    properties = {"Name": recorder["name"], "RoleARN": recorder["roleARN"], "Recording": on}
    properties |= present(RecordingGroup=recased(said, upper=True) or None)
    properties |= present(RecordingMode=recased(recorder.get("recordingMode"), upper=True))
    return Found(recorder["name"], properties, recorder.get("arn", ""))


def _put_recorder(at: Connection, properties: Properties) -> None:
    request = recased(pick(properties, *RECORDER), upper=False)
    at.client("config").put_configuration_recorder(ConfigurationRecorder=request)


def _switch(at: Connection, name: str, on: Value) -> None:
    config = at.client("config")
    if on:
        quietly(config.start_configuration_recorder, NO_CHANNEL, ConfigurationRecorderName=name)
    else:
        config.stop_configuration_recorder(ConfigurationRecorderName=name)


class DeliveryChannel(Handler):
    """AWS::Config::DeliveryChannel. Create-only: Name. There is one; one of another name gives way.

    Creating it starts the recorder, which waits for it; deleting it first stops the recorder, which needs one.
    The bucket must not have Object Lock. Source: AWS Config Developer Guide, "Managing the delivery channel".
    """

    type = "AWS::Config::DeliveryChannel"
    service = "config"
    identified_by = ()
    actions = actions(
        read=("config:DescribeDeliveryChannels",),
        write=(
            "config:PutDeliveryChannel",
            "config:DeleteDeliveryChannel",
            "config:DescribeConfigurationRecorders",
            "config:StartConfigurationRecorder",
            "config:StopConfigurationRecorder",
        ),
        delete=(
            "config:DeleteDeliveryChannel",
            "config:DescribeConfigurationRecorders",
            "config:StopConfigurationRecorder",
        ),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        found = at.client("config").describe_delivery_channels()["DeliveryChannels"]
        return [Found(channel["name"], pick(recased(channel, upper=True), *CHANNEL)) for channel in found]

    def create(self, at: Connection, properties: Properties) -> str:
        for other in self.list(at):
            if other.id != properties["Name"]:
                self.delete(at, other.id, {})
        _put_channel(at, properties)
        config = at.client("config")
        for recorder in _recorders(at):
            # One that had been started stopped when an earlier channel went: it waits for this one just the same.
            config.start_configuration_recorder(ConfigurationRecorderName=recorder["name"])
        return str(properties["Name"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        _put_channel(at, {**desired(change), "Name": id})

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        config = at.client("config")
        for recorder in _recorders(at):
            config.stop_configuration_recorder(ConfigurationRecorderName=recorder["name"])
        quietly(config.delete_delivery_channel, "NoSuchDeliveryChannelException", DeliveryChannelName=id)


def _put_channel(at: Connection, properties: Properties) -> None:
    channel = recased(pick(properties, *CHANNEL), upper=False)
    at.client("config").put_delivery_channel(DeliveryChannel=channel)


class ConfigurationAggregator(Handler):
    """AWS::Config::ConfigurationAggregator. Create-only: the name. Its sources are replaced as a whole."""

    type = "AWS::Config::ConfigurationAggregator"
    service = "config"
    identified_by = ("ConfigurationAggregatorName",)

    def list(self, at: Connection) -> Iterable[Found]:
        config = at.client("config")
        found = pages(config, "describe_configuration_aggregators", "ConfigurationAggregators")
        return [_aggregator(config, item) for item in found]

    def create(self, at: Connection, properties: Properties) -> str:
        _put_aggregator(at, properties)
        return str(properties["ConfigurationAggregatorName"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        config = at.client("config")
        if touched(change) - {"Tags"}:
            after = {key: value for key, value in (change.after or {}).items() if key != "Tags"}
            _put_aggregator(at, {**after, "ConfigurationAggregatorName": id})
        if "Tags" in touched(change):
            names = config.describe_configuration_aggregators(ConfigurationAggregatorNames=[id])
            arn = names["ConfigurationAggregators"][0]["ConfigurationAggregatorArn"]
            wanted, gone = tag_changes(*before_and_after(change, "Tags"))
            if gone:
                config.untag_resource(ResourceArn=arn, TagKeys=gone)
            if wanted:
                config.tag_resource(ResourceArn=arn, Tags=wanted)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        absent = ("NoSuchConfigurationAggregatorException",)
        quietly(at.client("config").delete_configuration_aggregator, *absent, ConfigurationAggregatorName=id)


def _aggregator(config: Any, item: dict[str, Any]) -> Found:
    name, arn = item["ConfigurationAggregatorName"], item["ConfigurationAggregatorArn"]
    accounts = [recased(source, upper=True) for source in item.get("AccountAggregationSources", ())]
    tags = member(ask(config.list_tags_for_resource, ResourceArn=arn), "Tags")
    properties = {"ConfigurationAggregatorName": name} | present(
        AccountAggregationSources=[_without_empty(source, "AwsRegions") for source in accounts] or None,
        OrganizationAggregationSource=_without_empty(item.get("OrganizationAggregationSource"), "AwsRegions"),
        Tags=tags if isinstance(tags, Unknown) else tag_list(tags),
    )
    return Found(name, properties, arn)


def _without_empty(source: Value, name: str) -> Value:
    return {key: value for key, value in source.items() if key != name or value} if source else None


def _put_aggregator(at: Connection, properties: Properties) -> None:
    accounts = recased(properties.get("AccountAggregationSources"), upper=False)
    at.client("config").put_configuration_aggregator(
        ConfigurationAggregatorName=properties["ConfigurationAggregatorName"],
        **pick(properties, "OrganizationAggregationSource"),
        **present(AccountAggregationSources=accounts, Tags=tags_of(properties) or None),
    )
