"""What every format is made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from bastide.controls import Control
from bastide.model import Estate, Finding, Severity, Status

if TYPE_CHECKING:
    from bastide.assess import Baseline
    from bastide.standards import Standing
    from bastide.store import KeptScore

# Control characters but tab and line ends; marks that turn the direction of text; what no UTF-8 or XML may hold.
HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff\\ufffe\\uffff]"
)
LINE_ENDS = re.compile("[\\r\\n\\u2028\\u2029]")


@dataclass(frozen=True)
class Delta:
    """What changed since an earlier assessment, made at ``since`` (ISO 8601 UTC)."""

    since: str
    new: int
    gone: int


@dataclass(frozen=True)
class Report:
    """One assessment, ready to be shown.

    ``findings``: FAIL and UNKNOWN, and PASS where asked for, in the order to show. ``counts``: verdicts by status,
    passes included. ``healed``: what an earlier assessment of the same run found and this one no longer does.
    ``generated_at``: ISO 8601 UTC. ``folder``: the absolute path that relative ones start from; empty when not known.
    """

    findings: tuple[Finding, ...]
    estate: Estate
    controls: Mapping[str, Control]
    counts: Mapping[Status, int]
    generated_at: str
    title: str = "Assessment"
    compared: bool = False  # with a baseline: ``findings`` are what is new, ``counts`` all that there is
    grouped_by: str = "risk"  # what a table puts together: risk, account or service
    delta: Delta | None = None  # None when there was none before
    healed: tuple[Finding, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)  # resources of types that are not read, by type
    notes: tuple[str, ...] = ()  # for people: what was skipped, carried over or not judged, and why
    standings: tuple[Standing, ...] = ()  # how the estate stands against standards and packs that were asked for
    scores_before: Mapping[str, Sequence[KeptScore]] = field(default_factory=dict)  # by standard, oldest first
    guardrails: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # unit path or account name → guardrails
    folder: str = ""

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that are FAIL."""
        return tuple(finding for finding in self.findings if finding.status is Status.FAIL)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The findings that are UNKNOWN."""
        return tuple(finding for finding in self.findings if finding.status is Status.UNKNOWN)

    def by_severity(self) -> dict[Severity, int]:
        """Number of failures by severity, the worst first, zeros included."""
        found = Counter(finding.severity for finding in self.failures)
        return {severity: found.get(severity, 0) for severity in sorted(Severity, reverse=True)}


def delta_since(baseline: Baseline, findings: Sequence[Finding]) -> Delta:
    """How many failures are new against a baseline, and how many of its failures are no longer open."""
    open_now = [one for one in findings if one.status in {Status.FAIL, Status.UNKNOWN}]
    new = sum(one.status is Status.FAIL for one in baseline.new(open_now))
    return Delta(baseline.made_at or "the baseline", new, len(baseline.gone(open_now)))


def name_of(finding: Finding) -> str:
    """What people call a resource: its logical id or address where a file declares it by one, else its name or id."""
    said = finding.origin.detail if finding.origin.source == "template" else ""
    return said or finding.resource_name or finding.resource.id


def place_of(finding: Finding) -> tuple[str, int]:
    """File and line of the property that decided a finding, else of its resource; an empty file where there is none."""
    line = finding.evidence.get("line")
    return finding.origin.file, line if isinstance(line, int) and line else finding.origin.line


def place_text(finding: Finding) -> str:
    """``file:line`` of what decided a finding; the file alone where no line is known, nothing where no file is."""
    file, line = place_of(finding)
    return f"{file}:{line}" if file and line else file


def local_path(file: str, folder: str) -> str:
    """A file's path as a repository knows it: relative to ``folder`` where it lies in there, else absolute."""
    path = PurePath(file.replace("\\", "/"))
    if not path.is_absolute() and (".." not in path.parts or not folder):
        return path.as_posix()
    full, base = normpath(PurePath(folder, path)), PurePath(folder)
    inside = bool(folder) and PurePath(full).is_relative_to(base)
    return PurePath(full).relative_to(base).as_posix() if inside else full


def uri_of(file: str, folder: str) -> str:
    """A file as a URI: relative to ``folder`` where it lies in there, else ``file:///…``."""
    path = local_path(file, folder)
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)


def shown(text: object) -> str:
    """Text from an account that cannot move a cursor, end a line or turn the direction of what stands around it."""
    plain = str(text)
    return plain if plain.isprintable() else LINE_ENDS.sub(" ", HIDDEN.sub("�", plain))
