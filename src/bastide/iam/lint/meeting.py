"""Do an action and a resource pattern ever meet? By the resource types that AWS lists for the action.

The one idea: an action without resource types only takes ``*``; any other meets a pattern that shares a string with the
format of one of its types. Where the tables are silent they meet.
"""

from __future__ import annotations

from functools import lru_cache

from bastide.iam.lint import catalog
from bastide.iam.lint.globs import overlap, tokens
from bastide.iam.lint.subject import opened


@lru_cache(maxsize=65_536)
def meets(action: catalog.Action, resource: str) -> bool:
    """Whether some request of the action is about something that the resource pattern matches."""
    shape = opened(resource)
    if not shape.startswith("arn:") or shape.rstrip("*") in ("arn:", "arn:aws:"):
        return True
    if not action.resource_types:
        return shape.strip("*") in ("arn:", "arn", "")
    formats = dict((name.lower(), parsed) for name, _, parsed in catalog.arn_templates(action.service))
    found = [formats.get(name) for name in action.resource_types]
    if any(one is None for one in found):
        return True
    return any(overlap(tokens(shape), one) for one in found if one is not None)
