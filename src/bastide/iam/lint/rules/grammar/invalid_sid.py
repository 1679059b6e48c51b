"""Statement ids of identity policies are letters and digits."""

import re
from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement

ALLOWED = re.compile(r"[A-Za-z0-9]*")


@lint_rule(
    title="A statement id holds characters that IAM refuses",
    severity="error",
    analyzer="UNSUPPORTED_SID",
    kinds=("identity", "trust", "boundary", "session"),
    source='IAM User Guide, "IAM JSON policy elements: Sid"; services decide about their resource policies themselves',
    fix="use letters and digits only",
)
def invalid_sid(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Sids beyond letters and digits."""
    if ALLOWED.fullmatch(statement.sid) is None:
        yield Hit(f"the Sid {statement.sid!r} holds more than letters and digits", "/Sid")
