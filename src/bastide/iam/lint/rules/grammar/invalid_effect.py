"""Effect is exactly Allow or Deny, case-sensitive."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="Effect is neither Allow nor Deny",
    words=r"no such effect",
    analyzer="INVALID_EFFECT",
    source='IAM User Guide, "IAM JSON policy elements: Effect"',
    fix="write Allow or Deny",
)
