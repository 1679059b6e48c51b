"""IAM takes the characters up to U+00FF in a policy, and no others."""

import json
import re
from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement

REFUSED = re.compile("[^\t\n\r\x20-\xff]")


@lint_rule(
    title="A policy of IAM holds a character that IAM refuses",
    severity="error",
    kinds=("identity", "trust", "boundary", "session"),
    source="IAM API Reference, CreatePolicy, PolicyDocument: pattern [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    fix="write it with characters of Latin-1, or * in its place",
)
def unsupported_characters(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """The first character of a statement beyond Latin-1, wherever it stands."""
    found = REFUSED.search(json.dumps(subject.raw(statement), ensure_ascii=False))
    if found:
        yield Hit(f"IAM refuses the character {found[0]!r} (U+{ord(found[0]):04X})")
