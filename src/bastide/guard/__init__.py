"""Guard 2 policies: parsed and evaluated on a JSON document, without ``cfn-guard``.

Input: the text of a policy; a document of JSON values in which ``Unknown`` stands for what could not be read.
Output: for each rule PASS, FAIL, NOT_APPLICABLE (Guard's SKIP) or UNKNOWN, with the clauses, lines and paths that
decided. The one idea: a query finds values, each with its path; a clause compares what was found; everything else is
conjunctions of disjunctions of that. ``cfn-guard`` 3 is the definition, and the tests compare with what it says.

What it does not do: functions (``count(…)``, of Guard 3), ranges of characters, ``not`` before a comparison, and
regular expressions whose meaning in Python would be another one. Such a policy is refused by line and reason; it never
passes. Where Guard would guess another spelling of a key that is absent (``Bucket_name`` for ``BucketName``), and where
it would stop with an error, the rule is UNKNOWN.
Source: aws-cloudformation/cloudformation-guard, docs/CLAUSES.md, docs/QUERY_AND_FILTERING.md,
docs/QUERY_PROJECTION_AND_INTERPOLATION.md, docs/CONTEXTAWARE_EVALUATIONS_AND_LOOPS.md.
"""

from bastide.guard.parse import parse_policy
from bastide.guard.run import Answer, Note, answer_of, evaluate
from bastide.guard.syntax import Policy, Rule
from bastide.guard.value import Partial

__all__ = ["Answer", "Note", "Partial", "Policy", "Rule", "answer_of", "evaluate", "parse_policy"]
