"""A condition operator that does not exist."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="There is no such condition operator",
    words=r"no such condition operator",
    analyzer="INVALID_CONDITION_OPERATOR",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators"',
    fix="write a documented operator",
)
