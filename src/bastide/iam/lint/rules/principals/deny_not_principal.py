"""Deny with NotPrincipal excepts only who is named as account, role and session; and nobody with a boundary."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="Deny with NotPrincipal",
    severity="warning",
    kinds=("resource", "key", "endpoint"),
    source='IAM User Guide, "AWS JSON policy elements: NotPrincipal"; "Permissions boundaries for IAM entities"',
    fix='write "Principal": "*" and except by ArnNotLike or ArnNotEquals on aws:PrincipalArn',
)
def deny_not_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotPrincipal in a Deny, with what is missing from its list."""
    named = (statement.not_principal or {}).get("AWS", ())
    if statement.effect != "Deny" or statement.not_principal is None:
        return
    lacking = []
    if any(":role/" in one for one in named) and not any(":assumed-role/" in one for one in named):
        lacking.append("the role's sessions")
    if any(":iam::" in one and not one.endswith(":root") for one in named) and not any(
        one.endswith(":root") or one.isdigit() for one in named
    ):
        lacking.append("the account")
    missing = f"; not excepted here: {' and '.join(lacking)}, so those named are denied too" if lacking else ""
    yield Hit(f"who has a permissions boundary is denied even when named{missing}", "/NotPrincipal")
