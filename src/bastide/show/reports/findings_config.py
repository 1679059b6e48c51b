"""AWS Config's evaluation results: ``AggregateEvaluationResults``, as an aggregator would give them.

A rule is named by the managed rule that the control answers, else by the control. What passed is there with ``--all``.
PutEvaluations takes no INSUFFICIENT_DATA: leave those out before sending them.
Source: AWS Config API Reference, AggregateEvaluationResult.
"""

from __future__ import annotations

from bastide.show.reports.findings_asff import HOME
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Report
from bastide.standards.evaluation import MOST_ANNOTATION, WORDS, Evaluation, render_aggregate


def render(report: Report) -> str:
    """The findings as evaluation results."""
    rows = []
    for finding in report.findings:
        control = report.controls.get(finding.control)
        name = control.config_rule if control and control.config_rule else finding.control
        one = Evaluation(name, finding.resource, WORDS[finding.status], finding.reason[:MOST_ANNOTATION])
        rows.append(render_aggregate(one, report.generated_at, HOME))
    return json_text({"AggregateEvaluationResults": rows}, 1)
