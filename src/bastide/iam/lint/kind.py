"""Which kind of policy a document is, from what it says; a guess that a user can overrule with ``--kind``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRUST = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext", "sts:*")


def kind_of(value: Mapping[str, Any]) -> str:
    """The likely kind: by principals and actions; a policy without principals that only denies is taken for an SCP."""
    found = value.get("Statement")
    items = [found] if isinstance(found, Mapping) else found if isinstance(found, list | tuple) else []
    statements = [item for item in items if isinstance(item, Mapping)]
    if any("Principal" in one or "NotPrincipal" in one for one in statements):
        return _with_principal(statements)
    denies = [one for one in statements if one.get("Effect") == "Deny"]
    rest = [one for one in statements if one.get("Effect") != "Deny" and _strings(one, "Action") != ["*"]]
    return "scp" if denies and not rest else "identity"


def _with_principal(statements: list[Mapping[str, Any]]) -> str:
    actions = [action.lower() for one in statements for action in _strings(one, "Action")]
    bare = not any("Resource" in one or "NotResource" in one for one in statements)
    if actions and all(action.startswith(TRUST) for action in actions) and bare:
        return "trust"
    if actions and all(action.startswith("kms:") for action in actions) and not _denies_everyone(statements):
        return "key"
    return "rcp" if _denies_everyone(statements) else "resource"


def _denies_everyone(statements: list[Mapping[str, Any]]) -> bool:
    """Every statement is a Deny for ``*`` on ``*``: what an RCP looks like (a bucket policy names its bucket)."""
    return all(
        one.get("Effect") == "Deny" and one.get("Principal") == "*" and _strings(one, "Resource") == ["*"]
        for one in statements
    )


def _strings(statement: Mapping[str, Any], name: str) -> list[str]:
    value = statement.get(name)
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, str)]
