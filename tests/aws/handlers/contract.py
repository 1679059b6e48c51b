"""What every handler owes: declared → read back the same, listed the same, changed, adopted, gone.

One idea: a ``Case`` says what is declared and how it changes; ``keeps_its_contract`` walks one through its whole life.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.aws.handler import Handler
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


def keeps_its_contract(case: Case, at: Any) -> None:
    """One resource's life through the handler."""
    handler = case.handler()
    declared = case.declared(at)
    id = handler.create(at, declared)
    assert_holds(handler.read(at, id), declared, case.unread)
    listed = [found for found in handler.list(at) if found.id == id]
    assert len(listed) == 1, f"{id} is not listed once"
    assert_holds(listed[0], declared, case.unread)
    if case.adopts:
        assert handler.create(at, declared) == id
        assert [found.id for found in handler.list(at)].count(id) == 1
        assert_holds(handler.read(at, id), declared, case.unread)
    if case.changed:
        before = dict(listed[0].properties)
        handler.update(at, id, change_to(handler, at, id, before, case.changed))
        now = handler.read(at, id)
        assert_holds(now, declared | case.changed, case.unread)
        restored = {name: before.get(name) for name in case.changed}
        assert now is not None
        handler.update(at, id, change_to(handler, at, id, now.properties, restored))
        assert_holds(handler.read(at, id), declared, case.unread)
    last = handler.read(at, id)
    assert last is not None
    handler.delete(at, id, last.properties)
    if case.after_delete is None:
        assert handler.read(at, id) is None
        assert id not in [found.id for found in handler.list(at)]
        handler.delete(at, id, last.properties)
    else:
        assert_holds(handler.read(at, id), case.after_delete)
