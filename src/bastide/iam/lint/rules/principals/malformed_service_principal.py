"""A service principal is a host name of AWS."""

import re
from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, principals
from bastide.model import Statement

SERVICE = re.compile(
    r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|aws\.internal|c2s\.ic\.gov)|alexa-[a-z]+\.amazon\.com"
)


@lint_rule(
    title="A service principal has not the form of one",
    severity="error",
    analyzer="INVALID_SERVICE_PRINCIPAL_FORMAT",
    source='IAM User Guide, "AWS JSON policy elements: Principal", AWS service principals',
    fix="write service.amazonaws.com, as the service's guide gives it",
)
def malformed_service_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values under Service that are no host name of AWS."""
    for pointer, kind, value in principals(statement):
        if kind == "Service" and not opaque(value) and "*" not in value and SERVICE.fullmatch(value) is None:
            yield Hit(f"{value!r} is no service principal", pointer)
