"""IAM refuses two statements of one id in a policy that it keeps itself."""

from collections.abc import Iterator

from bastide.iam.lint.repeats import repeated_sids
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="Two statements have one id",
    severity="error",
    analyzer="UNIQUE_SIDS_REQUIRED",
    kinds=("identity", "trust", "boundary", "session"),
    source='IAM User Guide, "IAM JSON policy elements: Sid": unique within a policy',
    fix="give every statement its own Sid, or none",
)
def duplicate_sid(subject: Subject) -> Iterator[Hit]:
    """The second and later statements of one Sid."""
    yield from repeated_sids(subject)
