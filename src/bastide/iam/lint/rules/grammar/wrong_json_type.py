"""A value has a JSON type that its element does not take."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="A value has a type that its element does not take",
    words=r"this is a string|is an object|a statement is|a policy is|holds an object|a condition value is",
    analyzer="DATA_TYPE_MISMATCH",
    source='IAM User Guide, "Grammar of the IAM JSON policy language"',
    fix="write the type that the message names",
)
