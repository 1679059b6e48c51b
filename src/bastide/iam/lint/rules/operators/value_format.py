"""Values of well-known keys that no request could carry: an account of eleven digits, a region that does not exist."""

import re
from collections.abc import Iterator

from bastide.iam.lint.arns import ACCOUNT, REGIONS
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import VARIABLE, Subject, Test, opaque, tests
from bastide.iam.vocabulary import suggest
from bastide.model import Statement

ACCOUNTS = frozenset({"aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "aws:sourceowner",
                      "aws:vpceaccount", "s3:resourceaccount", "s3:dataaccesspointaccount", "kms:calleraccount",
                      "ec2:owner"})  # fmt: skip
FORMS = {
    "aws:principalorgid": r"o-[a-z0-9]{10,32}", "aws:resourceorgid": r"o-[a-z0-9]{10,32}",
    "aws:sourceorgid": r"o-[a-z0-9]{10,32}", "aws:vpceorgid": r"o-[a-z0-9]{10,32}",
    "aws:sourcevpc": r"vpc-[0-9a-f]{8,17}", "aws:sourcevpce": r"vpce-[0-9a-f]{8,17}",
}  # fmt: skip


@lint_rule(
    title="A value has not the form of what its key holds",
    severity="warning",
    analyzer="INVALID_VPCE_FORMAT",
    source='IAM User Guide, "AWS global condition context keys"; Organizations API Reference, patterns of ids',
    fix="write an account as 12 digits, an organization as o-…, a VPC as vpc-…, an endpoint as vpce-…",
)
def value_format(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Accounts, regions, organizations, VPCs and endpoints under equality that have another form."""
    for test in tests(statement):
        if not test.base.startswith(("StringEquals", "StringNotEquals")):
            continue
        for value in test.values:
            if not VARIABLE.search(value) and not opaque(value) and "*" not in value and value:
                yield from _misfit(test, value)


def _misfit(test: Test, value: str) -> Iterator[Hit]:
    key = test.key.lower()
    if key in ACCOUNTS and value.isdigit() and not ACCOUNT.fullmatch(value):
        yield Hit(f"{value} is no account: 12 digits", test.pointer)
    elif key == "aws:requestedregion" and value.lower() not in REGIONS:
        yield Hit(f"{value} is no region", test.pointer, suggest(value, REGIONS))
    elif key in FORMS and re.fullmatch(FORMS[key], value) is None:
        yield Hit(f"{value} is not what {test.key} holds", test.pointer)
