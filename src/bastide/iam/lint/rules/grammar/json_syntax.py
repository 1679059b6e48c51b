"""The text is not JSON, or more than IAM or Bastide reads."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="The text is not JSON",
    words=r"not JSON|not UTF-8|surrogate|nested too deep|are not read",
    analyzer="JSON_SYNTAX_ERROR",
    source='IAM User Guide, "Grammar of the IAM JSON policy language"',
    fix="look for a missing comma, quote or bracket just before this place",
)
