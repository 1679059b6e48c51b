"""Without a test of the audience a token or assertion that was made for somebody else takes the role."""

from collections.abc import Iterator

from bastide.iam.lint.federation import SAML, claims, issuers
from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, principals, tests
from bastide.model import Statement

SAML_KEYS = ("saml:aud", "saml:iss", "saml:namequalifier", "saml:sub")


@lint_rule(
    title="A trust in an identity provider does not ask for the audience",
    severity="warning",
    analyzer="MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    kinds=("trust",),
    source='IAM User Guide, "Create a role for OpenID Connect federation"; "Create a role for SAML 2.0 federation"',
    fix="add StringEquals on <issuer>:aud, for SAML on SAML:aud",
)
def federation_without_audience(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """OIDC providers without a test of ``aud`` (``app_id`` with some), SAML providers without one of SAML's keys."""
    for pointer, issuer in issuers(statement, subject):
        if not any(claims(statement, issuer, claim) for claim in ("aud", "app_id", "oaud", "azp")):
            yield Hit(f"no test of {issuer}:aud", pointer)
    asked = any(test.key.lower() in SAML_KEYS and needs_key(test) for test in tests(statement))
    for pointer, kind, value in principals(statement):
        if statement.effect == "Allow" and kind == "Federated" and SAML in value and not asked:
            yield Hit("no test of SAML:aud", pointer)
