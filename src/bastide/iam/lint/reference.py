"""The reference page of the lint rules, from the rule files and the examples beside them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bastide.iam.lint.rule import LintRule, all_lint_rules
from bastide.iam.lint.subject import KINDS, LintSeverity

HEAD = """# lint rules

What `bastide iam lint` looks for. Generated from `src/bastide/iam/lint/rules`; do not edit.
Severities are those of IAM Access Analyzer's policy validation, whose nearest check is named where there is one:
`error` (refused by AWS, or never works), `security-warning` (allows or fails to deny more than it seems),
`warning` (works, but probably not as meant), `suggestion` (could be plainer).
"""


def lint_reference() -> str:
    """The page as Markdown: a table of all rules, then each with its examples; ends with a newline."""
    rules = sorted(all_lint_rules(), key=lambda rule: (rule.severity.rank, rule.id))
    table = ["| rule | severity | what | Access Analyzer |", "|---|---|---|---|"]
    for rule in rules:
        table.append(f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.title} | {rule.analyzer or '–'} |")
    counts = ", ".join(f"{sum(rule.severity is one for rule in rules)} {one}" for one in LintSeverity)
    return "\n".join([HEAD, f"{len(rules)} rules: {counts}.", "", *table, "", *map(_section, rules)])


@cache
def cases(rule: LintRule) -> tuple[dict[str, Any], ...]:
    """The examples beside a rule; empty when there is no such file."""
    *folders, name = rule.module.split(".")[3:]
    place = files("bastide.iam.lint").joinpath(*folders, f"{name}.cases.yaml")
    return tuple(yaml.safe_load(place.read_text(encoding="utf-8"))) if place.is_file() else ()


def case_source(case: dict[str, Any]) -> str | dict[str, Any]:
    """What a case gives to the lint: its ``text``, its ``policy``, or a policy of its ``statement(s)``."""
    if "text" in case:
        return str(case["text"])
    if "policy" in case:
        return dict(case["policy"])
    statements = case["statements"] if "statements" in case else [case["statement"]] * int(case.get("repeat", 1))
    return {"Version": "2012-10-17", "Statement": statements}


def _section(rule: LintRule) -> str:
    kinds = "" if rule.kinds == KINDS else f" Asked of: {', '.join(rule.kinds)}."
    lines = [f"## {rule.id}", "", f"{rule.title} ({rule.severity}).{kinds}", "", f"*Fix:* {rule.fix}", ""]
    for found, word in ((True, "Found in"), (False, "Not in")):
        example = next((case for case in cases(rule) if bool(case["found"]) is found), None)
        if example:
            lines += [f"{word} ({example['name']}):", "```json", _example(example), "```"]
    return "\n".join([*lines, "", f"Source: {rule.source}.", ""])


def _example(case: dict[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    source = case.get("policy") or case.get("statements") or case["statement"]
    return json.dumps(source, ensure_ascii=False)
