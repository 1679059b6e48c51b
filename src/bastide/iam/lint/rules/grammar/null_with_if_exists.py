"""``Null`` already asks for presence; ``IfExists`` on it is refused."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="Null does not take IfExists",
    words=r'no such condition operator: "(?i:(ForA\w+:)?NullIfExists)"',
    analyzer="NULL_WITH_IF_EXISTS",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", IfExists',
    fix="write Null",
)
