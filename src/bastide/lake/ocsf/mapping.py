"""OCSF classes as data, and as a SELECT of DuckDB whose columns are nested as OCSF nests them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

VERSION = "1.8.0"
PREFIX = "ocsf_"
# Attributes that hold JSON as text in a view and as JSON in an export.
JSON_PATHS = (("unmapped",), ("api", "request", "data"), ("api", "response", "data"))
_TEXT = re.compile(r"\{text:([A-Za-z]+)((?:\.\w+)+)\}")
_WORD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class OcsfClass:
    """One class: which rows of which table are of it (`where`), and an expression for each attribute, by its path."""

    name: str
    uid: int
    table: str
    where: str
    attributes: Mapping[str, str]
    class_name: str

    @property
    def schema(self) -> str:
        """The class's name in the schema: several tables may have events of one class."""
        return self.class_name.lower().replace(" ", "_")

    @property
    def view(self) -> str:
        """The name of its view."""
        return PREFIX + self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The view's columns: attributes at the top, in order."""
        return tuple(dict.fromkeys(path.partition(".")[0] for path in sorted(self.attributes)))


@cache
def read_classes() -> dict[str, OcsfClass]:
    """The classes that are mapped, by name, in the order of the names."""
    folder = resources.files("bastide.lake.ocsf")
    shared = yaml.safe_load((folder / "tables.yaml").read_text(encoding="utf-8"))
    files = sorted((folder / "classes").iterdir(), key=lambda file: file.name)
    found = [parse_class(yaml.safe_load(file.read_text(encoding="utf-8")), shared) for file in files]
    return {one.name: one for one in found}


def parse_class(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> OcsfClass:
    """The class that a file declares, with what its table's classes share. Raises KeyError for an unknown word."""
    table, words = shared[raw["table"]], shared["words"]
    names = " ".join(f"WHEN {number} THEN '{name}'" for number, name in raw["activities"].items())
    common = {
        "activity_id": raw["activity"],
        "activity_name": f"CASE ({raw['activity']}) {names} END",
        "category_name": f"'{raw['category_name']}'",
        "category_uid": str(raw["category_uid"]),
        "class_name": f"'{raw['class_name']}'",
        "class_uid": str(raw["class_uid"]),
        "cloud.account.uid": "nullif(account, 'unknown')",
        "cloud.provider": "'AWS'",
        "cloud.region": table["region"],
        "metadata.log_version": table["log_version"],
        "metadata.product.feature.name": table["feature"],
        "metadata.product.name": f"'{table['product']}'",
        "metadata.product.vendor_name": "'AWS'",
        "metadata.profiles": f"[{', '.join(repr(one) for one in raw['profiles'])}]",
        "metadata.uid": table["uid"],
        "metadata.version": f"'{VERSION}'",
        "severity": "'Informational'",
        "severity_id": "1",
        "status": table["status"],
        "status_id": table["status_id"],
        "time": f'coalesce(epoch_ms("{table["time"]}"), 0)',
        "type_name": f"'{raw['class_name']}: ' || CASE ({raw['activity']}) {names} END",
        "type_uid": f"{raw['class_uid']} * 100 + ({raw['activity']})",
    }
    mapped = common | table["attributes"] | raw["attributes"]
    used = " ".join(mapped.values())
    kept = [name for name in table["unmapped"] if not re.search(rf'(?<![\w.:"]){name}(?![\w"])', _whole(used, mapped))]
    mapped["unmapped"] = _unmapped(kept)
    filled = {path: _fill(str(value), words) for path, value in mapped.items()}
    return OcsfClass(
        raw["class"], int(raw["class_uid"]), raw["table"], _fill(raw["where"], words), filled, raw["class_name"]
    )


def _whole(used: str, mapped: Mapping[str, str]) -> str:
    """The expressions that take a column as a whole: those that are no more than its name."""
    return " ".join(value for value in mapped.values() if re.fullmatch(r"\w+", value)) if used else ""


def _unmapped(columns: list[str]) -> str:
    """An object of the columns that have a value, as JSON text; null when none has."""
    parts = ", ".join(f"'{name}', {name}" for name in columns)
    empty = " AND ".join(f"{name} IS NULL" for name in columns)
    return f"CASE WHEN {empty} THEN NULL ELSE CAST(json_object({parts}) AS VARCHAR) END"


def _fill(text: str, words: Mapping[str, str]) -> str:
    """`{text:column.a.b}` is the text at a path of a JSON column, `{word}` an expression of that name."""
    text = _TEXT.sub(lambda found: f"json_text({found[1]}, '${found[2]}')", text)
    text = _WORD.sub(lambda found: f"({words[found[1]].strip()})", text)
    return text.replace("{{", "{").replace("}}", "}")


def render_view(of: OcsfClass) -> str:
    """The SELECT over the class's table that gives its attributes, nested in structs."""
    tree: dict[str, Any] = {}
    for path, expression in sorted(of.attributes.items()):
        *parents, leaf = path.split(".")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = expression
    columns = ", ".join(f'{_expression(value)} AS "{name}"' for name, value in tree.items())
    return f'SELECT {columns} FROM "{of.table}" WHERE {of.where}'


def _expression(value: Any) -> str:
    if isinstance(value, str):
        return f"({value.strip()})"
    return "struct_pack(" + ", ".join(f'"{name}" := {_expression(inner)}' for name, inner in value.items()) + ")"
