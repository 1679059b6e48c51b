"""Who makes a call: the identity behind an access key, with everything that STS said when it made a session.

One idea: IAM's condition keys and CloudTrail's `userIdentity` are read from this record alone; nothing here decides.
Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element"; IAM User Guide, "Request temporary credentials".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

PrincipalType = Literal["Root", "IAMUser", "AssumedRole", "FederatedUser", "AWSService", "Anonymous"]


@dataclass(frozen=True)
class Session:
    """What STS put into temporary credentials. Times are aware UTC; policies are JSON documents as they were sent."""

    issued_at: datetime
    expires_at: datetime
    # IAM role (or, for GetSessionToken and GetFederationToken, user) that the session stands for.
    issuer_arn: str = ""
    issuer_id: str = ""
    name: str = ""
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""
    mfa: bool = False
    # Made with the credentials of another role's session: AWS caps it at one hour.
    chained: bool = False
    # ARN or URL of the SAML or OIDC provider, and its claims as condition keys, for a federated session.
    provider: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Principal:
    """Whoever made the call. `arn` is what GetCallerIdentity answers; `account` is where its calls land."""

    account: str
    arn: str
    user_id: str
    access_key: str
    type: PrincipalType = "AssumedRole"
    session: Session | None = None
