"""One key twice in an object: JSON parsers keep the last, IAM refuses."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="A key occurs twice in one JSON object",
    words=r"occurs twice in one object",
    analyzer="JSON_SYNTAX_ERROR",
    source='IAM User Guide, "Grammar of the IAM JSON policy language": duplicate keys are refused',
    fix="merge the two or drop one",
)
