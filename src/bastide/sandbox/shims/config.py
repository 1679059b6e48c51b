"""AWS Config: where it can deliver. moto: assumes that every bucket and policy is right."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.policies import lets_in, parse_statements
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import tree
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.shims.s3 import read_bucket
from bastide.sandbox.wire import AwsError

PRINCIPAL = "config.amazonaws.com"


@shim("config", "PutConfigurationRecorder")
def put_configuration_recorder(call: Call) -> Answer:
    """With its recording mode. moto: forgets it."""
    response = call.forward()
    recorder = call.params["ConfigurationRecorder"]
    mode = recorder.get("recordingMode", {"recordingFrequency": "CONTINUOUS"})
    call.store.setdefault("modes", {})[recorder["name"]] = mode
    return response


@shim("config", "DescribeConfigurationRecorders")
def describe_configuration_recorders(call: Call) -> Answer:
    """With ARN and recording mode."""
    recorders = call.forwarded()["ConfigurationRecorders"]
    for row in recorders:
        row["recordingMode"] = call.store.get("modes", {}).get(row["name"], {"recordingFrequency": "CONTINUOUS"})
        row["recordingScope"] = "PAID"
    return {"ConfigurationRecorders": recorders}


@shim("config", "DescribeConfigurationRecorderStatus")
def describe_configuration_recorder_status(call: Call) -> Answer:
    """Delivery works as soon as it is started. moto: stays pending."""
    rows = call.forwarded()["ConfigurationRecordersStatus"]
    for row in rows:
        if row.get("recording"):
            row["lastStatus"] = "SUCCESS"
    return {"ConfigurationRecordersStatus": rows}


@shim("config", "PutConfigurationAggregator")
def put_configuration_aggregator(call: Call) -> Answer:
    """Of the organization: by its management account or delegated administrator only. moto: by anybody."""
    if "OrganizationAggregationSource" in call.params:
        administered(call, PRINCIPAL, "The account does not have permission to call AWS Organizations APIs.")
    return call.forward()


def administered(call: Call, principal: str, text: str) -> Any:
    """moto's organization, for its management account or the principal's delegated administrator.

    Raises AwsError: for other accounts with ``text``, and where there is no organization.
    """
    try:
        backend = tree(call)
    except AwsError as missing:
        raise AwsError("NoAvailableOrganizationException", "Organization is no longer available.") from missing
    if call.account not in (backend.account_id, delegated(call, principal)):
        raise AwsError("OrganizationAccessDeniedException", text)
    return backend


@shim("config", "PutDeliveryChannel")
def put_delivery_channel(call: Call) -> Answer:
    """Into a bucket without Object Lock whose policy lets Config write.

    A bucket of the recorder's own account needs no policy when the recorder's role may write (not a service-linked
    role). Source: AWS Config Developer Guide, "Permissions for the Amazon S3 bucket"; CloudFormation user guide,
    AWS::Config::DeliveryChannel, "S3BucketName".
    """
    channel = call.params["DeliveryChannel"]
    name = channel.get("s3BucketName", "")
    try:
        bucket = read_bucket(name)
    except AwsError as missing:
        text = f"Cannot find a S3 bucket with an empty bucket name or name {name!r}."
        raise AwsError("NoSuchBucketException", text) from missing
    if bucket.object_lock_enabled:
        raise _insufficient(name, channel, "AWS Config does not support buckets with Object Lock")
    if bucket.account_id != call.account or _uses_linked_role(call):
        statements = parse_statements(bucket.policy.decode() if bucket.policy else '{"Statement": []}')
        prefix = f"{channel['s3KeyPrefix']}/" if channel.get("s3KeyPrefix") else ""
        written = f"arn:aws:s3:::{name}/{prefix}AWSLogs/{call.account}/Config/ConfigWritabilityCheckFile"
        source = f"arn:aws:config:{call.region}:{call.account}:*"
        for action, resource in (("s3:GetBucketAcl", f"arn:aws:s3:::{name}"), ("s3:PutObject", written)):
            if not lets_in(statements, PRINCIPAL, action, resource, source, call.account):
                raise _insufficient(name, channel, f"its policy does not let {PRINCIPAL} do {action} on {resource}")
    return call.forward()


def _uses_linked_role(call: Call) -> bool:
    recorders = moto.backend("config", call.account, call.region).recorders.values()
    return any("/aws-service-role/" in recorder.role_arn for recorder in recorders)


def _insufficient(name: str, channel: dict[str, str], why: str) -> AwsError:
    prefix = channel.get("s3KeyPrefix", "null")
    text = f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket, provided s3 key prefix is"
    return AwsError("InsufficientDeliveryPolicyException", f"{text} {prefix!r}: {why}.")
