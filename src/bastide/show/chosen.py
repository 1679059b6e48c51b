"""Which controls a command judges by: the shipped ones, those of installed plug-ins, and those of files.

The one idea: there is one list, made once; every command that assesses, collects for it or shows it takes that list.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.controls import Control


def chosen_controls(files: Sequence[Path] = ()) -> tuple[Control, ...]:
    """All controls in force, sorted by id; ``files``: YAML files of own controls, or folders of them.

    Raises:
        InputError: a file or a plug-in is wrong, or brings a control of a name that is taken.
    """
    from bastide.controls import all_controls
    from bastide.declare.own_controls.plugins import plugged_controls

    found = {control.id: control for control in all_controls()}
    for control in (*plugged_controls(), *_own(files)):
        if control.id in found:
            raise InputError(f"there is another control {control.id} already", fix="give yours another id")
        found[control.id] = control
    return tuple(found[name] for name in sorted(found))


def _own(files: Sequence[Path]) -> tuple[Control, ...]:
    if not files:
        return ()
    from importlib.util import find_spec

    if find_spec("cel") is None or find_spec("cfnlint") is None:
        raise InputError("controls in files need the extra `templates`", fix="pip install 'bastide[templates]'")
    from bastide.declare.own_controls.read import read_controls

    return read_controls(files)
