"""An action is ``service:Name`` or ``*``."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="An action has no service prefix",
    words=r"not an action",
    analyzer="INVALID_ACTION",
    source='IAM User Guide, "IAM JSON policy elements: Action"',
    fix="write service:Action, or * for all",
)
