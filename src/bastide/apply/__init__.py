"""A Plan carried out: ``apply(plan, target, store)`` → an Outcome, with every step in the ledger; and ``undo``.

Input: a plan (its digest and what it was made from are checked), a target, the store. Output: what was done, what
failed and what was skipped. One idea: the ledger entry comes before the call, the read-back behind it decides. Not
here: what a change means for AWS (``aws/handlers``), and which changes are needed (``plan``).
"""

from bastide.apply.engine import apply
from bastide.apply.outcome import Outcome, Progress, Result, ResultStatus
from bastide.apply.resume import resume
from bastide.apply.undo import Undo, plan_undo, undo

__all__ = ["Outcome", "Progress", "Result", "ResultStatus", "Undo", "apply", "plan_undo", "resume", "undo"]
