"""What authorization decided about one call, as it goes into the record.

One idea: plain values, made once, that say which policy decided. It decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bastide.iam.request import Request

ALLOWED, EXPLICIT, IMPLICIT, UNKNOWN = "allowed", "explicit_deny", "implicit_deny", "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """One action on one resource. The names of policy and statement are those of the Deny that decided, if one did."""

    action: str
    resource: str
    decision: str = ALLOWED
    # scp, rcp, identity, boundary, session, resource, endpoint, aws (a rule of AWS's own)
    policy_type: str = ""
    policy: str = ""
    policy_arn: str = ""
    sid: str = ""
    # Why the decision could not be taken, for `unknown`.
    why: str = ""
    # The resource's ARN could not be told, so `*` was asked.
    unresolved: bool = False
    # Number of that statement in its policy: packed policies have no ids.
    statement: int | None = None
    # What `iam` was asked, with all condition keys; None where it was not asked.
    request: Request | None = field(default=None, compare=False, repr=False)

    @property
    def allowed(self) -> bool:
        """Whether this part lets the call through."""
        return self.decision == ALLOWED


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decision on a call: all its parts up to the first that refuses. `exempt`: AWS itself made the call."""

    parts: tuple[Part, ...] = ()
    exempt: bool = False

    @property
    def allowed(self) -> bool:
        """Whether every part lets the call through."""
        return self.exempt or (bool(self.parts) and all(part.allowed for part in self.parts))

    @property
    def refusing(self) -> Part | None:
        """The part that refuses the call."""
        return next((part for part in self.parts if not part.allowed), None)

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions that were asked, in order, each once."""
        return tuple(dict.fromkeys(part.action for part in self.parts))

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs that were asked, in order, each once."""
        return tuple(dict.fromkeys(part.resource for part in self.parts))

    @property
    def unresolved(self) -> bool:
        """Whether an ARN could not be told and `*` was asked."""
        return any(part.unresolved for part in self.parts)


EXEMPT = Judgement(exempt=True)
