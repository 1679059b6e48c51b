"""Plans, states and state files in Terraform's documented JSON, built for tests."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bastide.declare.templates import Reading, Settings
from bastide.declare.terraform import estate_of_terraform
from bastide.model import Resource

Body = Mapping[str, Any]


def resource(address: str, values: Body, *, index: Any = None, mode: str = "managed") -> dict[str, Any]:
    """A resource of planned values; its type and name are taken from the address."""
    kind, name = re.sub(r"\[[^\]]*\]$", "", address).split(".")[-2:]
    made = {"address": address, "mode": mode, "type": kind, "name": name, "values": dict(values)}
    return made if index is None else {**made, "index": index}


def configured(address: str, expressions: Body, **more: Any) -> dict[str, Any]:
    """A resource of the configuration; a list of texts is a list of references, all else is constant."""
    mode = "data" if address.startswith("data.") else "managed"
    kind, name = address.removeprefix("data.").split(".")
    body = {key: expression(one) for key, one in expressions.items()}
    return {"address": address, "mode": mode, "type": kind, "name": name, "expressions": body, **more}


def expression(value: Any) -> Any:
    """An expression: ``refs(…)`` as it is, a list of mappings as blocks, everything else constant."""
    if isinstance(value, dict) and "references" in value:
        return value
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{key: expression(one) for key, one in block.items()} for block in value]
    return {"constant_value": value}


def refs(*names: str) -> dict[str, Any]:
    """An expression with references, as Terraform lists them: each with what leads to it."""
    found: list[str] = []
    for name in names:
        found += [name, name.rpartition(".")[0]] if name.count(".") > 1 else [name]
    return {"references": found}


def plan(
    *resources: Body,
    unknown: Mapping[str, Any] | None = None,
    configuration: Any = None,
    modules: Any = (),
    data: Any = (),
    **more: Any,
) -> dict[str, Any]:
    """A plan that creates the resources; ``unknown`` holds after_unknown by address."""
    waiting, changes = [{"resources": resources, "child_modules": modules}], []
    while waiting:
        module = waiting.pop()
        waiting += module.get("child_modules", ())
        for one in module["resources"]:
            after = (unknown or {}).get(one["address"], {})
            changes.append({"address": one["address"], "change": {"actions": ["create"], "after_unknown": after}})
    root = {"resources": [*resources, *data], "child_modules": list(modules)}
    changes += [{"address": one["address"], "change": {"after_unknown": (unknown or {}).get(one["address"], {})}}
                for one in data]  # fmt: skip
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": root},
        "resource_changes": changes,
        "configuration": configuration or {},
        **more,
    }


def root(*resources: Body, **more: Any) -> dict[str, Any]:
    """A configuration of one root module."""
    return {"root_module": {"resources": list(resources), **more}}


def read(document: Body, file: str = "plan.json") -> Reading:
    """The reading of one document."""
    return estate_of_terraform({file: (document, json.dumps(document, indent=1).encode())}, Settings())


def one(reading: Reading, address: str, kind: str = "") -> Resource:
    """The resource of an address."""
    found = [each for each in reading.estate.resources if each.origin.detail == address and kind in ("", each.type)]
    assert found, sorted(each.origin.detail for each in reading.estate.resources)
    return found[0]
