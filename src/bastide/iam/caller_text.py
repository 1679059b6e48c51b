"""The principal that a text or an object names: an ARN, an account, a service, a provider, or nobody.

Source: IAM User Guide, "AWS JSON policy elements: Principal" (forms of principals); "IAM identifiers".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bastide.errors import InputError
from bastide.iam.request import ANONYMOUS, Principal
from bastide.iam.vocabulary import suggest

ACCOUNT = re.compile(r"[0-9]{12}")
ARN = re.compile(r"arn:(aws[a-z-]*):(iam|sts)::([0-9]{12}):(.+)", re.DOTALL)
SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
PROVIDERS = ("saml-provider/", "oidc-provider/")
TYPES = ("AWS", "Service", "Anonymous", "Federated", "FederatedUser", "CanonicalUser", "User", "Role", "AssumedRole",
         "Account", "Root")  # fmt: skip
# As CloudTrail writes them. Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element", type.
SYNONYMS = {"iamuser": "User", "awsservice": "Service", "samluser": "Federated", "webidentityuser": "Federated"}
FORMS = 'an ARN of a user, role, role session, federated user or root, 12 digits, or {"type": …, "id": …}'


def parse_principal(value: Any) -> Principal:
    """The principal in ``value``.

    Raises:
        InputError: it names none.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _typed(value)
    raise InputError("a principal is a text or an object", "request/principal", f"write {FORMS}")


def _text(text: str) -> Principal:
    if text.startswith("arn:"):
        return _arn(text)
    if ACCOUNT.fullmatch(text):
        return Principal(f"arn:aws:iam::{text}:root")
    if text == "*" or text.lower() == "anonymous":
        return ANONYMOUS
    if SERVICE.fullmatch(text):
        return Principal(service=text)
    raise InputError(f"no such principal: {text[:200]!r}", "request/principal", f"write {FORMS}")


def _typed(value: Mapping[str, Any]) -> Principal:
    known = {name.lower(): name for name in TYPES} | SYNONYMS
    kind, identifier = known.get(str(value.get("type", "")).lower()), value.get("id", "")
    if kind is None or not set(value) <= {"type", "id", "parent"}:
        what = f"a principal has no member {sorted(set(value) - {'type', 'id', 'parent'})}" if kind else (
            f"no such type of principal: {value.get('type')!r}")  # fmt: skip
        raise InputError(what, "request/principal", suggest(str(value.get("type", "")), TYPES))
    if kind == "Anonymous":
        return ANONYMOUS
    if not isinstance(identifier, str) or not identifier:
        raise InputError(f"a principal of type {kind} needs an id", "request/principal/id")
    if kind == "Service":
        return Principal(service=identifier)
    if kind == "Federated" and ":federated-user/" not in identifier:
        return Principal(federated=identifier)
    if kind == "CanonicalUser":
        return Principal(canonical=identifier)
    found = _text(identifier)
    parent = value.get("parent", "")
    if not isinstance(parent, str):
        raise InputError("parent is the ARN of a user", "request/principal/parent")
    return Principal(found.arn, found.session, found.service, found.federated, parent=parent,
                     path_known=found.path_known) if parent else found  # fmt: skip


def _arn(text: str) -> Principal:
    match = ARN.fullmatch(text)
    if match is None:
        raise InputError(f"not the ARN of a principal: {text[:200]!r}", "request/principal", f"write {FORMS}")
    partition, service, account, resource = match.groups()
    kind, _, name = resource.partition("/")
    if service == "iam" and resource == "root":
        return Principal(text)
    if service == "iam" and resource.startswith(PROVIDERS):
        return Principal(federated=text)
    if service == "iam" and kind in ("user", "role") and name:
        return Principal(text)
    if service == "sts" and kind == "federated-user" and name:
        return Principal(text)
    role, _, session = name.partition("/")
    if service == "sts" and kind == "assumed-role" and role and session:
        return Principal(f"arn:{partition}:iam::{account}:role/{role}", text, path_known=False)
    raise InputError(f"not the ARN of a principal: {text[:200]!r}", "request/principal", f"write {FORMS}")


def with_role_path(principal: Principal, arn: str) -> Principal:
    """The session with its role's ARN as ``aws:PrincipalArn`` tells it, path and all; others as they are."""
    if not principal.session or principal.path_known or _without_path(arn) != principal.arn:
        return principal
    return Principal(arn, principal.session, organization=principal.organization)


def _without_path(arn: str) -> str:
    """A role's ARN as its sessions tell it."""
    head, slash, path = arn.partition(":role/")
    return f"{head}{slash}{path.rpartition('/')[2]}"


def parse_action(value: Any, where: str = "request/action") -> str:
    """One action of a request, ``service:Action``; a request does one thing, so that it holds no wildcard.

    Raises:
        InputError: it is something else.
    """
    service, colon, name = value.partition(":") if type(value) is str else ("", "", "")
    if not (service and colon and name) or set(value) & set("*? \t\n"):
        raise InputError(
            f"action is service:Action, not {str(value)[:80]!r}", where, "name one action, without wildcards"
        )
    return str(value)
