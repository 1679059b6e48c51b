"""An empty list of actions, resources or principals: the statement speaks of nothing, or with Not of everything."""

from collections.abc import Iterator, Mapping

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement

ELEMENTS = ("Action", "Resource", "Principal", "NotAction", "NotResource", "NotPrincipal")


@lint_rule(
    title="A list of actions, resources or principals is empty",
    severity="warning",
    analyzer="EMPTY_ARRAY_ACTION",
    source='IAM Access Analyzer policy check reference, "Empty array action", "Empty array resource", "… principal"',
    fix="name at least one, or remove the statement",
)
def empty_list(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Elements that hold no value."""
    raw = subject.raw(statement)
    for name in ELEMENTS:
        found = raw.get(name)
        held = list(found.values()) if isinstance(found, Mapping) else found
        if name in raw and (held == [] or (isinstance(held, list) and all(one == [] for one in held))):
            effect = "is about everything" if name.startswith("Not") else "never matches"
            yield Hit(f"{name} is empty: the statement {effect}", f"/{name}")
