"""The partitions of AWS."""

from collections.abc import Iterator

from bastide.iam.lint.arns import PARTITIONS, closed, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="There is no such partition",
    severity="error",
    analyzer="INVALID_PARTITION",
    source="AWS General Reference, ARN format: aws, aws-cn, aws-us-gov and the isolated ones",
    fix="write aws, aws-cn or aws-us-gov",
)
def arn_partition(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Second fields that are no partition."""
    for pointer, value in resources(statement):
        found = parts(value)
        name = found.part(1) if found else "*"
        if name == "" or (closed(name) and name not in PARTITIONS):
            yield Hit(f"{name!r} is no partition of AWS", pointer, suggest(name, PARTITIONS))
