"""AWS WAF logs of web ACL traffic: JSON lines from S3, Firehose and CloudWatch Logs.

One idea: the fields are the columns; what people ask of `httpRequest` (client, host, path, user agent) has columns too.
Account and Region are those of the web ACL's ARN.
Source: AWS WAF Developer Guide, "Log fields for web ACL traffic"
"""

from __future__ import annotations

from bastide.ingest.kinds import Kind, Rendered
from bastide.ingest.kinds.forms.queries import CONSTANTS, is_marked, render_records
from bastide.ingest.kinds.forms.records import Shape, read_types
from bastide.ingest.source import Item

SHAPE = Shape(
    {
        "timestamp": "millis", "formatVersion": "int", "webaclId": "string", "action": "string",
        "terminatingRuleId": "string", "terminatingRuleType": "string", "httpSourceName": "string",
        "httpSourceId": "string", "responseCodeSent": "int", "ja3Fingerprint": "string", "ja4Fingerprint": "string",
        "clientAsn": "int", "requestBodySize": "int", "requestBodySizeInspectedByWAF": "int", "labels": "json",
        "terminatingRuleMatchDetails": "json", "nonTerminatingMatchingRules": "json", "ruleGroupList": "json",
        "rateBasedRuleList": "json", "requestHeadersInserted": "json", "httpRequest": "json",
        "captchaResponse": "json", "challengeResponse": "json", "oversizeFields": "json",
    }
)  # fmt: skip
_MARKS = (b'"webaclId"', b'"terminatingRuleId"', b'"httpRequest"', b'"httpSourceName"', b'"ruleGroupList"')
_REQUEST = {
    "clientIp": "clientIp", "country": "country", "httpMethod": "httpMethod", "host": "host", "uri": "uri",
    "args": "args", "requestId": "requestId",
}  # fmt: skip
# The first value of a header, whose name may be written in any case.
_HEADER = (
    'regexp_extract(CAST(httpRequest AS VARCHAR), \'(?i)"name":\\s*"{}",\\s*"value":\\s*"((?:[^"\\\\]|\\\\.)*)"\', 1)'
)


def detect(_: str, head: bytes) -> bool:
    """By three of the names that every record has."""
    return is_marked(head, _MARKS)


def render(data: bytes, item: Item) -> Rendered:
    """The requests. Raises NotThisKindError at a record that is none."""
    return render_records(data, item, SHAPE, ("webaclId", "httpRequest"), "request that AWS WAF logged")


def _header(name: str) -> str:
    quoted = f"nullif({_HEADER.format(name)}, '')"
    return f"json_extract_string('[\"' || {quoted} || '\"]', '$[0]')"


KIND = Kind(
    name="waf",
    table="waf",
    detect=detect,
    render=render,
    read=read_types(SHAPE, CONSTANTS),
    derive={
        "_request": f"json_extract_string(httpRequest, {[f'$.{name}' for name in _REQUEST]})",
        "_arn": "string_split(webaclId, ':')",
    },
    select={
        "timestamp": 'make_timestamptz("timestamp" * 1000)',
        "account": "coalesce(nullif(_arn[5], ''), nullif(_account, ''))",
        "region": "coalesce(nullif(_arn[4], ''), nullif(_region, ''))",
        "formatVersion": "TRY_CAST(formatVersion AS INTEGER)",
        "responseCodeSent": "TRY_CAST(responseCodeSent AS INTEGER)",
        **{name: f"_request[{number}]" for number, name in enumerate(_REQUEST, start=1)},
        "host": f"coalesce(_request[{list(_REQUEST).index('host') + 1}], {_header('host')})",
        "userAgent": _header("user-agent"),
    },
    rank=25,
)
