"""Controls that installed Python packages bring, by the entry point ``bastide.controls``.

The one idea: an entry point names a ``Control``, a module, or a package of controls made with the same decorator as
the shipped ones. A plug-in is code that somebody installed: it may do what it wants, but it cannot take the place of a
shipped control, one that cannot be imported is an error rather than a control fewer, and what it does wrong on a
resource is UNKNOWN there (``confined``) rather than the end of the assessment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from bastide.controls.control import Control
from bastide.controls.library import written_in
from bastide.declare.own_controls.confine import confined
from bastide.declare.own_controls.plugin_cases import wrong_cases
from bastide.errors import InputError

GROUP = "bastide.controls"


def plugged_controls(found: Iterable[EntryPoint] | None = None) -> tuple[Control, ...]:
    """The controls of all installed plug-ins, sorted by id.

    Raises:
        InputError: a plug-in cannot be imported, brings no control, or one that contradicts its examples or has none.
    """
    controls: dict[str, Control] = {}
    for point in sorted(entry_points(group=GROUP) if found is None else found, key=lambda one: one.name):
        for control in _of(point):
            controls[control.id] = control
    problems = [one for control in controls.values() for one in wrong_cases(control)]
    if problems:
        raise InputError.of(problems)
    return tuple(controls[name] for name in sorted(controls))


def _of(point: EntryPoint) -> list[Control]:
    where = f"entry point {point.name} = {point.value}"
    try:
        value = point.load()
        controls = (
            [value] if isinstance(value, Control) else list(written_in(value)) if isinstance(value, ModuleType) else []
        )
    except (Exception, SystemExit) as error:
        raise InputError(f"the plug-in {point.name} cannot be imported: {type(error).__name__}: {error}", where,
                         "mend or uninstall the package that brings it") from error  # fmt: skip
    if not controls:
        raise InputError(f"the plug-in {point.name} brings no control", where,
                         "name a Control, or a module or package of them")  # fmt: skip
    return [replace(control, decide=confined(control), relational=True) for control in controls]
