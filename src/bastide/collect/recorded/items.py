"""Configuration items from whatever holds them: delivered files, notifications, answers of get, batch-get and select.

Source: AWS Config Developer Guide, "Components of a Configuration Item", "Viewing configuration snapshots";
AWS Config API Reference, BatchGetResourceConfig, GetResourceConfigHistory, SelectAggregateResourceConfig.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bastide.declare.shaping.depth import too_deep

LISTS = ("configurationItems", "baseConfigurationItems", "BaseConfigurationItems", "ConfigurationItems")
GONE = frozenset({"ResourceDeleted", "ResourceDeletedNotRecorded"})
UNRECORDED = "ResourceNotRecorded"


@dataclass(frozen=True)
class Item:
    """One configuration item; ``whole`` is false where an absent property may only not have been asked for."""

    type: str
    account: str
    region: str
    id: str
    name: str = ""
    arn: str = ""
    status: str = ""
    captured: str = ""  # ISO 8601
    order: str = ""
    configuration: Mapping[str, Any] | None = None
    supplementary: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    document: Mapping[str, Any] | None = None  # all of it, its configuration decoded; none where it is not whole

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells one resource from another."""
        return self.type, self.account, self.region, self.id


def is_recorded(document: Any) -> bool:
    """Whether decoded JSON holds configuration items of AWS Config."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(one, Mapping) and _is_item(one) for one in document[:20])
    if not isinstance(document, Mapping):
        return False
    if any(isinstance(document.get(name), list) for name in LISTS):
        return True
    single = document.get("configurationItem", document.get("ConfigurationItem"))
    return isinstance(single, Mapping) or _is_item(document) or _is_query(document)


def _is_item(one: Mapping[str, Any]) -> bool:
    return "resourceType" in one and ("configuration" in one or "configurationItemStatus" in one or "awsRegion" in one)


def _is_query(document: Mapping[str, Any]) -> bool:
    results = document.get("Results")
    return isinstance(results, list) and ("QueryInfo" in document or all(isinstance(one, str) for one in results))


def items_in(document: Any) -> Iterator[Item | str]:
    """The items that decoded JSON holds; text for what is none, and why."""
    whole = True
    if isinstance(document, Mapping) and _is_query(document):
        asked = document.get("QueryInfo")
        fields = asked.get("SelectFields") if isinstance(asked, Mapping) else None
        names = {
            str(one.get("Name")) for one in (fields if isinstance(fields, list) else ()) if isinstance(one, Mapping)
        }
        whole, found = "configuration" in names, document["Results"]
    elif isinstance(document, Mapping):
        single = document.get("configurationItem", document.get("ConfigurationItem"))
        lists = [document[name] for name in LISTS if isinstance(document.get(name), list)]
        found = [one for listed in lists for one in listed] or [single if single is not None else document]
        found = found if lists or single is not None or _is_item(document) else []
        if lists and not any(lists):
            found = []
    else:
        found = document
    for number, one in enumerate(found, 1):
        item = _decoded(one)
        if not isinstance(item, Mapping) or not _typed(item):
            yield f"item {number} has no resource type"
        elif too_deep(item):
            yield f"item {number} ({item['resourceType']}) is nested too deeply"
        else:
            made = _item(item, whole)
            deep = too_deep(made.configuration) or too_deep(made.supplementary)
            yield f"item {number} ({made.type}) is nested too deeply" if deep else made


def _typed(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("resourceType"), str)


def _decoded(value: Any) -> Any:
    """JSON text decoded; everything else, and text that is none, as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
    return value


def _item(one: Mapping[str, Any], whole: bool) -> Item:
    def text(*names: str) -> str:
        return next((str(one[name]) for name in names if one.get(name) is not None), "")

    configuration = _decoded(one.get("configuration"))
    supplementary = _decoded(one.get("supplementaryConfiguration"))
    return Item(
        text("resourceType"), text("awsAccountId", "accountId"), text("awsRegion") or "global", text("resourceId"),
        text("resourceName"), text("ARN", "arn"), text("configurationItemStatus"), text("configurationItemCaptureTime"),
        text("configurationStateId").zfill(24), configuration if isinstance(configuration, Mapping) else None,
        _decoded_members(supplementary),
        _tags(one.get("tags")), whole, _document(one) if whole else None,
    )  # fmt: skip


def _document(one: Mapping[str, Any]) -> dict[str, Any]:
    """The item as AWS Config gives it to rules: texts that hold JSON are decoded."""
    return {
        **one,
        "configuration": _decoded(one.get("configuration")),
        "supplementaryConfiguration": _decoded_members(_decoded(one.get("supplementaryConfiguration"))),
        "tags": _tags(one.get("tags")),
    }


def _decoded_members(value: Any) -> dict[str, Any]:
    return {str(key): _decoded(one) for key, one in value.items()} if isinstance(value, Mapping) else {}


def _tags(value: Any) -> dict[str, str]:
    value = _decoded(value)
    if isinstance(value, Mapping):
        return {str(key): str(one) for key, one in value.items()}
    found: dict[str, str] = {}
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping):
            key, item = one.get("key", one.get("Key")), one.get("value", one.get("Value"))
            found.update({str(key): str(item)} if key is not None else {})
    return found


def latest(items: Iterator[Item]) -> dict[tuple[str, str, str, str], Item]:
    """The newest item of each resource (by capture time, then state id)."""
    found: dict[tuple[str, str, str, str], Item] = {}
    for item in items:
        known = found.get(item.key)
        if known is None or (known.captured, known.order) <= (item.captured, item.order):
            found[item.key] = item
    return found
