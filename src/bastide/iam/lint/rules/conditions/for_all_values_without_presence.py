"""ForAllValues is true for an empty set: an Allow by it opens for requests without the key."""

from collections.abc import Iterator

from bastide.iam.lint.presence import needs_key, present_by_other, single_valued
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import GRANTING, Subject, tests
from bastide.model import Statement


@lint_rule(
    title="ForAllValues in an Allow, and nothing asks for the key's presence",
    severity="security-warning",
    kinds=GRANTING,
    source='IAM User Guide, "Multivalued context keys": ForAllValues is true where the key is absent',
    fix='add "Null": {key: "false"}, or ForAnyValue on the same key',
)
def for_all_values_without_presence(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """ForAllValues on keys of several values; beside a test of aws:RequestTag tag keys are there anyway."""
    found = list(tests(statement)) if statement.effect == "Allow" else []
    tagged = any(test.key.lower().startswith("aws:requesttag/") and needs_key(test) for test in found)
    tagged = tagged or _only_tags(statement, subject)
    for test in found:
        if test.prefix != "ForAllValues:" or test.family == "Null" or single_valued(test.key):
            continue
        if (test.key.lower() == "aws:tagkeys" and tagged) or present_by_other(statement, test):
            continue
        yield Hit(f"{test.operator} is true where {test.key} is absent: the statement then allows", test.pointer)


def _only_tags(statement: Statement, subject: Subject) -> bool:
    """Every listed action sets or removes tags, so that tag keys are in every request."""
    groups = [subject.matching(pattern) for pattern in statement.action or ()]
    return bool(groups) and all(group and all("Tagging" in one.levels for one in group) for group in groups)
