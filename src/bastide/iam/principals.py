"""Whether the ``Principal`` element of a statement names the caller, and how far that carries.

The one idea: a caller answers to several names (its account, its role, itself), and the strongest name that a
statement uses decides what else is needed. ``DIRECT`` grants by itself, ``ENTITY`` stands in for an identity policy
but stays within boundary and session policy, ``DELEGATED`` only lets the account's own policies decide.

Source: IAM User Guide, "How AWS enforcement code logic evaluates requests", Resource-based policies;
"AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from bastide.iam.request import FEDERATED_USER, IDENTITIES, ROLE, ROOT, SESSION, USER, Principal
from bastide.model import Statement
from bastide.model.policy import Principals

NONE, DELEGATED, ENTITY, DIRECT = range(4)
EVERYONE = "*"
HERE = "arn:aws:"
PLAIN_KINDS = frozenset({ROLE, SESSION, USER})  # of identities with policies of their own and no rules of their own
ROLE_PATH = re.compile(r"(arn:[a-z-]+:iam::\d{12}:role/)(?:.+/)?([^/]+)")
BY_NAME = "by name "  # marks a role's ARN without its path, for callers whose role's path is not known


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal made ready for matching. ``names``: what it answers to, with the strength of each name."""

    kind: str
    account: str
    names: dict[str, int]
    required: tuple[frozenset[str], ...]  # a NotPrincipal of a Deny has to list one name of each to leave it out
    has_identity: bool
    service_linked: bool
    keys: dict[str, tuple[str, ...]]  # condition keys that follow from the principal
    user_id: tuple[str, ...] | None  # ``aws:userid`` among them
    alike: str = ""  # callers bound by the same layers have the same word; empty: nothing is said


Names = Callable[[Caller], int]


def caller_of(principal: Principal, user_id: str = "") -> Caller:
    """The caller; ``user_id`` is ``aws:userid`` where the request tells it, which policies may name as well."""
    one = principal  # its parts are compared faster than it would be itself
    return _caller(
        one.arn, one.session, one.service, one.federated, one.organization, one.canonical, one.parent, one.path_known,
        user_id,
    )  # fmt: skip


@lru_cache(maxsize=16_384)
def _caller(
    arn: str, session: str, service: str, federated: str, organization: str, canonical: str, parent: str,
    path_known: bool, user_id: str,
) -> Caller:  # fmt: skip
    principal = Principal(arn, session, service, federated, organization, canonical, parent, path_known)
    kind, account = principal.kind, principal.account
    own, account_names = _own_names(principal, kind), _account_names(principal)
    names = dict.fromkeys(account_names, DELEGATED) | own
    unique = user_id.partition(":")[0]
    if unique and kind in (USER, ROLE, SESSION):
        own[unique] = names[unique] = DIRECT if kind == USER else ENTITY
    keys = principal.keys()
    linked = principal.is_service_linked
    alike = f"{kind} of a service" if linked else kind
    return Caller(kind, account, names, _required(kind, account_names, own), kind in IDENTITIES, linked, keys,
                  keys.get("aws:userid"), alike if kind in PLAIN_KINDS and arn.startswith(HERE) else "")  # fmt: skip


def _account_names(principal: Principal) -> tuple[str, ...]:
    if not principal.arn:
        return ()
    return principal.account, f"arn:{principal.partition}:iam::{principal.account}:root"


def _own_names(principal: Principal, kind: str) -> dict[str, int]:
    """Names of the caller itself, in the form of ``statement_names``."""
    if kind == SESSION:
        role = principal.arn if principal.path_known else BY_NAME + principal.arn
        return {role: ENTITY, principal.session: DIRECT}
    if kind == FEDERATED_USER:
        return {principal.arn: DIRECT} | ({principal.parent: ENTITY} if principal.parent else {})
    if kind in IDENTITIES:
        return {principal.arn: ENTITY if kind == ROLE else DIRECT} if kind != ROOT else {}
    found = {
        f"Service {principal.service}": principal.service,
        f"Federated {principal.federated}": principal.federated,
        f"CanonicalUser {principal.canonical}": principal.canonical,
    }
    return {name: DIRECT for name, value in found.items() if value}


def _required(kind: str, account: tuple[str, ...], own: dict[str, int]) -> tuple[frozenset[str], ...]:
    """What a NotPrincipal must list: the account, then the role, then the session (or the account and the user)."""
    if not account:
        return (frozenset(own),)
    groups = [frozenset(account)]
    for strength in (ENTITY, DIRECT):
        names = frozenset(name for name, found in own.items() if found == strength)
        groups += [names] if names else []
    return tuple(groups)


def statement_names(principals: Principals) -> frozenset[str]:
    """Every name in a Principal element; ``*`` where it names everyone."""
    found: set[str] = set()
    for kind, values in principals.items():
        found.update(values if kind in ("AWS", EVERYONE) else (f"{kind} {value}" for value in values))
    for value in principals.get("AWS", ()):
        match = ROLE_PATH.fullmatch(value)
        if match:
            found.add(f"{BY_NAME}{match[1]}{match[2]}")
    return frozenset(found)


def naming(statement: Statement, *, bounded: bool = False) -> Names | None:
    """How strongly a statement names a caller; None when it names everybody, or by silence its own caller.

    ``bounded``: the caller has a permissions boundary. A Deny with NotPrincipal then holds whatever it lists.
    """
    if statement.principal is not None:
        return _naming(statement_names(statement.principal))
    if statement.not_principal is None:
        return None
    listed = statement_names(statement.not_principal)
    if statement.effect == "Deny":
        return lambda caller: NONE if _left_out(listed, caller, bounded) else DIRECT
    return lambda caller: NONE if EVERYONE in listed or _any(caller.names, listed) else DIRECT


def _naming(listed: frozenset[str]) -> Names | None:
    if EVERYONE in listed:
        return None
    if len(listed) == 1:
        (only,) = listed
        return lambda caller: caller.names.get(only, NONE)

    def strength(caller: Caller) -> int:
        strongest = NONE
        for name, found in caller.names.items():
            if found > strongest and name in listed:
                strongest = found
        return strongest

    return strength


def _any(names: Iterable[str], listed: frozenset[str]) -> bool:
    return any(name in listed for name in names)


def _left_out(listed: frozenset[str], caller: Caller, bounded: bool) -> bool:
    """Whether a Deny with NotPrincipal spares the caller: all that it is must be listed, not only itself."""
    if EVERYONE in listed:
        return True
    if bounded and caller.has_identity:
        return False
    return all(_any(group, listed) for group in caller.required)
