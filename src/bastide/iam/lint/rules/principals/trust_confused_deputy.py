"""Some services take roles on behalf of a resource that anybody could own, and say which: the trust can ask for it."""

from collections.abc import Iterator

from bastide.iam.lint.confining import SOURCE, confined
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, principals
from bastide.model import Statement

# Services whose own guide has a page on confused deputy prevention with aws:SourceArn in a role's trust (read 2026-10).
SAYING = frozenset(
    f"{name}.amazonaws.com"
    for name in ("bedrock", "datasync", "fis", "grafana", "osis", "pipes", "scheduler", "ssm", "states", "transfer",
                 "vpc-flow-logs")
)  # fmt: skip


@lint_rule(
    title="A trust in a service that could say for whom it acts does not ask",
    severity="suggestion",
    analyzer="RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    kinds=("trust",),
    source='IAM User Guide, "The confused deputy problem"; the guides of the services listed in the rule',
    fix="add aws:SourceAccount, and aws:SourceArn where the resource is known",
)
def trust_confused_deputy(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Service principals of the list in an Allow without a condition on the source."""
    if statement.effect != "Allow" or confined(statement, SOURCE):
        return
    for pointer, kind, value in principals(statement):
        if kind == "Service" and value in SAYING:
            yield Hit(f"{value} says for which account and resource it takes the role; the trust does not ask", pointer)
