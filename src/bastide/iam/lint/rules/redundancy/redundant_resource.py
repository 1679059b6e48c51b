"""A resource that another pattern of the same list covers."""

from collections.abc import Iterator

from bastide.iam.lint.repeats import covered
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="Another pattern of the list covers the resource",
    severity="suggestion",
    analyzer="REDUNDANT_RESOURCE",
    source='IAM Access Analyzer policy check reference, "Redundant resource"',
    fix="remove it",
)
def redundant_resource(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Resources within another of the statement."""
    for name, values in (("Resource", statement.resource), ("NotResource", statement.not_resource)):
        for index, outer in covered(values or ()):
            yield Hit(f"{(values or ())[index]} is within {(values or ())[outer]}", f"/{name}/{index}")
