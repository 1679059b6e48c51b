"""A statement without Action or NotAction."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="A statement has no action",
    words=r"the statement has no Action",
    analyzer="MISSING_ACTION",
    source='IAM User Guide, "IAM JSON policy elements: Action"',
    fix='add "Action" or "NotAction"',
)
