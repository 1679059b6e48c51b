"""What an assessment could not read, in lines for a person: how much, and which permissions would mend it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bastide.model import Status

if TYPE_CHECKING:
    from bastide.assess import Assessment
    from bastide.model import Estate

NAMED = 5  # accounts


def incomplete(assessment: Assessment, estate: Estate, role: str) -> list[str]:
    """Lines for stderr; none when everything was read. ``role``: name and path of the one that reads members."""
    from bastide.aws.handler import IN_VAIN
    from bastide.collect import missing_permissions, refused_in, unread_values

    # Only where a control could not decide is a look for values worth its time.
    doubtful = any(one.status is Status.UNKNOWN for one in assessment.findings)
    values = list(unread_values(estate.resources)) if doubtful else []
    parts = [f"{len(estate.gaps)} places"] if estate.gaps else []
    parts += [f"{len(values)} values of resources"] if values else []
    if not parts:
        return []
    lines = [f"incomplete: {' and '.join(parts)} could not be read; their verdicts are UNKNOWN"]
    accounts = refused_in(estate.gaps, values)
    for statement in missing_permissions(estate.gaps, values, role):
        whom = "whoever runs this" if statement["Resource"] != "*" else f"the reader in {_named(accounts)}"
        lines.append(f"  fix  allow {whom}: {json.dumps(statement)}")
    reasons = [one.reason for one in estate.gaps] + [one.reason for one in values]
    denied = sum(" (denied by " in reason for reason in reasons)
    if denied:
        lines.append(f"  of these {denied} are denied by a policy that names it: to allow them once more does not help")
    throttled = sum(reason.endswith(IN_VAIN) for reason in reasons)
    if throttled:
        lines.append(f"  of these {throttled} were throttled for too long: --since last reads them once more")
    return lines


def _named(accounts: Sequence[str]) -> str:
    more = len(accounts) - NAMED
    return ", ".join(accounts[:NAMED]) + (f" and {more} more" if more > 0 else "")
