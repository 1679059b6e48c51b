"""A CDK cloud assembly: which account, region and parameter values its manifest names for each template.

Source: AWS CDK, "Cloud Assembly Schema" (manifest.json: artifacts of type aws:cloudformation:stack).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bastide.model import Value

STACK = "aws:cloudformation:stack"
ENVIRONMENT = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>[^/]+)")
GIVEN = re.compile(r"\d{12}")
UNKNOWN = ("unknown-account", "unknown-region")


def is_assembly(document: Any) -> bool:
    """Whether decoded JSON is the manifest of a cloud assembly."""
    return isinstance(document, Mapping) and "version" in document and isinstance(document.get("artifacts"), Mapping)


def places_of(manifests: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Value]]:
    """What manifests (by file name) say of templates: pseudo parameters and values, by the template's resolved path."""
    found: dict[str, dict[str, Value]] = {}
    for file in sorted(manifests):
        for artifact in manifests[file]["artifacts"].values():
            if isinstance(artifact, Mapping) and artifact.get("type") == STACK:
                _stack(artifact, Path(file).parent, found)
    return found


def _stack(artifact: Mapping[str, Any], folder: Path, found: dict[str, dict[str, Value]]) -> None:
    properties = artifact.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    name = properties.get("templateFile")
    if not isinstance(name, str):
        return
    values: dict[str, Value] = {}
    place = ENVIRONMENT.fullmatch(str(artifact.get("environment", "")))
    if place and GIVEN.fullmatch(place["account"]):
        values["AWS::AccountId"] = place["account"]
    if place and place["region"] not in UNKNOWN:
        values["AWS::Region"] = place["region"]
    given = properties.get("parameters")
    values.update({str(key): one for key, one in given.items()} if isinstance(given, Mapping) else {})
    if isinstance(properties.get("stackName"), str):
        values["AWS::StackName"] = properties["stackName"]
    found[str((folder / name).resolve())] = values
