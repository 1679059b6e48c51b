"""What stands under AWS is an account, the ARN of a user, role or session, or the id of one that was deleted."""

import re
from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, principals
from bastide.model import Statement

AWS = re.compile(
    r"\*|\d{12}|A[A-Z]{3}[A-Z0-9]{12,}"
    r"|arn:aws[a-z-]*:iam::(\d{12}|cloudfront):(root|(user|role)/.+)"
    r"|arn:aws[a-z-]*:sts::\d{12}:(assumed-role/[^/]+/[^/]+|federated-user/.+|self)"
)


@lint_rule(
    title="A principal under AWS has no form that IAM takes",
    severity="error",
    analyzer="INVALID_PRINCIPAL_FORMAT",
    source='IAM User Guide, "AWS JSON policy elements: Principal": groups and policies are no principals',
    fix="write an account's 12 digits or the ARN of a user, role or role session",
)
def malformed_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values under AWS that are neither; wildcards are another rule's care."""
    for pointer, kind, value in principals(statement):
        if kind == "AWS" and not opaque(value) and "*" not in value and AWS.fullmatch(value) is None:
            what = "a group is no principal" if ":group/" in value else "no account, user, role or session"
            yield Hit(f"{value}: {what}", pointer)
