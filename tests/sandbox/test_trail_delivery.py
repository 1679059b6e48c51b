"""Delivery: files under AWS's keys, digests that a stranger can verify, selectors, event history, EventBridge."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bastide.errors import InputError
from bastide.sandbox.clock import parse_duration, parse_time
from tests.sandbox.conftest import REGION, World, build

Refused = Callable[..., dict[str, Any]]
BUCKET = "acme-trail"


def allow(world: World, *, prefix: str = "AWSLogs/") -> None:
    """Let CloudTrail write to the bucket."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    arn = f"arn:aws:s3:::{BUCKET}"
    rows = [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": arn},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"{arn}/{prefix}*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rows})
    world.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=policy)


def start_trail(world: World, **settings: Any) -> str:
    """A bucket and an organization trail with validation that logs; its ARN."""
    where = {"LocationConstraint": REGION}
    world.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    prefix = f"{settings['S3KeyPrefix']}/AWSLogs/" if "S3KeyPrefix" in settings else "AWSLogs/"
    allow(world, prefix=prefix)
    world.trust("cloudtrail.amazonaws.com")
    defaults = {"IsMultiRegionTrail": True, "IsOrganizationTrail": True, "EnableLogFileValidation": True}
    trail = world.client("cloudtrail").create_trail(Name="org", S3BucketName=BUCKET, **(defaults | settings))
    world.client("cloudtrail").start_logging(Name="org")
    return str(trail["TrailARN"])


def keys(world: World, part: str = "") -> list[str]:
    """The bucket's keys that contain the part, in their order."""
    pages = world.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return [row["Key"] for page in pages for row in page.get("Contents", []) if part in row["Key"]]


def content(world: World, key: str) -> Any:
    """The JSON in a gzip object."""
    body = world.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return json.loads(gzip.decompress(body))


def delivered(world: World) -> list[dict[str, Any]]:
    """All records in all log files."""
    return [record for key in keys(world, "/CloudTrail/") for record in content(world, key)["Records"]]


@pytest.fixture
def logged() -> Iterator[World]:
    """An organization whose trail logs."""
    world = build()
    start_trail(world)
    yield world
    world.sandbox.close()


# ── log files ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_records_arrive_within_minutes_under_their_accounts_keys(logged: World) -> None:
    logged.client("iam", "work").create_user(UserName="ada")
    assert keys(logged) == []
    at = logged.sandbox.clock.advance("6m")
    work = logged.accounts["work"]
    (key,) = keys(logged, f"/{work}/CloudTrail/us-east-1/")
    day = f"{at:%Y/%m/%d}"
    assert key.startswith(
        f"AWSLogs/{logged.id}/{work}/CloudTrail/us-east-1/{day}/{work}_CloudTrail_us-east-1_{at:%Y%m%d}T"
    )
    name = key.rpartition("/")[2]
    assert name.endswith(".json.gz")
    assert len(name.split("_")[-1].removesuffix(".json.gz")) == 16
    (record,) = content(logged, key)["Records"]
    assert record["eventName"] == "CreateUser"


def test_each_record_is_delivered_once(logged: World) -> None:
    for place in range(30):
        logged.client("iam", "work" if place % 2 else "").create_user(UserName=f"u{place}")
        if place % 7 == 0:
            logged.sandbox.clock.advance("3m")
    logged.sandbox.deliver()
    log = logged.sandbox.front.audit.log
    made = [json.loads(bytes(line.record))["eventID"] for line in log.read(0, log.size) if line.trails]
    seen = [record["eventID"] for record in delivered(logged)]
    assert len(seen) == len(set(seen))
    missing = set(made) - set(seen)
    # What came after the delivery (the listing and the reading of the files) waits for the next one.
    assert {record["eventName"] for record in _records(logged) if record["eventID"] in missing} <= {"GetObject"}


def _records(world: World) -> list[dict[str, Any]]:
    log = world.sandbox.front.audit.log
    return [json.loads(bytes(line.record)) for line in log.read(0, log.size)]


def test_a_trail_of_one_region_takes_only_its_region(fresh: World) -> None:
    start_trail(fresh, IsMultiRegionTrail=False, IsOrganizationTrail=False)
    fresh.client("iam").create_user(UserName="ada")
    fresh.client("sqs").create_queue(QueueName="here")
    fresh.client("sqs", region="eu-central-1").create_queue(QueueName="there")
    fresh.client("sqs", "work").create_queue(QueueName="member")
    fresh.sandbox.deliver()
    names = [(row["eventName"], row["awsRegion"]) for row in delivered(fresh) if row["eventName"].startswith("Create")]
    assert names == [("CreateQueue", REGION)]
    assert keys(fresh)[0].startswith(f"AWSLogs/{fresh.sandbox.management_account}/CloudTrail/{REGION}/")


def test_a_prefix_stands_before_everything(fresh: World) -> None:
    start_trail(fresh, S3KeyPrefix="audit/2026")
    fresh.sandbox.clock.advance("61m")
    assert keys(fresh)
    assert all(key.startswith("audit/2026/AWSLogs/") for key in keys(fresh))


def test_a_stopped_trail_takes_the_call_that_stopped_it_and_no_other(logged: World) -> None:
    cloudtrail = logged.client("cloudtrail")
    cloudtrail.stop_logging(Name="org")
    logged.client("iam", "work").create_user(UserName="unseen")
    cloudtrail.start_logging(Name="org")
    logged.sandbox.deliver()
    names = [record["eventName"] for record in delivered(logged)]
    assert "StopLogging" in names
    assert names.count("StartLogging") == 2
    assert "CreateUser" not in names


def test_a_bucket_that_refuses_is_told_and_gets_everything_later(logged: World) -> None:
    logged.client("s3").delete_bucket_policy(Bucket=BUCKET)
    logged.client("iam", "work").create_user(UserName="ada")
    logged.sandbox.clock.advance("10m")
    status = logged.client("cloudtrail").get_trail_status(Name="org")
    assert status["LatestDeliveryError"] == "AccessDenied"
    assert keys(logged) == []
    allow(logged)
    logged.sandbox.clock.advance("10m")
    assert "CreateUser" in [record["eventName"] for record in delivered(logged)]
    status = logged.client("cloudtrail").get_trail_status(Name="org")
    assert "LatestDeliveryError" not in status
    assert status["LatestDeliveryTime"] > status["StartLoggingTime"]


@pytest.mark.parametrize(
    ("condition", "stops"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"StringNotEquals": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:999999999999:trail/other"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, False),
    ],
)
def test_a_deny_in_the_buckets_policy_stops_delivery_only_when_it_holds(
    logged: World, condition: dict[str, Any], stops: bool
) -> None:
    s3 = logged.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy["Statement"].append(deny | ({"Condition": condition} if condition else {}))
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    logged.sandbox.clock.advance("10m")
    assert (keys(logged) == []) is stops


def test_the_trails_key_encrypts_what_is_delivered(fresh: World) -> None:
    key = fresh.client("kms").create_key()["KeyMetadata"]["Arn"]
    account = fresh.sandbox.management_account
    rows = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
        },
    ]
    fresh.client("kms").put_key_policy(
        KeyId=key, PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": rows})
    )
    start_trail(fresh, KmsKeyId=key)
    fresh.sandbox.deliver()
    found = fresh.client("s3").head_object(Bucket=BUCKET, Key=keys(fresh)[0])
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)


def test_records_also_go_to_the_trails_log_group(logged: World) -> None:
    logs, account = logged.client("logs"), logged.sandbox.management_account
    logs.create_log_group(logGroupName="trail")
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = logged.client("iam").create_role(RoleName="to-logs", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    logged.client("cloudtrail").update_trail(
        Name="org",
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{REGION}:{account}:log-group:trail:*",
        CloudWatchLogsRoleArn=role,
    )
    logged.client("iam", "work").create_user(UserName="ada")
    logged.sandbox.clock.advance("6m")
    stream = f"{logged.accounts['work']}_CloudTrail_us-east-1"
    events = logs.get_log_events(logGroupName="trail", logStreamName=stream)["events"]
    assert [json.loads(event["message"])["eventName"] for event in events] == ["CreateUser"]
    status = logged.client("cloudtrail").get_trail_status(Name="org")
    assert "LatestCloudWatchLogsDeliveryTime" in status


# ── digests, verified by nothing of ours ────────────────────────────────────────────────────────────────────────────


def verify(world: World, account: str, region: str = "us-east-1") -> tuple[list[dict[str, Any]], list[str]]:
    """(digests from the newest back, what is wrong): the algorithm of AWS's own documentation.

    Source: AWS CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation".
    """
    s3, cloudtrail = world.client("s3"), world.client("cloudtrail")
    found = keys(world, f"/{account}/CloudTrail-Digest/{region}/")
    problems: list[str] = []
    chain: list[dict[str, Any]] = []
    key = found[-1]
    while key:
        answer = s3.get_object(Bucket=BUCKET, Key=key)
        raw = gzip.decompress(answer["Body"].read())
        digest = json.loads(raw)
        if chain and hashlib.sha256(raw).hexdigest() != chain[-1]["previousDigestHashValue"]:
            problems.append(f"hash of {key}")
        text = "\n".join(
            [
                digest["digestEndTime"],
                f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
                hashlib.sha256(raw).hexdigest(),
                digest["previousDigestSignature"] or "null",
            ]
        )
        start, end = digest["digestStartTime"], digest["digestEndTime"]
        public = {
            row["Fingerprint"]: row["Value"]
            for row in cloudtrail.list_public_keys(StartTime=start, EndTime=end)["PublicKeyList"]
        }[digest["digestPublicKeyFingerprint"]]
        loaded = load_der_public_key(public)
        assert isinstance(loaded, RSAPublicKey)
        try:
            signature = bytes.fromhex(answer["Metadata"]["signature"])
            loaded.verify(signature, text.encode(), padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            problems.append(f"signature of {key}")
        for file in digest["logFiles"]:
            body = s3.get_object(Bucket=file["s3Bucket"], Key=file["s3Object"])["Body"].read()
            if hashlib.sha256(gzip.decompress(body)).hexdigest() != file["hashValue"]:
                problems.append(f"content of {file['s3Object']}")
        chain.append(digest)
        key = digest["previousDigestS3Object"]
    return chain, problems


def test_digests_are_hourly_signed_chained_and_also_empty(logged: World) -> None:
    logged.client("iam", "work").create_user(UserName="ada")
    logged.sandbox.clock.advance("5h")
    chain, problems = verify(logged, logged.accounts["work"])
    assert problems == []
    assert [len(digest["logFiles"]) for digest in chain] == [0, 0, 0, 0, 1]
    assert [digest["digestStartTime"] for digest in chain[:-1]] == [digest["digestEndTime"] for digest in chain[1:]]
    assert chain[-1]["previousDigestSignature"] is None
    assert chain[-1]["oldestEventTime"] == chain[-1]["newestEventTime"]
    assert chain[0]["oldestEventTime"] is None
    name = keys(logged, f"/{logged.accounts['work']}/CloudTrail-Digest/us-east-1/")[0].rpartition("/")[2]
    assert name.startswith(f"{logged.accounts['work']}_CloudTrail-Digest_us-east-1_org_{REGION}_")


def test_a_changed_log_file_or_digest_does_not_verify(logged: World) -> None:
    logged.client("iam", "work").create_user(UserName="ada")
    logged.sandbox.clock.advance("3h")
    work, s3 = logged.accounts["work"], logged.client("s3")
    log_file = keys(logged, f"/{work}/CloudTrail/us-east-1")[0]
    s3.put_object(Bucket=BUCKET, Key=log_file, Body=gzip.compress(b'{"Records":[]}'))
    assert verify(logged, work)[1] == [f"content of {log_file}"]
    digest = keys(logged, f"/{work}/CloudTrail-Digest/us-east-1")[1]
    body = json.dumps(content(logged, digest) | {"logFiles": []}).encode() + b" "
    s3.put_object(Bucket=BUCKET, Key=digest, Body=gzip.compress(body), Metadata={"signature": "00" * 256})
    assert set(verify(logged, work)[1]) >= {f"hash of {digest}", f"signature of {digest}"}


def test_stopping_closes_the_chain_and_starting_leaves_a_gap(logged: World) -> None:
    cloudtrail, management = logged.client("cloudtrail"), logged.sandbox.management_account
    logged.sandbox.clock.advance("90m")
    cloudtrail.stop_logging(Name="org")
    stopped = logged.sandbox.clock.now()
    logged.sandbox.clock.advance("3h")
    assert len(keys(logged, f"/{management}/CloudTrail-Digest/{REGION}/")) == 2  # the hour's and the last one
    cloudtrail.start_logging(Name="org")
    started = logged.sandbox.clock.now()
    logged.sandbox.clock.advance("2h")
    chain, problems = verify(logged, management, REGION)
    assert problems == []
    assert len(chain) == 2  # the chain ends where logging began again
    first = chain[-1]
    assert abs(parse_time(first["digestStartTime"]) - started) < timedelta(seconds=10)
    last = content(logged, keys(logged, f"/{management}/CloudTrail-Digest/{REGION}/")[1])
    assert abs(parse_time(last["digestEndTime"]) - stopped) < timedelta(seconds=10)
    assert any("StopLogging" in str(content(logged, file["s3Object"])) for file in last["logFiles"])


def test_a_trail_without_validation_writes_no_digests(fresh: World) -> None:
    start_trail(fresh, EnableLogFileValidation=False)
    fresh.sandbox.clock.advance("5h")
    assert keys(fresh, "/CloudTrail/")
    assert keys(fresh, "/CloudTrail-Digest/") == []


# ── selectors ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _touch_objects(world: World) -> None:
    s3, where = world.client("s3", "work"), {"LocationConstraint": REGION}
    for bucket in ("acme-one", "acme-two"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        s3.put_object(Bucket=bucket, Key="k/x", Body=b"body")
        s3.get_object(Bucket=bucket, Key="k/x")
    world.sandbox.deliver()


def _objects(world: World) -> list[tuple[str, str]]:
    rows = [record for record in delivered(world) if record["eventCategory"] == "Data"]
    return [(row["eventName"], row["requestParameters"]["bucketName"]) for row in rows]


def test_object_calls_are_recorded_only_when_a_selector_asks(logged: World) -> None:
    _touch_objects(logged)
    assert _objects(logged) == []


def test_basic_selectors_pick_buckets_and_directions(logged: World) -> None:
    prefix = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::acme-one/"]}
    logged.client("cloudtrail").put_event_selectors(
        TrailName="org",
        EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": [prefix]}],
    )
    _touch_objects(logged)
    assert _objects(logged) == [("PutObject", "acme-one")]
    record = next(row for row in delivered(logged) if row["eventCategory"] == "Data")
    assert record["managementEvent"] is False
    assert record["resources"][0] == {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::acme-one/k/x"}


def test_advanced_selectors_pick_by_field(logged: World) -> None:
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::acme-"], "NotStartsWith": ["arn:aws:s3:::acme-two/"]},
        {"Field": "eventName", "Equals": ["GetObject"]},
    ]
    logged.client("cloudtrail").put_event_selectors(
        TrailName="org", AdvancedEventSelectors=[{"Name": "reads", "FieldSelectors": fields}]
    )
    _touch_objects(logged)
    assert _objects(logged) == [("GetObject", "acme-one")]
    assert "CreateBucket" not in [record["eventName"] for record in delivered(logged)]


def test_services_can_be_left_out_of_management_events(logged: World) -> None:
    logged.client("cloudtrail").put_event_selectors(
        TrailName="org",
        EventSelectors=[
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            }
        ],
    )
    logged.client("kms", "work").create_key()
    logged.client("iam", "work").create_user(UserName="ada")
    logged.sandbox.deliver()
    sources = {record["eventSource"] for record in delivered(logged)}
    assert "iam.amazonaws.com" in sources
    assert "kms.amazonaws.com" not in sources


# ── event history ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_event_history_answers_by_attribute_newest_first_in_pages(fresh: World, refused: Refused) -> None:
    iam, history = fresh.client("iam", "work"), fresh.client("cloudtrail", "work", "us-east-1")
    for name in ("ada", "bob", "eve"):
        iam.create_user(UserName=name)
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    pages = list(
        history.get_paginator("lookup_events").paginate(
            LookupAttributes=wanted, PaginationConfig={"PageSize": 2, "MaxItems": 10}
        )
    )
    assert [len(page["Events"]) for page in pages] == [2, 1]
    events = [event for page in pages for event in page["Events"]]
    assert [event["Resources"][0]["ResourceName"] for event in events] == ["eve", "bob", "ada"]
    assert events[0]["Username"] == "sandbox"
    assert json.loads(events[0]["CloudTrailEvent"])["eventName"] == "CreateUser"
    by_resource = [{"AttributeKey": "ResourceName", "AttributeValue": "bob"}]
    assert len(history.lookup_events(LookupAttributes=by_resource)["Events"]) == 1
    elsewhere = fresh.client("cloudtrail", "work", "eu-west-1")
    assert elsewhere.lookup_events(LookupAttributes=wanted)["Events"] == []
    refused("InvalidLookupAttributesException", history.lookup_events, LookupAttributes=wanted * 2)
    refused("InvalidNextTokenException", history.lookup_events, NextToken="not a token")


def test_event_history_forgets_after_ninety_days(fresh: World) -> None:
    fresh.client("iam").create_user(UserName="old")
    fresh.sandbox.clock.advance("89d")
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]

    def look() -> int:
        return len(fresh.client("cloudtrail", region="us-east-1").lookup_events(LookupAttributes=wanted)["Events"])

    assert look() == 1
    fresh.sandbox.clock.advance("2d")
    assert look() == 0


# ── EventBridge ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _watch(world: World, pattern: dict[str, Any], state: str = "ENABLED") -> str:
    sqs, events = world.client("sqs", "work", "us-east-1"), world.client("events", "work", "us-east-1")
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="watch", EventPattern=json.dumps(pattern), State=state)
    events.put_targets(Rule="watch", Targets=[{"Id": "q", "Arn": arn}])
    return str(url)


def _messages(world: World, url: str) -> list[dict[str, Any]]:
    sqs = world.client("sqs", "work", "us-east-1")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


IAM_PATTERN = {
    "source": ["aws.iam"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["iam.amazonaws.com"], "eventName": [{"prefix": "Create"}, "ListUsers"]},
}


def test_a_rule_sends_the_calls_that_it_asks_for(logged: World) -> None:
    url = _watch(logged, IAM_PATTERN)
    iam = logged.client("iam", "work")
    iam.create_user(UserName="ada")
    iam.list_users()
    iam.delete_user(UserName="ada")
    logged.client("iam", "audit").create_user(UserName="elsewhere")
    (message,) = _messages(logged, url)
    assert message["detail-type"] == "AWS API Call via CloudTrail"
    assert (message["account"], message["region"]) == (logged.accounts["work"], "us-east-1")
    assert message["detail"]["requestParameters"] == {"userName": "ada"}


def test_reads_need_the_state_that_asks_for_all_management_events(logged: World) -> None:
    url = _watch(logged, IAM_PATTERN, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    logged.client("iam", "work").list_users()
    assert [message["detail"]["eventName"] for message in _messages(logged, url)] == ["ListUsers"]


def test_a_stopped_trail_blinds_eventbridge_too(logged: World) -> None:
    url = _watch(logged, IAM_PATTERN)
    logged.client("cloudtrail").stop_logging(Name="org")
    logged.client("iam", "work").create_user(UserName="unseen")
    assert _messages(logged, url) == []


# ── the clock ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_week_passes_with_all_its_digests(logged: World) -> None:
    logged.sandbox.clock.advance("7d")
    management = logged.sandbox.management_account
    assert len(keys(logged, f"/{management}/CloudTrail-Digest/{REGION}/")) == 7 * 24
    assert verify(logged, management, REGION)[1] == []


def test_the_services_see_the_sandboxs_time(fresh: World) -> None:
    at = fresh.sandbox.clock.set("2031-05-06T07:08:09Z")
    fresh.client("iam").create_user(UserName="later")
    made = fresh.client("iam").get_user(UserName="later")["User"]["CreateDate"]
    assert abs(made - at) < timedelta(minutes=1)
    assert abs(fresh.sandbox.clock.real() - made) > timedelta(days=365)


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "7d-", "1y", "99999999999d", "7 d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_duration(text)


def test_durations_add_up() -> None:
    assert parse_duration("1d12h30m") == timedelta(days=1, hours=12, minutes=30)


def test_the_clock_stays_within_reason(fresh: World) -> None:
    for wish in ("1999-01-01", "2300-01-01", "yesterday"):
        with pytest.raises(InputError):
            fresh.sandbox.clock.set(wish)
    with pytest.raises(InputError):
        fresh.sandbox.clock.advance(timedelta(days=-1))
    with pytest.raises(InputError):
        fresh.sandbox.clock.advance("900w900w900w900000w")
