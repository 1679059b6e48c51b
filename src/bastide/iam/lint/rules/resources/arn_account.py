"""The account of an ARN has 12 digits."""

from collections.abc import Iterator

from bastide.iam.lint.arns import ACCOUNT, NAMED_ACCOUNTS, closed, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, resources
from bastide.model import Statement


@lint_rule(
    title="The account of an ARN has not 12 digits",
    severity="error",
    analyzer="INVALID_ARN_ACCOUNT",
    source='IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)"',
    fix="write the 12 digits, leading zeros included",
)
def arn_account(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Fifth fields that are neither empty, an account nor one of AWS's names."""
    for pointer, value in resources(statement):
        found = parts(value)
        account = found.part(4) if found else "*"
        if closed(account) and not ACCOUNT.fullmatch(account) and account not in NAMED_ACCOUNTS:
            yield Hit(f"{account!r} is no account: 12 digits", pointer)
