"""An event as a text with slots: what a call's record says, who made it and where, joined once and filled many times.

One idea: JSON is rendered once for each (actor, call, Region); an event is then one `%` of a text and a dozen drawn
words, which is what makes 50,000 events a second possible. Calls are rows of ``events.yaml``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from bastide.lake.generate.chance import ALPHABETS, Draw

GLOBAL_REGION = "us-east-1"
VERSION = "1.11"
_NUMBER = re.compile(r'"(<n:\d+>)"')  # a value that is nothing but a number is one
_SLOT = re.compile(r"<([a-z0-9.]+)(?::([^<>]*))?>")
Filler = Callable[[Draw], str]
Pools = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """A row of ``events.yaml``: one API call as its service records it."""

    source: str
    name: str
    read: bool = False
    data: bool = False
    is_global: bool = False
    type: str = "AwsApiCall"
    request: Any = None
    response: Any = None
    extra: Any = None
    resources: Any = None
    details: Any = None
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes calls: `identity` is the userIdentity with slots, `arn` as messages name it."""

    identity: Mapping[str, Any]
    arn: str
    ip: str = "<s.ip>"
    agent: str = "aws-sdk-java/2.31.4"
    console: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A text with `%s` where the fillers' words go."""

    text: str
    fillers: tuple[Filler, ...] = field(repr=False)

    def fill(self, draw: Draw) -> str:
        """One event as JSON."""
        return self.text % tuple([filler(draw) for filler in self.fillers])


@cache
def read_calls() -> dict[str, Call]:
    """Every call of ``events.yaml``, by `service:Operation`."""
    text = (resources.files("bastide.lake.generate") / "events.yaml").read_text(encoding="utf-8")
    raw: dict[str, dict[str, Any]] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {key: _call(key, row) for key, row in raw.items()}


def _call(key: str, row: dict[str, Any]) -> Call:
    service, _, operation = key.partition(":")
    return Call(
        source=f"{service}.amazonaws.com",
        name=row.get("name", operation),
        read=row.get("read", False),
        data=row.get("data", False),
        is_global=row.get("global", False),
        type=row.get("type", "AwsApiCall"),
        request=row.get("request"),
        response=row.get("response"),
        extra=row.get("extra"),
        resources=row.get("resources"),
        details=row.get("service_details"),
        error=row.get("error", ""),
        message=row.get("message", ""),
    )


def render_event(actor: Actor, call: Call, error: tuple[str, str] | None = None) -> dict[str, Any]:
    """The event with its slots, in the order of AWS's own records; `error` is a code and a message."""
    code, message = error or (call.error, call.message)
    event: dict[str, Any] = {
        "eventVersion": VERSION,
        "userIdentity": actor.identity,
        "eventTime": "<time>",
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": "<region>",
        "sourceIPAddress": actor.ip,
        "userAgent": actor.agent,
    }
    event |= {"errorCode": code} if code else {}
    event |= {"errorMessage": message} if message else {}
    event |= {"requestParameters": call.request, "responseElements": None if code else call.response}
    event |= {"additionalEventData": call.extra} if call.extra else {}
    event |= {"requestID": "<uuid>"} if call.type == "AwsApiCall" else {}
    event |= {"eventID": "<eventid>", "readOnly": call.read}
    event |= {"resources": call.resources} if call.resources else {}
    event |= {"eventType": call.type, "managementEvent": not call.data, "recipientAccountId": "<account>"}
    event |= {"serviceEventDetails": call.details} if call.details else {}
    event |= {"eventCategory": "Data" if call.data else "Management"}
    if call.type == "AwsApiCall" and not actor.ip.endswith(".amazonaws.com"):
        event["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": call.source.replace(".amazonaws", ".<region>.amazonaws"),
        }
    event |= {"sessionCredentialFromConsole": "true"} if actor.console else {}
    return event


def compile_form(event: Mapping[str, Any], account: str, region: str, pools: Pools) -> Form:
    """The event's text, with all that never changes written in. Raises KeyError for a slot that nobody fills."""
    text = _NUMBER.sub(r"\1", json.dumps(event, separators=(",", ":")))
    parts: list[str] = []
    fillers: list[Filler] = []
    at = 0
    fixed = {"account": account, "region": region}
    times = Counter(found[0] for found in _SLOT.finditer(text) if found[1] in pools)
    drawn: set[str] = set()
    for found in _SLOT.finditer(text):
        parts.append(text[at : found.start()].replace("%", "%%"))
        at = found.end()
        name, argument = found[1], found[2] or ""
        if name in fixed:
            parts.append(fixed[name])
        else:
            parts.append("%s")
            filler = _recall(name) if name in drawn else _filler(name, argument, pools)
            fillers.append(_keep(name, filler) if times[found[0]] > 1 and name not in drawn else filler)
            drawn |= {name} & pools.keys()
    parts.append(text[at:].replace("%", "%%"))
    return Form("".join(parts), tuple(fillers))


def _keep(name: str, filler: Filler) -> Filler:
    """The filler, whose word is kept for the event's other slots of that name: a thing is one thing all through."""

    def keep(draw: Draw) -> str:
        word = draw.kept[name] = filler(draw)
        return word

    return keep


def _recall(name: str) -> Filler:
    return lambda draw: draw.kept[name]


def _filler(name: str, argument: str, pools: Pools) -> Filler:
    if name in _OF_DRAW:
        return _OF_DRAW[name]
    if name in ALPHABETS:
        count = int(argument)
        return lambda draw: draw.letters[name].take(count)
    if name == "n":
        limit = int(argument)
        return lambda draw: str(draw.below(limit))
    things = tuple(argument.split("|")) if name == "pick" else tuple(pools[name])
    return lambda draw: draw.pick(things)


_OF_DRAW: dict[str, Filler] = {
    "time": lambda draw: draw.time,
    "uuid": Draw.uuid,
    "eventid": Draw.next_event_id,
    "s.key": lambda draw: draw.session.key,
    "s.name": lambda draw: draw.session.name,
    "s.ip": lambda draw: draw.session.ip,
    "s.created": lambda draw: draw.session.created,
    "s.mfa": lambda draw: draw.session.mfa,
}
