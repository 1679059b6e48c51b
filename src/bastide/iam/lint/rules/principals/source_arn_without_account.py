"""The ARN of a bucket holds no account: a bucket that was deleted and made anew by others has it too."""

from collections.abc import Iterator

from bastide.iam.lint.arns import parts
from bastide.iam.lint.confining import confined
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import SHARED, Subject, tests
from bastide.model import Statement


@lint_rule(
    title="aws:SourceArn names a bucket, and no aws:SourceAccount whose it is",
    severity="security-warning",
    analyzer="MISSING_PAIRED_CONDITION_KEYS",
    kinds=SHARED,
    source='IAM Access Analyzer policy check reference, "Missing paired condition keys"',
    fix="add aws:SourceAccount (or aws:SourceOrgID)",
)
def source_arn_without_account(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Source ARNs without an account in an Allow that asks for no account."""
    if statement.effect != "Allow" or confined(
        statement, {"aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}
    ):
        return
    for test in tests(statement):
        for value in test.values if test.key.lower() == "aws:sourcearn" else ():
            found = parts(value)
            if found and found.part(2) == "s3" and found.part(4) == "":
                yield Hit(f"{value} says nothing of the bucket's owner", test.pointer)
