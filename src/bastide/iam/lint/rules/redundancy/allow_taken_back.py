"""A Deny of the same policy that covers an Allow: the Allow grants nothing."""

from collections.abc import Iterator

from bastide.iam.lint.covering import covers, pairs
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="A Deny of the same policy takes an Allow back whole",
    severity="warning",
    source='IAM User Guide, "Policy evaluation logic": an explicit deny overrides every allow',
    fix="remove the Allow, or narrow the Deny",
)
def allow_taken_back(subject: Subject) -> Iterator[Hit]:
    """Allow statements within one Deny."""
    seen = set()
    for wide, narrow in pairs(subject.statements):
        place = narrow.position.pointer
        if (wide.effect, narrow.effect) != ("Deny", "Allow") or place in seen:
            continue
        if covers(wide, narrow, effects=False):
            seen.add(place)
            yield Hit(f"{wide.sid or wide.position.pointer} denies all that this statement allows", place)
