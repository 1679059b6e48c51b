"""What every handler owes: declared → read back the same, listed the same, changed, adopted, gone.

One idea: a ``Case`` says what is declared and how it changes; ``keeps_its_contract`` walks one through its whole life,
and every call on the way must be in the IAM actions that are published for the type.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bastide.aws.actions import iam_actions
from bastide.aws.handler import Handler
from bastide.aws.registry import kind
from bastide.model import Action, Change, Difference, ResourceKey

Declare = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """``declared`` makes what it stands on and returns the properties; ``changed`` is what an update asks for on top.

    ``adopts``: a second create finds the first's. ``after_delete``: what is still read, or None for gone.
    ``unread``: declared properties that AWS never gives back.
    """

    handler: type[Handler]
    declared: Declare
    changed: dict[str, Any] = field(default_factory=dict)
    adopts: bool = True
    after_delete: dict[str, Any] | None = None
    unread: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.handler.type


def change_to(handler: Handler, at: Any, id: str, before: Mapping[str, Any], changed: Mapping[str, Any]) -> Change:
    """The update that the planner would make."""
    key = ResourceKey(handler.type, at.account, at.region, id)
    after = {name: value for name, value in {**before, **changed}.items() if value is not None}
    differences = tuple(Difference(name, before.get(name), value) for name, value in changed.items())
    return Change(Action.UPDATE, key, before, after, differences)


def assert_holds(found: Any, declared: Mapping[str, Any], unread: tuple[str, ...] = ()) -> None:
    """Every declared property reads back as declared."""
    assert found is not None, "there is no such resource"
    for name, value in declared.items():
        if name not in unread:
            assert found.properties.get(name) == value, f"{name} of {found.id}"


@contextmanager
def published(handler: Handler, at: Any, operation: str) -> Iterator[None]:
    """Every call made inside is one that the published policies allow for ``operation`` or for reading.

    Creating may find what is there already, and then changes it.
    """
    at.calls.clear()
    yield
    permissions = kind(handler).permissions
    operations = {"list", "read", operation} | ({"update"} if operation == "create" else set())
    allowed = {action.lower() for name in operations for action in permissions.get(name, ())}
    needed = {action for call in at.calls for action in iam_actions(*call.split(":"))}
    missing = sorted(action for action in needed if action.lower() not in allowed)
    assert not missing, f"{handler.type} {operation}: not in its actions: {missing}"


def keeps_its_contract(case: Case, at: Any) -> None:
    """One resource's life through the handler."""
    handler = case.handler()
    declared = case.declared(at)
    with published(handler, at, "create"):
        id = handler.create(at, declared)
    with published(handler, at, "read"):
        assert_holds(handler.read(at, id), declared, case.unread)
        listed = [found for found in handler.list(at) if found.id == id]
    assert len(listed) == 1, f"{id} is not listed once"
    assert_holds(listed[0], declared, case.unread)
    if case.adopts:
        with published(handler, at, "create"):
            assert handler.create(at, declared) == id
        assert [found.id for found in handler.list(at)].count(id) == 1
        assert_holds(handler.read(at, id), declared, case.unread)
    if case.changed:
        before = dict(listed[0].properties)
        with published(handler, at, "update"):
            handler.update(at, id, change_to(handler, at, id, before, case.changed))
        now = handler.read(at, id)
        assert_holds(now, declared | case.changed, case.unread)
        restored = {name: before.get(name) for name in case.changed}
        assert now is not None
        with published(handler, at, "update"):
            handler.update(at, id, change_to(handler, at, id, now.properties, restored))
        assert_holds(handler.read(at, id), declared, case.unread)
    last = handler.read(at, id)
    assert last is not None
    with published(handler, at, "delete"):
        handler.delete(at, id, last.properties)
    if case.after_delete is None:
        assert handler.read(at, id) is None
        assert id not in [found.id for found in handler.list(at)]
        handler.delete(at, id, last.properties)
    else:
        assert_holds(handler.read(at, id), case.after_delete)
