"""A policy without statements says nothing and is refused."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="The policy has no statement",
    words=r"has no Statement|no statement in it",
    analyzer="MISSING_STATEMENT",
    source='IAM User Guide, "IAM JSON policy elements: Statement"',
    fix='add "Statement" with at least one statement',
)
