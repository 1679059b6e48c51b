"""An issuer with many customers vouches for all of them: the subject says who, the audience does not."""

from collections.abc import Iterator

from bastide.iam.lint.federation import COGNITO, SHARED_ISSUERS, claims, issuers
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement

INSTEAD = ("job_workflow_ref", "repository", "repository_id", "repository_owner", "repository_owner_id",
           "project_path", "namespace_path", "enterprise")  # fmt: skip


@lint_rule(
    title="A trust in a shared OIDC issuer does not ask for the subject",
    severity="security-warning",
    analyzer="MISSING_GITHUB_REPO_CONDITION_KEY",
    kinds=("trust",),
    source='IAM User Guide, "Create a role for OpenID Connect federation", Configuring a role for GitHub',
    fix="add StringEquals on <issuer>:sub",
)
def oidc_without_subject(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """OIDC providers without a test of ``sub`` (or of a claim that says as much)."""
    for pointer, issuer in issuers(statement, subject):
        host = issuer.partition("/")[0]
        if issuer == COGNITO or any(claims(statement, issuer, claim) for claim in ("sub", *INSTEAD)):
            continue
        if host in SHARED_ISSUERS:
            yield Hit(f"every customer of {host} may take the role: no test of {issuer}:sub", pointer)
        elif not claims(statement, issuer, "aud") or host.startswith("oidc.eks."):
            yield Hit(f"every identity of {issuer} may take the role: no test of {issuer}:sub", pointer)
