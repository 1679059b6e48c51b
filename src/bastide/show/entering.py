"""By which roles member accounts are entered: the reader to look, the deployer to change, AWS's own while neither is.

One idea: whoever is allowed less is asked first. A new account has nothing but the administrator that AWS made with it,
so that comes last, and what was entered by it is said. Changes are made by roles that guardrails exempt, for any other
would lock itself out with the first guardrail.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from bastide.aws.failure import BotoCoreError, ClientError, refusal
from bastide.aws.handler import error_code
from bastide.aws.session import Target, Way
from bastide.errors import InputError, TargetError
from bastide.model import GLOBAL, Change
from bastide.model.platform import DEPLOYER, MEMBER_ROLE, PATH, role_path
from bastide.store import Store

BYTES = 16  # of a random external id
# What an undo takes away first should not be the role by which it works.
GOING = ("delete", "replace")


def ways(role: str, stated: str, external_id: str, stated_id: str) -> tuple[Way, ...]:
    """The ways into an account: the role that the user states, else ``role`` of the platform; then AWS's own.

    ``external_id``: what the platform's roles ask for; ``stated_id``: what the user says that theirs asks for.
    """
    name = stated.strip("/") or role_path(role)
    asked = stated_id or (external_id if f"/{name}".startswith(PATH) else "")
    first = Way(name, asked)
    return (first,) if name == MEMBER_ROLE else (first, Way(MEMBER_ROLE))


def to_change(changes: Iterable[Change], wanted: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways of a run that makes ``changes``: AWS's own role first where the deployer itself is to go."""
    going = any(change.key.id == DEPLOYER and change.action in GOING for change in changes)
    return tuple(sorted(wanted, key=lambda way: way.role_name != MEMBER_ROLE)) if going else wanted


def refuse_unprotected(role: str) -> None:
    """Do not change anything by a role that guardrails bind.

    Raises:
        InputError: the role lies outside what guardrails exempt and protect.
    """
    name = role.strip("/")
    if name and name != MEMBER_ROLE and not f"/{name}".startswith(PATH):
        raise InputError(
            f"guardrails would deny the role {name} what it has to do: they exempt role{PATH}* and {MEMBER_ROLE} only",
            "--role",
            f"make it with the path {PATH}, or leave --role out to take {role_path(DEPLOYER)}",
        )


def kept_external_id(target: Target, store: Store) -> str:
    """The external id of a target's platform roles: from the store, else from the deployer that runs, else a new one.

    The store keeps it from then on. It is no secret (whoever may read roles sees it): it must be unique to us.
    Source: IAM User Guide, "Access to AWS accounts owned by third parties".

    Raises:
        TargetError: whether there is a deployer cannot be read; nothing is kept, for another id would lock us out.
    """
    known = store.external_id(target.label)
    return known or store.keep_external_id(target.label, _deployed(target) or secrets.token_hex(BYTES))


def _deployed(target: Target) -> str:
    """What the deployer of our own account asks for; empty where there is no deployer, or it asks for none.

    Raises:
        TargetError: it cannot be read.
    """
    account = target.home_account
    try:
        role = target.connection(account, GLOBAL).client("iam").get_role(RoleName=DEPLOYER)["Role"]
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and error_code(error) == "NoSuchEntity":
            return ""
        raise TargetError(
            f"the external id that Bastide's roles ask for cannot be read: {refusal(error, 'iam').reason}",
            f"{account}  role/{role_path(DEPLOYER)}",
            "allow iam:GetRole on it, or say in the file: identity: {external-id: …}",
        ) from error
    statements = role["AssumeRolePolicyDocument"].get("Statement", [])
    rows = statements if isinstance(statements, list) else [statements]
    found: list[Any] = [row.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId") for row in rows]
    return next((one for one in found if isinstance(one, str)), "")


def notice(target: Target, made: Iterable[str] = ()) -> str:
    """What to tell of accounts that the first role did not let into; empty when there is nothing to tell.

    ``made``: accounts whose roles were only just made.
    """
    others = sorted(set(target.entered_otherwise) - set(made))
    if not others:
        return ""
    named = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
    return (
        f"warning: {target.first_role} could not be taken in {named}; {target.entered_otherwise[others[0]]} was\n"
        "  fix  `bastide apply` makes the roles; who may take them says identity.deployers"
    )
