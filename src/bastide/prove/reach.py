"""What every principal can do: the documented actions of which some request gets through all that binds it.

The one idea: the actions fall into *cells*, in which the same service and resource control policies speak about every
action; what is true of one action of a cell is true of all. Within a cell a statement's tests matter only on keys that
the policies of the cell ask about. So few questions are asked for thousands of principals, and their answers are
remembered by what the policies say, not by who asks: after one policy was edited, only what it touches is asked again.

An action counts when the principal's own policies, its boundary, the service control policies over its account and the
resource control policies over its account's resources together admit one request, on resources of its own account. Not
looked at: what a resource's own policy grants or denies, and whether an ARN is one that the action names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from bastide.iam.estate import USER
from bastide.iam.estate import Policies as Index
from bastide.iam.services import RCP_SERVICES
from bastide.model import Estate, Statement
from bastide.prove.cells import Cell, Known, Partial, Tests, settled, split
from bastide.prove.invariants_estate import Policies, Stack
from bastide.prove.profiles import Profile, Profiles
from bastide.prove.symbolic import (
    Covered,
    Example,
    NotDecided,
    Question,
    Rule,
    Test,
    absent,
    action_list,
    pinned,
    rules,
    solve,
)
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.callers import IS_SERVICE, ORGANIZATION, TYPE
from bastide.prove.symbolic.constraint import possible
from bastide.prove.symbolic.rule import ACCOUNT, FEDERATED, PRINCIPAL_ARN, SERVICE, SESSION

ANYTHING = Rule(Statement("Allow", action=("*",), resource=("*",)))
RESOURCE_ACCOUNT, RESOURCE_ORGANIZATION = "aws:resourceaccount", "aws:resourceorgid"


@dataclass(frozen=True, slots=True)
class Reach:
    """Actions as bits of ``action_list``: those that a principal ``can`` do, and those of which it is not known.

    ``unread`` names policies of it that could not be read: they may grant more.
    """

    can: int
    unsure: int = 0
    unread: tuple[str, ...] = ()


@dataclass
class Memory:
    """Answers that outlive an estate: of the next one, with one policy edited, only what changed is asked."""

    profiles: Profiles = field(default_factory=Profiles)
    numbers: dict[Hashable, int] = field(default_factory=dict)
    admitted: dict[Hashable, bool | None] = field(default_factory=dict)
    reached: dict[Hashable, tuple[str, Reach]] = field(default_factory=dict)  # with the account of who was asked about
    own: dict[Hashable, _Own] = field(default_factory=dict)
    told: dict[tuple[Test, ...], dict[str, tuple[bool, ...]]] = field(default_factory=dict)  # tests → ARN → outcomes

    def number(self, said: Hashable) -> int:
        """A number that stands for a value: the same for equal ones."""
        return self.numbers.setdefault(said, len(self.numbers))


Cells = tuple[tuple[Cell, frozenset[str], int], ...]  # with its keys, and the number of what it says


@dataclass
class _Ground:
    """What binds principals that the policies cannot tell apart."""

    number: int
    cells: Cells
    known: Known  # of the first such principal; the tests that depend on who it is are the same for all
    variables: bool
    sides: dict[Hashable, tuple[int, Cells]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Own:
    """The policies of a principal, with what follows from who it is settled."""

    allows: tuple[Partial, ...]
    denies: tuple[Partial, ...]
    boundary: tuple[Partial, ...] | None
    unread: tuple[str, ...]


# A name for what binds the principals of an account, tests of their ARNs with outcomes by ARN, SCPs and RCPs.
_Place = tuple[Hashable, tuple[Test, ...], dict[str, tuple[bool, ...]], Stack, Stack]


class Reaches:
    """What the principals of one estate can do."""

    def __init__(self, estate: Estate, memory: Memory | None = None, policies: Policies | None = None) -> None:
        """Questions over ``estate``; a ``memory`` that served another estate makes the answers cheaper, not other."""
        self.estate = estate
        self.policies = policies or Policies(estate)
        self.memory = memory or Memory()
        self.index = Index(estate)
        self._grounds: dict[Hashable, _Ground] = {}
        self._places: dict[tuple[str, str], _Place] = {}

    @cached_property
    def every(self) -> dict[str, Reach]:
        """What each user and role can do, by ARN, in the estate's order."""
        return {one.resource.arn: self.of(one) for one in self.memory.profiles.of(self.estate)}

    def among(self, accounts: frozenset[str]) -> Iterator[Reach]:
        """What the users and roles of some accounts can do, one after the other."""
        for one in self.memory.profiles.of(self.estate):
            if one.resource.account in accounts:
                yield self.of(one)

    def who_can(self, action: str) -> list[str]:
        """Principals that can do a documented action, in the estate's order."""
        bits = action_list().bits([action])
        return [arn for arn, reach in self.every.items() if bits and reach.can & bits == bits]

    def of(self, profile: Profile) -> Reach:
        """What one principal can do."""
        ground = self._ground(profile)
        resource = profile.resource
        own = resource.arn if profile.is_own or ground.variables else resource.account if profile.names_digits else ""
        key = (profile.key, own, ground.number)
        known = self.memory.reached.get(key)
        if known is None:
            known = self.memory.reached[key] = (resource.account, _Asking(self, ground, profile).reach())
        account, found = known
        if not found.unread or account == resource.account:
            return found
        return replace(found, unread=tuple(one.replace(account, resource.account) for one in found.unread))

    def _ground(self, profile: Profile) -> _Ground:
        resource = profile.resource
        place = self._places.get((resource.account, resource.type)) or self._place(resource.account, resource.type)
        named, tests, told, scps, rcps = place
        outcomes = told.get(resource.arn)
        if outcomes is None:
            outcomes = told[resource.arn] = tuple(test.holds((resource.arn,)) for test in tests)
        key = (named, outcomes)
        if key not in self._grounds:
            self._grounds[key] = self._made(profile, scps, rcps)
        return self._grounds[key]

    def _place(self, account: str, kind: str) -> _Place:
        """What binds the principals of an account: a name for it, tests of their ARNs, the policies."""
        scps, rcps = self.policies.scps(account), self.policies.rcps(account)
        alone = account if scps.names_accounts or rcps.names_accounts else ""
        named = (id(scps), id(rcps), kind, alone, account in self.policies.accounts)
        tests = tuple(dict.fromkeys(_arn_tests(scps, rcps)))
        found = self._places[account, kind] = (named, tests, self.memory.told.setdefault(tests, {}), scps, rcps)
        return found

    def _made(self, profile: Profile, scps: Stack, rcps: Stack) -> _Ground:
        known = self.known(profile)
        denies = [*settled(scps.denies, known), *settled(rcps.denies, known, rcp_bits())]
        layers = [list(settled(layer, known)) for layer in scps.allows]
        cells = split(split([Cell(action_list().every)], denies=denies), layers=layers)
        number = self.memory.number
        ready = tuple((cell, cell.keys, number(cell.said)) for cell in cells)
        told = number((frozenset((cell.bits, said) for cell, _, said in ready), "ground"))
        return _Ground(told, ready, known, any(one.rule.variables for cell in cells for one in cell.every))

    def known(self, profile: Profile) -> Known:
        """The keys that follow from who a principal is, and from the account of the resources."""
        account = profile.resource.account
        organization = self.policies.organization_id if account in self.policies.accounts else ""
        there = (organization,) if organization else ()
        return {
            PRINCIPAL_ARN: (profile.resource.arn,), ACCOUNT: (account,), ORGANIZATION: there, IS_SERVICE: ("false",),
            TYPE: ("User" if profile.resource.type == USER else "AssumedRole",),
            SERVICE: (), FEDERATED: (), SESSION: (), RESOURCE_ACCOUNT: (account,), RESOURCE_ORGANIZATION: there,
        }  # fmt: skip


class _Asking:
    """One principal's policies against its ground."""

    def __init__(self, reaches: Reaches, ground: _Ground, profile: Profile) -> None:
        self.memory, self.ground, self.profile = reaches.memory, ground, profile
        self.known = reaches.known(profile)
        key = (profile.resource.arn, profile.key, self.known[ORGANIZATION])
        if key not in self.memory.own:
            self.memory.own[key] = _own(profile, reaches.index, self.known)
        self.own = self.memory.own[key]

    @cached_property
    def given(self) -> Tests:
        """What holds for the principal's requests."""
        return tuple(pinned(key, *values) if values else absent(key) for key, values in self.known.items())

    def reach(self) -> Reach:
        """What the principal can do."""
        can = unsure = 0
        around = self._around()
        for one in self.own.allows:
            free, cells = self._sides(one) if around is None else (0, around)
            can |= one.bits & free
            for cell, keys, said in cells:
                bits = one.bits & cell.bits & ~can
                if bits:
                    admitted = self._admitted(one, cell, keys, said, bits)
                    can |= bits if admitted else 0
                    unsure |= bits if admitted is None else 0
        return Reach(can, unsure & ~can, self.own.unread)

    def _around(self) -> Cells | None:
        """The cells with the principal's own denies and its boundary; None when it has neither."""
        own = self.own
        if not own.denies and own.boundary is None:
            return None
        layers = () if own.boundary is None else (own.boundary,)
        cells = split([cell for cell, _, _ in self.ground.cells], denies=own.denies, layers=layers)
        return tuple((cell, cell.keys, self.memory.number(cell.said)) for cell in cells)

    def _sides(self, one: Partial) -> tuple[int, Cells]:
        """The actions that any statement without a test on the cells' keys can do, and the cells to be asked."""
        keys = one.keys
        whose = frozenset({"@"}) if one.rule.variables else keys
        if whose not in self.ground.sides:
            apart = [each for each in self.ground.cells if not one.rule.variables and _is_apart(each[0], each[1], keys)]
            anything = Partial(action_list().every, ANYTHING, ((),), frozenset())
            free, left = 0, [each for each in self.ground.cells if each not in apart]
            for cell, cell_keys, said in apart:
                admitted = self._admitted(anything, cell, cell_keys, said, cell.bits)
                free |= cell.bits if admitted else 0
                left += [(cell, cell_keys, said)] if admitted is None else []
            self.ground.sides[whose] = (free, tuple(left))
        return self.ground.sides[whose]

    def _admitted(self, one: Partial, cell: Cell, keys: frozenset[str], said: int, bits: int) -> bool | None:
        """Whether some request that a statement allows gets through a cell's rules; None when it is not known."""
        variables = one.rule.variables or any(each.rule.variables for each in cell.every)
        asked = one.left if variables else tuple(tuple(t for t in tests if t.key in keys) for tests in one.left)
        if not cell.denies and not cell.layers and not variables:
            return True
        key = (asked, said, self.profile.resource.arn if variables else "")
        if key not in self.memory.admitted:
            name = action_list().names[(bits & -bits).bit_length() - 1]
            question = Question(
                ((one.rule,), *(tuple(each.rule for each in layer) for layer in cell.layers)),
                tuple(each.rule for each in cell.denies), self.given, Actions((name,)),
                documented_only=True, shaped=False,
            )  # fmt: skip
            answer = solve(question)
            self.memory.admitted[key] = (
                True if isinstance(answer, Example) else False if isinstance(answer, Covered) else None
            )
        return self.memory.admitted[key]


def _own(profile: Profile, index: Index, known: Known) -> _Own:
    identity = index.own_policies(profile.resource)
    every = [rule for document in identity.identity for rule in rules(document)]
    limits = None if identity.boundary is None else [rule for one in identity.boundary for rule in rules(one)]
    allows = settled((rule for rule in every if rule.allows), known)
    return _Own(
        tuple(one for one in allows if any(all(map(_possible, _by_key(tests))) for tests in one.left)),
        tuple(settled((rule for rule in (*every, *(limits or ())) if not rule.allows), known)),
        None if limits is None else tuple(settled((rule for rule in limits if rule.allows), known)),
        tuple(str(one) for one in identity.unread),
    )  # fmt: skip


def _is_apart(cell: Cell, asked: frozenset[str], keys: frozenset[str]) -> bool:
    """Whether a cell's rules ask about none of some keys, and the same of every principal."""
    return keys.isdisjoint(asked) and not any(one.rule.variables for one in cell.every)


def rcp_bits() -> int:
    """The documented actions about which resource control policies speak at all."""
    return action_list().bits([f"{service}:*" for service in sorted(RCP_SERVICES)])


def _arn_tests(*stacks: Stack) -> Iterator[Test]:
    """The tests of some policies whose outcome depends on which principal of an account asks."""
    for stack in stacks:
        for rule in stack.every:
            for tests in rule.alternatives():
                yield from (test for test in tests if test.key == PRINCIPAL_ARN)


def _by_key(tests: Tests) -> Iterable[frozenset[Test]]:
    found: dict[str, frozenset[Test]] = {}
    for test in tests:
        found[test.key] = found.get(test.key, frozenset()) | {test}
    return found.values()


def _possible(tests: frozenset[Test]) -> bool:
    try:
        return possible(tests)
    except NotDecided:
        return True
