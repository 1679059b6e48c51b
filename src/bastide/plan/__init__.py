"""``diff(desired, observed)`` → an ordered Plan: the same function is deployment, drift, remediation and containment.

Input: two estates, what is known of the types, and what Bastide created before. Output: a ``Plan``. Pure: nothing is
read and nothing is called. Only declared properties are compared, policies by what they mean (``compare.py``).
Provisional identifiers are bound by matching each type's identity (``match.py``, ``binding.py``). The order follows
references, which are found by value (``order.py``). ``digest.py`` binds a plan to its text and to what it was made
from.
"""

from bastide.plan.diff import diff
from bastide.plan.digest import Observation, moved, observation, observed_digest, parse_plan, plan_digest, render_plan

__all__ = [
    "Observation",
    "diff",
    "moved",
    "observation",
    "observed_digest",
    "parse_plan",
    "plan_digest",
    "render_plan",
]
