"""NotAction is not part of the language of resource control policies."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="A resource control policy takes no NotAction",
    severity="error",
    analyzer="RCP_SYNTAX_ERROR_NOTACTION",
    kinds=("rcp",),
    source='Organizations User Guide, "RCP syntax", Elements summary: NotAction is not among them',
    fix="list the actions to deny",
)
def rcp_not_action(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotAction in an RCP."""
    if statement.not_action is not None:
        yield Hit("a resource control policy takes no NotAction", "/NotAction")
