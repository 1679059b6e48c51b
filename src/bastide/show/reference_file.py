"""The reference page of the architecture file, made of its JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from bastide.show.markdown import page, table


def architecture() -> str:
    """Every key of the architecture file: what it does, its default, why, who asks for it."""
    from bastide.declare.explain import json_schema

    schema = json_schema()
    sections = {"the whole file": schema, **schema["$defs"]}
    blocks = []
    for name, section in sections.items():
        required = section.get("required", ())
        rows = [
            (f"`{key}`", kind(facts), "required" if key in required else default(facts), facts.get("description", ""),
             facts.get("why", ""), ", ".join(facts.get("asked_by", ())))
            for key, facts in section.get("properties", {}).items()
        ]  # fmt: skip
        about = " ".join(section.get("description", "").split())
        blocks.append(f"## {name}\n\n{about}\n\n" + table(("key", "is", "default", "does", "why", "asked by"), rows))
    return page("Architecture file", "`bastide explain --schema` prints the JSON Schema for editors.", *blocks)


def kind(facts: dict[str, Any]) -> str:
    """The type of a key in a word or two."""
    if "$ref" in facts:
        name = facts["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in facts or "const" in facts:
        return " or ".join(f"`{value}`" for value in facts.get("enum", [facts.get("const")]))
    parts = facts.get("anyOf") or facts.get("allOf")
    if parts:
        return " or ".join(dict.fromkeys(kind(part) for part in parts if part.get("type") != "null"))
    inner = facts.get("items") or facts.get("additionalProperties")
    of = f" of {kind(inner)}" if isinstance(inner, dict) else ""
    return {"array": "list", "object": "mapping", "boolean": "yes or no", "integer": "number"}.get(
        str(facts.get("type", "text")), "text"
    ) + of  # fmt: skip


def default(facts: dict[str, Any]) -> str:
    """The default of a key as code; nothing for a section, whose keys have their own."""
    return f"`{json.dumps(facts['default'])}`" if facts.get("default") is not None else ""
