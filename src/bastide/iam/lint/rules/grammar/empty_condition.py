"""A condition that tests nothing, or compares with no value."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A condition is empty, or a key is compared with nothing",
    severity="warning",
    analyzer="EMPTY_ARRAY_CONDITION",
    source='IAM Access Analyzer policy check reference, "Empty array condition", "Empty object condition"',
    fix="give values, or remove the condition",
)
def empty_condition(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``Condition: {}``, an operator without keys, a key without values."""
    raw = subject.raw(statement).get("Condition")
    if raw == {}:
        yield Hit("the condition is empty: the statement always applies", "/Condition")
    for name, keys in statement.condition.items():
        if not keys:
            yield Hit(f"{name} tests no key", f"/Condition/{name}")
    for test in tests(statement):
        if not test.values:
            always = test.negated or test.prefix == "ForAllValues:" or test.if_exists
            note = "true where the key is absent" if always else "never true"
            yield Hit(f"{test.operator} compares {test.key} with nothing: {note}", test.pointer)
