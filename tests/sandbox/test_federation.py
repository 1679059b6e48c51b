"""Web identity and SAML: what a provider says decides, for callers who sign nothing.

Source: AWS STS API Reference, AssumeRoleWithWebIdentity, AssumeRoleWithSAML; IAM User Guide, "OIDC federation",
"Configure SAML assertions for the authentication response".
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import botocore
import pytest
from botocore.config import Config

HOST = "token.actions.githubusercontent.com"
REPOSITORY = "repo:acme/infra:ref:refs/heads/main"


def unsigned(world: Any) -> Any:
    """STS for somebody without credentials."""
    session = boto3.Session(region_name="eu-west-1")
    world.sandbox.attach(session._session)
    return session.client("sts", config=Config(signature_version=botocore.UNSIGNED))


def token(**claims: Any) -> str:
    """A web identity token; nobody checks its signature."""
    body = {"iss": f"https://{HOST}", "aud": "sts.amazonaws.com", "sub": REPOSITORY, "exp": time.time() + 600, **claims}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, body)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2ln"])


@pytest.fixture(scope="module")
def role(world: Any) -> str:
    """A role for one repository's main branch."""
    iam = world.client("iam", "work")
    provider = iam.create_open_id_connect_provider(
        Url=f"https://{HOST}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )["OpenIDConnectProviderArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": REPOSITORY}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=document)["Role"]["Arn"])


@pytest.fixture
def ask(world: Any, role: str) -> Callable[..., Any]:
    """AssumeRoleWithWebIdentity for a token with these claims."""

    def asking(*, arn: str = role, text: str = "", **claims: Any) -> Any:
        return unsigned(world).assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="ci", WebIdentityToken=text or token(**claims)
        )

    return asking


def test_the_repository_that_the_role_trusts_gets_a_session(world: Any, ask: Any, role: str) -> None:
    made = ask()
    assert (made["SubjectFromWebIdentityToken"], made["Audience"]) == (REPOSITORY, "sts.amazonaws.com")
    session = world.sandbox.front.sessions.read(made["Credentials"]["AccessKeyId"]).session
    assert session.issuer_arn == role
    assert session.provider.endswith(f"oidc-provider/{HOST}")
    assert session.claims[f"{HOST}:sub"] == REPOSITORY


def test_another_branch_is_refused(ask: Any, refused: Any) -> None:
    response = refused("AccessDenied", ask, sub="repo:acme/infra:ref:refs/heads/evil")
    assert response["Error"]["Message"].startswith("Not authorized to perform sts:AssumeRoleWithWebIdentity")


def test_another_audience_issuer_or_time_is_refused_before_the_role_is_asked(ask: Any, refused: Any) -> None:
    assert refused("InvalidIdentityToken", ask, aud="eve")["Error"]["Message"] == "Incorrect token audience"
    found = refused("InvalidIdentityToken", ask, iss="https://evil.example")["Error"]["Message"]
    assert found == "No OpenIDConnect provider found in your account for https://evil.example"
    refused("ExpiredTokenException", ask, exp=1_000_000)


@pytest.mark.parametrize("text", ["no.token.here", "onlyonepart", "just.two-parts", "e30.e30.e30", "e30.W10.c2ln"])
def test_what_is_no_token_is_refused(ask: Any, refused: Any, text: str) -> None:
    refused("InvalidIdentityToken", ask, text=text)


def test_a_role_of_another_account_or_none_is_refused(world: Any, ask: Any, refused: Any, role: str) -> None:
    refused("AccessDenied", ask, arn=role.replace("deploy", "nobody"))
    refused("InvalidIdentityToken", ask, arn=role.replace(world.accounts["work"], world.accounts["log"]))


def test_tags_in_the_token_become_the_sessions(world: Any, ask: Any) -> None:
    tags = {"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}
    made = ask(**{"https://aws.amazon.com/tags": tags})
    session = world.sandbox.front.sessions.read(made["Credentials"]["AccessKeyId"]).session
    assert (session.tags, session.transitive_tag_keys) == ({"team": "red"}, ("team",))


# ── SAML ────────────────────────────────────────────────────────────────────────────────────────────────────────────

ISSUER = "https://idp.acme.example/saml"


def assertion(role: str, provider: str, *, issuer: str = ISSUER, until: str = "2099-01-01T00:00:00Z") -> str:
    """A SAML response; nobody checks its signature."""
    names = {"Role": f"{role},{provider}", "RoleSessionName": "ada", "PrincipalTag:team": "red"}
    rows = "".join(
        f'<Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}"><AttributeValue>{value}</AttributeValue>'
        "</Attribute>"
        for name, value in names.items()
    )
    text = f"""<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol">
    <Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>{issuer}</Issuer><Subject>
    <NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ada@acme.example</NameID>
    <SubjectConfirmation><SubjectConfirmationData NotOnOrAfter="{until}"
      Recipient="https://signin.aws.amazon.com/saml"/></SubjectConfirmation></Subject>
    <AttributeStatement>{rows}</AttributeStatement></Assertion></p:Response>"""
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def saml(world: Any) -> tuple[str, str]:
    """(role, provider) for people who sign in."""
    iam = world.client("iam", "work")
    metadata = f'<EntityDescriptor entityID="{ISSUER}">' + " " * 1000 + "</EntityDescriptor>"
    provider = iam.create_saml_provider(Name="acme", SAMLMetadataDocument=metadata)["SAMLProviderArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {
            "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml", "SAML:sub_type": "persistent"}
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(iam.create_role(RoleName="people", AssumeRolePolicyDocument=document)["Role"]["Arn"]), str(provider)


def test_a_person_signs_in_by_saml(world: Any, saml: tuple[str, str]) -> None:
    role, provider = saml
    made = unsigned(world).assume_role_with_saml(
        RoleArn=role, PrincipalArn=provider, SAMLAssertion=assertion(role, provider)
    )
    assert made["AssumedRoleUser"]["Arn"].endswith(":assumed-role/people/ada")
    assert (made["Subject"], made["SubjectType"], made["Issuer"]) == ("ada@acme.example", "persistent", ISSUER)
    session = world.sandbox.front.sessions.read(made["Credentials"]["AccessKeyId"]).session
    assert session.tags == {"team": "red"}
    assert session.claims["saml:iss"] == ISSUER


def test_an_assertion_of_another_issuer_another_role_or_another_time_is_refused(
    world: Any, refused: Any, saml: tuple[str, str]
) -> None:
    role, provider = saml
    ask, both = unsigned(world).assume_role_with_saml, {"RoleArn": role, "PrincipalArn": provider}
    refused("InvalidIdentityToken", ask, **both, SAMLAssertion=assertion(role, provider, issuer="https://evil.example"))
    refused("AccessDenied", ask, **both, SAMLAssertion=assertion(f"{role}-other", provider))
    refused("ExpiredTokenException", ask, **both, SAMLAssertion=assertion(role, provider, until="2020-01-01T00:00:00Z"))


@pytest.mark.parametrize("text", ["", "<x/>", "<!DOCTYPE x><x/>", "not xml", "<a xmlns='b'>"])
def test_what_is_no_assertion_is_refused(world: Any, refused: Any, saml: tuple[str, str], text: str) -> None:
    role, provider = saml
    encoded = base64.b64encode(text.encode()).decode() or "AAAA"
    refused(
        "InvalidIdentityToken",
        unsigned(world).assume_role_with_saml,
        RoleArn=role,
        PrincipalArn=provider,
        SAMLAssertion=encoded,
    )
