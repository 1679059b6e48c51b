"""`userIdentity`: who made the call, as CloudTrail writes it.

One idea: a function of the principal alone, so it is encoded once a principal and kept.
Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from __future__ import annotations

from typing import Any

import msgspec

from bastide.sandbox.principal import Principal, Session

Identity = dict[str, Any]
_KEPT: dict[int, tuple[Principal, msgspec.Raw]] = {}
_KEPT_LIMIT = 4096


def encode_identity(principal: Principal, by: str = "") -> msgspec.Raw:
    """The principal's `userIdentity` as JSON, ready to be put into a record; `by`: a service that calls in its name."""
    if by and principal.type != "AWSService":
        return msgspec.Raw(msgspec.json.encode(identity(principal) | {"invokedBy": by}))
    found = _KEPT.get(id(principal))
    if found is not None and found[0] is principal:
        return found[1]
    made = msgspec.Raw(msgspec.json.encode(identity(principal)))
    if len(_KEPT) >= _KEPT_LIMIT:
        _KEPT.clear()
    _KEPT[id(principal)] = (principal, made)
    return made


def identity(principal: Principal) -> Identity:
    """The principal's `userIdentity`."""
    if principal.type == "AWSService":
        service = principal.user_id or principal.arn
        return {"type": "AWSService", "invokedBy": service}
    if principal.type == "Anonymous":
        return _anonymous(principal)
    found: Identity = {
        "type": principal.type,
        "principalId": principal.user_id,
        "arn": principal.arn,
        "accountId": principal.account,
    }
    if principal.access_key:
        found["accessKeyId"] = principal.access_key
    if principal.type == "IAMUser":
        found["userName"] = principal.arn.rpartition("/")[2]
    if principal.type in ("AssumedRole", "FederatedUser") or principal.session is not None:
        found["sessionContext"] = _session_context(principal)
    return found


def foreign_identity(principal: Principal, by: str = "") -> Identity:
    """How the principal looks in the other account's record. Source: "Cross-account actions", `AWSAccount`."""
    if principal.type in ("AWSService", "Anonymous"):
        return identity(principal)
    found = {"type": "AWSAccount", "principalId": principal.user_id, "accountId": principal.account}
    return found | ({"invokedBy": by} if by else {})


def _anonymous(principal: Principal) -> Identity:
    session = principal.session
    if session is None or not session.provider:
        return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    return _federated(session)


def _federated(session: Session) -> Identity:
    """Whoever comes with a provider's token and no AWS credentials."""
    saml = ":saml-provider/" in session.provider
    claims = {key.rpartition(":")[2]: value for key, value in session.claims.items()}
    name = claims.get("sub", session.name)
    audience = claims.get("aud") or claims.get("iss") or session.provider
    return {
        "type": "SAMLUser" if saml else "WebIdentityUser",
        "principalId": f"{claims.get('namequalifier', '')}:{name}" if saml else f"{session.provider}:{audience}:{name}",
        "userName": name,
        "identityProvider": claims.get("iss", session.provider) if saml else session.provider,
    }


def _session_context(principal: Principal) -> Identity:
    session = principal.session
    context: Identity = {}
    if principal.type in ("AssumedRole", "FederatedUser"):
        context["sessionIssuer"] = _issuer(principal)
    attributes = {"mfaAuthenticated": "true" if session is not None and session.mfa else "false"}
    if session is None:
        return context | {"attributes": attributes}
    if session.provider or principal.type == "FederatedUser":
        context["webIdFederationData"] = _federation_data(session)
    context["attributes"] = {"creationDate": f"{session.issued_at:%Y-%m-%dT%H:%M:%SZ}"} | attributes
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    return context


def _federation_data(session: Session) -> Identity:
    if ":saml-provider/" in session.provider or not session.provider:
        return {}
    claims = {key: value for key, value in session.claims.items() if not key.endswith((":iss",))}
    return {"federatedProvider": session.provider, "attributes": claims}


def _issuer(principal: Principal) -> Identity:
    session = principal.session
    arn = session.issuer_arn if session is not None else ""
    if not arn and principal.type == "AssumedRole":
        # Without the session's own word, the path of the role is unknown.
        arn = f"arn:aws:iam::{principal.account}:role/{principal.arn.split('/')[1]}"
    kind = "User" if ":user/" in arn else "Role"
    kind = "Root" if arn.endswith(":root") else kind
    return {
        "type": "IAMUser" if kind == "User" else kind,
        "principalId": (session.issuer_id if session is not None else "") or principal.user_id.split(":")[0],
        "arn": arn,
        "accountId": principal.account,
        "userName": arn.rpartition("/")[2],
    }
