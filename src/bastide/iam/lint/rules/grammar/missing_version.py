"""Without Version IAM reads the language of 2008."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="The policy names no version",
    severity="warning",
    analyzer="MISSING_VERSION",
    source='IAM User Guide, "IAM JSON policy elements: Version": 2008-10-17 is what an absent one means',
    fix='add "Version": "2012-10-17"',
)
def missing_version(subject: Subject) -> Iterator[Hit]:
    """A policy without Version."""
    if "Version" not in subject.value:
        yield Hit("the policy names no Version: IAM reads it as 2008-10-17, where ${…} is plain text")
