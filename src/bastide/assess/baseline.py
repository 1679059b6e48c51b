"""What is new against an earlier result.

The one idea: a finding is the same when control and resource are; its id says so. A finding that was UNKNOWN and is now
FAIL is new; one that was FAIL and can no longer be read is not. Findings move with a template that is renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from bastide.assess.renames import OPEN, Mark, Seen, provisional, renamed
from bastide.errors import InputError
from bastide.model import Finding, Status


@dataclass(frozen=True)
class Baseline:
    """Findings of an earlier run: status by finding id; ``seen``: those on resources that are called after a file.

    ``made_at``: when the run was, ISO 8601 UTC; empty when it does not say.
    """

    statuses: Mapping[str, Status] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    made_at: str = ""

    def holds(self, finding: Finding) -> bool:
        """The finding was there before, with this status (a FAIL covers a later UNKNOWN)."""
        earlier = self.statuses.get(finding.id)
        return earlier is finding.status or (earlier is Status.FAIL and finding.status is Status.UNKNOWN)

    def new(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that were not there before, in their order."""
        given = tuple(findings)
        known = self.following(given)
        return tuple(finding for finding in given if not known.holds(finding))

    def gone(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Ids that failed before and are not among the findings now, sorted."""
        given = tuple(findings)
        now, statuses = {finding.id for finding in given}, self.following(given).statuses
        return tuple(sorted(key for key, status in statuses.items() if status is Status.FAIL and key not in now))

    def following(self, findings: Iterable[Finding]) -> Baseline:
        """The same baseline under today's ids: of findings in files that are renamed since, the new ones."""
        moved = renamed(self.seen, findings, self.statuses) if self.seen else {}
        if not moved:
            return self
        return replace(self, statuses={moved.get(key, key): status for key, status in self.statuses.items()}, seen=())


def parse_baseline(data: bytes, where: str = "") -> Baseline:
    """The baseline in the JSON of an earlier assessment: an object with ``findings``, or the list of them.

    Each finding needs ``id`` and ``status``; by what else it says, renamed files are known.

    Raises:
        InputError: not JSON, no findings in it, or a finding without id or with a status that is none.
    """
    try:
        document = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise InputError(f"the baseline is not JSON: {error}", where, "give the file that -o json wrote") from error
    findings = document.get("findings") if isinstance(document, dict) else document
    if not isinstance(findings, list):
        raise InputError("the baseline holds no list of findings", where, "give the file that -o json wrote")
    statuses = dict(_entry(item, index, where) for index, item in enumerate(findings))
    made_at = document.get("generated_at") if isinstance(document, dict) else ""
    return Baseline(statuses, tuple(_seen(findings)), made_at if isinstance(made_at, str) else "")


def _seen(findings: Iterable[dict[str, Any]]) -> Iterator[Seen]:
    """The open findings on resources that are called after their file, as far as they say so."""
    for item in findings:
        resource = item.get("resource")
        origin = resource.get("origin") if isinstance(resource, dict) else None
        if not isinstance(resource, dict) or not isinstance(origin, dict) or item["status"] not in OPEN:
            continue
        if origin.get("source") == "template" and provisional(str(resource.get("id"))):
            parts = (item.get("control"), *(resource.get(name) for name in ("type", "account", "region", "logical_id")))
            yield Seen(item["id"], str(origin.get("file")), Mark(*(str(part) for part in parts)))


def _entry(item: Any, index: int, where: str) -> tuple[str, Status]:
    name = item.get("id") if isinstance(item, dict) else None
    status = item.get("status") if isinstance(item, dict) else None
    if not isinstance(name, str) or status not in list(Status):
        raise InputError(f"finding {index} of the baseline has no id or no status", where, "write it anew with -o json")
    return name, Status(status)
