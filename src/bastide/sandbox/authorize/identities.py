"""The policies that a caller has of its own: inline, attached and of its groups, its boundary, its session's.

One idea: read from moto's objects at every call, as texts; what the texts say is the ``library``'s business. A role
that is gone leaves its sessions without any policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.iam.request import Principal as Caller
from bastide.sandbox import moto
from bastide.sandbox.authorize.library import Source
from bastide.sandbox.credentials import BOOTSTRAP_KEY, BOOTSTRAP_ROLE_ARN
from bastide.sandbox.principal import Principal

ADMINISTRATOR_TEXT = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ADMINISTRATOR = Source(ADMINISTRATOR_TEXT, "AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess")
Sources = tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """A caller as `iam` knows it, and its policies. None: no boundary, no session policy."""

    caller: Caller
    identity: Sources = ()
    boundary: Sources | None = None
    session: Sources | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)
    # Policies that are attached and are nowhere to be found.
    missing: tuple[str, ...] = ()


def read_own(principal: Principal, organization: str) -> Own:
    """The caller and its policies at this moment; `organization` is the id of the one that its account belongs to."""
    if principal.access_key == BOOTSTRAP_KEY:
        return Own(Caller(BOOTSTRAP_ROLE_ARN, principal.arn, organization=organization), (ADMINISTRATOR,))
    if principal.type == "Anonymous":
        return Own(Caller())
    if principal.type == "AWSService":
        return Own(Caller(service=principal.arn))
    missing: list[str] = []
    session = _session_sources(principal, missing)
    holder = _holder(principal)
    if principal.type == "Root":
        root = f"arn:aws:iam::{principal.account}:root"
        return Own(Caller(root, organization=organization), session=session, missing=tuple(missing))
    caller = _caller(principal, holder, organization)
    if holder is None:
        return Own(caller, session=session)
    identity = tuple(_policies(holder, missing, principal.account))
    boundary = _boundary(holder, principal.account, missing)
    return Own(caller, identity, boundary, session, tags_of(holder, principal), tuple(missing))


def _caller(principal: Principal, holder: Any, organization: str) -> Caller:
    session = principal.session
    if principal.type == "IAMUser":
        arn = session.issuer_arn if session is not None and session.issuer_arn else principal.arn
        return Caller(arn, organization=organization)
    if principal.type == "FederatedUser":
        return Caller(principal.arn, organization=organization, parent=session.issuer_arn if session else "")
    if holder is not None:
        return Caller(holder.arn, principal.arn, organization=organization)
    name = principal.arn.split(":", 5)[5].split("/")[1]
    made = f"arn:aws:iam::{principal.account}:role/{name}"
    return Caller(made, principal.arn, organization=organization, path_known=False)


def _holder(principal: Principal) -> Any:
    """moto's user or role behind a principal; None when it is gone."""
    backends = moto.backend_dict("iam")
    if principal.account not in backends:
        return None
    backend = moto.backend("iam", principal.account, "aws")
    if principal.type == "AssumedRole":
        name = principal.arn.split(":", 5)[5].split("/")[1]
        issuer = principal.session.issuer_id if principal.session else ""
        found = backend.roles.get(issuer)
        if found is not None:
            return found if found.name == name else None
        # A role of the same name made later is another one: its sessions have another id.
        unique = principal.user_id.partition(":")[0]
        return next((one for one in backend.roles.values() if one.name == name and one.id in (unique, one.id)), None)
    arn = principal.session.issuer_arn if principal.session and principal.session.issuer_arn else principal.arn
    return backend.users.get(arn.rpartition("/")[2])


def _policies(holder: Any, missing: list[str], account: str) -> Iterator[Source]:
    yield from (Source(_text(text), str(name)) for name, text in holder.policies.items())
    yield from (_managed(policy) for policy in holder.managed_policies.values())
    if not hasattr(holder, "path") or not hasattr(holder, "access_keys"):
        return
    for group in moto.backend("iam", account, "aws").groups.values():
        if holder in group.users:
            yield from (Source(_text(text), f"{group.name}/{name}") for name, text in group.policies.items())
            yield from (_managed(policy) for policy in group.managed_policies.values())


def _text(text: Any) -> str:
    return text if isinstance(text, str) else json.dumps(text)


def _managed(policy: Any) -> Source:
    wanted = policy.default_version_id
    version = next(one for one in policy.versions if one.version_id == wanted)
    kept: tuple[Any, Source] | None = version.__dict__.get("_bastide_source")
    if kept is None or kept[0] is not version.document:
        kept = (version.document, Source(_text(version.document), str(policy.name), str(policy.arn)))
        version._bastide_source = kept
    return kept[1]


def _boundary(holder: Any, account: str, missing: list[str]) -> Sources | None:
    arn = getattr(holder, "permissions_boundary_arn", None) or getattr(holder, "boundary", None)
    return _named((arn,), account, missing) if arn else None


def _session_sources(principal: Principal, missing: list[str]) -> Sources | None:
    session = principal.session
    if session is None or not (session.policies or session.policy_arns):
        return None
    inline = tuple(Source(text, "session policy") for text in session.policies)
    return inline + _named(session.policy_arns, principal.account, missing)


def _named(arns: Iterable[str], account: str, missing: list[str]) -> Sources:
    """Managed policies by ARN; one that is gone limits to nothing, and is named."""
    known = moto.backend("iam", account, "aws").managed_policies
    found = []
    for arn in arns:
        policy = known.get(arn)
        if policy is None:
            missing.append(arn)
        else:
            found.append(_managed(policy))
    return tuple(found)


def tags_of(holder: Any, principal: Principal) -> dict[str, str]:
    """`aws:PrincipalTag`: the identity's tags, and those of the session, which win."""
    raw = getattr(holder, "tags", None) or ()
    rows = raw.values() if isinstance(raw, Mapping) else raw
    found = {str(row["Key"]): str(row["Value"]) for row in rows if isinstance(row, Mapping)}
    return found | dict(principal.session.tags if principal.session else {})
