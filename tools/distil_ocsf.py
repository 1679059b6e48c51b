"""The part of OCSF's schema that tests of our events need: names, types, requirements, enumerations and constraints.

Input: a checkout of ocsf/ocsf-schema (Apache-2.0) at the commit of a version. Output: JSON on stdout, without any of
its texts. `python tools/distil_ocsf.py CHECKOUT > tests/lake/ocsf_schema.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CLASSES = (
    "api_activity", "authentication", "account_change", "network_activity", "dns_activity", "http_activity",
    "detection_finding", "compliance_finding",
)  # fmt: skip
# Attributes of profiles are marked by the profile's name; without a mark they are of the class itself.
PROFILES = ("cloud", "security_control", "host", "network_proxy", "load_balancer", "incident", "osint", "datetime")
Node = dict[str, Any]


class Schema:
    """The files of a checkout by their names."""

    def __init__(self, root: Path) -> None:
        """Read every file once."""
        self.version = json.loads((root / "version.json").read_text())["version"]
        self.dictionary = json.loads((root / "dictionary.json").read_text())
        self.root = root
        self.events = self._by_name(root / "events")
        self.objects = self._by_name(root / "objects")
        self.categories = json.loads((root / "categories.json").read_text())["attributes"]

    @staticmethod
    def _by_name(folder: Path) -> dict[str, Node]:
        found = {}
        for path in sorted(folder.rglob("*.json")):
            node = json.loads(path.read_text())
            found[node.get("name") or node["extends"]] = node
        return found

    def attributes(self, node: Node, of: dict[str, Node]) -> dict[str, Node]:
        """A class's or object's attributes, with those it extends and includes."""
        parent = of.get(node.get("extends", ""))
        found = self.attributes(parent, of) if parent and parent is not node else {}
        own = dict(node.get("attributes", {}))
        includes = own.pop("$include", [])
        for name in [includes] if isinstance(includes, str) else includes:
            included = json.loads((self.root / name).read_text())
            mark = included["name"] if included.get("meta") == "profile" else None
            own = {
                **{key: {"profile": mark, **value} for key, value in included["attributes"].items()},
                **{key: {**included["attributes"].get(key, {}), **value} for key, value in own.items()},
            }
        for name, attribute in own.items():
            before = found.get(name, {})
            enum = {**before.get("enum", {}), **attribute.get("enum", {})}
            found[name] = {**before, **attribute, **({"enum": enum} if enum else {})}
        return found

    def constraints(self, node: Node, of: dict[str, Node]) -> Node:
        """Its constraints, or those that it inherits."""
        parent = of.get(node.get("extends", ""))
        own: Node = node.get("constraints") or {}
        return own or (self.constraints(parent, of) if parent and parent is not node else {})

    def distilled(self, node: Node, of: dict[str, Node]) -> Node:
        """Attributes as [type, is a list, requirement, profile, ids of the enumeration], and constraints."""
        rows = {}
        for name, attribute in sorted(self.attributes(node, of).items()):
            known = self.dictionary["attributes"].get(name, {})
            kind = attribute.get("object_type") or known.get("object_type") or attribute.get("type") or known["type"]
            enum = {**known.get("enum", {}), **attribute.get("enum", {})}
            values = sorted(enum, key=lambda one: (len(one), one))
            rows[name] = [
                kind, known.get("is_array", False), attribute.get("requirement", "optional"), attribute.get("profile"),
                values,
            ]  # fmt: skip
        return {"attributes": rows, "constraints": self.constraints(node, of)}


def distil(root: Path) -> Node:
    """The classes, and every object that they reach."""
    schema = Schema(root)
    classes = {name: schema.distilled(schema.events[name], schema.events) for name in CLASSES}
    for name, one in classes.items():
        node = schema.events[name]
        while "category" not in node:
            node = schema.events[node["extends"]]
        category = schema.categories[node["category"]]["uid"]
        one["uid"] = category * 1000 + schema.events[name]["uid"]
    objects: dict[str, Node] = {}
    waiting = [row[0] for one in classes.values() for row in one["attributes"].values()]
    while waiting:
        name = waiting.pop()
        if name in schema.objects and name not in objects:
            objects[name] = schema.distilled(schema.objects[name], schema.objects)
            waiting += [row[0] for row in objects[name]["attributes"].values()]
    about = "Distilled from ocsf/ocsf-schema (Apache-2.0): names, types, requirements and ids; see tools/distil_ocsf.py"
    types = {name: one.get("type", name) for name, one in schema.dictionary["types"]["attributes"].items()}
    return {"about": about, "version": schema.version, "types": types, "classes": classes, "objects": objects}


if __name__ == "__main__":
    json.dump(distil(Path(sys.argv[1])), sys.stdout, separators=(",", ":"), sort_keys=True)
    print()
