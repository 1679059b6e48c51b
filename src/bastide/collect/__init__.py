"""What really runs, as an Estate: every account, region and type that was asked for, and what could not be read of it.

Input: a target and what to look at. Output: an observed ``Estate``; what was refused, throttled or interrupted is a
``Gap`` with its reason, so that absence is never concluded from silence. Entry points: ``collect`` and
``read_organization``. Not here: what a resource's properties mean (``aws/handlers``), and any change.
"""

from bastide.collect.collect import INTERRUPTED, Progress, collect, interrupted
from bastide.collect.gaps import missing_permissions
from bastide.collect.organization import read_organization

__all__ = ["INTERRUPTED", "Progress", "collect", "interrupted", "missing_permissions", "read_organization"]
