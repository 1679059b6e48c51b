"""What really runs, as an Estate: every account, region and type that was asked for, and what could not be read of it.

Input: a target and what to look at. Output: an observed ``Estate``; what was refused, throttled or interrupted is a
``Gap`` with its reason, so that absence is never concluded from silence. Entry points: ``collect``, ``refresh`` (from
an earlier look, with fewer calls) and ``read_organization``. Not here: what a resource's properties mean
(``aws/handlers``), and any change.
"""

from bastide.collect.collect import INTERRUPTED, Progress, collect, interrupted, places_of
from bastide.collect.gaps import missing_permissions, refused_in, unread_values
from bastide.collect.organization import read_organization
from bastide.collect.refresh import MAX_AGE, Refreshed, refresh

__all__ = [
    "INTERRUPTED",
    "MAX_AGE",
    "Progress",
    "Refreshed",
    "collect",
    "interrupted",
    "missing_permissions",
    "places_of",
    "read_organization",
    "refresh",
    "refused_in",
    "unread_values",
]
