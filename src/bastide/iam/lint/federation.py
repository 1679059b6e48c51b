"""Identity providers in a trust policy: the issuer, its claims, and which of them a provider must be held to.

Source: IAM User Guide, "Create a role for OpenID Connect federation", "Available keys for AWS OIDC federation";
"Create a role for a third-party identity provider".
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.subject import Subject, Test, principals, tests
from bastide.model import Statement

PROVIDER = ":oidc-provider/"
SAML = ":saml-provider/"
COGNITO = "cognito-identity.amazonaws.com"
WEB = ("accounts.google.com", "graph.facebook.com", "www.amazon.com", COGNITO)
# Issuers that serve many customers with one audience: who it is stands in the subject.
SHARED_ISSUERS = ("token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "agent.buildkite.com",
                  "oidc.circleci.com", "api.bitbucket.org", "oidc.vercel.com", "oidc.fly.io", "app.spacelift.io",
                  "vstoken.dev.azure.com", "token.buildkite.com")  # fmt: skip


def issuers(statement: Statement, subject: Subject) -> Iterator[tuple[str, str]]:
    """(pointer, issuer without scheme) of every OIDC provider that an Allow trusts."""
    if statement.effect != "Allow":
        return
    for pointer, kind, value in principals(statement):
        if kind == "Federated" and PROVIDER in value:
            yield pointer, value.partition(PROVIDER)[2]
        elif kind == "Federated" and value in WEB:
            yield pointer, value


def claims(statement: Statement, issuer: str, claim: str) -> list[Test]:
    """The tests that hold the issuer's claim to a value: true only where it is present and fits."""
    key = f"{issuer}:{claim}".lower()
    return [
        test
        for test in tests(statement)
        if test.key.lower() == key and needs_key(test) and not test.negated and test.base != "Null"
    ]
