"""Only two versions of the policy language exist."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="There is no such version of the policy language",
    words=r"no such policy version",
    analyzer="INVALID_VERSION",
    source='IAM User Guide, "IAM JSON policy elements: Version"',
    fix='write "2012-10-17"',
)
