"""A vendor's account may act for every customer of the vendor: an external id tells them apart."""

import re
from collections.abc import Iterator

from bastide.iam.lint.confining import confined
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, principals
from bastide.model import Statement

ROOT = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root")
ENOUGH = ("sts:externalid", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "sts:rolesessionname")


@lint_rule(
    title="A trust in a whole account asks for no external id",
    severity="suggestion",
    kinds=("trust",),
    source='IAM User Guide, "Access to AWS accounts owned by third parties"; whose account it is is not known here',
    fix="for a third party add StringEquals on sts:ExternalId; for an own account name the role, or aws:PrincipalOrgID",
)
def account_without_external_id(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Account principals in an Allow without external id and without a test of who in the account."""
    if statement.effect != "Allow" or confined(statement, ENOUGH):
        return
    for pointer, kind, value in principals(statement):
        if kind == "AWS" and ROOT.fullmatch(value):
            yield Hit(f"whoever may assume roles in {value} may take this one", pointer)
