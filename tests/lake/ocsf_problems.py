"""What OCSF's own schema says against an event: types, requirements, enumerations, profiles and constraints."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

# JSON's types of OCSF's scalar types; every other scalar is text.
_SCALARS: dict[str, tuple[type, ...]] = {
    "boolean_t": (bool,),
    "integer_t": (int,),
    "long_t": (int,),
    "timestamp_t": (int,),
    "port_t": (int,),
    "float_t": (float, int),
    "json_t": (object,),
    "object": (dict,),
}
# Their values depend on the class and are compared with it.
_OF_CLASS = ("class_uid", "category_uid")


@cache
def read_schema() -> Any:
    """The distilled schema: see ``tools/distil_ocsf.py``."""
    return json.loads(Path(__file__).with_name("ocsf_schema.json").read_text(encoding="utf-8"))


def problems(event: dict[str, Any], name: str) -> list[str]:
    """What the schema has against an event of a class."""
    of = read_schema()["classes"][name]
    profiles = set(event.get("metadata", {}).get("profiles", ()))
    found = _of_node(event, of, name, profiles)
    found += [] if event.get("class_uid") == of["uid"] else ["class_uid"]
    found += [] if event.get("category_uid") == of["uid"] // 1000 else ["category_uid"]
    found += [] if event.get("type_uid") == of["uid"] * 100 + event.get("activity_id", -1) else ["type_uid"]
    found += [] if event["metadata"]["version"] == read_schema()["version"] else ["metadata.version"]
    return found


def _of_node(value: dict[str, Any], node: dict[str, Any], at: str, profiles: set[str]) -> list[str]:
    known = {name: row for name, row in node["attributes"].items() if row[3] is None or row[3] in profiles}
    found = [f"{at}.{one} is no attribute" for one in sorted(set(value) - set(known))]
    found += [f"{at}.{name} is required" for name, row in known.items() if row[2] == "required" and name not in value]
    one_of, just_one = (node["constraints"].get(rule, ()) for rule in ("at_least_one", "just_one"))
    found += [f"{at} needs one of {one_of}"] if one_of and not set(one_of) & set(value) else []
    found += [f"{at} needs just one of {just_one}"] if just_one and len(set(just_one) & set(value)) != 1 else []
    for name in sorted(set(value) & set(known)):
        kind, many, _, _, values = known[name]
        here = f"{at}.{name}"
        if many and not isinstance(value[name], list):
            found.append(f"{here} is no list")
            continue
        for one in value[name] if many else [value[name]]:
            found += _of_value(one, kind, [] if name in _OF_CLASS else values, here, profiles)
    return found


def _of_value(value: Any, kind: str, values: list[str], at: str, profiles: set[str]) -> list[str]:
    node = read_schema()["objects"].get(kind)
    if node is not None and kind != "object":
        return _of_node(value, node, at, profiles) if isinstance(value, dict) else [f"{at} is no object"]
    types = _SCALARS.get(kind, (str,))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types and object not in types):
        return [f"{at} = {value!r} is no {kind}"]
    return [f"{at} = {value!r} is none of the enumeration"] if values and str(value) not in values else []
