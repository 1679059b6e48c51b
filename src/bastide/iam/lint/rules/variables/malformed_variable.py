"""``${key}`` and ``${key, 'default'}``: a brace, quote or name that is missing makes it plain text."""

import re
from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources, tests
from bastide.model import Statement

OPENED = re.compile(r"\$\{([^}]*)(\}?)")
DEFAULT = re.compile(r"[^,']+, '[^']*'")


@lint_rule(
    title="A policy variable is malformed",
    severity="error",
    analyzer="MISSING_BRACE_IN_VARIABLE",
    source='IAM User Guide, "IAM policy elements: Variables and tags", Specifying default values',
    fix="write ${key} or ${key, 'default'}",
)
def malformed_variable(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Variables without end, name, or with a malformed default."""
    if not subject.has_variables:
        return
    places = [*resources(statement), *((test.pointer, value) for test in tests(statement) for value in test.values)]
    for pointer, value in places:
        for inner, end in OPENED.findall(value):
            problem = _problem(inner, bool(end))
            if problem:
                yield Hit(f"${{{inner}{end}: {problem}", pointer)


def _problem(inner: str, ends: bool) -> str:
    if not ends:
        return "the brace is not closed"
    if not inner.strip():
        return "the variable has no name"
    if set(inner.partition(",")[0]) & set("${'") and inner.strip() != "$":
        return "a variable's name is a condition key, without another variable in it"
    if "," in inner and not DEFAULT.fullmatch(inner):
        return "a default follows a comma and a space, in single quotes"
    return "a space in the name" if " " in inner.partition(",")[0].strip("\t") else ""
