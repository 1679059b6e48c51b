"""Variables are replaced in Resource, behind the fifth colon, and in condition values."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.rules.variables.variable_in_old_version import KEYED
from bastide.iam.lint.subject import Subject, actions, principals, resources
from bastide.model import Statement


@lint_rule(
    title="A policy variable in an element that takes none",
    severity="error",
    analyzer="VARIABLE_UNSUPPORTED_IN_ELEMENT",
    source='IAM User Guide, "IAM policy elements: Variables and tags", Where you can use policy variables',
    fix="write the value; in an ARN variables belong behind the fifth colon",
)
def variable_in_wrong_element(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Variables in actions and principals, and in the first five fields of a resource."""
    named = ((pointer, value) for pointer, _, value in principals(statement))
    places = [*actions(statement), *named]
    places += ((pointer, _head(value)) for pointer, value in resources(statement))
    for pointer, value in places:
        found = KEYED.search(value)
        if found and not found.group().startswith("${AWS::"):
            yield Hit(f"{found.group()} is not replaced here", pointer)


def _head(value: str) -> str:
    """The ARN up to its fifth colon, colons within variables aside."""
    inside, colons = False, 0
    for index, char in enumerate(value):
        inside = (inside or value[index : index + 2] == "${") and char != "}"
        colons += char == ":" and not inside
        if colons == 5:
            return value[:index]
    return value if value.startswith("arn:") else ""
