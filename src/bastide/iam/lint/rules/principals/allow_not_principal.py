"""Allow with NotPrincipal is for everybody else on earth, anonymous callers too."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="Allow with NotPrincipal",
    severity="security-warning",
    analyzer="ALLOW_WITH_NOT_PRINCIPAL",
    kinds=("resource", "key", "endpoint", "trust"),
    source='IAM User Guide, "AWS JSON policy elements: NotPrincipal"',
    fix="name those who may in Principal",
)
def allow_not_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotPrincipal in an Allow."""
    if statement.effect == "Allow" and statement.not_principal is not None:
        yield Hit("the statement allows everybody but those named, anonymous callers included", "/NotPrincipal")
