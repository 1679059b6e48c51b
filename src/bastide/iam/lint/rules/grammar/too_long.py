"""A policy over the quota of its kind is refused when it is attached."""

import json
from collections.abc import Iterator

from bastide.iam.lint.quotas import QUOTAS
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject


@lint_rule(
    title="The policy is longer than its kind may be",
    severity="error",
    analyzer="POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    source='IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas" (read 2026-10)',
    fix="merge statements, use wildcards, or split the policy",
)
def too_long(subject: Subject) -> Iterator[Hit]:
    """Policies over the quota, counted without white space outside of strings: what `render_policy` would save."""
    quota = QUOTAS[subject.kind]
    if len(subject.text) <= quota.characters and subject.text:
        return
    shortest = len(json.dumps(subject.value, ensure_ascii=False, separators=(",", ":")))
    if shortest > quota.characters:
        more = f" ({quota.raised:,} on request)" if quota.raised else ""
        yield Hit(f"{shortest:,} characters: {quota.what} holds {quota.characters:,}{more}")
    elif quota.spaces and len(subject.text) > quota.characters:
        yield Hit(
            f"{len(subject.text):,} characters with white space, which counts here: {quota.what} holds "
            f"{quota.characters:,}; without it {shortest:,}",
            fix="save it without white space",
        )
