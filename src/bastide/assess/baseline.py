"""What is new against an earlier result.

The one idea: a finding is the same when control and resource are; its id says so. A finding that was UNKNOWN and is now
FAIL is new; one that was FAIL and can no longer be read is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bastide.errors import InputError
from bastide.model import Finding, Status


@dataclass(frozen=True)
class Baseline:
    """Findings of an earlier run: status by finding id."""

    statuses: Mapping[str, Status] = field(default_factory=dict)

    def holds(self, finding: Finding) -> bool:
        """The finding was there before, with this status (a FAIL covers a later UNKNOWN)."""
        earlier = self.statuses.get(finding.id)
        return earlier is finding.status or (earlier is Status.FAIL and finding.status is Status.UNKNOWN)

    def new(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that were not there before, in their order."""
        return tuple(finding for finding in findings if not self.holds(finding))

    def gone(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Ids that failed before and are not among the findings now, sorted."""
        now = {finding.id for finding in findings}
        return tuple(sorted(key for key, status in self.statuses.items() if status is Status.FAIL and key not in now))


def parse_baseline(data: bytes, where: str = "") -> Baseline:
    """The baseline in the JSON of an earlier assessment: an object with ``findings``, or the list of them.

    Each finding needs ``id`` and ``status``; all else is ignored.

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
    return Baseline(dict(_entry(item, index, where) for index, item in enumerate(findings)))


def _entry(item: Any, index: int, where: str) -> tuple[str, Status]:
    name = item.get("id") if isinstance(item, dict) else None
    status = item.get("status") if isinstance(item, dict) else None
    if not isinstance(name, str) or status not in list(Status):
        raise InputError(f"finding {index} of the baseline has no id or no status", where, "write it anew with -o json")
    return name, Status(status)
