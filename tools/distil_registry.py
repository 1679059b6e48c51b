"""Distil the CloudFormation registry's facts of our handlers' types into ``src/bastide/aws/registry.json``.

The schemas are those that cfn-lint ships (41 MB); what the engine needs of them is a few kilobytes: primary identifier,
create-only, read-only and write-only properties, and the IAM permissions of each operation.

    python tools/distil_registry.py          # writes the file
    python tools/distil_registry.py --check  # exit code 1 when it is stale
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src" / "bastide" / "aws" / "registry.json"
REGION = "us-east-1"


def distil(types: Iterable[str]) -> dict[str, Any]:
    """Facts by type, sorted; types that the registry does not have are left out."""
    schemas = files("cfnlint.data.schemas")
    names: dict[str, str] = json.loads((schemas / "providers" / f"{REGION}.json").read_text())
    found = {}
    for name in sorted(types):
        if name in names:
            found[name] = facts(json.loads((schemas / "resources" / f"{names[name]}.json").read_text()))
    return found


def facts(schema: dict[str, Any]) -> dict[str, Any]:
    """What the engine needs of one resource schema."""
    return {
        "primary_identifier": paths(schema.get("primaryIdentifier", ()), ordered=True),
        # Not conditionalCreateOnlyProperties: most of their changes happen in place, and a refusal is the smaller loss.
        "create_only": paths(schema.get("createOnlyProperties", ())),
        "read_only": paths(schema.get("readOnlyProperties", ())),
        "write_only": paths(schema.get("writeOnlyProperties", ())),
        "permissions": {
            operation: sorted(set(handler.get("permissions", ())))
            for operation, handler in sorted(schema.get("handlers", {}).items())
        },
    }


def paths(pointers: Iterable[str], *, ordered: bool = False) -> list[str]:
    """Dotted property paths of JSON pointers like ``/properties/A/B``; ``*`` stands for every item of a list."""
    found = [pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers]
    return found if ordered else sorted(set(found))


def render(types: Iterable[str]) -> str:
    """The file's text: one line a type, so that differences can be read."""
    lines = [f"{json.dumps(name)}: {json.dumps(known, sort_keys=True)}" for name, known in distil(types).items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    """Write or check the file."""
    from bastide.aws.registry import handlers

    text = render(handlers())
    if "--check" in sys.argv:
        return int(not TARGET.exists() or TARGET.read_text() != text)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
