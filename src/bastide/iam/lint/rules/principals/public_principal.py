"""``"Principal": "*"`` in an Allow, and no condition says who."""

from collections.abc import Iterator

from bastide.iam.lint.confining import CALLER, confined
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import SHARED, Subject
from bastide.model import Statement


@lint_rule(
    title="An Allow for everybody",
    severity="security-warning",
    kinds=SHARED,
    source='Amazon S3 User Guide, "The meaning of public"; IAM User Guide, "AWS JSON policy elements: Principal"',
    fix="name the principals, or add a condition on aws:PrincipalOrgID, aws:SourceArn, aws:SourceVpce, …",
)
def public_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Everybody, in either spelling, without a condition that confines the caller."""
    named = statement.principal or {}
    everybody = "*" in named or "*" in named.get("AWS", ())
    if statement.effect == "Allow" and everybody and not confined(statement, CALLER):
        yield Hit("the statement allows everybody, of every account, anonymous callers included", "/Principal")
