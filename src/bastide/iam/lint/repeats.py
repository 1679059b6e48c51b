"""What occurs again within one policy or one list, for the rules that judge it."""

from __future__ import annotations

from collections.abc import Iterator

from bastide.iam.lint.globs import within
from bastide.iam.lint.rule import Hit
from bastide.iam.lint.subject import Subject

MOST = 60  # patterns with a wildcard that the values of a list are compared with


def covered(values: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """(index, index of the other) of values that another of the list covers; of two equal ones the later."""
    first = {value: index for index, value in reversed(list(enumerate(values)))}
    wide = [(value, index) for value, index in first.items() if "*" in value or "?" in value][:MOST]
    stems = [(pattern.partition("*")[0].partition("?")[0], pattern, index) for pattern, index in wide]
    for index, value in enumerate(values):
        if first[value] != index:
            yield index, first[value]
            continue
        outer = next(
            (
                other
                for stem, pattern, other in stems
                if other != index and value.startswith(stem) and within(value, pattern)
            ),
            None,
        )
        if outer is not None:
            yield index, outer


def repeated_sids(subject: Subject) -> Iterator[Hit]:
    """One hit for each statement whose Sid an earlier one has; empty Sids are none."""
    first: dict[str, str] = {}
    for statement in subject.statements:
        if not statement.sid:
            continue
        earlier = first.setdefault(statement.sid, statement.position.pointer)
        if earlier != statement.position.pointer:
            yield Hit(f'the Sid "{statement.sid}" is that of {earlier} too', f"{statement.position.pointer}/Sid")
