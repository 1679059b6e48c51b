"""Whether a trust policy lets in users of an identity provider that serves everybody.

The one idea: GitHub, GitLab, Google or Cognito sign tokens for the whole world. Only a condition on the token's own
claim says whose tokens are meant; one that begins with a wildcard says nothing.

Source: IAM User Guide, "Create a role for OpenID Connect federation", "Configuring a role for GitHub OIDC identity
provider".
"""

from __future__ import annotations

import re

from bastide.iam.exposure import POSITIVE, WILD
from bastide.model import Statement

# Providers that serve everybody, with the claims of which one has to be fixed.
SHARED = {
    "token.actions.githubusercontent.com": ("sub",),
    "gitlab.com": ("sub",),
    "app.terraform.io": ("sub",),
    "agent.buildkite.com": ("sub",),
    "accounts.google.com": ("sub", "aud", "oaud"),
    "cognito-identity.amazonaws.com": ("aud", "sub"),
    "www.amazon.com": ("app_id", "user_id"),
    "graph.facebook.com": ("app_id", "id"),
}
# ``repo:acme/…``, ``organization:acme:…``: a kind, and behind it a name without wildcard that has ended.
NAMED = re.compile(r"[^*?:/]+:[^*?:/]+[:/].*", re.DOTALL)


def open_provider(statement: Statement) -> str:
    """The shared provider whose every user the statement lets in; empty when there is none."""
    if statement.effect != "Allow" or statement.principal is None:
        return ""
    for value in statement.principal.get("Federated", ()):
        host = value.rpartition("oidc-provider/")[2] if value.startswith("arn:") else value
        claims = SHARED.get(host.lower())
        if claims and not _fixes_claim(statement, host.lower(), claims):
            return host
    return ""


def _fixes_claim(statement: Statement, host: str, claims: tuple[str, ...]) -> bool:
    keys = {f"{host}:{claim}" for claim in claims}
    return any(
        name.lower().removeprefix("foranyvalue:") in POSITIVE and key.lower() in keys and all(map(_fixed, values))
        for name, tests in statement.condition.items()
        for key, values in tests.items()
    )


def _fixed(value: str) -> bool:
    return not WILD.search(value) or bool(NAMED.fullmatch(value))
