"""The architecture with its tree laid flat and every name given its id: what all subjects are functions of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bastide.declare.architecture import Architecture, Unit
from bastide.declare.expansion.known import Known
from bastide.model import GLOBAL, Origin, Properties, Resource, ResourceKey, Value, provisional

Places = Callable[[str], tuple[int, int]]
MANAGEMENT = "management"  # how the file calls the management account
QUARANTINE = "quarantine"  # the unit of accounts that are to do nothing; it is always there


@dataclass(frozen=True, slots=True)
class Member:
    """One account. ``path`` is its unit's path; ``said`` the place in the file that declares it."""

    name: str
    id: str
    email: str
    parent_id: str
    path: str
    network: bool
    said: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One organizational unit; ``network`` is what its accounts get when they say nothing themselves."""

    path: str
    name: str
    id: str
    parent_id: str
    unit: Unit
    network: bool
    said: str


@dataclass(frozen=True)
class Survey:
    """Architecture, known ids, units and accounts; and how a resource is made of them."""

    architecture: Architecture
    known: Known
    branches: tuple[Branch, ...]
    members: tuple[Member, ...]
    file: str = ""
    places: Places | None = None

    @property
    def home(self) -> str:
        """The home region."""
        return self.architecture.regions.home

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Allowed regions with the home region, sorted."""
        return tuple(sorted({self.home, *self.architecture.regions.allowed}))

    @cached_property
    def management(self) -> Member:
        """The management account; it lies in the root and holds no workload."""
        known = self.known
        return Member(
            MANAGEMENT, known.management_account, known.management_email, known.root_id, "", False, "organization"
        )

    @cached_property
    def everyone(self) -> tuple[Member, ...]:
        """All accounts, the management account first."""
        return (self.management, *self.members)

    @cached_property
    def by_name(self) -> dict[str, Member]:
        """All accounts by name."""
        return {member.name: member for member in self.everyone}

    @property
    def archive(self) -> Member:
        """The account that keeps the logs."""
        return self.by_name[self.architecture.logs.account]

    @property
    def audit(self) -> Member:
        """The account that runs the detection services for all others."""
        return self.by_name[self.architecture.detect.account]

    def everywhere(self) -> Iterator[tuple[Member, str]]:
        """(account, region) for every account and allowed region."""
        return ((member, region) for member in self.everyone for region in self.regions)

    def arn(self, service: str, region: str, account: str, resource: str) -> str:
        """An ARN in this partition; ``region`` GLOBAL is left out."""
        return f"arn:{self.known.partition}:{service}:{'' if region == GLOBAL else region}:{account}:{resource}"

    def managed(self, policy: str) -> str:
        """The ARN of an AWS managed policy, by its path and name."""
        return f"arn:{self.known.partition}:iam::aws:policy/{policy}"

    def name(self, subject: str) -> str:
        """A name that is unique worldwide (bucket names must be): organization, subject and management account."""
        return f"{self.architecture.organization}-{subject}-{self.known.management_account}"

    def tags(self, **own: str) -> list[dict[str, str]]:
        """The file's tags and ``own`` as Key/Value pairs sorted by key; in ``own``, ``_`` stands for ``:``."""
        named = {key.replace("_", ":"): value for key, value in own.items()}
        return [{"Key": key, "Value": value} for key, value in sorted({**self.architecture.tags, **named}.items())]

    def where(self, said: str) -> str:
        """``file:line:column  path`` of a path of the file, for a message."""
        origin = self.origin(said)
        return f"{origin.file}:{origin.line}:{origin.column}  {said}" if origin.file else said

    def origin(self, said: str) -> Origin:
        """The origin of what the path ``said`` of the file asks for; the nearest enclosing path that the file holds."""
        path = said
        while self.places and path:
            line, column = self.places(path)
            if line:
                return Origin("declared", self.file, line, column, detail=said)
            path = path.rpartition(".")[0]
        return Origin("declared", detail=said)

    def make(
        self,
        type: str,
        at: tuple[Member, str],
        id: str,
        properties: Properties,
        said: str,
        *,
        arn: str = "",
        after: Iterable[Resource | ResourceKey] = (),
    ) -> Resource:
        """A resource in an account and region, said by a path of the file, made after others; without empty values."""
        member, region = at
        keys = sorted({other.key if isinstance(other, Resource) else other for other in after})
        kept = {name: value for name, value in properties.items() if not _is_empty(name, value)}
        return Resource(type, member.id, region, id, kept, arn, self.origin(said), tuple(keys))


def _is_empty(name: str, value: Value) -> bool:
    return value is None or value == "" or (name == "Tags" and not value)


def survey(architecture: Architecture, known: Known, file: str = "", places: Places | None = None) -> Survey:
    """The survey of an architecture; units and accounts in the order of their paths and names."""
    units = {QUARANTINE: Unit(), **architecture.ous}
    branches = tuple(sorted(_branches(units, known), key=lambda branch: branch.path))
    members = sorted(
        (member for branch in branches for member in _members(branch, architecture, known)),
        key=lambda member: member.name,
    )
    return Survey(architecture, known, branches, tuple(members), file, places)


def _branches(
    units: dict[str, Unit], known: Known, parent: str = "", parent_id: str = "", network: bool = False
) -> Iterator[Branch]:
    for name, unit in units.items():
        path = f"{parent}/{name}" if parent else name
        said = "ous." + path.replace("/", ".")
        gets = network if unit.network is None else unit.network
        branch = Branch(path, name, provisional.unit_id(path), parent_id or known.root_id, unit, gets, said)
        yield branch
        yield from _branches(unit.units, known, path, branch.id, gets)


def _members(branch: Branch, architecture: Architecture, known: Known) -> Iterator[Member]:
    for name, entry in branch.unit.accounts.items():
        email = entry.email or architecture.emails.replace("{account}", name)
        yield Member(
            name=name,
            id=entry.id or known.account(name, email),
            email=email,
            parent_id=branch.id,
            path=branch.path,
            network=branch.network if entry.network is None else entry.network,
            said=f"{branch.said}.accounts.{name}",
        )
