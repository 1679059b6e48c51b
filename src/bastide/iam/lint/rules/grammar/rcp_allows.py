"""Only RCPFullAWSAccess, which AWS attaches, allows; customers' resource control policies deny."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="A resource control policy only denies",
    severity="error",
    kinds=("rcp",),
    source='Organizations User Guide, "RCP syntax", Elements summary',
    fix='write "Effect": "Deny" for what shall not be possible',
)
def rcp_allows(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Allow in an RCP, other than AWS's own statement."""
    own = statement.action == ("*",) and statement.resource == ("*",) and not statement.condition
    if statement.effect == "Allow" and not own:
        yield Hit("a resource control policy only denies", "/Effect")
