"""What would have to be granted so that nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable

from bastide.model import Gap, Value


def missing_permissions(gaps: Iterable[Gap]) -> dict[str, Value] | None:
    """The IAM policy statement that would close the gaps that refused actions made; None when there are none."""
    actions = sorted({gap.action for gap in gaps if gap.action})
    return {"Effect": "Allow", "Action": actions, "Resource": "*"} if actions else None
