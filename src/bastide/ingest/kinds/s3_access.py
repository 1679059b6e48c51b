"""S3 server access logs, with and without the fields that were added over the years.

One idea: the first eighteen fields are always there; user agents may hold quotation marks that S3 does not escape, so a
line that cannot be cut strictly is cut by what must stand around them.
Source: Amazon S3 User Guide, "Amazon S3 server access log format"
"""

from __future__ import annotations

import re

from bastide.ingest.kinds import Kind, Rendered
from bastide.ingest.kinds.forms.delimited import (
    Layouts,
    lines_of,
    parse_fields,
    read_types,
    render_lines,
    select_columns,
)
from bastide.ingest.source import Item

FIELDS = parse_fields(
    "bucketOwner bucket time/clf remoteIP requester requestID operation key requestURI/quoted HTTPStatus/int errorCode "
    "bytesSent/bigint objectSize/bigint totalTime/bigint turnAroundTime/bigint referer/quoted userAgent/quoted "
    "versionId hostId signatureVersion cipherSuite authenticationType hostHeader TLSVersion accessPointARN aclRequired "
    "sourceRegion"
)
LEAST = 18
_STARTS = re.compile(
    rb"(?:[0-9a-f]{64}|[^ ]{1,128}) [a-z0-9._-]{3,63} \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "
    rb"\S+ \S+ \S+ (?:SOAP|REST|WEBSITE|BATCH|S3)\.\S+ "
)
_CONSTANTS = ("_account", "_region", "sourceFile")


def detect(_: str, head: bytes) -> bool:
    """By owner, bucket, time and operation of the first line."""
    return bool(_STARTS.match(next((line for _, line in lines_of(head[:16384])), b"")))


def render(data: bytes, item: Item) -> Rendered:
    """The requests. Raises NotThisKindError at a line that is none."""
    constants = {"_account": item.account, "_region": item.region, "sourceFile": item.address}
    return render_lines(data, Layouts(FIELDS, LEAST, constants), _STARTS)


_IN_ENDPOINT = r"'s3[.-](?:dualstack[.])?([a-z]{2}(?:-[a-z]+)+-[0-9])[.]amazonaws[.]com'"
KIND = Kind(
    name="s3-access",
    table="s3_access",
    detect=detect,
    render=render,
    read=read_types(FIELDS, _CONSTANTS),
    select={
        **select_columns(FIELDS),
        "account": "nullif(_account, '')",
        "region": f"coalesce(nullif(_region, ''), nullif(regexp_extract(hostHeader, {_IN_ENDPOINT}, 1), ''))",
    },
    rank=40,
)
