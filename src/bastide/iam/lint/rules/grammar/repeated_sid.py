"""Services mostly accept two statements of one id; tools that address a statement by it do not."""

from collections.abc import Iterator

from bastide.iam.lint.repeats import repeated_sids
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="Two statements of a resource or organization policy have one id",
    severity="warning",
    analyzer="UNIQUE_SIDS_RECOMMENDED",
    kinds=("resource", "key", "endpoint", "scp", "rcp"),
    source='IAM Access Analyzer policy check reference, "Unique Sids recommended"',
    fix="give every statement its own Sid, or none",
)
def repeated_sid(subject: Subject) -> Iterator[Hit]:
    """The second and later statements of one Sid."""
    yield from repeated_sids(subject)
