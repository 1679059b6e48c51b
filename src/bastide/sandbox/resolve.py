"""Which AWS operation a request is: service, Region, access key, operation, and the address that moto knows it by.

One idea: everything is read from the request itself (credential scope, host, path), never from how it came in, so both
transports resolve alike. Whether the signature is good is for `signature`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from bastide.sandbox.signature.older import bucket_in_host
from bastide.sandbox.signature.refusals import Refusals, missing
from bastide.sandbox.wire import HttpRequest

# Signing name → botocore service names, the likeliest first; absent means that they are the same.
SIGNED_AS = {
    "aidevops": ("devops-agent",),
    "aoss": ("opensearchserverless",),
    "aps": ("amp",),
    "cloudhsm": ("cloudhsmv2",),
    "elasticfilesystem": ("efs",),
    "elasticmapreduce": ("emr",),
    "execute-api": ("apigatewaymanagementapi",),
    "iotdata": ("iot-data",),
    "kinesisanalytics": ("kinesisanalyticsv2",),
    "lex": ("lexv2-models",),
    "mobiletargeting": ("pinpoint",),
    "monitoring": ("cloudwatch",),
    "access-analyzer": ("accessanalyzer",),
    "servicequotas": ("service-quotas",),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/(\d{8})/(?:([^/,\s]+)/)?([^/,\s]+)/aws4_request")
_REGION_IN_HOST = re.compile(r"[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.")
_OLD = re.compile(r"AWS ([^:\s]+):")
_UNSIGNED_STS = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")


@dataclass(frozen=True)
class Scope:
    """Who signed for what: `access_key` is empty for an anonymous request."""

    access_key: str
    region: str
    service: str


def read_scope(request: HttpRequest) -> Scope:
    """The credential scope as signed; for anonymous requests what the address says (S3 when it says nothing)."""
    parts = urlsplit(request.url)
    query = parse_qs(parts.query)
    signed = request.header("authorization") or "Credential=" + query.get("X-Amz-Credential", [""])[0]
    found = _CREDENTIAL.search(signed)
    region = _REGION_IN_HOST.search(parts.netloc)
    if found:
        access_key, _, scope_region, signing_name = found.groups()
        scope_region = scope_region or (region.group(1) if region else "us-east-1")
        return Scope(access_key, scope_region, _service(signing_name, request))
    old = _OLD.match(request.header("authorization"))
    if old:  # S3's older signature in the header
        return Scope(old.group(1), region.group(1) if region else "us-east-1", "s3")
    if request.header("authorization") or "X-Amz-Credential" in query:
        raise Refusals("", spoken(request)).incomplete("Authorization header requires 'Credential' parameter.")
    if "AWSAccessKeyId" in query:  # a presigned URL of S3's older signature, which botocore still makes
        return Scope(query["AWSAccessKeyId"][0], region.group(1) if region else "us-east-1", "s3")
    if request.header("x-amz-target") or (b"Action=" in request.body and b"AssumeRoleWith" not in request.body):
        raise missing(spoken(request))
    anonymous_sts = any(name.encode() in request.body for name in _UNSIGNED_STS)
    return Scope("", region.group(1) if region else "us-east-1", "sts" if anonymous_sts else "s3")


def spoken(request: HttpRequest) -> str:
    """The protocol of a request that does not say its service: what AWS refuses it in."""
    if request.header("x-amz-target"):
        return "json"
    if b"Action=" in request.body:
        return "ec2" if b"Version=2016-11-15" in request.body else "query"
    return "rest-json" if "json" in request.header("content-type") else "rest-xml"


def _service(signing_name: str, request: HttpRequest) -> str:
    """The botocore service among those that share a signing name."""
    path = urlsplit(request.url).path
    if signing_name == "s3":
        return "s3control" if path.startswith("/v20180820/") else "s3"
    if signing_name == "s3express":
        return "s3"
    if signing_name == "elasticloadbalancing":
        return "elbv2" if b"Version=2015-12-01" in request.body else "elb"
    if signing_name == "dynamodb":
        streams = request.header("x-amz-target").startswith("DynamoDBStreams_")
        return "dynamodbstreams" if streams else "dynamodb"
    if signing_name == "ses":
        return "sesv2" if path.startswith("/v2/") else "ses"
    if signing_name == "apigateway":
        return "apigatewayv2" if path.startswith("/v2/") else "apigateway"
    if signing_name == "es":
        return "opensearch" if path.startswith("/2021-01-01/") else "es"
    return SIGNED_AS.get(signing_name, (signing_name,))[0]


def address(request: HttpRequest, service: str, endpoint_prefix: str, region: str, account: str) -> HttpRequest:
    """The request at its AWS address: path style for S3, the account in the host for S3 Control."""
    parts = urlsplit(request.url)
    path = parts.path or "/"
    host = f"{endpoint_prefix}.{region}.amazonaws.com"
    if service == "s3":
        bucket = bucket_in_host(parts.netloc)
        path = f"/{bucket}{path}" if bucket else path
    elif service == "s3control":
        host = f"{_account_in_host(request, parts.netloc) or account}.{host}"
    elif service == "iam":
        host = "iam.amazonaws.com"
    url = f"https://{host}{path}" + (f"?{parts.query}" if parts.query else "")
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "host")
    return replace(request, url=url, headers=headers)


def _account_in_host(request: HttpRequest, host: str) -> str:
    named = request.header("x-amz-account-id")
    first = host.split(".", 1)[0]
    return named or (first if re.fullmatch(r"\d{12}", first) else "")
