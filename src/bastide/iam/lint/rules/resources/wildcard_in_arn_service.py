"""A wildcard for the service of an ARN is not supported."""

from collections.abc import Iterator

from bastide.iam.lint.arns import FIELDS, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import PLACEHOLDER, Subject, resources
from bastide.model import Statement


@lint_rule(
    title="The service of an ARN holds a wildcard",
    severity="warning",
    source='IAM User Guide, "IAM JSON policy elements: Resource": no wildcard in the service segment',
    fix="name the service, or write * for all resources",
)
def wildcard_in_arn_service(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Full ARNs whose third field holds ``*`` or ``?``."""
    for pointer, value in resources(statement):
        found = parts(value)
        if found and len(found.fields) == FIELDS and not PLACEHOLDER.search(value) and "*" in found.part(2):
            yield Hit(f"{value}: IAM does not document a wildcard for the service", pointer)
