"""One way into a resource from outside, as ``external_access`` finds it."""

from __future__ import annotations

from dataclasses import dataclass

from bastide.prove.symbolic import Example

PUBLIC, LIMITED, ACCOUNT, SERVICE, FEDERATED, UNKNOWN = KINDS = (
    "public", "limited", "account", "service", "federated", "unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """One way in from outside: the resource, who comes (``kind`` and ``who``), the actions and conditions in words.

    ``statement`` names what lets it in. ``example`` is a confirmed request; None where ``why`` says that it could not
    be decided, and for access control lists.
    """

    resource: str
    type: str
    account: str
    region: str
    kind: str  # public | limited (anybody who fulfils the conditions) | account | service | federated | unknown
    who: str
    actions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    example: Example | None = None
    why: str = ""
    statement: str = ""
