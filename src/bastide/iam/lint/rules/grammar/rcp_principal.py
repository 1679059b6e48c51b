"""A resource control policy is about everybody; conditions except."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title='The principal of a resource control policy is "*"',
    severity="error",
    kinds=("rcp",),
    source='Organizations User Guide, "RCP syntax", Principal element',
    fix='write "Principal": "*" and except principals by a condition on aws:PrincipalArn',
)
def rcp_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotPrincipal, or a principal other than everybody."""
    if statement.not_principal is not None:
        yield Hit("a resource control policy takes no NotPrincipal", "/NotPrincipal")
    elif statement.principal is not None and dict(statement.principal) != {"*": ("*",)}:
        yield Hit('the principal of a resource control policy is "*" alone', "/Principal")
