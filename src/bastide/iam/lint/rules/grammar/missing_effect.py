"""A statement that neither allows nor denies."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="A statement has no effect",
    words=r"has no Effect",
    analyzer="MISSING_EFFECT",
    source='IAM User Guide, "IAM JSON policy elements: Effect"',
    fix='add "Effect": "Allow" or "Deny"',
)
