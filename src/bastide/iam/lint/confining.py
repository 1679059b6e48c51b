"""Conditions that confine who calls: what makes ``"Principal": "*"`` not public.

Source: Amazon S3 User Guide, "The meaning of public"; IAM User Guide, "AWS global condition context keys"; AWS KMS
Developer Guide, kms:CallerAccount.
"""

from __future__ import annotations

from collections.abc import Iterable

from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.subject import tests
from bastide.model import Statement

CALLER = frozenset({
    "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid",
    "aws:username", "aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn",
    "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner",
    "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalservicename", "aws:principalservicenameslist",
    "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "kms:calleraccount", "sts:externalid",
    "s3:accesspointnetworkorigin", "elasticfilesystem:accessedviamounttarget",
})  # fmt: skip
SOURCE = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"})
OPEN = frozenset({"*", "0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "arn:*", "arn:aws:*"})


def confined(statement: Statement, keys: Iterable[str] = CALLER) -> bool:
    """Whether a positive test of one of the keys, with values that are not everything, must be true."""
    wanted = frozenset(keys)
    for test in tests(statement):
        if test.base == "Null" or not needs_key(test) or test.negated:
            continue
        own = test.key.lower() in wanted or (wanted is CALLER and test.key.lower().startswith("aws:principaltag/"))
        if own and test.values and not any(value in OPEN for value in test.values):
            return True
    return False
