"""Every value that an architecture has although its file does not say so: why it is so, and who asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bastide.declare.architecture import Architecture, Unit, hyphenated
from bastide.declare.read import Declaration


@dataclass(frozen=True)
class Explanation:
    """One setting: path and value, whether (and where) the file states it, what it does, why, who asks for it."""

    path: str
    value: Any
    stated: bool
    where: str
    description: str
    why: str
    asked_by: tuple[str, ...]


def explain(declaration: Declaration) -> tuple[Explanation, ...]:
    """All settings in the order of the model; the tree of units is what the file says and is left out."""
    return tuple(_section(declaration.architecture, "", declaration))


def _section(model: BaseModel, prefix: str, declaration: Declaration) -> Iterator[Explanation]:
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        path = f"{prefix}{hyphenated(name)}"
        if isinstance(value, BaseModel):
            yield from _section(value, f"{path}.", declaration)
        elif name != "ous" and not info.is_required():
            yield _explanation(path, value, info, declaration)


def _explanation(path: str, value: Any, info: FieldInfo, declaration: Declaration) -> Explanation:
    key = tuple(path.split("."))
    stated = key in declaration.document.places
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    asked_by: Any = extra.get("asked_by") or ()
    return Explanation(
        path=path,
        value=_plain(value),
        stated=stated,
        where=declaration.document.where(key).split("  ")[0] if stated else "default",
        description=info.description or "",
        why=str(extra.get("why") or ""),
        asked_by=tuple(asked_by),
    )


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file, for editors: accounts may be a list, units hold further units."""
    schema = Architecture.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Bastide architecture"
    unit = schema["$defs"][Unit.__name__]
    accounts, names = unit["properties"].pop("accounts"), {"type": "array", "items": {"type": "string"}}
    entry = {"anyOf": [accounts["additionalProperties"], {"type": "null"}]}
    unit["properties"].pop("units")
    unit["properties"]["accounts"] = {
        "description": accounts["description"],
        "anyOf": [names, {"type": "object", "additionalProperties": entry}],
    }
    unit["additionalProperties"] = {"anyOf": [{"$ref": f"#/$defs/{Unit.__name__}"}, {"type": "null"}]}
    return schema
