"""An ARN has six fields; only a last ``*`` stands for the rest."""

from collections.abc import Iterator

from bastide.iam.lint.arns import FIELDS, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources
from bastide.model import Statement


@lint_rule(
    title="An ARN has too few fields",
    severity="error",
    analyzer="MISSING_ARN_FIELD",
    source='IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)"',
    fix="write arn:partition:service:region:account:resource; region and account may be empty",
)
def arn_fields(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """ARNs of fewer than six fields that do not end with a wildcard."""
    for pointer, value in resources(statement):
        found = parts(value)
        if found and len(found.fields) < FIELDS and not found.open:
            yield Hit(f"{value} has {len(found.fields)} of {FIELDS} fields", pointer)
        elif found and len(found.fields) == FIELDS and not found.fields[-1]:
            yield Hit(f"{value} names no resource", pointer)
