"""What a policy means: parse it, bring it into a canonical form, decide one request.

Pure functions over ``model.PolicyDocument``. Claims about *all* requests belong to ``prove``.
"""

from bastide.iam.canonical import canonical, policy_dict, render_policy
from bastide.iam.decide import Decision, decide_policy, decide_rcp, decide_scp
from bastide.iam.parse import parse_policy
from bastide.iam.request import Principal, Request

__all__ = [
    "Decision", "Principal", "Request", "canonical", "decide_policy", "decide_rcp", "decide_scp", "parse_policy",
    "policy_dict", "render_policy",
]  # fmt: skip
