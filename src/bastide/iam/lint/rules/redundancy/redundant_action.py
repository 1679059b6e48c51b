"""An action that another pattern of the same list covers."""

from collections.abc import Iterator

from bastide.iam.lint.repeats import covered
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="Another pattern of the list covers the action",
    severity="suggestion",
    analyzer="REDUNDANT_ACTION",
    source='IAM Access Analyzer policy check reference, "Redundant action"',
    fix="remove it",
)
def redundant_action(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Actions within another of the statement."""
    for name, values in (("Action", statement.action), ("NotAction", statement.not_action)):
        for index, outer in covered(tuple(one.lower() for one in values or ())):
            yield Hit(f"{(values or ())[index]} is within {(values or ())[outer]}", f"/{name}/{index}")
