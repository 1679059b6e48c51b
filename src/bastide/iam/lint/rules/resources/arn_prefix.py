"""A resource is ``*`` or an ARN."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import PLACEHOLDER, Subject, resources
from bastide.model import Statement


@lint_rule(
    title="A resource is no ARN",
    severity="error",
    analyzer="INVALID_ARN_PREFIX",
    source='IAM User Guide, "IAM JSON policy elements: Resource"',
    fix="write an ARN, or * for all resources",
)
def arn_prefix(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Resources that begin neither with ``arn:`` nor with a wildcard, a variable or a placeholder."""
    for pointer, value in resources(statement):
        start = PLACEHOLDER.match(value)
        if start or value == "*" or value.startswith(("arn:", "*", "?", "${")):
            continue
        yield Hit(f"{value!r} is no ARN", pointer)
