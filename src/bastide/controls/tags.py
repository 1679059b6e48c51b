"""Whether a resource is tagged by its owner.

Tags that AWS sets itself (``aws:…``) do not count; keys are case sensitive.
Source: AWS Security Hub User Guide, the controls of the AWS Resource Tagging standard.
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.lookup import elements_of
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown

REQUIRED = Parameter("requiredTagKeys", "list", None, "keys that have to be there; any key where it is not set")


def judge_tags(resource: Resource, required: list[str] | None, path: str = "Tags") -> Verdict:
    """FAIL when there is no tag, or one of the required keys is missing; ``path`` holds a list of tags or a mapping."""
    keys = _keys(resource.get(path))
    if isinstance(keys, Unknown):
        return unknown(keys, path)
    known = {key for key in keys if isinstance(key, str) and key and not key.startswith("aws:")}
    missing = [key for key in required or () if key not in known]
    if known and not missing:
        return PASS
    gap = next((key for key in keys if isinstance(key, Unknown)), None)
    if gap is not None:
        return unknown(gap, path)
    return fail(f"the tag {missing[0]} is missing" if missing else "there is no tag", path)


def _keys(tags: Value) -> list[Value] | Unknown:
    """The keys of tags; Unknown elements as they are."""
    if isinstance(tags, Mapping):
        return list(tags)
    listed = elements_of(tags)
    if isinstance(listed, Unknown):
        return listed
    return [_key(tag) for tag in listed]


def _key(tag: Value) -> Value:
    if isinstance(tag, Mapping):
        return tag.get("Key")
    return tag if isinstance(tag, Unknown) else Unknown("not a tag")
