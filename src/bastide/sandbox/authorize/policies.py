"""The policies in force for a question: of the organization, of the caller, of the resource, of the endpoint.

One idea: everything is read anew from the sandbox's state at every call, as texts; what those texts make is kept by the
texts themselves. So the organization's tree counts as it is at that moment, and nothing has to be invalidated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bastide.iam import Compiled, PolicySet
from bastide.iam.layers import Workshop
from bastide.iam.policy_set import Bucket, Grant
from bastide.model import PolicyDocument
from bastide.sandbox.authorize.identities import Own, Sources
from bastide.sandbox.authorize.library import Library, Source
from bastide.sandbox.authorize.lookups import organization_backend

KEPT = 4_000  # compiled policy sets


@dataclass(frozen=True, slots=True)
class OfResource:
    """What a resource itself says: its policy, whose it is, grants of a key, settings of a bucket."""

    owner: str
    policy: Source | None = None
    grants: tuple[Grant, ...] = ()
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """Policies made ready. `unread`: what of them could not be read."""

    compiled: Compiled
    unread: tuple[str, ...]
    # Condition keys that the policies ask about, in lower case, and up to a slash.
    asked: frozenset[str]
    # Action and resource type → whether they ask about keys of the request's parameters; learned.
    learned: dict[tuple[str, str], bool]

    def asks(self, stem: str) -> bool:
        """Whether a policy asks about a key, up to a slash."""
        return stem in self.asked


_VARIABLE = re.compile(r"\$\{\s*([^},\s]+)")


def asked_keys(document: PolicyDocument, text: str) -> Iterator[str]:
    """The condition keys that a policy asks about, up to a slash and in lower case, those of its variables too."""
    for statement in document.statements:
        for tests in statement.condition.values():
            yield from (key.lower().partition("/")[0] for key in tests)
    if "${" in text:
        yield from (key.lower().partition("/")[0] for key in _VARIABLE.findall(text))


class Policies:
    """The compiled policy sets of a sandbox, by what they are made of."""

    def __init__(self) -> None:
        """Nothing compiled yet."""
        self.library = Library()
        self._workshop = Workshop()
        self._compiled: dict[tuple[object, ...], InForce] = {}
        self._near: dict[tuple[object, ...], tuple[Own, Place, Place, InForce]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]

    def in_force(self, own: Own, place: Place, owners: Place, resource: OfResource, endpoint: Source | None) -> InForce:
        """The policies in force for a caller, a resource and the endpoint that the request came through.

        `place` and `owners` are where the caller's and the resource's accounts stand.
        """
        # The caller and the places stay the same objects for as long as nothing changed them: comparing these costs
        # less than hashing all texts.
        near = (id(own), id(place), id(owners), resource, endpoint)
        known = self._near.get(near)
        if known is not None and known[0] is own and known[1] is place and known[2] is owners:
            return known[3]
        if len(self._near) >= KEPT:
            self._near.clear()
        found = self._by_texts(own, place, owners, resource, endpoint)
        self._near[near] = (own, place, owners, found)
        return found

    def _by_texts(
        self, own: Own, place: Place, owners: Place, resource: OfResource, endpoint: Source | None
    ) -> InForce:
        management = place.management or owners.management
        key = (
            own.identity, own.boundary, own.session, own.missing, place.scp, owners.rcp, management, resource, endpoint,
        )  # fmt: skip
        found = self._compiled.get(key)
        if found is None:
            if len(self._compiled) >= KEPT:
                self._compiled.clear()
            found = self._compiled[key] = self._compile(*key)
        return found

    def _compile(
        self,
        identity: Sources,
        boundary: Sources | None,
        session: Sources | None,
        missing: tuple[str, ...],
        scp: tuple[Sources, ...] | None,
        rcp: tuple[Sources, ...] | None,
        management: str,
        resource: OfResource,
        endpoint: Source | None,
    ) -> InForce:
        reader = _Reader(self.library)
        policies = PolicySet(
            scp=None if scp is None else tuple(reader.read(level) for level in scp),
            rcp=None if rcp is None else tuple(reader.read(level) for level in rcp),
            identity=reader.read(identity),
            boundary=None if boundary is None else reader.read(boundary),
            session=None if session is None else reader.read(session),
            resource=None if resource.policy is None else reader.read((resource.policy,)),
            endpoint=None if endpoint is None else reader.read((endpoint,)),
            resource_account=resource.owner,
            management_account=management,
            grants=resource.grants,
            bucket=resource.bucket,
        )
        unread = (*reader.unread, *(f"{arn}: there is no such policy" for arn in missing))
        asked = frozenset(reader.asked) | ({"kms:encryptioncontext"} if resource.grants else frozenset())
        return InForce(Compiled(policies, self._workshop), unread, asked, {})


class _Reader:
    """Reads sources and notes what cannot be read."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.unread: list[str] = []
        self.asked: set[str] = set()

    def read(self, sources: Iterable[Source]) -> tuple[PolicyDocument, ...]:
        found = []
        for source in sources:
            document = self._library.read(source)
            if isinstance(document, str):
                self.unread.append(f"{source.name or source.arn or 'a policy'}: {document}")
            else:
                found.append(document)
                self.asked.update(asked_keys(document, source.text))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account stands: its organization, whose management account, and what is attached above it."""

    organization: str = ""
    management: str = ""
    path: str = ""  # as `aws:PrincipalOrgPaths` writes it
    scp: tuple[Sources, ...] | None = None
    rcp: tuple[Sources, ...] | None = None


NOWHERE = Place()


def read_place(account: str) -> Place:
    """An account's place in the organization's tree as it is now; policies None where their type is not in force."""
    backend = organization_backend(account) if account else None
    if backend is None:
        return NOWHERE
    management = str(backend.org.master_account_id)
    node = next((one for one in backend.accounts if one.id == account), None)
    if node is None:
        return Place(management=management)
    units = {unit.id: unit for unit in backend.ou}
    chain = [node]
    while (above := units.get(getattr(chain[-1], "parent_id", None) or "")) is not None:
        chain.append(above)
    chain.reverse()
    kinds = {one["Type"] for one in units[backend.org.root_id].policy_types}
    organization = str(backend.org.id)
    path = "/".join((organization, *(one.id for one in chain[:-1]), ""))
    return Place(
        organization, management, path, _levels(chain, "SERVICE_CONTROL_POLICY", kinds),
        _levels(chain, "RESOURCE_CONTROL_POLICY", kinds),
    )  # fmt: skip


def _levels(chain: list[Any], kind: str, kinds: set[str]) -> tuple[Sources, ...] | None:
    if kind not in kinds:
        return None
    return tuple(tuple(_source(one) for one in node.attached_policies if one.type == kind) for node in chain)


def _source(policy: Any) -> Source:
    kept: tuple[Any, Source] | None = getattr(policy, "_bastide_source", None)
    if kept is None or kept[0] is not policy.content or kept[1].name != policy.name:
        kept = (policy.content, Source(str(policy.content), str(policy.name), str(policy.arn)))
        policy._bastide_source = kept
    return kept[1]
