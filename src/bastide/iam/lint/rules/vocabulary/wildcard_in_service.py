"""Tools that look at services, last accessed data among them, do not match a wildcard in the prefix."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, actions, opaque, wild
from bastide.model import Statement


@lint_rule(
    title="The service prefix of an action holds a wildcard",
    severity="suggestion",
    analyzer="WILDCARD_IN_SERVICE_NAME",
    source='IAM Access Analyzer policy check reference, "Wildcard in service name"',
    fix="name the services",
)
def wildcard_in_service(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``s*:Get*``."""
    for pointer, pattern in actions(statement):
        service, colon, _ = pattern.partition(":")
        if colon and wild(service) and not opaque(pattern):
            yield Hit(f"{pattern} reaches over services, those of tomorrow included", pointer)
