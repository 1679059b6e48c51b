"""One request as a policy sees it: who calls, which action, on what, and the condition keys.

Keys that follow from the caller (``aws:PrincipalArn``, ``aws:PrincipalIsAWSService`` …) are filled in; keys that a
request does not have stay absent, which is not the same as empty or false.

Source: IAM User Guide, "AWS global condition context keys", availability of each key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: an identity of an account (``arn``), an AWS service (``service``), or nobody known (both empty).

    ``arn`` is what ``aws:PrincipalArn`` holds: of the role, not of its session; the session's own ARN is ``session``.
    """

    arn: str = ""
    session: str = ""
    service: str = ""
    federated: str = ""  # the provider that vouches, in AssumeRoleWithSAML and AssumeRoleWithWebIdentity
    organization: str = ""  # id of the organization that the account belongs to; empty when to none

    @property
    def account(self) -> str:
        """The 12 digits in the ARN; empty for services and anonymous callers."""
        parts = self.arn.split(":")
        return parts[4] if len(parts) > 5 else ""

    @property
    def is_service_linked(self) -> bool:
        """Whether this is a service-linked role, which no SCP binds."""
        return ":role/aws-service-role/" in self.arn

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Condition keys that follow from the principal, in lower case."""
        found = {"aws:principalisawsservice": "true" if self.service else "false"}
        if self.service:
            found |= {"aws:principalservicename": self.service}
        if self.arn:
            found |= {"aws:principalarn": self.arn, "aws:principalaccount": self.account}
        if self.organization:
            found |= {"aws:principalorgid": self.organization}
        return {key: (value,) for key, value in found.items()}


ANONYMOUS = Principal()


@dataclass(frozen=True)
class Request:
    """One request. ``resource`` is one ARN, or ``*`` for an action that has none."""

    principal: Principal
    action: str
    resource: str = "*"
    context: Mapping[str, str | Iterable[str]] = field(default_factory=dict)

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """All condition keys in lower case, each with its values; what ``context`` says wins."""
        given = {
            key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in self.context.items()
        }
        return {**self.principal.keys(), **given}

    @property
    def resource_account(self) -> str:
        """The account in the resource's ARN; empty where the ARN names none, as those of S3."""
        parts = self.resource.split(":")
        return parts[4] if len(parts) > 5 else ""
