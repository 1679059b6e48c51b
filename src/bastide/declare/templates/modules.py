"""CloudFormation modules whose fragments lie beside the templates: a resource of the module's type is its resources.

The one idea: a module is a template without a stack of its own. Its resources are the stack's, called by the module's
logical id and theirs put together, and its parameters are the module's properties. A registered module whose fragment
is not there cannot be judged, and that is told.

Source: CloudFormation User Guide, "Create reusable resource configurations that can be included across templates with
CloudFormation modules"; CloudFormation CLI, ".rpdk-config" (artifact_type MODULE), "fragments".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bastide.declare.templates.tree import Map
from bastide.model import Value

SUFFIX = "::MODULE"
CONFIG = ".rpdk-config"
MAX_DEPTH = 3  # modules in modules, as CloudFormation takes them


def fragment_of(config: Any, folder: Path) -> tuple[str, Path] | None:
    """Type and fragment of a module project's configuration; None for another kind of project, or without fragment."""
    if not isinstance(config, Mapping) or config.get("artifact_type") != "MODULE":
        return None
    name = config.get("typeName")
    found = sorted(one for one in (folder / "fragments").glob("*") if one.suffix in (".json", ".yaml", ".yml"))
    return (str(name), found[0]) if isinstance(name, str) and found else None


def split_reference(name: str, resources: Map) -> tuple[str, str] | None:
    """Module and resource in it that ``Module.Resource`` or ``ModuleResource`` names; None for anything else."""
    for logical, body in resources.items():
        if isinstance(body, Map) and str(body.get("Type")).endswith(SUFFIX) and name.startswith(logical):
            rest = name[len(logical) :].removeprefix(".")
            if rest and name != logical:
                return logical, rest
    return None


def values_of(properties: Mapping[str, Value]) -> dict[str, Value]:
    """Values of a module's parameters from the properties that a template gives it; lists become text with commas."""
    return {
        name: ",".join(map(str, one)) if isinstance(one, list) and all(isinstance(each, str) for each in one) else one
        for name, one in properties.items()
    }
