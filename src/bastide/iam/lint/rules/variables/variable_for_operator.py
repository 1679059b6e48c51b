"""Variables are replaced under String and Arn operators only."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.rules.variables.variable_in_old_version import KEYED
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A policy variable under an operator that takes none",
    severity="error",
    analyzer="INVALID_VARIABLE_FOR_OPERATOR",
    source='IAM User Guide, "IAM policy elements: Variables and tags", Where you can use policy variables',
    fix="write the value",
)
def variable_for_operator(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Variables under Numeric, Date, Bool, Binary, IpAddress and Null."""
    for test in tests(statement):
        if test.family in ("String", "Arn"):
            continue
        for value in test.values:
            found = KEYED.search(value)
            if found and not found.group().startswith("${AWS::"):
                yield Hit(f"{test.operator} does not replace {found.group()}", test.pointer)
