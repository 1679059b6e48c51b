"""A trust policy is about its own role."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="A trust policy takes no resource",
    severity="error",
    analyzer="ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    kinds=("trust",),
    source='IAM User Guide, "IAM JSON policy elements: Resource": not in role trust policies',
    fix="remove it; a trust policy is about its own role",
)
def resource_in_trust_policy(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Resource and NotResource in a trust policy."""
    for name, found in (("Resource", statement.resource), ("NotResource", statement.not_resource)):
        if found is not None:
            yield Hit(f"a trust policy takes no {name}", f"/{name}")
