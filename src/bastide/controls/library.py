"""The folder of controls, read once: Python files and files of data.

The one idea: the folder is its own registry. A control's file bears its name, in either form, and nothing is registered
by hand. The cases in a file of data are not read here: they are half of it and only tests and ``explain`` want them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

from bastide.controls.control import Control
from bastide.controls.data_file import parse_control
from bastide.errors import ContractError

PACKAGE = "bastide.controls"
CASES = ".cases.yaml"


@cache
def all_controls() -> tuple[Control, ...]:
    """Every shipped control, sorted by id.

    Raises:
        ContractError: two controls share an id, or a control's file does not bear its name.
        InputError: a file of data is wrong.
    """
    found: dict[str, Control] = {}
    for control in (*written_in(importlib.import_module(PACKAGE)), *_of_data()):
        if control.id in found or control.module.rsplit(".", 1)[-1] != control.id.replace("-", "_"):
            raise ContractError(f"control {control.id} is defined twice or its file has another name")
        found[control.id] = control
    return tuple(found[name] for name in sorted(found))


def written_in(module: ModuleType) -> Iterator[Control]:
    """The controls that a module defines, and those of its modules when it is a package."""
    for one in (module, *_modules(module)):
        for value in vars(one).values():
            if isinstance(value, Control) and value.module == one.__name__:
                yield value


def _modules(package: ModuleType) -> list[ModuleType]:
    path: Any = getattr(package, "__path__", ())
    names = sorted(info.name for info in pkgutil.walk_packages(path, package.__name__ + ".") if not info.ispkg)
    return [importlib.import_module(name) for name in names]


def _of_data() -> Iterator[Control]:
    folders = sorted((one for one in files(PACKAGE).iterdir() if one.is_dir()), key=lambda one: one.name)
    for folder in folders:
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.name.endswith(".yaml") and not file.name.endswith(CASES):
                text = file.read_text(encoding="utf-8")
                name = file.name.removesuffix(".yaml")
                module = f"{PACKAGE}.{folder.name}.{name}"
                yield parse_control(text, name.replace("_", "-"), module, f"{folder.name}/{file.name}")
