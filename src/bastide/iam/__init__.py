"""What a policy means: parse it, bring it into a canonical form, decide one request over all policies in force.

Pure functions over ``model.PolicyDocument``. Claims about *all* requests belong to ``prove``.
"""

from bastide.iam.canonical import canonical, policy_dict, render_policy
from bastide.iam.decide import LayerDecision, decide_policy, decide_rcp, decide_scp
from bastide.iam.evaluator import Compiled, Decision
from bastide.iam.parse import parse_policy
from bastide.iam.policy_set import PolicySet
from bastide.iam.request import Principal, Request

__all__ = [
    "Compiled", "Decision", "LayerDecision", "PolicySet", "Principal", "Request", "canonical", "decide_policy",
    "decide_rcp", "decide_scp", "parse_policy", "policy_dict", "render_policy",
]  # fmt: skip
