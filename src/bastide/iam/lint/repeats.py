"""Statement ids that occur again, for the two rules that judge them by kind of policy."""

from __future__ import annotations

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit
from bastide.iam.lint.subject import Subject


def repeated_sids(subject: Subject) -> Iterator[Hit]:
    """One hit for each statement whose Sid an earlier one has; empty Sids are none."""
    first: dict[str, str] = {}
    for statement in subject.statements:
        if not statement.sid:
            continue
        earlier = first.setdefault(statement.sid, statement.position.pointer)
        if earlier != statement.position.pointer:
            yield Hit(f'the Sid "{statement.sid}" is that of {earlier} too', f"{statement.position.pointer}/Sid")
