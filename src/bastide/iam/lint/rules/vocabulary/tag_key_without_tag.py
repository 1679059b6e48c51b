"""``aws:RequestTag`` is about one tag, which follows behind a slash."""

from collections.abc import Iterator

from bastide.iam.lint.presence import TAGS
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A tag condition names no tag",
    severity="error",
    analyzer="MISSING_TAG_KEY_IN_CONDITION",
    source='IAM User Guide, "AWS global condition context keys": aws:RequestTag/tag-key',
    fix="write the tag behind a slash: aws:ResourceTag/team; for the list of keys use aws:TagKeys",
)
def tag_key_without_tag(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """The three tag keys of AWS without a tag."""
    for test in tests(statement):
        if test.key.lower().rstrip("/") + "/" in TAGS:
            yield Hit(f"{test.key} names no tag: no request carries this key", test.pointer)
