"""Findings that somebody accepts: where the resource is declared, or by an exemption of the architecture.

The one idea: a FAIL becomes NOT_APPLICABLE with the reason that was given, and what it would have been stays in its
evidence, so that no gate stops and no reader is misled. UNKNOWN stays UNKNOWN: nobody has looked at what was not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bastide.assess.run import Assessment
from bastide.controls.control import Control
from bastide.model import Finding, Organization, Status

Place = tuple[str, str]  # the finding's file and logical id


@dataclass(frozen=True)
class Exemption:
    """Findings that are accepted: of controls and resources (patterns) ``at`` a unit's path, an account or ``*``.

    ``until``: the last day (YYYY-MM-DD) on which it holds; empty: it does not end.
    """

    control: str
    at: str
    why: str
    until: str
    resources: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The reason, and the day that it ends on."""
        return f"{self.why} (until {self.until})" if self.until else self.why

    def holds(self, finding: Finding, organization: Organization | None) -> bool:
        """Whether it speaks of a finding."""
        names = self.resources
        return (
            fnmatchcase(finding.control, self.control)
            and (not names or any(fnmatchcase(name, one) for one in names for name in _names(finding)))
            and self._reaches(finding, organization)
        )

    def _reaches(self, finding: Finding, organization: Organization | None) -> bool:
        account = finding.resource.account
        if self.at in {"*", account, finding.account_name}:
            return True
        path = organization.unit_path(account) if organization else ""
        return f"{path}/".startswith(f"{self.at}/")


def _names(finding: Finding) -> tuple[str, ...]:
    return tuple(name for name in (finding.resource.id, finding.arn, finding.resource_name) if name)


def exempted(
    assessment: Assessment, exemptions: Iterable[Exemption], organization: Organization | None, today: str
) -> Assessment:
    """The assessment in which what an exemption that has not ended speaks of is NOT_APPLICABLE."""
    valid = [one for one in exemptions if not one.until or one.until >= today]

    def reason_of(finding: Finding) -> str | None:
        return next((str(one) for one in valid if one.holds(finding, organization)), None)

    return _accepting(assessment, reason_of) if valid else assessment


def suppressed(
    assessment: Assessment, reasons: Mapping[Place, Mapping[str, str]], controls: Mapping[str, Control]
) -> Assessment:
    """The assessment in which what a template's author accepts is NOT_APPLICABLE.

    ``reasons``: for a place, the reason by control or by its AWS Config rule.
    """

    def reason_of(finding: Finding) -> str | None:
        rule = controls[finding.control].config_rule if finding.control in controls else ""
        here = reasons.get((finding.origin.file, finding.origin.detail), {})
        return here.get(finding.control) or (here.get(rule) if rule else None)

    return _accepting(assessment, reason_of) if reasons else assessment


def _accepting(assessment: Assessment, reason_of: Callable[[Finding], str | None]) -> Assessment:
    counts = {name: Counter(numbers) for name, numbers in assessment.by_control.items()}
    findings = []
    for finding in assessment.findings:
        reason = reason_of(finding) if finding.status is Status.FAIL else None
        if reason is None:
            findings.append(finding)
            continue
        counts[finding.control][Status.FAIL] -= 1
        counts[finding.control][Status.NOT_APPLICABLE] += 1
        findings.append(_accepted(finding, reason))
    by_control = {name: {status: count for status, count in one.items() if count} for name, one in counts.items()}
    return replace(assessment, findings=tuple(findings), by_control=by_control)


def _accepted(finding: Finding, reason: str) -> Finding:
    evidence = {**finding.evidence, "suppressed": reason, "would_be": str(finding.status), "because": finding.reason}
    return replace(finding, status=Status.NOT_APPLICABLE, reason=f"accepted: {reason}", evidence=evidence)
