"""A service acts for whoever configures it, in any account: the policy has to say for which source it may."""

from collections.abc import Iterator

from bastide.iam.lint.confining import SOURCE, confined
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, principals
from bastide.model import Statement


@lint_rule(
    title="An Allow for a service does not say for whom it may act",
    severity="security-warning",
    analyzer="RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    kinds=("resource", "key"),
    source='IAM User Guide, "The confused deputy problem", Cross-service confused deputy prevention',
    fix="add aws:SourceArn, aws:SourceAccount or aws:SourceOrgID",
)
def confused_deputy(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Service principals in an Allow without a condition on the source, or on a key's encryption context."""
    if statement.effect != "Allow" or confined(statement, SOURCE) or _by_context(statement):
        return
    for pointer, kind, value in principals(statement):
        if kind == "Service" and not opaque(value):
            yield Hit(f"{value} may be set up by anybody to act here", pointer)


def _by_context(statement: Statement) -> bool:
    """Key policies may name the source by encryption context or by the account that calls."""
    return confined(statement, {"kms:calleraccount", "s3:resourceaccount"}) or any(
        key.lower().startswith("kms:encryptioncontext:") for keys in statement.condition.values() for key in keys
    )
