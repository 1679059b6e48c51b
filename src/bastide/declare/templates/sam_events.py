"""What the events of SAM's functions make beside the functions: APIs of their own, notifications of buckets.

The one idea: an event that names no API gets the implicit one, which the Globals section configures; an S3 event
changes the bucket that it names. Rules, mappings and permissions that events make are left out: SAM gives each the one
principal and source that it needs.

Source: AWS SAM Developer Guide, "Generated CloudFormation resources", "EventSource"; "Globals section".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bastide.declare.templates.tree import Map, Seq, made_map, made_seq

IMPLICIT = {"Api": ("ServerlessRestApi", "RestApiId"), "HttpApi": ("ServerlessHttpApi", "ApiId")}


def events_of(properties: Map) -> Iterator[tuple[str, Map, int]]:
    """Type, properties and line of each event."""
    events = properties.get("Events")
    if not isinstance(events, Map):
        return
    for name, event in events.items():
        if isinstance(event, Map):
            own = event.get("Properties")
            yield str(event.get("Type")), own if isinstance(own, Map) else Map(), events.lines[name]


def implicit_apis(properties: Map) -> set[str]:
    """The kinds of API (``Api``, ``HttpApi``) that events ask for without naming one."""
    return {kind for kind, event, _ in events_of(properties) if kind in IMPLICIT and IMPLICIT[kind][1] not in event}


def notify(resources: Map, function: str, properties: Map, condition: Any) -> None:
    """Let the buckets of S3 events tell the function, if ``condition`` holds (None: always).

    They stand in the same template, or SAM refuses it.
    """
    for kind, event, line in events_of(properties):
        bucket = event.get("Bucket")
        name = bucket.get("Ref") if isinstance(bucket, Map) else None
        body = resources.get(name) if kind == "S3" and isinstance(name, str) else None
        if isinstance(body, Map) and body.get("Type") == "AWS::S3::Bucket":
            resources.put(str(name), _telling(body, event, function, condition, line), resources.lines[str(name)])


def _telling(body: Map, event: Map, function: str, condition: Any, line: int) -> Map:
    """The bucket with one more notification for each kind of event."""
    made, properties = _copy(body), _copy(body.get("Properties"))
    settings = _copy(properties.get("NotificationConfiguration"))
    listed, before = Seq(line), settings.get("LambdaConfigurations")
    for item, at in zip(before, before.lines, strict=True) if isinstance(before, Seq) else ():
        listed.add(item, at)
    kinds = event.get("Events")
    for one in kinds if isinstance(kinds, list) else [kinds]:
        arn = made_map(**{"Fn::GetAtt": f"{function}.Arn"})
        telling = made_map(Event=one, Function=arn)
        if condition is not None:
            telling = made_map(**{"Fn::If": made_seq(condition, telling, made_map(Ref="AWS::NoValue"))})
        listed.add(telling, line)
    settings.put("LambdaConfigurations", listed, line)
    properties.put("NotificationConfiguration", settings, line)
    made.put("Properties", properties, body.lines.get("Properties", body.line))
    return made


def _copy(value: Any) -> Map:
    made = Map(value.line if isinstance(value, Map) else 0)
    for key, item in value.items() if isinstance(value, Map) else ():
        made.put(key, item, value.lines[key])
    return made
