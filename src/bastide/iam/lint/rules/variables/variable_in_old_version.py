"""In the language of 2008, and without Version, ``${…}`` is plain text."""

import re
from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources, tests
from bastide.model import Statement

KEYED = re.compile(r"\$\{\s*[A-Za-z][\w.-]*:[^}]+\}")


@lint_rule(
    title="A policy variable in a policy without variables",
    severity="error",
    analyzer="VARIABLE_UNSUPPORTED_IN_VERSION",
    source='IAM User Guide, "IAM policy elements: Variables and tags": Version 2012-10-17 is required',
    fix='write "Version": "2012-10-17"',
)
def variable_in_old_version(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``${aws:username}`` and the like where Version is 2008 or missing."""
    if subject.has_variables:
        return
    places = [*resources(statement), *((test.pointer, value) for test in tests(statement) for value in test.values)]
    for pointer, value in places:
        found = KEYED.search(value)
        if found and not found.group().startswith("${AWS::"):
            yield Hit(f"{found.group()} is plain text in this version", pointer)
