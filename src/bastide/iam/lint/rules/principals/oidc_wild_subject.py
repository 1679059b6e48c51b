"""A subject that begins with a wildcard, or leaves open whose repository it is, is no subject."""

import re
from collections.abc import Iterator

from bastide.iam.lint.federation import claims, issuers
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement

# repo:OWNER/…, organization:NAME:…, project_path:GROUP/…: an owner without wildcard, and an end to it.
OWNED = re.compile(r"(?!repo:|organization:|project_path:)[^*?]+[:/].*|[^*?]+|(repo|project_path):[^*?/]+/.*|"
                   r"organization:[^*?:]+:.*", re.DOTALL)  # fmt: skip


@lint_rule(
    title="The subject of an OIDC trust leaves open who",
    severity="security-warning",
    analyzer="SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    kinds=("trust",),
    source='IAM User Guide, "Create a role for OpenID Connect federation", Configuring a role for GitHub',
    fix="name owner and repository: repo:owner/repository:ref:refs/heads/main",
)
def oidc_wild_subject(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Wildcards in ``sub`` before the owner ends."""
    for _, issuer in issuers(statement, subject):
        for test in claims(statement, issuer, "sub"):
            for value in test.values if test.base == "StringLike" else ():
                if OWNED.fullmatch(value) is None:
                    yield Hit(f"{value!r} is also the subject of others' tokens", test.pointer)
