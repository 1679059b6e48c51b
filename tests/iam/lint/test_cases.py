"""Every lint rule finds what the cases beside it say; and every rule has what a rule must have."""

from typing import Any

import pytest

from bastide.iam.lint import LintRule, all_lint_rules, lint_policy
from bastide.iam.lint.reference import case_source, cases

RULES = {rule.id: rule for rule in all_lint_rules()}
CASES = [(rule, case) for rule in all_lint_rules() for case in cases(rule)]


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule.id}: {case['name']}" for rule, case in CASES])
def test_a_rule_finds_what_its_case_says(rule: LintRule, case: dict[str, Any]) -> None:
    kind = case.get("kind", "identity" if "identity" in rule.kinds else rule.kinds[0])
    report = lint_policy(case_source(case), kind=kind)
    mine = [f"{issue.message}; {issue.fix}" for issue in report.issues if issue.rule == rule.id]
    assert bool(mine) is case["found"], [f"{issue.rule}: {issue.message}" for issue in report.issues]
    assert case.get("message", "") in " | ".join(mine)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_has_a_case_for_and_against_and_says_its_source(rule: LintRule) -> None:
    assert {case["found"] for case in cases(rule)} == {True, False}
    assert rule.title and rule.source and rule.fix and rule.kinds
    assert rule.analyzer == rule.analyzer.upper()
