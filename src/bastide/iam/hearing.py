"""Every layer of a policy set heard about one request: which bind, what each says, and what is missing.

The one idea: the parts of a decision as questions that can be asked one by one. ``evaluator`` puts them into AWS's
order and stops at the first answer; ``reasons`` asks them all.

Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account
policy evaluation logic"; AWS KMS Developer Guide, "Determining access"; AWS Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.iam import services
from bastide.iam.kms import granted
from bastide.iam.layers import Layer, Workshop
from bastide.iam.policy_set import PolicySet
from bastide.iam.principals import DELEGATED, DIRECT, ENTITY, NONE
from bastide.iam.question import Question
from bastide.iam.request import ANONYMOUS_KIND, FEDERATED_USER, LINKED, ROOT, USER, Request
from bastide.iam.s3 import acl_allows, policy_counts

PARTITION = "partition"


class Layers:
    """A policy set made ready. Layers keep what they learn of actions, and serve any request."""

    __slots__ = ("boundary", "endpoint", "identity", "policies", "rcp", "resource", "scp", "session")

    def __init__(self, policies: PolicySet, workshop: Workshop | None = None) -> None:
        """Make every policy ready, in ``workshop`` where many sets share documents.

        Raises:
            InputError: a policy holds a variable that is none.
        """
        bounded = policies.boundary is not None
        make = (workshop or Workshop()).layer
        self.policies = policies
        self.scp = tuple(make("scp", documents, number) for number, documents in enumerate(policies.scp or ()))
        self.rcp = tuple(make("rcp", documents, number) for number, documents in enumerate(policies.rcp or ()))
        self.identity = make("identity", policies.identity)
        self.boundary = None if policies.boundary is None else make("boundary", policies.boundary)
        self.session = None if policies.session is None else make("session", policies.session)
        self.resource = None if policies.resource is None else make("resource", policies.resource, None, bounded)
        self.endpoint = None if policies.endpoint is None else make("endpoint", policies.endpoint)


class Hearing(Question):
    """One request before one policy set."""

    __slots__ = ("layers",)

    def __init__(self, layers: Layers, request: Request) -> None:
        """Work out the caller and the owner of the resource."""
        super().__init__(request, layers.policies.resource_account)
        self.layers = layers

    @property
    def course(self) -> tuple[object, ...]:
        """What tells which layers bind: requests that agree in it are bound by the same."""
        caller, management = self.caller, self.layers.policies.management_account
        return (
            self.action, caller.kind, caller.service_linked, LINKED in self.resource,
            management and caller.account == management, management and self.owner == management,
        )  # fmt: skip

    def binding(self) -> Iterator[Layer]:
        """The layers that bind this request, in the order in which AWS names them."""
        layers, caller = self.layers, self.caller
        if layers.rcp and self.rcp_binds():
            yield from layers.rcp
        if layers.scp and self.scp_binds():
            yield from layers.scp
        if layers.endpoint is not None:
            yield layers.endpoint
        if layers.resource is not None:
            yield layers.resource
        if caller.has_identity:
            yield layers.identity
            if caller.kind != ROOT and layers.boundary is not None:
                yield layers.boundary
            if layers.session is not None:
                yield layers.session

    def scp_binds(self) -> bool:
        """Whether SCPs speak about this caller: an identity of a member account that is no service-linked role."""
        caller = self.caller
        return (
            caller.has_identity
            and not caller.service_linked
            and caller.account != self.layers.policies.management_account
            and self.action.partition(":")[0] not in services.SCP_EXEMPT_SERVICES
        )

    def rcp_binds(self) -> bool:
        """Whether RCPs speak about this request: the service has them, and neither caller nor owner is exempt."""
        management = self.layers.policies.management_account
        return (
            not self.caller.service_linked
            and not (management and self.owner == management)
            and services.has_rcps(self.action)
            and LINKED not in self.resource
        )

    def strength(self) -> int:
        """How strongly the resource's side grants: its policy, its access control list, grants of its key."""
        layers = self.layers
        bucket = layers.policies.bucket
        found = NONE
        policy = layers.policies.resource or ()
        if layers.resource is not None and (bucket is None or policy_counts(bucket, self, policy)):
            found = layers.resource.allows(self.action, self.resource, self.keys, self.caller)
        if layers.policies.grants and granted(layers.policies.grants, self):
            found = max(found, ENTITY)
        if found < DIRECT and bucket is not None and acl_allows(bucket, self):
            found = max(found, DELEGATED if self.caller.has_identity else DIRECT)
        return found

    def allows(self, one: Layer | None) -> bool:
        """Whether a layer allows; an absent one does not restrict."""
        return one is None or bool(one.allows(self.action, self.resource, self.keys, self.caller))

    @property
    def needs_no_permission(self) -> bool:
        """Whether the action is one that AWS allows to whoever signs the call, whatever policies say."""
        if self.action in services.ALWAYS_ALLOWED:
            return self.caller.kind != ANONYMOUS_KIND
        return self.action in services.ALWAYS_ALLOWED_TO_USERS and self.caller.kind == USER

    @property
    def root_may_not(self) -> bool:
        """Whether the action is one that AWS refuses to every root user."""
        return self.caller.kind == ROOT and self.action in services.NEVER_ALLOWED_TO_ROOT

    @property
    def crosses_partitions(self) -> bool:
        """Whether caller and resource are of two partitions: credentials of one are none in another.

        Source: IAM User Guide, "Amazon Resource Names (ARNs)": each account is scoped to one partition.
        """
        arn, resource = self.request.principal.arn, self.resource
        if not arn or not resource.startswith("arn:"):
            return False
        end = resource.find(":", 4) + 1
        return resource[:end] != arn[:end]

    def missing_grants(self, strength: int) -> Iterator[str]:
        """Which of resource, identity, boundary and session policy would have to allow and do not, in AWS's order.

        ``strength``: how strongly the resource's side grants. No policy helps a caller of another partition.
        """
        if self.crosses_partitions:
            yield PARTITION
            return
        if not self.caller.has_identity:
            yield from () if strength else ("resource",)
            return
        if strength == DIRECT and not self.cross:
            return
        if not strength and (self.cross or self.resource_must_allow()):
            yield "resource"
        if (self.cross or strength != ENTITY) and self.caller.kind != ROOT and not self.allows(self.layers.identity):
            yield "identity"
        if self.layers.boundary is not None or self.layers.session is not None or self.caller.kind == FEDERATED_USER:
            yield from self._limits()

    def resource_must_allow(self) -> bool:
        """Whether the policy of a key or role is known and so has to allow, in its own account too."""
        return self.layers.resource is not None and services.needs_resource_policy(self.action, self.resource)

    def _limits(self) -> Iterator[str]:
        """Boundary and session policy. A federated user without a session policy has only what names it directly."""
        if self.caller.kind != ROOT and not self.allows(self.layers.boundary):
            yield "boundary"
        if self.layers.session is None:
            yield from ("session",) if self.caller.kind == FEDERATED_USER else ()
        elif not self.allows(self.layers.session):
            yield "session"
