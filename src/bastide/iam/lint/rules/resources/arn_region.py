"""The regions of AWS."""

from collections.abc import Iterator

from bastide.iam.lint.arns import REGIONS, closed, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="There is no such region",
    severity="error",
    analyzer="INVALID_ARN_REGION",
    source="AWS General Reference, Regions and endpoints (read 2026-10)",
    fix="write a region's code",
)
def arn_region(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Fourth fields that are no region."""
    for pointer, value in resources(statement):
        found = parts(value)
        region = found.part(3) if found else "*"
        if closed(region) and region not in REGIONS and region not in ("global", "aws-global"):
            yield Hit(f'there is no region "{region}"', pointer, suggest(region, REGIONS))
