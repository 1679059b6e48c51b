"""A statement that another one covers changes nothing."""

from collections.abc import Iterator

from bastide.iam.lint.covering import covers, pairs
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="Another statement says all that this one says",
    severity="suggestion",
    analyzer="REDUNDANT_STATEMENT",
    source='IAM Access Analyzer policy check reference, "Redundant statement"',
    fix="remove it",
)
def redundant_statement(subject: Subject) -> Iterator[Hit]:
    """Statements within one other of the same effect; of two equal ones the later."""
    seen = set()
    order = {one.position.pointer: number for number, one in enumerate(subject.statements)}
    for wide, narrow in pairs(subject.statements):
        place = narrow.position.pointer
        if place in seen or not covers(wide, narrow):
            continue
        if order[wide.position.pointer] > order[place] and covers(narrow, wide):
            continue
        seen.add(place)
        yield Hit(f"{wide.sid or wide.position.pointer} says all that this statement says", place)
