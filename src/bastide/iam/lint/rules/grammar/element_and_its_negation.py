"""Action beside NotAction, Resource beside NotResource, Principal beside NotPrincipal."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="A statement has an element and its negation",
    words=r", not both",
    analyzer="UNSUPPORTED_ELEMENT_COMBINATION",
    source='IAM User Guide, "Grammar of the IAM JSON policy language"',
    fix="split it in two statements",
)
