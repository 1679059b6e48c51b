"""Which findings of an earlier result are the same as ones of today, though their template's file has another name.

The one idea: what a template does not name is called after its file and logical id, so a file that is renamed renames
its resources. As with git, a file that is gone and one that is new are the same when they are mostly alike, here in
what was found in them; each is taken once, the most alike first. A resource with a name of its own keeps it anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from bastide.model import Finding, Status
from bastide.model.provisional import MARK

ALIKE = 0.5  # of what was found in either of two files, how much must have been found in both
MOST_PAIRS = 250_000
OPEN = frozenset({Status.FAIL, Status.UNKNOWN})


class Mark(NamedTuple):
    """What a finding is about, but for the name of the resource."""

    control: str
    type: str
    account: str
    region: str
    logical_id: str


class Seen(NamedTuple):
    """An earlier finding on a resource that is called after its file."""

    id: str
    file: str
    mark: Mark


def provisional(resource_id: str) -> bool:
    """Whether a resource's identifier follows from its file (``name#file`` is the second of one name)."""
    return MARK in resource_id or "#" in resource_id


def mark_of(finding: Finding) -> Mark:
    """What a finding is about."""
    key = finding.resource
    return Mark(finding.control, key.type, key.account, key.region, finding.origin.detail)


def renamed(seen: Iterable[Seen], findings: Iterable[Finding], known: Mapping[str, Status]) -> dict[str, str]:
    """The id of today by the earlier id, of findings that moved with their file; ``known``: all earlier ids."""
    before: dict[str, dict[Mark, str]] = defaultdict(dict)
    for one in seen:
        before[one.file][one.mark] = one.id
    now: dict[str, dict[Mark, str]] = defaultdict(dict)
    for finding in findings:
        if finding.origin.source == "template" and finding.status in OPEN and provisional(finding.resource.id):
            now[finding.origin.file][mark_of(finding)] = finding.id
    strangers = {file: marks for file, marks in now.items() if any(one not in known for one in marks.values())}
    here = {one for marks in now.values() for one in marks.values()}
    return {
        before[old][mark]: today
        for old, new in _pairs(before, strangers, now).items()
        for mark, today in strangers[new].items()
        if mark in before[old] and today not in known and before[old][mark] not in here
    }


def _pairs(
    before: Mapping[str, Mapping[Mark, str]], strangers: Mapping[str, Mapping[Mark, str]], now: Mapping[str, object]
) -> dict[str, str]:
    """Files of today by the earlier ones that they were: itself (what nests it was renamed), or one that is gone."""
    found = {file: file for file in strangers if file in before}
    gone = [file for file in before if file not in now]
    new = [file for file in strangers if file not in before]
    if len(gone) * len(new) > MOST_PAIRS:
        return found
    scored = sorted((-_alike(before[old], strangers[one]), _apart(old, one), old, one) for old in gone for one in new)
    for score, _, old, one in scored:
        if -score >= ALIKE and old not in found and one not in found.values():
            found[old] = one
    return found


def _alike(one: Mapping[Mark, str], other: Mapping[Mark, str]) -> float:
    either = len(one.keys() | other.keys())
    return len(one.keys() & other.keys()) / either if either else 0.0


def _apart(one: str, other: str) -> bool:
    """Whether two paths end in different names; of files that are alike, one of the same name goes first."""
    return PurePath(one).name != PurePath(other).name
