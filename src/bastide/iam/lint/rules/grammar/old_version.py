"""The language of 2008 has no variables and none of the later features."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="The policy uses the language of 2008",
    severity="suggestion",
    source='IAM User Guide, "IAM JSON policy elements: Version"',
    fix='write "Version": "2012-10-17"; look for ${…} first, which becomes a variable',
)
def old_version(subject: Subject) -> Iterator[Hit]:
    """Version 2008-10-17."""
    if subject.value.get("Version") == "2008-10-17":
        yield Hit("the version is of 2008: no policy variables", "/Version")
