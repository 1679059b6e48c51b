"""Eventual consistency: a read soon after a write answers as if the write had not happened.

One idea: answers of reads are remembered; for a few reads after a write to the same service in the same account, a
request that was made before gets the answer from before the write. A read never made before, of something just created,
gets the service's "not found". A list never asked for before tells the truth: AWS may be consistent at any moment.
Source: IAM User Guide, "Troubleshoot IAM"; EC2 API Reference, "Eventual consistency".
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bastide.sandbox.call import Call
from bastide.sandbox.faults.refusal import absent
from bastide.sandbox.wire import HttpResponse, render_error

WITHIN = 100  # calls to the same service and account for which a write may be unseen
KEPT = 4096  # remembered answers
LARGEST = 1 << 20  # bytes of a remembered answer
_MAKES = re.compile(r"(Create|Run|Allocate|Register|Put(?=Object$))")
_NAMES = re.compile(r"(Id|ID|Arn|ARN|Name)$")
_ACCOUNT = re.compile(r"\d{12}")

Place = tuple[str, str]  # service, account
Key = tuple[Any, ...]


@dataclass
class _Place:
    calls: int = 0
    writes: int = 0
    written: int = -WITHIN  # the call that was the last write
    served: int = 0  # old answers since then
    made: dict[str, int] = field(default_factory=dict)  # name of what was made → the call that made it


class Old(NamedTuple):
    """What a read would answer had it not seen the last writes, and how many reads since then were told so."""

    response: HttpResponse
    served: int
    place: _Place


class Memory:
    """What reads answered and what writes made. Use under the front's lock."""

    def __init__(self) -> None:
        self._places: dict[Place, _Place] = {}
        self._answers: OrderedDict[Key, tuple[int, HttpResponse]] = OrderedDict()

    def note_write(self, call: Call, response: HttpResponse) -> None:
        """A write was performed."""
        place = self._count(call)
        if response.status < 300:
            place.writes += 1
            place.written, place.served = place.calls, 0
            place.made = {name: at for name, at in place.made.items() if place.calls - at < WITHIN}
            if _MAKES.match(call.operation):
                place.made.update(dict.fromkeys(_made(call, response), place.calls))

    def old(self, call: Call) -> Old | None:
        """The answer from before the last write; None when there is none. Counts the read."""
        place, key = self._count(call), _key(call)
        found = self._answers.get(key)
        if found is not None:
            unseen = found[0] < place.writes and place.calls - place.written <= WITHIN
            return Old(found[1], place.served, place) if unseen else None
        for member, name in _texts(call.params):
            if place.calls - place.made.get(name, -WITHIN) < WITHIN:
                refusal = absent(call, member, name)
                if refusal is not None:
                    response = render_error(refusal, call.protocol, call.service, "0" * 32)
                    return Old(response, place.served, place)
        return None

    @staticmethod
    def serve(old: Old) -> HttpResponse:
        """Give the old answer once more."""
        old.place.served += 1
        return old.response

    def note_read(self, call: Call, response: HttpResponse) -> None:
        """A read was answered truly."""
        if len(response.body) <= LARGEST and response.status < 500:
            key = _key(call)
            self._answers[key] = (self._place(call).writes, response)
            self._answers.move_to_end(key)
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)

    def _place(self, call: Call) -> _Place:
        return self._places.setdefault((call.service, call.account), _Place())

    def _count(self, call: Call) -> _Place:
        place = self._place(call)
        place.calls += 1
        return place


def _key(call: Call) -> Key:
    request = call.request
    target = request.header("x-amz-target")
    return (
        call.principal.arn,
        call.account,
        call.region,
        call.service,
        request.method,
        request.url,
        target,
        request.body,
    )


def _made(call: Call, response: HttpResponse) -> set[str]:
    """Names and ids of what a call made: what its answer names and its parameters did not, and its own name."""
    given = {name for _, name in _texts(call.params)}
    found = {name for member, name in _texts(call.result(response)) if _NAMES.search(member)}
    noun = call.operation.removeprefix("Create")
    own = {name for member, name in _texts(call.params) if member in (noun, f"{noun}Name", "Name", "Bucket")}
    return {name for name in (found - given) | own if not _ACCOUNT.fullmatch(name)}


def _texts(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    """(member, text) of every text in a parameter tree."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, str(name))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, member)
    elif isinstance(value, str):
        yield member, value
