"""What is wrong with a policy before anybody attaches it: grammar, vocabulary, conditions, breadth, redundancy.

One rule a file under ``rules/`` with its examples beside it. A rule says what it sees in one statement or in one
policy; it decides no request (``iam.decide``) and proves nothing over all requests (``prove``).
"""

from bastide.iam.lint.reference import lint_reference
from bastide.iam.lint.rule import LintRule, all_lint_rules
from bastide.iam.lint.run import Issue, LintReport, lint_policy
from bastide.iam.lint.subject import KINDS, LintSeverity

__all__ = [
    "KINDS",
    "Issue",
    "LintReport",
    "LintRule",
    "LintSeverity",
    "all_lint_rules",
    "lint_policy",
    "lint_reference",
]
