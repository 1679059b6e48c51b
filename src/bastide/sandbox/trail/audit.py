"""The audit trail of a sandbox: records calls, and lets deliveries, event history and EventBridge follow from them.

One idea: the order of writing. A call's lines are in the record log before its entry is in the journal, and its entry
is there before its answer is given; a delivery is an entry of the journal before its objects can be seen. So a process
killed at any point neither loses nor doubles what somebody has seen: the next start cuts off lines without an entry and
performs deliveries again, the same way. A power cut may lose records that were not delivered yet.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bastide.errors import InputError
from bastide.sandbox.trail.delivery import Delivery
from bastide.sandbox.trail.digest import Signer
from bastide.sandbox.trail.events import Bridge
from bastide.sandbox.trail.log import Line, RecordLog, render_line
from bastide.sandbox.trail.names import data_type, is_silent
from bastide.sandbox.trail.record import Event, implied_events, service_event, shape_event
from bastide.sandbox.trail.resources import arns_of
from bastide.sandbox.trail.selectors import Audience, Fields, list_trails

if TYPE_CHECKING:
    from bastide.sandbox.call import Call
    from bastide.sandbox.wire import HttpResponse

log = logging.getLogger("bastide.sandbox")

# Services whose changes may change which trails take what.
_TRAIL_CHANGES = frozenset({"cloudtrail", "organizations"})


class Host(Protocol):
    """What the audit trail needs of the front."""

    sequence: int

    def serve(
        self, service: str, operation: str, params: dict[str, Any], account: str, region: str, by: str
    ) -> dict[str, Any]:
        """An operation's answer, performed by an AWS service. Raises AwsError."""

    def steer(self, name: str, document: dict[str, Any], at: datetime) -> int:
        """Journal something that the sandbox does by itself, then do it; its sequence number."""


class Audit:
    """Records, deliveries and events of one sandbox."""

    def __init__(self, host: Host, records: Path | None = None, key: Path | None = None) -> None:
        """A log in a file (`records`, with the digests' signing key in `key`), or a temporary one."""
        self._host = host
        self.log = RecordLog(records)
        self.signer = Signer(key)
        self._start()

    def _start(self) -> None:
        self._audience = Audience()
        self.delivery = Delivery(self._host.serve, self.log, self.signer)
        self.bridge = Bridge(self._host.serve)
        self._fresh: list[Line] = []
        # Calls that services made while they answered the one in work, and their lines.
        self._joined: list[tuple[Call, bool]] = []
        self._joined_lines: list[Line] = []

    def clear(self) -> None:
        """Forget everything."""
        self.log.clear()
        self._start()

    def close(self) -> None:
        """Close the log."""
        self.log.close()

    # ── one call ────────────────────────────────────────────────────────────────────────────────────────────────────

    def record(self, call: Call, response: HttpResponse) -> None:
        """Write the call's lines. Raises OSError when the disk is full."""
        self._fresh, self._joined_lines = self._joined_lines, []
        self._fresh = [*self._fresh, *self._write(call, response)]

    def join(self, call: Call, response: HttpResponse, *, recorded: bool) -> None:
        """Take in what a service did while it answers another call; `recorded` unless a replay does it again.

        Raises OSError when the disk is full.
        """
        self._joined.append((call, response.status < 300))
        if recorded:
            self._joined_lines += self._write(call, response)

    def _write(self, call: Call, response: HttpResponse) -> list[Line]:
        """The lines of a call and of the keys that it used, after they are in the log."""
        before = self._audience
        lines = [
            line
            for event in implied_events(call, succeeded=response.status < 300)
            for line in self._lines(call, event, before)
        ] + self._own_lines(call, response)
        if lines:
            self.log.append(b"".join(map(render_line, lines)))
            if any(line.trails for line in lines):
                self.delivery.noted(call.at)
        return lines

    def _own_lines(self, call: Call, response: HttpResponse) -> list[Line]:
        kind = data_type(call.service, call.operation)
        if (kind is not None and not self._audience.wants_data(kind)) or is_silent(call.service, call.operation):
            return []
        event = self._shape(call, response)
        before = self._audience
        if self._changes_trails(call) and not event.error:
            self._audience = Audience(list_trails())
        lines = self._lines(call, event, before)
        aftermath = None if event.error or not call.sequence else service_event(call, event, response)
        if aftermath is not None:
            lines += self._lines(call, aftermath, before)
        return lines

    def _lines(self, call: Call, event: Event, before: Audience) -> list[Line]:
        lines = []
        for account, body in event.bodies:
            # A trail that stops takes the call that stopped it, a trail that starts the one that started it.
            trails = dict.fromkeys((*_takers(before, event, account), *_takers(self._audience, event, account)))
            if trails or event.category == "Management":
                sequence, entry = self._host.sequence, call.sequence > 0
                head = (sequence, entry, event.at, account, event.region, event.category)
                lines.append(Line(*head, tuple(trails), body))
        return lines

    def _shape(self, call: Call, response: HttpResponse) -> Event:
        try:
            return shape_event(call, response)
        except Exception:  # the outermost edge of recording: a call that cannot be described is still recorded
            log.exception("sandbox: %s:%s cannot be recorded in full", call.service, call.operation)
            return shape_event(call, response, bare=True)

    @staticmethod
    def _changes_trails(call: Call) -> bool:
        return call.sequence > 0 and call.service in _TRAIL_CHANGES

    def settle(self, call: Call) -> int:
        """What follows from a call once its entry is in the journal; the sequence of an entry of its own, or 0."""
        lines, self._fresh = self._fresh, []
        self._follow_joined()
        if call.sequence > 0:
            self._follow(call)
        if not lines or not self.bridge.has_rules(call):
            return 0
        matched = [line for line in lines if self.bridge.wants(line)]
        if not matched:
            return 0
        if call.sequence > 0:
            self._emit(matched, call.sequence, call.at)
            return 0
        start = self.log.size - sum(len(render_line(line)) for line in lines)
        return self._host.steer("emit", {"from": start, "to": self.log.size}, call.at)

    def _follow_joined(self) -> None:
        joined, self._joined = self._joined, []
        for call, succeeded in joined:
            if succeeded and call.sequence > 0:
                self._follow(call)

    def _follow(self, call: Call) -> None:
        if call.service in _TRAIL_CHANGES:
            self.delivery.follow(self._audience.trails, call.at)
        self.bridge.follow(call)

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def due(self, now: datetime) -> None:
        """Deliver what should have been delivered by now."""
        if self.delivery.is_due(now):
            self._host.steer("deliver", {"upto": self.log.size}, now)

    def deliver(self, now: datetime) -> None:
        """Deliver everything now, whatever its age."""
        self._host.steer("deliver", {"upto": self.log.size, "forced": True}, now)

    def perform(self, name: str, document: dict[str, Any], sequence: int, at: datetime) -> None:
        """Do what an entry of the journal says: `deliver` records or `emit` events."""
        if name == "emit":
            self._emit(list(self.log.read(document["from"], document["to"])), sequence, at)
            return
        try:
            self.delivery.run(at, document["upto"], sequence, forced=document.get("forced", False))
        except Exception:  # the outermost edge of a worker: the caller whose call let it run is not to blame
            log.exception("sandbox: a delivery of CloudTrail's crashed")
            self.delivery.skip(at)

    def _emit(self, lines: list[Line], sequence: int, at: datetime) -> None:
        try:
            self.bridge.emit(lines, sequence, at)
        except Exception:  # as above
            log.exception("sandbox: EventBridge crashed")

    # ── restart ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def begin_replay(self, last: int, needed: int) -> None:
        """Cut off lines after the journal's last entry. Raises InputError when delivered lines are missing."""
        dropped = self.log.cut(last)
        if dropped:
            log.info("records: %d bytes belonged to calls that were never answered", dropped)
        if self.log.size < needed:
            raise InputError(
                f"the sandbox's record log is shorter ({self.log.size} bytes) than what was delivered ({needed})",
                str(self.log.path),
                "restore the file, or start over with `bastide sandbox reset`",
            )

    def replayed(self, call: Call, response: HttpResponse) -> None:
        """What followed from the call when it was made: trails are known again, events are sent again."""
        changed = [one for one, succeeded in [*self._joined, (call, response.status < 300)] if succeeded]
        if any(self._changes_trails(one) for one in changed):
            self._audience = Audience(list_trails())
        self._follow_joined()
        self._follow(call)
        if self.bridge.has_rules(call):
            matched = [line for line in self.log.lines_of(call.sequence) if self.bridge.wants(line)]
            if matched:
                self._emit(matched, call.sequence, call.at)

    def end_replay(self) -> None:
        """Find the oldest record that waits for its delivery."""
        self.delivery.resume()


def _takers(audience: Audience, event: Event, account: str) -> tuple[str, ...]:
    if not audience.trails:
        return ()
    fields = _fields(event)
    if event.category == "Data":
        return audience.of_data(account, event.region, event.source, fields)
    return audience.of_management(account, event.region, event.source, event.read, fields)


def _fields(event: Event) -> Fields:
    kinds, arns = arns_of(event.resources)
    return {
        "readOnly": ("true" if event.read else "false",),
        "eventCategory": (event.category,),
        "eventSource": (event.source,),
        "eventName": (event.name,),
        "eventType": ("AwsApiCall",),
        "resources.type": kinds,
        "resources.ARN": arns,
        "userIdentity.arn": (event.identity_arn,),
        "errorCode": (event.error,) if event.error else (),
        "vpcEndpointId": (event.endpoint,) if event.endpoint else (),
        "sessionCredentialFromConsole": ("false",),
    }
