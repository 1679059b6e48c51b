"""What an identity provider says about somebody: a web identity token, or a SAML assertion, read for STS.

One idea: both become one record (`Vouched`): the provider, its claims as IAM condition keys, and what STS makes of the
session. Audience, issuer and time are checked against the provider in IAM; the signature is not (the sandbox has no
network to ask a provider for its keys): anybody can vouch here, so guard the claims, not the token.
Source: AWS STS API Reference, AssumeRoleWithWebIdentity and AssumeRoleWithSAML; IAM User Guide, "IAM and AWS STS
condition context keys", "Configure SAML assertions for the authentication response", "Pass session tags in AWS STS".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from bastide.sandbox import moto
from bastide.sandbox.wire import AwsError

# Providers that need no entity in IAM, by issuer. Source: IAM User Guide, "OIDC federation".
BUILT_IN = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
TAGS, IDENTITY = "https://aws.amazon.com/tags", "https://aws.amazon.com/source_identity"
SAML_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/"
SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"
_P, _A = "{urn:oasis:names:tc:SAML:2.0:protocol}", "{urn:oasis:names:tc:SAML:2.0:assertion}"
_MAX_SAML = 100_000


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouches for. ``claims``: condition keys; ``seconds``: the longest session, 0 for no word."""

    provider: str
    subject: str
    audience: str
    issuer: str
    claims: Mapping[str, str | tuple[str, ...]]
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    source_identity: str = ""
    name: str = ""
    seconds: int = 0
    subject_type: str = ""


def read_token(token: str, account: str, at: datetime) -> Vouched:
    """What a web identity token says to a role of the account.

    Raises:
        AwsError: InvalidIdentityToken when it is none, or of no provider or audience of the account's; ExpiredToken.
    """
    claims = _payload(token)
    issuer = str(claims.get("iss", "")).removeprefix("https://").removesuffix("/")
    provider = _provider(account, issuer)
    if at.timestamp() >= _number(claims, "exp"):
        raise AwsError(
            "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"
        )
    audiences = _texts(claims.get("aud"))
    # azp is the audience where there is one. Source: IAM User Guide, "IAM and AWS STS condition context keys", aud.
    audience = str(claims.get("azp") or (audiences[0] if audiences else ""))
    if provider and not ({audience, *audiences} & set(_clients(account, provider))):
        raise AwsError("InvalidIdentityToken", "Incorrect token audience")
    keys: dict[str, str | tuple[str, ...]] = {f"{issuer}:aud": audience, f"{issuer}:sub": str(claims.get("sub", ""))}
    if claims.get("azp"):
        keys[f"{issuer}:oaud"] = audiences
    if claims.get("amr"):
        keys[f"{issuer}:amr"] = _texts(claims["amr"])
    tags = claims.get(TAGS) if isinstance(claims.get(TAGS), dict) else {}
    pairs = tags.get("principal_tags", {}) if isinstance(tags, dict) else {}
    return Vouched(
        provider or issuer, str(claims.get("sub", "")), audience, str(claims["iss"]), keys,
        {str(key): _texts(value)[0] for key, value in pairs.items() if _texts(value)},
        _texts(tags.get("transitive_tag_keys")) if isinstance(tags, dict) else (),
        str(claims.get(IDENTITY, "")),
    )  # fmt: skip


def _payload(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) if len(parts) == 3 else None
    except (ValueError, binascii.Error):
        found = None
    if not isinstance(found, dict) or not found.get("iss") or "exp" not in found:
        text = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        raise AwsError("InvalidIdentityToken", text)
    return found


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AwsError("InvalidIdentityToken", f"The claim {name} is not a number")
    return float(value)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _provider(account: str, issuer: str) -> str:
    """The provider's ARN; empty for those that IAM knows without one."""
    arn = f"arn:aws:iam::{account}:oidc-provider/{issuer}"
    if arn in moto.backend("iam", account, "aws").open_id_providers:
        return arn
    if issuer in BUILT_IN:
        return ""
    raise AwsError("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{issuer}")


def _clients(account: str, provider: str) -> list[str]:
    return list(moto.backend("iam", account, "aws").open_id_providers[provider].client_id_list or ())


def read_assertion(encoded: str, provider_arn: str, role_arn: str, at: datetime) -> Vouched:
    """What a SAML response says to the role, by a provider of the role's account.

    Raises:
        AwsError: InvalidIdentityToken when it is no assertion, of another issuer, or for other roles; ExpiredToken.
    """
    account = role_arn.split(":")[4]
    found = moto.backend("iam", account, "aws").saml_providers.get(provider_arn.rpartition(":saml-provider/")[2])
    if provider_arn.split(":")[4:5] != [account] or found is None:
        raise AwsError("InvalidIdentityToken", "Specified provider doesn't exist")
    assertion = _assertion(encoded)
    issuer = _text(assertion, f"{_A}Issuer")
    if issuer not in (found.saml_metadata_document or ""):
        raise AwsError("InvalidIdentityToken", "Issuer not present in specified provider")
    attributes = _attributes(assertion)
    allowed = {
        frozenset(part.strip() for part in value.split(",")) for value in attributes.get(f"{SAML_ATTRIBUTE}Role", ())
    }
    if frozenset((role_arn, provider_arn)) not in allowed:
        raise AwsError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", 403)
    _check_time(assertion, at)
    return _vouched(assertion, attributes, issuer, provider_arn)


def _vouched(
    assertion: ElementTree.Element, attributes: Mapping[str, tuple[str, ...]], issuer: str, provider: str
) -> Vouched:
    subject = assertion.find(f"{_A}Subject/{_A}NameID")
    confirmation = assertion.find(f"{_A}Subject/{_A}SubjectConfirmation/{_A}SubjectConfirmationData")
    recipient = confirmation.get("Recipient", SAML_AUDIENCE) if confirmation is not None else SAML_AUDIENCE
    form = (subject.get("Format", "") if subject is not None else "").rpartition(":")[2]
    name, account = provider.rpartition("/")[2], provider.split(":")[4]
    who = (subject.text or "").strip() if subject is not None else ""
    qualifier = base64.b64encode(hashlib.sha1(f"{issuer}{account}/{name}".encode(), usedforsecurity=False).digest())
    claims: dict[str, str | tuple[str, ...]] = {
        "saml:aud": recipient,
        "saml:iss": issuer,
        "saml:sub": who,
        "saml:sub_type": form if form in ("persistent", "transient") else form or "unspecified",
        "saml:doc": f"{account}/{name}",
        "saml:namequalifier": qualifier.decode(),
    }
    one = {key.removeprefix(SAML_ATTRIBUTE): values[0] for key, values in attributes.items() if values}
    seconds = one.get("SessionDuration", "0")
    return Vouched(
        provider, who, recipient, issuer, claims,
        {key.removeprefix("PrincipalTag:"): value for key, value in one.items() if key.startswith("PrincipalTag:")},
        attributes.get(f"{SAML_ATTRIBUTE}TransitiveTagKeys", ()),
        one.get("SourceIdentity", ""), one.get("RoleSessionName", ""), int(seconds) if seconds.isdigit() else 0,
        str(claims["saml:sub_type"]),
    )  # fmt: skip


def _assertion(encoded: str) -> ElementTree.Element:
    wrong = AwsError("InvalidIdentityToken", "Invalid base64 SAMLResponse or no assertion in it")
    try:
        text = base64.b64decode(encoded, validate=True)
        # A document type could make a short text endless; assertions have none.
        if len(text) > _MAX_SAML or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise wrong
        root = ElementTree.fromstring(text)
    except (ValueError, ElementTree.ParseError) as broken:
        raise wrong from broken
    found = root if root.tag == f"{_A}Assertion" else root.find(f"{_A}Assertion")
    if found is None or root.tag not in (f"{_P}Response", f"{_A}Assertion"):
        raise wrong
    return found


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _attributes(assertion: ElementTree.Element) -> dict[str, tuple[str, ...]]:
    rows = assertion.iterfind(f"{_A}AttributeStatement/{_A}Attribute")
    return {
        row.get("Name", ""): tuple((value.text or "").strip() for value in row.iterfind(f"{_A}AttributeValue"))
        for row in rows
    }


def _check_time(assertion: ElementTree.Element, at: datetime) -> None:
    ends = [row.get("NotOnOrAfter", "") for row in assertion.iter() if row.get("NotOnOrAfter")]
    for end in ends:
        try:
            until = datetime.fromisoformat(end)
        except ValueError as broken:
            raise AwsError("InvalidIdentityToken", f"NotOnOrAfter is not a time: {end}") from broken
        if at >= (until if until.tzinfo else until.replace(tzinfo=UTC)):
            raise AwsError("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
