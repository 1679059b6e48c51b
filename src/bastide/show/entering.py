"""By which roles member accounts are entered: the reader to look, the deployer to change, AWS's own while neither is.

One idea: whoever is allowed less is asked first. A new account has nothing but the administrator that AWS made with it,
so that comes last, and what was entered by it is said. Changes are made by roles that guardrails exempt, for any other
would lock itself out with the first guardrail.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from bastide.aws.failure import ClientError
from bastide.aws.session import Target, Way
from bastide.errors import InputError
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
    """
    known = store.external_id(target.label)
    return known or store.keep_external_id(target.label, _deployed(target) or secrets.token_hex(BYTES))


def _deployed(target: Target) -> str:
    """What the management account's deployer asks for; empty where it cannot be read or is not there."""
    if target.home_account != target.management_account:
        return ""
    try:
        role = target.connection(target.management_account, GLOBAL).client("iam").get_role(RoleName=DEPLOYER)["Role"]
    except ClientError:
        return ""
    conditions = (statement.get("Condition", {}) for statement in role["AssumeRolePolicyDocument"]["Statement"])
    found: list[Any] = [one.get("StringEquals", {}).get("sts:ExternalId") for one in conditions]
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
