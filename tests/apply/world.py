"""A fake target in memory: a few handlers over a dictionary, so that the engine's laws can be tried without AWS.

Not a mock of our code: it stands where AWS stands, has identifiers of its own choosing, names that collide, and can be
told to fail or to be killed at any call.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from botocore.exceptions import ClientError

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler
from bastide.aws.registry import kind
from bastide.model import GLOBAL, Change, Estate, Origin, Properties, Resource, ResourceKey, ResourceType, Scope

T = TypeVar("T")
START = datetime(2026, 11, 24, tzinfo=UTC)
MANAGEMENT = "111122223333"


class Killed(BaseException):
    """The process ends here, as by kill -9: nothing behind this line runs."""


def refused(code: str, operation: str = "Write", message: str = "no") -> ClientError:
    """An AWS error."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass
class World:
    """What exists, by (type, account, region, id); and what happens at a write."""

    things: dict[ResourceKey, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)  # (operation, type, account)
    before_write: Callable[[int, str, str, str], None] = lambda *_: None
    after_write: Callable[[int, str, str, str], None] = lambda *_: None
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def write(self, operation: str, at: Connection, type: str, act: Callable[[], T]) -> T:
        number = len(self.calls)
        self.before_write(number, operation, type, at.account)
        self.calls.append((operation, type, at.account))
        made = act()
        self.after_write(number, operation, type, at.account)
        return made

    def check_references(self, properties: Properties, account: str) -> None:
        """As AWS does: what is named must be there, and so must the account."""
        if "ba571de" in str(properties) or account.startswith("0000"):
            raise refused("ValidationError", "Write", "a provisional identifier")
        if properties.get("Net") and not any(key.id in properties["Net"] for key in self.things if "net-" in key.id):
            raise refused("InvalidNet.NotFound", "Write")
        if account not in (MANAGEMENT, "222233334444") and not any(key.id == account for key in self.things):
            raise refused("InvalidAccount", "Write")

    def snapshot(self) -> dict[ResourceKey, dict[str, Any]]:
        return copy.deepcopy(self.things)

    def observed(self, handlers: dict[str, Handler]) -> Estate:
        found = [
            Resource(*key, properties=copy.deepcopy(value), arn=handlers[key.type].arn(key), origin=Origin("observed"))
            for key, value in sorted(self.things.items())
        ]
        return Estate(tuple(found))


@dataclass
class At:
    """A connection."""

    account: str
    region: str
    partition: str = "aws"
    management_account: str = MANAGEMENT

    def client(self, service: str, region: str = "") -> Any:
        raise AssertionError("the fake world has no clients")

    def once(self, name: str, read: Callable[[], T]) -> T:
        return read()

    def each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [work(item) for item in items]

    def of(self, account: str) -> At:
        return At(account, self.region)


@dataclass
class FakeTarget:
    """What the engine needs of a target."""

    name: str = "sandbox"
    management_account: str = MANAGEMENT
    partition: str = "aws"
    threads: int = 1
    patience: float = 0.0
    label: str = "sandbox/111122223333"
    time: datetime = START

    def connection(self, account: str, region: str) -> At:
        return At(account, region)

    def clock(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class FakeHandler(Handler):
    """Things of one type; subclasses say how they are identified."""

    service = "fake"
    scope = Scope.REGION
    prefix: ClassVar[str] = (
        ""  # what an identifier of the world's choosing begins with; empty: the Name is the identifier
    )

    def __init__(self, world: World) -> None:
        self.world = world

    def key(self, at: Connection, id: str) -> ResourceKey:
        return ResourceKey(self.type, at.account, at.region, id)

    def arn(self, key: ResourceKey) -> str:
        return f"arn:aws:fake:{key.region}:{key.account}:{key.id}"

    def list(self, at: Connection) -> Iterable[Found]:
        for key, value in sorted(self.world.things.items()):
            if key[:3] == (self.type, at.account, at.region):
                yield Found(key.id, copy.deepcopy(value), self.arn(key))

    def create(self, at: Connection, properties: Properties) -> str:
        return self.world.write("create", at, self.type, lambda: self._create(at, properties))

    def _create(self, at: Connection, properties: Properties) -> str:
        id = f"{self.prefix}{next(self.world.numbers):017x}" if self.prefix else str(properties.get("Name", "one"))
        if self.key(at, id) in self.world.things:
            raise refused("EntityAlreadyExists", "Create")
        self.world.check_references(properties, at.account)
        self.world.things[self.key(at, id)] = copy.deepcopy(dict(properties))
        return id

    def update(self, at: Connection, id: str, change: Change) -> None:
        self.world.write("update", at, self.type, lambda: self._update(at, id, change))

    def _update(self, at: Connection, id: str, change: Change) -> None:
        self.world.check_references(change.after or {}, at.account)
        wanted = {name: value for name, value in desired(change).items() if value is not None}
        self.world.things[self.key(at, id)] = copy.deepcopy(wanted)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        self.world.write("delete", at, self.type, lambda: self._delete(at, id))

    def _delete(self, at: Connection, id: str) -> None:
        if any(id in str(value.get("Net")) or id == key.account for key, value in self.world.things.items()):
            raise refused("DependencyViolation", "Delete")
        self.world.things.pop(self.key(at, id), None)


class Net(FakeHandler):
    """A thing whose identifier the world chooses."""

    type = "Fake::Net"
    prefix = "net-"
    identified_by = ("Name",)


class Box(FakeHandler):
    """A thing that is identified by its name; a change of Kind replaces it."""

    type = "Fake::Box"
    identified_by = ("Name",)
    create_only = ("Kind",)


class Vault(FakeHandler):
    """A named thing with data in it."""

    type = "Fake::Vault"
    identified_by = ("Name",)
    data_bearing = True


class Account(FakeHandler):
    """An account of the fake organization."""

    type = "Fake::Account"
    identified_by = ("Name",)
    scope = Scope.ORGANIZATION

    def _create(self, at: Connection, properties: Properties) -> str:
        id = f"{444400000000 + next(self.world.numbers)}"
        self.world.things[self.key(at, id)] = dict(properties)
        return id


def make(world: World) -> dict[str, Handler]:
    """All fake handlers over one world."""
    return {handler.type: handler(world) for handler in (Net, Box, Vault, Account)}


def kinds(handlers: dict[str, Handler]) -> dict[str, ResourceType]:
    return {name: kind(handler) for name, handler in handlers.items()}


def box(name: str, account: str = MANAGEMENT, **properties: Any) -> Resource:
    return Resource("Fake::Box", account, GLOBAL, name, {"Name": name, **properties})
