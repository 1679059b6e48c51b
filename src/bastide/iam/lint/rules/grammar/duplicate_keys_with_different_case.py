"""Operators and keys are read without case, so two spellings are one name twice."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="A condition key or operator occurs in two spellings",
    words=r"one name in two spellings",
    analyzer="DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    source='IAM Access Analyzer policy check reference, "Duplicate keys with different case"',
    fix="merge the two or drop one",
)
