"""Do an action and a resource pattern ever meet? By the resource types that AWS lists for the action.

The one idea: an action without resource types only takes ``*``; any other meets a pattern that shares a string with the
format of one of its types. Where the tables are silent they meet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from bastide.iam.lint import catalog
from bastide.iam.lint.globs import Token, instance, matcher, overlap, tokens
from bastide.iam.lint.subject import opened


@lru_cache(maxsize=65_536)
def meets(action: catalog.Action, resource: str) -> bool:
    """Whether some request of the action is about something that the resource pattern matches."""
    shape = opened(resource)
    if not shape.startswith("arn:") or shape.rstrip("*") in ("arn:", "arn:aws:"):
        return True
    if not action.resource_types:
        return shape.strip("*") in ("arn:", "arn", "")
    formats = _formats(action.service)
    if any(name not in formats for name in action.resource_types):
        return True
    service = (*shape.split(":", 3), "*", "*")[2]
    exact = "*" not in service and "?" not in service
    near = [formats[name] for name in action.resource_types if not exact or formats[name][0] in ("*", service)]
    text = instance(shape)
    return any(quick(text) for _, _, quick in near) or any(overlap(tokens(shape), parsed) for _, parsed, _ in near)


@cache
def _formats(service: str) -> dict[str, tuple[str, tuple[Token, ...], Callable[[str], bool]]]:
    """By resource type: the service segment of its ARNs, ``*`` where that is open, the tokens, and their matcher."""
    found = {}
    for name, arn, parsed in catalog.arn_templates(service):
        segment = (*arn.split(":", 3), "*", "*")[2]
        found[name.lower()] = ("*" if "$" in segment or "*" in segment else segment, parsed, matcher([parsed]))
    return found
