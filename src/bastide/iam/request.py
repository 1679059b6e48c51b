"""One request as a policy sees it: who calls, which action, on what, and the condition keys.

Keys that follow from the caller and the resource (``aws:PrincipalArn``, ``aws:ResourceAccount`` …) are filled in; keys
that a request does not have stay absent, which is not the same as empty or false. Keys that follow from how the call
was made (region, address, transport) are never guessed.

Source: IAM User Guide, "AWS global condition context keys" (availability of each key) and "IAM JSON policy elements:
Variables and tags" (``aws:userid``, ``aws:username`` and ``aws:PrincipalType`` by kind of principal).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

ROOT, USER, ROLE, SESSION, FEDERATED_USER = "root", "user", "role", "session", "federated user"
SERVICE, FEDERATED, CANONICAL, ANONYMOUS_KIND = "service", "federated", "canonical user", "anonymous"
TYPES = {ROOT: "Account", USER: "User", ROLE: "AssumedRole", SESSION: "AssumedRole", FEDERATED_USER: "FederatedUser"}
IDENTITIES = frozenset(TYPES)  # those that have policies of their own
LINKED, LINKED_NAME = ":role/aws-service-role/", "AWSServiceRoleFor"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: an identity of an account (``arn``), an AWS service (``service``), or nobody known (all empty).

    ``arn`` is what ``aws:PrincipalArn`` holds: of the role, not of its session; the session's own ARN is ``session``.
    A session's ARN does not tell the path of its role: ``path_known`` is False where the role's ARN was made from it.
    """

    arn: str = ""
    session: str = ""
    service: str = ""
    federated: str = ""  # the provider that vouches, in AssumeRoleWithSAML and AssumeRoleWithWebIdentity
    organization: str = ""  # id of the organization that the account belongs to; empty when to none
    canonical: str = ""  # canonical user id of an account, as S3 access control lists name it
    parent: str = ""  # ARN of the user who called GetFederationToken, of a federated user
    path_known: bool = True

    @property
    def account(self) -> str:
        """The 12 digits in the ARN; empty for services and anonymous callers."""
        parts = self.arn.split(":")
        return parts[4] if len(parts) > 5 else ""

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn``, …; ``aws`` where there is no ARN."""
        parts = self.arn.split(":")
        return parts[1] if len(parts) > 5 else "aws"

    @property
    def kind(self) -> str:
        """One of the kinds above."""
        if self.arn:
            return self._identity()
        if self.service:
            return SERVICE
        if self.federated:
            return FEDERATED
        return CANONICAL if self.canonical else ANONYMOUS_KIND

    def _identity(self) -> str:
        if self.session:
            return SESSION
        resource = self.arn.split(":", 5)[-1]
        if resource == "root":
            return ROOT
        if resource.startswith("user/"):
            return USER
        return FEDERATED_USER if resource.startswith("federated-user/") else ROLE

    @property
    def is_service_linked(self) -> bool:
        """Whether this is a service-linked role, which no organization policy binds.

        A session tells the name of its role and not the path; the name is enough, as nobody else may use its prefix.
        Source: AWS Organizations API Reference, InvalidInputException, INVALID_ROLE_NAME (reserved prefix).
        """
        return LINKED in self.arn or (not self.path_known and self.arn.partition(":role/")[2].startswith(LINKED_NAME))

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Condition keys that follow from the principal, in lower case; an anonymous caller has next to none."""
        found = self._service_keys() if self.service else self._identity_keys() if self.arn else {}
        if not self.arn and not self.service and not self.federated and not self.canonical:
            found = {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}
        if self.organization:
            found |= {"aws:principalorgid": self.organization}
        return {key: (value,) for key, value in found.items()}

    def _service_keys(self) -> dict[str, str]:
        return {
            "aws:principalisawsservice": "true",
            "aws:principalservicename": self.service,
            "aws:principalservicenameslist": self.service,
        }

    def _identity_keys(self) -> dict[str, str]:
        found = {
            "aws:principalisawsservice": "false",
            "aws:principalarn": self.arn,
            "aws:principalaccount": self.account,
            "aws:principaltype": TYPES[self.kind],
            "aws:userid": self._user_id(),
        }
        if self.kind == USER:
            found |= {"aws:username": self.arn.rpartition("/")[2]}
        return found

    def _user_id(self) -> str:
        """``aws:userid`` in its documented form; unique ids that the ARN does not tell are made from it."""
        kind, name = self.kind, self.arn.rpartition("/")[2]
        if kind == ROOT:
            return self.account
        if kind == FEDERATED_USER:
            return f"{self.account}:{name}"
        if kind == USER:
            return unique_id("AIDA", self.arn)
        return f"{unique_id('AROA', self.arn)}:{self.session.rpartition('/')[2]}"


def unique_id(prefix: str, arn: str) -> str:
    """A stand-in for the id that IAM gives an identity: of IAM's form, and always the same for one ARN."""
    return prefix + hashlib.sha256(arn.encode(errors="replace")).hexdigest()[:17].upper()


ANONYMOUS = Principal()


@dataclass(frozen=True)
class Request:
    """One request. ``resource`` is one ARN, or ``*`` for an action that has none.

    ``owner`` is the account that owns the resource, where its ARN does not say (S3); empty when nobody said.
    """

    principal: Principal
    action: str
    resource: str = "*"
    context: Mapping[str, str | Iterable[str]] = field(default_factory=dict)
    owner: str = ""

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """All condition keys in lower case, each with its values; what ``context`` says wins."""
        return keys_of(self, self.principal.keys(), self.owner_account)

    @property
    def resource_account(self) -> str:
        """The account in the resource's ARN; empty where the ARN names none (S3) or AWS itself (managed policies)."""
        parts = self.resource.split(":", 5)
        return parts[4] if len(parts) > 5 and parts[4].isdigit() else ""

    @property
    def owner_account(self) -> str:
        """The account that owns the resource: as given, else as its ARN says, else the caller's own."""
        return self.owner or self.resource_account or self.principal.account


def keys_of(request: Request, caller: Mapping[str, tuple[str, ...]], owner: str) -> dict[str, tuple[str, ...]]:
    """All condition keys: those of the caller, of the resource of ``owner``, and of the context, which win."""
    found = dict(caller)
    if owner:
        found["aws:resourceaccount"] = (owner,)
    service = request.action[:4].lower()
    if service.startswith("s3:") and owner:
        found["s3:resourceaccount"] = (owner,)
    elif service == "kms:" and "aws:principalaccount" in found:
        found["kms:calleraccount"] = found["aws:principalaccount"]
    for key, value in request.context.items():
        found[key.lower()] = (value,) if type(value) is str else value if type(value) is tuple else tuple(value)
    return found
