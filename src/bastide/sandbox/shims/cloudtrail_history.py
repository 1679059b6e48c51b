"""CloudTrail: event history, the digests' public keys, and how deliveries went; read from the sandbox's audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.trail import lookup
from bastide.sandbox.trail.delivery import Status
from bastide.sandbox.trail.digest import VALID_FROM, VALID_TO
from bastide.sandbox.wire import AwsError

ATTRIBUTES = (
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
)


def _as_time(value: Any, otherwise: datetime) -> datetime:
    if value is None:
        return otherwise
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@shim("cloudtrail", "LookupEvents")
def lookup_events(call: Call) -> Answer:
    """Management events of the last 90 days in this account and Region, newest first.

    Source: CloudTrail API Reference, LookupEvents: one attribute a call, 50 events a page.
    """
    params, log = call.params, call.front.audit.log
    start = max(_as_time(params.get("StartTime"), call.at - lookup.KEPT), call.at - lookup.KEPT)
    end = _as_time(params.get("EndTime"), call.at)
    if _as_time(params.get("StartTime"), start) > end:
        raise AwsError("InvalidTimeRangeException", "The start time must be before the end time.")
    attribute, value = _attribute(params.get("LookupAttributes") or [])
    limit = params.get("MaxResults", lookup.PAGE)
    if not 1 <= limit <= lookup.PAGE:
        raise AwsError("InvalidMaxResultsException", "A value between 1 and 50 must be specified for MaxResults.")
    if params.get("EventCategory"):  # only Insights events have one, and the sandbox finds no insights
        return {"Events": []}
    before = _offset(params.get("NextToken"), log.size)
    question = lookup.Question(call.account, call.region, start, end, attribute, value)
    rows, rest = lookup.look_up(log, question, limit, before)
    return {"Events": rows} | ({"NextToken": f"{rest:x}"} if rest else {})


def _attribute(rows: list[dict[str, Any]]) -> tuple[str, str]:
    if not rows:
        return "", ""
    if len(rows) > 1:
        raise AwsError("InvalidLookupAttributesException", "Only one lookup attribute can be specified.")
    key, value = str(rows[0].get("AttributeKey")), str(rows[0].get("AttributeValue"))
    if key not in ATTRIBUTES:
        raise AwsError("InvalidLookupAttributesException", f"{key} is not a valid lookup attribute.")
    return key, value


def _offset(token: Any, size: int) -> int:
    try:
        return size if token is None else min(int(str(token), 16), size)
    except ValueError as wrong:
        raise AwsError("InvalidNextTokenException", "The next token is invalid.") from wrong


@shim("cloudtrail", "ListPublicKeys")
def list_public_keys(call: Call) -> Answer:
    """The sandbox's one key, if the time range meets its validity."""
    start = _as_time(call.params.get("StartTime"), call.at)
    end = _as_time(call.params.get("EndTime"), call.at)
    if start > end:
        raise AwsError("InvalidTimeRangeException", "The start time must be before the end time.")
    if end < VALID_FROM or start > VALID_TO:
        return {"PublicKeyList": []}
    signer = call.front.audit.signer
    key = {
        "Value": signer.public_der,
        "ValidityStartTime": VALID_FROM,
        "ValidityEndTime": VALID_TO,
        "Fingerprint": signer.fingerprint,
    }
    return {"PublicKeyList": [key]}


def render_status(status: Status | None) -> dict[str, Any]:
    """What GetTrailStatus tells of deliveries; nothing before the first."""
    if status is None:
        return {}
    row: dict[str, Any] = {
        "LatestDeliveryTime": status.delivered,
        "LatestDeliveryError": status.error,
        "LatestDigestDeliveryTime": status.digest_delivered,
        "LatestDigestDeliveryError": status.digest_error,
        "LatestNotificationTime": status.notified,
        "LatestCloudWatchLogsDeliveryTime": status.logs_delivered,
        "LatestCloudWatchLogsDeliveryError": status.logs_error,
    }
    if status.delivered is not None:
        row["LatestDeliveryAttemptTime"] = row["LatestDeliveryAttemptSucceeded"] = (
            f"{status.delivered:%Y-%m-%dT%H:%M:%SZ}"
        )
    return {key: value for key, value in row.items() if value}
