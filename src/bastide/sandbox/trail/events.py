"""EventBridge: records that a rule asks for are sent to its targets as `AWS API Call via CloudTrail`.

One idea: an event is made from a line of the record log, so it can be sent again on a replay. A record reaches
EventBridge only while some trail logs it. Read-only management events need a rule in the state
ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.
Source: Amazon EventBridge User Guide, "AWS service events delivered via AWS CloudTrail", "Event patterns".
Targets that the sandbox cannot run (Lambda functions, state machines, …) are skipped, and said so in the log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from bastide.sandbox import moto
from bastide.sandbox.trail.log import Line
from bastide.sandbox.trail.pattern import matches
from bastide.sandbox.wire import AwsError

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

log = logging.getLogger("bastide.sandbox")

SERVICE = "events.amazonaws.com"
DETAIL_TYPE = "AWS API Call via CloudTrail"
_ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

Serve = Callable[[str, str, dict[str, Any], str, str, str], dict[str, Any]]
Document = dict[str, Any]


class Bridge:
    """The rules of all default buses, and the way to their targets."""

    def __init__(self, serve: Serve) -> None:
        """No rules yet."""
        self._serve = serve
        self._rules: dict[tuple[str, str], list[Any]] = {}

    def follow(self, call: Call) -> None:
        """Look at the rules again after a call that may have changed them."""
        if call.service == "events":
            self._rules = {
                (account, region): found
                for account, regions in list(moto.backend_dict("events").items())
                for region, backend in list(dict.items(regions))
                if (found := _rules_of(backend))
            }

    def has_rules(self, call: Call) -> bool:
        """Whether any rule could want an event."""
        return bool(self._rules)

    def wants(self, line: Line) -> bool:
        """Whether some rule asks for the record."""
        if not line.trails:
            return False
        rules = self._rules.get((line.account, line.region))
        return bool(rules) and bool(_fitting(rules or [], _event(line)))

    def emit(self, lines: list[Line], sequence: int, at: datetime) -> None:
        """Send the records to the targets of the rules that ask for them."""
        moto.seed(f"events/{sequence}", at)
        for line in lines:
            event = _event(line)
            for rule in _fitting(self._rules.get((line.account, line.region), []), event):
                for target in list(rule.targets):
                    self._send(target, event, line)

    def _send(self, target: Document, event: Document, line: Line) -> None:
        arn = str(target["Arn"]).split(":", 5)
        sent = _SENDERS.get(arn[2]) if len(arn) == 6 else None
        if sent is None:
            log.warning("events: %s is no target that the sandbox can reach", target["Arn"])
            return
        try:
            sent(self._serve, target, _input(target, event), arn)
        except AwsError as refused:
            log.warning("events: %s did not take an event: %s", target["Arn"], refused)


def _rules_of(backend: Any) -> list[Any]:
    bus = backend.event_buses.get("default")
    rules = bus.rules.values() if bus is not None else ()
    return [rule for rule in rules if str(rule.state).startswith("ENABLED") and rule.event_pattern.dump()]


def _fitting(rules: list[Any], event: Document) -> list[Any]:
    read = event["detail"].get("readOnly") and event["detail"].get("managementEvent")
    candidates = [rule for rule in rules if rule.state == _ALL or (not read and rule.state == "ENABLED")]
    return [rule for rule in candidates if matches(json.loads(rule.event_pattern.dump()), event)]


def _event(line: Line) -> Document:
    detail: Document = msgspec.json.decode(line.record)
    return {
        "version": "0",
        "id": detail["eventID"],
        "detail-type": DETAIL_TYPE,
        "source": f"aws.{detail['eventSource'].split('.')[0]}",
        "account": line.account,
        "time": detail["eventTime"],
        "region": line.region,
        "resources": [],
        "detail": detail,
    }


# ── what a target gets ──────────────────────────────────────────────────────────────────────────────────────────────


def _input(target: Document, event: Document) -> str:
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(event, target["InputPath"]))
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event)
    return json.dumps(event)


def _at(event: Document, path: str) -> Any:
    found: Any = event
    for part in path.removeprefix("$").strip(".").split("."):
        if part:
            found = found.get(part) if isinstance(found, dict) else None
    return found


def _transformed(transformer: Document, event: Document) -> str:
    template = str(transformer.get("InputTemplate", ""))
    for name, path in (transformer.get("InputPathsMap") or {}).items():
        value = _at(event, path)
        text = value if isinstance(value, str) else json.dumps(value)
        template = template.replace(f"<{name}>", text)
    return template


def _to_queue(serve: Serve, target: Document, body: str, arn: list[str]) -> None:
    url = f"https://sqs.{arn[3]}.amazonaws.com/{arn[4]}/{arn[5]}"
    params: Document = {"QueueUrl": url, "MessageBody": body}
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    if group:
        params |= {"MessageGroupId": group, "MessageDeduplicationId": moto.random_uuid()}
    serve("sqs", "SendMessage", params, arn[4], arn[3], SERVICE)


def _to_topic(serve: Serve, target: Document, body: str, arn: list[str]) -> None:
    serve("sns", "Publish", {"TopicArn": target["Arn"], "Message": body}, arn[4], arn[3], SERVICE)


def _to_log_group(serve: Serve, target: Document, body: str, arn: list[str]) -> None:
    group, stream = arn[5].removeprefix("log-group:").removesuffix(":*"), moto.random_uuid()
    serve("logs", "CreateLogStream", {"logGroupName": group, "logStreamName": stream}, arn[4], arn[3], SERVICE)
    at = int(moto.now().timestamp() * 1000)
    params = {"logGroupName": group, "logStreamName": stream, "logEvents": [{"timestamp": at, "message": body}]}
    serve("logs", "PutLogEvents", params, arn[4], arn[3], SERVICE)


def _to_bus(serve: Serve, target: Document, body: str, arn: list[str]) -> None:
    event = json.loads(body)
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "EventBusName": arn[5].removeprefix("event-bus/"),
    }
    serve("events", "PutEvents", {"Entries": [entry]}, arn[4], arn[3], SERVICE)


_SENDERS: dict[str, Callable[[Serve, Document, str, list[str]], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "logs": _to_log_group,
    "events": _to_bus,
}
