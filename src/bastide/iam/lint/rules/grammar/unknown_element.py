"""An element that the policy language does not have."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="The policy language has no such element",
    words=r"has no element",
    analyzer="INVALID_POLICY_ELEMENT",
    source='IAM User Guide, "IAM JSON policy elements reference"',
    fix="remove it",
)
