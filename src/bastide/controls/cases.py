"""The cases of a control: resources with the verdict that is right, tests and documentation at once."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml

from bastide.controls.control import Control
from bastide.controls.data_file import cases_in
from bastide.controls.library import CASES, PACKAGE

Case = Mapping[str, Any]


def case_file(control: Control) -> str:
    """Where the cases of a shipped control lie, relative to the package: its file of data, or the file beside it."""
    place = "/".join(control.module.split(".")[2:])
    return f"{place}.yaml" if files(PACKAGE).joinpath(f"{place}.yaml").is_file() else f"{place}{CASES}"


def cases_of(control: Control) -> tuple[Case, ...]:
    """The cases of a shipped control, in their order; none when its file is missing, or it is not one of ours."""
    if not control.module.startswith(f"{PACKAGE}."):
        return ()
    file = files(PACKAGE).joinpath(case_file(control))
    if not file.is_file():
        return ()
    text = file.read_text(encoding="utf-8")
    return cases_in(text) if not file.name.endswith(CASES) else tuple(yaml.safe_load(text))
