"""The reference page tells of every rule, with an example for and against."""

from bastide.iam.lint import LintSeverity, all_lint_rules, lint_reference


def test_every_rule_is_on_the_page_with_both_examples() -> None:
    page = lint_reference()
    for rule in all_lint_rules():
        section = page.split(f"\n## {rule.id}\n")[1].split("\n## ")[0]
        assert rule.source in section
        assert "Found in (" in section and "Not in (" in section


def test_the_worst_rules_stand_first() -> None:
    rows = [line for line in lint_reference().splitlines() if line.startswith("| [")]
    ranks = [LintSeverity(row.split(" | ")[1]).rank for row in rows]
    assert ranks == sorted(ranks) and len(ranks) == len(all_lint_rules())
