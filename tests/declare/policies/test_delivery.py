"""Every producer delivers to its bucket and uses its key after all resource control policies; nobody else does."""

from dataclasses import replace
from typing import Any

import pytest

from bastide.declare.policies import (
    access_logs_bucket_policy,
    config_bucket_policy,
    config_key_policy,
    flow_logs_bucket_policy,
    flow_logs_key_policy,
    trail_arn,
    trail_bucket_policy,
    trail_key_policy,
)
from bastide.iam.decide import decide_policy, decide_rcp
from bastide.iam.parse import parse_policy
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.prove.claims import FULL_ACCESS
from bastide.prove.guardrail import RCP, all_guardrails
from bastide.prove.packing import pack
from bastide.prove.render import render

ORG, MANAGEMENT, ARCHIVE, MEMBER = "o-acme000000", "999999999999", "222222222222", "111122223333"
REGION, TRAIL = "eu-west-1", "organization"
ARN = trail_arn(MANAGEMENT, REGION, TRAIL)
READER_NAME = "bastide/bastide-log-reader"
READERS = (f"arn:aws:iam::{ARCHIVE}:role/{READER_NAME}",)
FOR_MEMBER = {"aws:SourceAccount": MEMBER, "aws:SourceOrgID": ORG}
FOR_TRAIL = {"aws:SourceAccount": MANAGEMENT, "aws:SourceOrgID": ORG, "aws:SourceArn": ARN}
FOR_FLOW = {**FOR_MEMBER, "aws:SourceArn": f"arn:aws:logs:{REGION}:{MEMBER}:delivery-source:x"}
FOR_BUCKET = {"aws:SourceAccount": ARCHIVE, "aws:SourceOrgID": ORG, "aws:SourceArn": "arn:aws:s3:::acme-trail"}
OWNED = {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SecureTransport": "true"}

BUCKETS: dict[str, dict[str, Any]] = {
    "trail": trail_bucket_policy("trail", ORG, MANAGEMENT, REGION, TRAIL, reader_roles=READERS),
    "config": config_bucket_policy("config", ORG, reader_roles=READERS),
    "flow": flow_logs_bucket_policy("flow", ORG, reader_roles=READERS),
    "access": access_logs_bucket_policy("access", ORG, ARCHIVE, reader_roles=READERS),
}
KEYS: dict[str, dict[str, Any]] = {
    "trail": trail_key_policy(ARCHIVE, ORG, MANAGEMENT, REGION, TRAIL, reader_roles=READERS),
    "config": config_key_policy(ARCHIVE, ORG, REGION, reader_roles=READERS),
    "flow": flow_logs_key_policy(ARCHIVE, ORG, REGION, reader_roles=READERS),
}


def service(name: str) -> Principal:
    return Principal(service=f"{name}.amazonaws.com")


def role(account: str, name: str, organization: str = ORG) -> Principal:
    return Principal(f"arn:aws:iam::{account}:role/{name}", organization=organization)


def put(principal: Principal, bucket: str, path: str, context: dict[str, str]) -> Request:
    return Request(principal, "s3:PutObject", f"arn:aws:s3:::{bucket}/{path}", {**OWNED, **context})


DELIVERIES = {
    "trail, management account": put(service("cloudtrail"), "trail", f"AWSLogs/{MANAGEMENT}/CloudTrail/x", FOR_TRAIL),
    "trail, members": put(service("cloudtrail"), "trail", f"AWSLogs/{ORG}/{MEMBER}/CloudTrail/x", FOR_TRAIL),
    "digest": put(service("cloudtrail"), "trail", f"AWSLogs/{ORG}/{MEMBER}/CloudTrail-Digest/x", FOR_TRAIL),
    "config": put(service("config"), "config", f"AWSLogs/{MEMBER}/Config/x", FOR_MEMBER),
    "flow logs": put(service("delivery.logs"), "flow", f"AWSLogs/{MEMBER}/vpcflowlogs/x", FOR_FLOW),
    "access logs": put(service("logging.s3"), "access", "trail/x", FOR_BUCKET),
}
USES = {
    "trail": Request(service("cloudtrail"), "kms:GenerateDataKey", "*",
                     {**FOR_TRAIL, "kms:EncryptionContext:aws:cloudtrail:arn": ARN}),
    "config": Request(service("config"), "kms:GenerateDataKey", "*", FOR_MEMBER),
    "flow": Request(service("delivery.logs"), "kms:GenerateDataKey", "*", FOR_FLOW),
}  # fmt: skip
LOOKS = [
    Request(service("cloudtrail"), "s3:GetBucketAcl", "arn:aws:s3:::trail", FOR_TRAIL),
    Request(service("config"), "s3:GetBucketAcl", "arn:aws:s3:::config", FOR_MEMBER),
    Request(service("config"), "s3:ListBucket", "arn:aws:s3:::config", FOR_MEMBER),
    Request(service("delivery.logs"), "s3:GetBucketAcl", "arn:aws:s3:::flow", FOR_FLOW),
]


def after_rcps(policy: dict[str, Any], request: Request) -> bool:
    """Whether a resource policy allows a request and no resource control policy of the library denies it."""
    guardrails = {
        name: render(one, {"organization_id": ORG} if "organization_id" in one.parameters else {})
        for name, one in all_guardrails().items()
        if one.kind == RCP and name != "oidc-trust-rcp"
    }
    levels = [[FULL_ACCESS, *(packed.document for packed in pack(guardrails, RCP))]]
    allowed = decide_policy([parse_policy(policy)], request).allowed
    return allowed and decide_rcp(levels, request, management_account=MANAGEMENT, owner=ARCHIVE).allowed


def bucket_of(request: Request) -> dict[str, Any]:
    return BUCKETS[request.resource.removeprefix("arn:aws:s3:::").partition("/")[0]]


@pytest.mark.parametrize("name", DELIVERIES)
def test_each_producer_delivers(name: str) -> None:
    assert after_rcps(bucket_of(DELIVERIES[name]), DELIVERIES[name])


@pytest.mark.parametrize("request_", LOOKS, ids=lambda one: f"{one.principal.service} {one.action}")
def test_each_producer_looks_at_its_bucket_first(request_: Request) -> None:
    assert after_rcps(bucket_of(request_), request_)


@pytest.mark.parametrize("name", USES)
def test_each_producer_encrypts(name: str) -> None:
    assert after_rcps(KEYS[name], USES[name])


@pytest.mark.parametrize("name", DELIVERIES)
def test_a_foreign_account_does_not_deliver_through_the_same_service(name: str) -> None:
    foreign = {"aws:SourceAccount": "666677778888", "aws:SourceOrgID": "o-foreign000",
               "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:666677778888:trail/organization"}  # fmt: skip
    request = replace(DELIVERIES[name], context={**DELIVERIES[name].context, **foreign})
    assert not decide_policy([parse_policy(bucket_of(request))], request).allowed
    assert not after_rcps(bucket_of(request), request)


@pytest.mark.parametrize("name", [name for name in DELIVERIES if name != "access logs"])
def test_objects_that_the_bucket_would_not_own_are_refused(name: str) -> None:
    without = {key: value for key, value in DELIVERIES[name].context.items() if key != "s3:x-amz-acl"}
    assert not after_rcps(bucket_of(DELIVERIES[name]), replace(DELIVERIES[name], context=without))


@pytest.mark.parametrize("name", DELIVERIES)
def test_nobody_delivers_without_tls(name: str) -> None:
    open_ = {**DELIVERIES[name].context, "aws:SecureTransport": "false"}
    assert not after_rcps(bucket_of(DELIVERIES[name]), replace(DELIVERIES[name], context=open_))


TAMPER = ["s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutObject", "s3:DeleteBucket"]


def denied(bucket: str, principal: Principal, action: str) -> bool:
    """Whether a bucket's own policy denies outright, whatever IAM allows."""
    resource = f"arn:aws:s3:::{bucket}" + ("/AWSLogs/x" if "Object" in action or "Retention" in action else "")
    request = Request(principal, action, resource, {"aws:SecureTransport": "true"})
    return decide_policy([parse_policy(BUCKETS[bucket])], request).reason == "an explicit deny"


@pytest.mark.parametrize("action", TAMPER)
@pytest.mark.parametrize("bucket", BUCKETS)
def test_nobody_tampers_but_the_pipeline(bucket: str, action: str) -> None:
    assert denied(bucket, role(ARCHIVE, "Administrator"), action)
    assert denied(bucket, role(MANAGEMENT, "Administrator"), action)
    assert denied(bucket, Principal(f"arn:aws:iam::{ARCHIVE}:root", organization=ORG), action)
    assert denied(bucket, ANONYMOUS, action)
    assert not denied(bucket, role(ARCHIVE, "bastide/bastide-deployer"), action)


@pytest.mark.parametrize("action", ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:PutObjectRetention"])
def test_not_even_the_pipeline_loses_a_version_of_the_trail(action: str) -> None:
    assert denied("trail", role(ARCHIVE, "bastide/bastide-deployer"), action)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_readers_of_the_organization_read_and_others_do_not(bucket: str) -> None:
    assert not denied(bucket, role(MEMBER, READER_NAME), "s3:GetObject")
    assert denied(bucket, role("666677778888", "thief", organization=""), "s3:GetObject")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_bucket_lets_its_reader_in_and_nobody_else(bucket: str) -> None:
    policy, where = [parse_policy(BUCKETS[bucket])], f"arn:aws:s3:::{bucket}"
    asked = {"s3:ListBucket": where, "s3:GetObject": f"{where}/AWSLogs/x", "s3:GetObjectVersion": f"{where}/AWSLogs/x"}
    tls = {"aws:SecureTransport": "true"}
    for action, resource in asked.items():
        assert decide_policy(policy, Request(role(ARCHIVE, READER_NAME), action, resource, tls)).allowed
        for other in (role(ARCHIVE, "Administrator"), role(MEMBER, READER_NAME)):
            assert not decide_policy(policy, Request(other, action, resource, tls)).allowed
    assert denied(bucket, role(ARCHIVE, "thief", organization=""), "s3:GetObject")


KMS_USE = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:CreateGrant",
    "kms:ReplicateKey",
]
CONTEXT = {"kms:EncryptionContext:aws:cloudtrail:arn": ARN, "kms:ViaService": f"s3.{REGION}.amazonaws.com"}


@pytest.mark.parametrize("key", KEYS)
def test_administrators_cannot_use_a_key(key: str) -> None:
    policy = [parse_policy(KEYS[key])]
    for name in ("Administrator", "bastide/bastide-deployer"):
        caller = role(ARCHIVE, name)
        assert decide_policy(policy, Request(caller, "kms:EnableKeyRotation")).allowed
        assert [one for one in KMS_USE if decide_policy(policy, Request(caller, one, "*", CONTEXT)).allowed] == []


@pytest.mark.parametrize("key", KEYS)
def test_only_pipeline_and_root_rewrite_a_key_policy(key: str) -> None:
    policy = [parse_policy(KEYS[key])]
    root = Principal(f"arn:aws:iam::{ARCHIVE}:root", organization=ORG)
    assert decide_policy(policy, Request(role(ARCHIVE, "bastide/bastide-deployer"), "kms:PutKeyPolicy")).allowed
    assert decide_policy(policy, Request(root, "kms:PutKeyPolicy")).allowed
    assert not decide_policy(policy, Request(role(ARCHIVE, "Administrator"), "kms:PutKeyPolicy")).allowed
    assert not decide_policy(policy, Request(role(MEMBER, "bastide/bastide-deployer"), "kms:PutKeyPolicy")).allowed


@pytest.mark.parametrize("key", KEYS)
def test_readers_decrypt_logs_and_nothing_else(key: str) -> None:
    policy = [parse_policy(KEYS[key])]
    reader = role(ARCHIVE, READER_NAME)
    assert decide_policy(policy, Request(reader, "kms:Decrypt", "*", CONTEXT)).allowed
    assert not decide_policy(policy, Request(reader, "kms:Decrypt")).allowed
    assert not decide_policy(policy, Request(reader, "kms:GenerateDataKey", "*", CONTEXT)).allowed
    for other in (role(ARCHIVE, "bastide/bastide-reader"), role(MEMBER, READER_NAME), role(ARCHIVE, "Administrator")):
        assert not decide_policy(policy, Request(other, "kms:Decrypt", "*", CONTEXT)).allowed
    outside = role("666677778888", READER_NAME, organization="")
    assert not decide_policy(policy, Request(outside, "kms:Decrypt", "*", CONTEXT)).allowed


def test_a_trail_of_another_name_does_not_use_the_key() -> None:
    other = {**USES["trail"].context, "aws:SourceArn": ARN + "-other"}
    assert not decide_policy([parse_policy(KEYS["trail"])], replace(USES["trail"], context=other)).allowed
